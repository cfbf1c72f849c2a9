package data

import (
	"fmt"
	"image"
	"image/color"
	"runtime"
	"sync"

	"golang.org/x/image/draw"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Resize returns the images at side x side, with their labels; s itself if they have that size. The filter is
// Catmull-Rom, a cubic, widened where it shrinks, so that fine strokes fade and do not break. It returns an error if
// side is less than 1, or if the images are not square, since resizing would distort them.
func (s *Images) Resize(side int) (*Images, error) {
	if side < 1 {
		return nil, invalid.Value("size", side, "the side of the images of %q, at least 1", s.Name)
	}
	if s.Height != s.Width {
		return nil, fmt.Errorf("%w: image set %q has images of %d x %d: want square ones, others would be distorted at %d x %d",
			ErrUnfit, s.Name, s.Height, s.Width, side, side)
	}
	if s.Height == side {
		return s, nil
	}
	resized := s.blank(s.N, side, side, s.Channels)
	resized.Labels, resized.Files = s.Labels, s.Files
	scaler := draw.CatmullRom.NewScaler(side, side, s.Width, s.Height)
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for first := range workers {
		all.Go(func() {
			for i := first; i < s.N; i += workers {
				s.scale(resized, i, scaler)
			}
		})
	}
	all.Wait()
	return resized, nil
}

// scale draws image i at the size of another set into that set.
func (s *Images) scale(into *Images, i int, scaler draw.Scaler) {
	from, bounds := s.Image(i), image.Rect(0, 0, into.Width, into.Height)
	if s.Channels == 1 {
		grey := &image.Gray{Pix: into.At(i), Stride: into.Width, Rect: bounds}
		scaler.Scale(grey, bounds, from, from.Bounds(), draw.Src, nil)
		return
	}
	colour := image.NewRGBA(bounds) // opaque, so its values are those of the set
	scaler.Scale(colour, bounds, from, from.Bounds(), draw.Src, nil)
	for p, to := 0, into.At(i); len(to) > 0; p, to = p+4, to[3:] {
		copy(to, colour.Pix[p:p+3])
	}
}

// WithChannels returns the images with 1 channel (grey: each pixel's luminance by package image/color) or 3 (grey
// spread over red, green and blue), with their labels; s itself if it has that number of channels already. It returns
// an error for any other number.
func (s *Images) WithChannels(channels int) (*Images, error) {
	if channels != 1 && channels != 3 {
		return nil, invalid.Value("channels", channels, "1 (grey) or 3 (red, green, blue)")
	}
	if channels == s.Channels {
		return s, nil
	}
	other := s.blank(s.N, s.Height, s.Width, channels)
	other.Labels, other.Files = s.Labels, s.Files
	for p := range s.N * s.Height * s.Width {
		if channels == 1 {
			rgb := s.Pixels[3*p : 3*p+3]
			other.Pixels[p] = color.GrayModel.Convert(color.NRGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 0xff}).(color.Gray).Y
		} else {
			v := s.Pixels[p]
			copy(other.Pixels[3*p:], []uint8{v, v, v})
		}
	}
	return other, nil
}
