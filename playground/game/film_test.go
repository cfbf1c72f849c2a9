package game

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPaletted: no pixel is further from its colour than rounding takes it, while there are few colours; with too many,
// those that most pixels have stay.
func TestPaletted(t *testing.T) {
	shades := image.NewRGBA(image.Rect(0, 0, 256, 2))
	for i := range 256 {
		shades.SetRGBA(i, 0, color.RGBA{uint8(i), 255, uint8(255 - i), 255})
		shades.SetRGBA(i, 1, color.RGBA{255, 255, 255, 255})
	}
	drawn := Paletted(shades)
	require.Equal(t, shades.Rect, drawn.Rect)
	for i := range 256 {
		require.Equal(t, color.RGBA{255, 255, 255, 255}, drawn.At(i, 1))
		c := drawn.At(i, 0).(color.RGBA)
		require.InDelta(t, i, c.R, 8)
		require.InDelta(t, 255-i, c.B, 8)
		require.EqualValues(t, 255, c.G)
	}

	many := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		many.SetRGBA(i%64, i/64, color.RGBA{uint8(i), uint8(i / 8), uint8(i / 16), 255})
	}
	blue := color.RGBA{0, 115, 181, 255}
	for x := range 64 {
		many.SetRGBA(x, 0, blue)
	}
	drawn = Paletted(many)
	require.Len(t, drawn.Palette, 256)
	require.Equal(t, blue, drawn.At(5, 0))
}
