package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data/emoji"
)

// TestDataDuplicates: of a folder of emoji, two of them twice, it names the two pairs and draws them.
func TestDataDuplicates(t *testing.T) {
	set, err := emoji.Images()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name string, picture image.Image) {
		f, err := os.Create(filepath.Join(dir, "in", name))
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, picture)) // one of figure's would be passed over as a drawing
		require.NoError(t, f.Close())
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "in"), 0o777))
	for i := range 20 {
		write(fmt.Sprintf("%02d.png", i), set.Image(i))
	}
	write("again.png", set.Image(3))
	nearly := image.NewNRGBA(set.Image(7).Bounds())
	for y := range nearly.Rect.Dy() {
		for x := range nearly.Rect.Dx() {
			nearly.Set(x, y, set.Image(7).At(x, y))
		}
	}
	nearly.Set(0, 0, color.NRGBA{R: 250, G: 250, B: 250, A: 255})
	write("nearly.png", nearly)
	out := filepath.Join(dir, "pairs.png")
	got := must(t, "data", "duplicates", filepath.Join(dir, "in"), "--backend", "go", "--out", out)
	require.Equal(t, "03.png\tagain.png\n07.png\tnearly.png\n", got)
	picture := decode(t, out)
	require.Equal(t, 2, (picture.Bounds().Dy()*mostAlike+picture.Bounds().Dx()/2)/picture.Bounds().Dx(), "a row a pair")
}
