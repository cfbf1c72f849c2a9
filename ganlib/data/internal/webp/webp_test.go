package webp

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/color"
	"io"
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

// animation is one whose first frame is a picture of Pillow's, at a place on a canvas.
func animation(t *testing.T, corner, canvas image.Point) []byte {
	t.Helper()
	still, err := io.ReadAll(read(t, "lossless.webp"))
	require.NoError(t, err)
	size, err := DecodeConfig(bytes.NewReader(still))
	require.NoError(t, err)
	u24 := func(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }
	part := func(kind string, content ...[]byte) []byte {
		all := bytes.Join(content, nil)
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(all))), all...)
	}
	frame := part("ANMF", u24(corner.X/2), u24(corner.Y/2), u24(size.Width-1), u24(size.Height-1), u24(100), []byte{0}, still[12:])
	return part("RIFF", []byte("WEBP"), part("VP8X", []byte{animated, 0, 0, 0}, u24(canvas.X-1), u24(canvas.Y-1)), part("ANIM", make([]byte, 6)), frame)
}

// TestFirstFrame: the first frame of an animation, at its place on the canvas, is what the still is. One that is larger
// than it says is refused before it is decoded.
func TestFirstFrame(t *testing.T) {
	still, err := Decode(read(t, "lossless.webp"))
	require.NoError(t, err)
	size := still.Bounds().Size()
	whole, err := Decode(bytes.NewReader(animation(t, image.Point{}, size)))
	require.NoError(t, err)
	require.Equal(t, still, whole)

	corner := image.Pt(4, 6)
	content := animation(t, corner, size.Add(image.Pt(10, 8)))
	part, err := Decode(bytes.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, size.Add(image.Pt(10, 8)), part.Bounds().Size())
	config, err := DecodeConfig(bytes.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, part.Bounds().Size(), image.Pt(config.Width, config.Height))
	require.Equal(t, color.NRGBAModel.Convert(still.At(8, 8)), part.At(8+corner.X, 8+corner.Y))
	require.Equal(t, color.NRGBA{}, part.At(1, 1))

	_, err = Decode(bytes.NewReader(animation(t, corner, size)))
	require.ErrorIs(t, err, errFrame)
	at := bytes.Index(content, []byte("ANMF")) + 8 + 6 // the width of the frame
	content[at]--
	_, err = Decode(bytes.NewReader(content))
	require.ErrorIs(t, err, errFrame)
	for n := range content {
		_, err := Decode(bytes.NewReader(content[:n]))
		require.Error(t, err, n)
	}
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
