package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/png"
	"io"
	"math"
	"os"
	"time"
)

// WritePNG writes a picture to a file. It writes to path with ".part" appended and renames that file, so whoever opens
// path finds a whole picture, old or new.
func WritePNG(path string, picture image.Image) error {
	return writeAside(path, func(w io.Writer) error { return png.Encode(w, picture) })
}

// WriteGIF writes an animation that repeats for ever to a file, in the way of [WritePNG]. It shows each frame for delay,
// rounded to hundredths of a second, and the last one for at least two seconds. Frames of up to 256 colours, such as
// grey ones, keep them exactly; others are dithered.
//
// WriteGIF returns an error if there are no frames, if their sizes differ, or if delay is under 20 ms, which browsers do
// not honour, or over 10 minutes.
func WriteGIF(path string, frames []image.Image, delay time.Duration) error {
	return writeAside(path, func(w io.Writer) error { return encodeGIF(w, frames, delay) })
}

// lastFrame is the time for which an animation rests on its last frame before it starts again.
const lastFrame = 2 * time.Second

// encodeGIF writes the animation of [WriteGIF].
func encodeGIF(w io.Writer, frames []image.Image, delay time.Duration) error {
	if len(frames) == 0 {
		return errors.New("an animation needs frames: got none")
	}
	if delay < 20*time.Millisecond || delay > 10*time.Minute {
		return fmt.Errorf("frames shown for %v: want 20ms to 10m", delay)
	}
	size := frames[0].Bounds().Size()
	var animation gif.GIF
	for i, f := range frames {
		if got := f.Bounds().Size(); got != size {
			return fmt.Errorf("frame %d is %d x %d, the first is %d x %d: want one size", i, got.X, got.Y, size.X, size.Y)
		}
		animation.Image = append(animation.Image, paletted(f))
		animation.Delay = append(animation.Delay, hundredths(delay))
	}
	animation.Delay[len(frames)-1] = hundredths(max(delay, lastFrame))
	return gif.EncodeAll(w, &animation)
}

func hundredths(d time.Duration) int { return int(math.Round(d.Seconds() * 100)) }

var greys = func() color.Palette {
	p := make(color.Palette, 256)
	for v := range p {
		p[v] = color.Gray{Y: uint8(v)}
	}
	return p
}()

// paletted returns a frame in at most 256 colours, with its corner at (0, 0).
func paletted(frame image.Image) *image.Paletted {
	bounds := image.Rectangle{Max: frame.Bounds().Size()}
	if grey, ok := frame.(*image.Gray); ok { // a grey value is its own index
		out := image.NewPaletted(bounds, greys)
		for y := range bounds.Dy() {
			first := grey.PixOffset(grey.Rect.Min.X, grey.Rect.Min.Y+y)
			copy(out.Pix[y*out.Stride:], grey.Pix[first:first+bounds.Dx()])
		}
		return out
	}
	if own := colours(frame, 256); own != nil {
		out := image.NewPaletted(bounds, own)
		draw.Draw(out, bounds, frame, frame.Bounds().Min, draw.Src)
		return out
	}
	out := image.NewPaletted(bounds, palette.Plan9)
	draw.FloydSteinberg.Draw(out, bounds, frame, frame.Bounds().Min)
	return out
}

// colours returns the colours of a picture in order of appearance, or nil if there are more than limit.
func colours(picture image.Image, limit int) color.Palette {
	var found color.Palette
	seen := map[color.NRGBA]bool{}
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			if seen[c] {
				continue
			}
			if len(found) == limit {
				return nil
			}
			seen[c] = true
			found = append(found, c)
		}
	}
	return found
}

// writeAside lets write fill a file beside path, and renames it to path. If anything fails, path is as it was and
// nothing is left beside it.
func writeAside(path string, write func(io.Writer) error) (err error) {
	aside := path + ".part"
	f, err := os.Create(aside)
	if err != nil {
		return err // it names the path
	}
	defer func() {
		if err != nil {
			os.Remove(aside)
		}
	}()
	if err = write(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(aside, path)
}
