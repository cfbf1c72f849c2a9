package data

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// target is a picture of width x height: blue, with a red square of the given side around its middle.
func target(width, height, side int) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(10, -5, 10+width, -5+height)) // corners need not be 0, 0
	draw.Draw(picture, picture.Rect, image.NewUniform(color.NRGBA{B: 255, A: 255}), image.Point{}, draw.Src)
	corner := picture.Rect.Min.Add(image.Pt((width-side)/2, (height-side)/2))
	red := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(side, side))}
	draw.Draw(picture, red, image.NewUniform(color.NRGBA{R: 255, A: 255}), image.Point{}, draw.Src)
	return picture
}

// TestFrameCutsTheMiddle: CelebA's crop takes just the middle 108 of 178 x 218; without one the largest square is
// taken, and its border shows.
func TestFrameCutsTheMiddle(t *testing.T) {
	dst := make([]uint8, 64*64*3)
	if err := (Frame{Size: 64, Crop: 108, Channels: 3}).Draw(dst, target(178, 218, 108)); err != nil {
		t.Fatal(err)
	}
	for p := 0; p < len(dst); p += 3 {
		if dst[p] < 250 || dst[p+2] > 5 {
			t.Fatalf("pixel %d is %v: want red", p/3, dst[p:p+3])
		}
	}
	if err := (Frame{Size: 178, Channels: 3}).Draw(make([]uint8, 178*178*3), target(178, 218, 178)); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{178, 218}, {218, 178}} {
		dst := make([]uint8, 178*178*3)
		if err := (Frame{Size: 178, Channels: 3}).Draw(dst, target(size[0], size[1], 176)); err != nil {
			t.Fatal(err)
		}
		for _, p := range []int{0, 177, 178 * 177, 178*178 - 1} { // corners are blue, one pixel in is red
			if dst[3*p+2] != 255 {
				t.Errorf("%v: corner %d is %v: want blue", size, p, dst[3*p:3*p+3])
			}
		}
		if in := 3 * (178 + 1); dst[in] != 255 {
			t.Errorf("%v: pixel 1, 1 is %v: want red", size, dst[in:in+3])
		}
	}
}

// TestFrameOfTransparentAndGrey: full transparency is white, and grey is luminance.
func TestFrameOfTransparentAndGrey(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(0, 0, 8, 4))
	dst := make([]uint8, 16)
	if err := (Frame{Size: 4, Channels: 1}).Draw(dst, picture); err != nil {
		t.Fatal(err)
	}
	for _, v := range dst {
		if v != 255 {
			t.Fatalf("transparent pixels are %v: want white", dst)
		}
	}
	half := image.NewUniform(color.NRGBA{A: 128}) // black, half transparent, over white
	draw.Draw(picture, picture.Rect, half, image.Point{}, draw.Src)
	if err := (Frame{Size: 4, Channels: 1}).Draw(dst, picture); err != nil {
		t.Fatal(err)
	}
	if dst[5] != 127 {
		t.Errorf("half transparent black is %d: want 127", dst[5])
	}
	green := image.NewUniform(color.NRGBA{G: 255, A: 255})
	draw.Draw(picture, picture.Rect, green, image.Point{}, draw.Src)
	if err := (Frame{Size: 4, Channels: 1}).Draw(dst, picture); err != nil {
		t.Fatal(err)
	}
	if dst[5] < 149 || dst[5] > 150 { // .587 of 255
		t.Errorf("green has luminance %d: want 150", dst[5])
	}
}

// TestFrameResizesAsResizeDoes: a square picture gets the pixels of Images.Resize.
func TestFrameResizesAsResizeDoes(t *testing.T) {
	s := ramp(28, 3)
	small, err := s.Resize(14)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]uint8, 14*14*3)
	if err := (Frame{Size: 14, Channels: 3}).Draw(dst, s.Image(1)); err != nil {
		t.Fatal(err)
	}
	for i, v := range small.At(1) {
		if diff := int(v) - int(dst[i]); diff < -1 || diff > 1 {
			t.Fatalf("value %d is %d: want %d", i, dst[i], v)
		}
	}
}

func TestFrameRefuses(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 100, 50))
	draw := func(f Frame, room int) error { return f.Draw(make([]uint8, room), picture) }
	gantest.RequireInvalid(t, draw(Frame{Size: 0, Channels: 3}, 0), "size")
	gantest.RequireInvalid(t, draw(Frame{Size: 4, Channels: 2}, 32), "channels")
	gantest.RequireInvalid(t, draw(Frame{Size: 4, Crop: -1, Channels: 1}, 16), "crop")
	require.ErrorIs(t, draw(Frame{Size: 4, Channels: 3}, 16), ErrFormat)
	require.ErrorIs(t, draw(Frame{Size: 4, Crop: 51, Channels: 1}, 16), ErrUnfit)
	none := image.NewGray(image.Rectangle{})
	require.ErrorIs(t, Frame{Size: 1, Channels: 1}.Draw(make([]uint8, 1), none), ErrUnfit)
}
