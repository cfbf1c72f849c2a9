package webp

import (
	"bytes"
	"encoding/json"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	xwebp "golang.org/x/image/webp"
)

const golden = "../../../../tests/golden/webp" // written by Pillow

func read(t testing.TB, name string) *bytes.Reader {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(golden, name))
	require.NoError(t, err)
	return bytes.NewReader(content)
}

// TestColours compares the middle of each patch with what Pillow reads there.
func TestColours(t *testing.T) {
	var want map[string][][4]uint8
	require.NoError(t, json.NewDecoder(read(t, "colours.json")).Decode(&want))
	require.Len(t, want, 3)
	for name, colours := range want {
		file := read(t, name+".webp")
		size, err := DecodeConfig(file)
		require.NoError(t, err)
		require.Equal(t, []int{16 * len(colours), 16}, []int{size.Width, size.Height})
		_, err = file.Seek(0, 0)
		require.NoError(t, err)
		picture, err := Decode(file)
		require.NoError(t, err)
		require.Equal(t, []int{size.Width, size.Height}, []int{picture.Bounds().Dx(), picture.Bounds().Dy()})
		for i, colour := range colours {
			got := color.NRGBAModel.Convert(picture.At(16*i+8, 8)).(color.NRGBA)
			for c, v := range []uint8{got.R, got.G, got.B, got.A} {
				require.InDelta(t, colour[c], v, 1, "%s, patch %d: %v, want %v", name, i, got, colour)
			}
		}
	}
}

// TestStillNeeded fails when golang.org/x/image/webp gets its colours right: this package can then go.
func TestStillNeeded(t *testing.T) {
	picture, err := xwebp.Decode(read(t, "lossy.webp"))
	require.NoError(t, err)
	white := color.NRGBAModel.Convert(picture.At(24, 8)).(color.NRGBA)
	require.Equal(t, color.NRGBA{235, 235, 235, 255}, white)
}

func TestDecodeRefuses(t *testing.T) {
	whole := read(t, "lossy.webp")
	cut := make([]byte, 60)
	_, err := whole.Read(cut)
	require.NoError(t, err)
	for _, content := range [][]byte{nil, []byte("no WebP"), cut} {
		_, err := Decode(bytes.NewReader(content))
		require.Error(t, err)
	}
}

func BenchmarkDecode(b *testing.B) {
	content, err := os.ReadFile("../../../../tests/golden/lsun/size.webp")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}
