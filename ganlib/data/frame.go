package data

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Frame says how pictures of any size become images of one size: the middle of each is resized by the filter of
// [Images.Resize].
type Frame struct {
	// Size is the side of the images.
	Size int
	// Crop is the side of the square that is cut out around the centre; 0 means the largest that fits. The literature
	// takes 108 of CelebA's 178 x 218.
	Crop int
	// Channels is 1 for grey or 3 for colour.
	Channels int
}

// Validate returns an *invalid.Error of package ganlib/invalid for a value that is out of range.
func (f Frame) Validate() error {
	switch {
	case f.Size < 1:
		return invalid.Value("size", f.Size, "the side of the images, such as 64")
	case f.Crop < 0:
		return invalid.Value("crop", f.Crop, "the side of the square to cut out, or 0 for the largest")
	case f.Channels != 1 && f.Channels != 3:
		return invalid.Value("channels", f.Channels, "1 (grey) or 3 (red, green, blue)")
	}
	return nil
}

// Draw writes a picture into dst, [Size, Size, Channels]; what is transparent becomes white. It returns an error if the
// frame is not valid, dst has another length, or the picture has no pixels or fewer than Crop.
func (f Frame) Draw(dst []uint8, picture image.Image) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if want := f.Size * f.Size * f.Channels; len(dst) != want {
		return fmt.Errorf("%w: room for %d values: want %d x %d x %d = %d", ErrFormat, len(dst), f.Size, f.Size, f.Channels, want)
	}
	from := picture.Bounds()
	side := min(from.Dx(), from.Dy())
	if side < max(1, f.Crop) {
		return fmt.Errorf("%w: picture of %d x %d: want at least %d pixels a side", ErrUnfit, from.Dx(), from.Dy(), max(1, f.Crop))
	}
	if f.Crop > 0 {
		side = f.Crop
	}
	corner := from.Min.Add(image.Pt((from.Dx()-side)/2, (from.Dy()-side)/2))
	square := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(side, side))}

	canvas := image.NewRGBA(image.Rect(0, 0, f.Size, f.Size))
	draw.Draw(canvas, canvas.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(canvas, canvas.Rect, picture, square, draw.Over, nil)
	for p := range f.Size * f.Size {
		rgba := canvas.Pix[4*p : 4*p+4] // opaque, so its values are the colours themselves
		if f.Channels == 1 {
			dst[p] = color.GrayModel.Convert(color.RGBA{rgba[0], rgba[1], rgba[2], 0xff}).(color.Gray).Y
		} else {
			copy(dst[3*p:], rgba[:3])
		}
	}
	return nil
}
