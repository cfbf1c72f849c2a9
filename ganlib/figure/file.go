package figure

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/drawn"
)

// WritePNG writes a picture to a file. It writes to a file of its own beside path and renames that, so whoever opens path
// finds a whole picture, old or new, however many programs write it at once. The file bears a mark, by which package
// data/folder knows that this program drew it and that it is no data.
func WritePNG(path string, picture image.Image) error {
	return disk.Write(path, func(w io.Writer) error { return drawn.Encode(w, picture) })
}

// WriteGIF writes an animation that repeats for ever to a file, in the way of [WritePNG]. It shows each frame for delay,
// rounded to hundredths of a second, and the last one for at least two seconds. Frames of up to 256 colours, such as
// grey ones, keep them exactly; others are dithered.
//
// WriteGIF returns an error if there are no frames, if their sizes differ, or if delay is under 20 ms, which browsers do
// not honour, or over 10 minutes.
func WriteGIF(path string, frames []image.Image, delay time.Duration) error {
	return disk.Write(path, func(w io.Writer) error { return encodeGIF(w, frames, delay) })
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
	pixels := colours(frame)
	own, index := nearest(pixels)
	if own == nil {
		out := image.NewPaletted(bounds, palette.Plan9)
		draw.FloydSteinberg.Draw(out, bounds, frame, frame.Bounds().Min)
		return out
	}
	out := image.NewPaletted(bounds, own)
	for i, c := range pixels {
		if i > 0 && c == pixels[i-1] {
			out.Pix[i] = out.Pix[i-1]
			continue
		}
		out.Pix[i] = index[c]
	}
	return out
}

// colours are those of a picture's pixels, row after row.
func colours(picture image.Image) []color.NRGBA {
	from := picture.Bounds().Min
	copied := image.NewNRGBA(image.Rectangle{Max: picture.Bounds().Size()})
	draw.Draw(copied, copied.Rect, picture, from, draw.Src)
	pixels := make([]color.NRGBA, len(copied.Pix)/4)
	for i := range pixels {
		p := copied.Pix[4*i : 4*i+4]
		pixels[i] = color.NRGBA{R: p[0], G: p[1], B: p[2], A: p[3]}
	}
	return pixels
}

// nearest returns the 256 most frequent colours of some pixels, or all if there are fewer, and for each colour the index
// of the nearest of them. A drawing has a few colours, and their blends at smooth edges. Where other colours have more
// than a tenth of the pixels, the picture is a photograph, and nearest returns nil: it looks better dithered, though that
// takes a second for a million pixels.
func nearest(pixels []color.NRGBA) (color.Palette, map[color.NRGBA]uint8) {
	counts := make(map[color.NRGBA]int)
	for first := 0; first < len(pixels); {
		end := first + 1
		for end < len(pixels) && pixels[end] == pixels[first] {
			end++
		}
		counts[pixels[first]] += end - first
		first = end
	}
	number := func(c color.NRGBA) uint32 { return uint32(c.A)<<24 | uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B) }
	ranked := slices.SortedFunc(maps.Keys(counts), func(a, b color.NRGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(number(a), number(b)))
	})
	var own color.Palette
	covered := 0
	for _, c := range ranked[:min(256, len(ranked))] {
		own, covered = append(own, c), covered+counts[c]
	}
	if 10*covered < 9*len(pixels) {
		return nil, nil
	}
	index := make(map[color.NRGBA]uint8, len(ranked))
	for i, c := range ranked {
		if index[c] = uint8(i); i >= len(own) {
			index[c] = uint8(own.Index(c))
		}
	}
	return own, index
}
