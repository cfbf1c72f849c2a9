package feature

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// noise are images of independent random pixels.
func noise(n, height, width, channels int) *data.Images {
	images := &data.Images{Name: "noise", N: n, Height: height, Width: width, Channels: channels}
	images.Pixels = make([]uint8, n*images.Size())
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range images.Pixels {
		images.Pixels[i] = uint8(rng.UintN(256))
	}
	return images
}

// subset are images lo to hi-1.
func subset(t *testing.T, images *data.Images, lo, hi int) *data.Images {
	t.Helper()
	part, err := images.Subset(lo, hi)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// extract returns the features, and fails unless they are n rows.
func extract(t *testing.T, e Extractor, images *data.Images) (x []float32, dim int) {
	t.Helper()
	x, dim, err := e.Extract(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	if len(x) != images.N*dim {
		t.Fatalf("%s: %d numbers for %d images: want rows of %d", e.Name(), len(x), images.N, dim)
	}
	return x, dim
}

// farthest is the largest difference between a and b, as a fraction of the largest number.
func farthest(t *testing.T, a, b []float32) float64 {
	t.Helper()
	if len(a) != len(b) || len(a) == 0 {
		t.Fatalf("%d and %d numbers: want as many, and some", len(a), len(b))
	}
	var worst, largest float64
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
		largest = max(largest, math.Abs(float64(b[i])))
	}
	return worst / largest
}

// refuses fails unless err wraps an error and names each of the sets, files or variables.
func refuses(t *testing.T, what string, err, wrapped error, names ...string) {
	t.Helper()
	if !errors.Is(err, wrapped) {
		t.Errorf("%s: got %v, want one of the kind %q", what, err, wrapped)
		return
	}
	for _, name := range names {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %q does not name %s", what, err, name)
		}
	}
}

// TestNamed: an extractor by its name, and a refusal with the key.
func TestNamed(t *testing.T) {
	b := gantest.Open(t, "go")
	for name, want := range map[string]string{
		"pixels": "pixels", "random": "random convolutions, seed 1", "mnist": "MNIST classifier 1", "fashion": "Fashion-MNIST classifier 1",
	} {
		e, err := Named(b, name)
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != want {
			t.Errorf("%s is %q: want %q", name, e.Name(), want)
		}
	}
	for _, name := range []string{"", "inception", "Pixels"} {
		e, err := Named(b, name)
		gantest.RequireInvalid(t, err, "extractor")
		if e != nil {
			t.Errorf("an extractor beside the refusal of %q", name)
		}
	}
}

func TestPixelsAreTheImages(t *testing.T) {
	images := &data.Images{Name: "two", N: 2, Height: 1, Width: 2, Channels: 1, Pixels: []uint8{0, 255, 51, 102}}
	x, dim := extract(t, Pixels(), images)
	if want := []float32{0, 1, .2, .4}; dim != 2 || !slices.Equal(x, want) {
		t.Errorf("pixels are %v in rows of %d: want %v in rows of 2", x, dim, want)
	}
	images.N = 3
	_, _, err := Pixels().Extract(t.Context(), images)
	refuses(t, "an image too few", err, data.ErrFormat, `"two"`)
}

// openRandom is Random on a backend.
func openRandom(t *testing.T, b compute.Backend, seed uint64) Extractor {
	t.Helper()
	e, err := Random(b, seed)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestRandomIsItsDefinition: these numbers are part of every score that is named after them.
func TestRandomIsItsDefinition(t *testing.T) {
	for _, images := range []*data.Images{noise(2, 8, 8, 1), noise(2, 8, 11, 3), noise(1, 28, 28, 1)} {
		want := referenceRandom(images, 7)
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			x, dim := extract(t, openRandom(t, b, 7), images)
			if dim != 256 {
				t.Errorf("%d features: want 256", dim)
			}
			if off := farthest(t, x, want); off > 1e-5 {
				t.Errorf("%d x %d x %d: features are off by %.1e of the largest", images.Height, images.Width, images.Channels, off)
			}
		})
	}
}

// referenceRandom is Random written out as loops in float64.
func referenceRandom(images *data.Images, seed uint64) []float32 {
	var rows []float32
	for i := range images.N {
		h, w, c := images.Height, images.Width, 3
		x := make([]float64, h*w*c)
		for p := range h * w {
			for k := range c {
				x[p*c+k] = float64(images.At(i)[p*images.Channels+k%images.Channels]) / 255
			}
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		for _, l := range []struct{ out, stride int }{{32, 2}, {64, 2}, {64, 1}} {
			x, h, w = referenceConv(rng, x, h, w, c, l.out, l.stride)
			c = l.out
		}
		for _, lines := range [][2]int{{0, (h + 1) / 2}, {h / 2, h}} {
			for _, columns := range [][2]int{{0, (w + 1) / 2}, {w / 2, w}} {
				for k := range c {
					var sum float64
					for y := lines[0]; y < lines[1]; y++ {
						for z := columns[0]; z < columns[1]; z++ {
							sum += x[(y*w+z)*c+k]
						}
					}
					rows = append(rows, float32(sum/float64((lines[1]-lines[0])*(columns[1]-columns[0]))))
				}
			}
		}
	}
	return rows
}

// referenceConv is a 3×3 convolution with TensorFlow's "same" padding, and a ReLU.
func referenceConv(rng *rand.Rand, x []float64, h, w, in, out, stride int) (y []float64, oh, ow int) {
	const k = 3
	sigma := math.Sqrt(2 / float64(k*k*in))
	kernel := make([]float64, k*k*in*out)
	for i := range kernel {
		kernel[i] = float64(float32(sigma * rng.NormFloat64()))
	}
	oh, ow = (h+stride-1)/stride, (w+stride-1)/stride
	top, left := max((oh-1)*stride+k-h, 0)/2, max((ow-1)*stride+k-w, 0)/2
	y = make([]float64, oh*ow*out)
	for r := range oh {
		for c := range ow {
			for s := range k {
				for t := range k {
					row, column := r*stride+s-top, c*stride+t-left
					if row < 0 || row >= h || column < 0 || column >= w {
						continue
					}
					for i := range in {
						for o := range out {
							y[(r*ow+c)*out+o] += x[(row*w+column)*in+i] * kernel[((s*k+t)*in+i)*out+o]
						}
					}
				}
			}
		}
	}
	for i := range y {
		y[i] = max(y[i], 0)
	}
	return y, oh, ow
}

// A row must not depend on the number of others, whatever batches they are in.
func TestRowsDoNotDependOnTheirNumber(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		e := openRandom(t, b, 1)
		many := noise(atOnce+3, 9, 8, 1)
		x, dim := extract(t, e, many)
		last, _ := extract(t, e, subset(t, many, atOnce, many.N))
		if !slices.Equal(last, x[atOnce*dim:]) {
			t.Errorf("the last rows by themselves are off by %.1e", farthest(t, last, x[atOnce*dim:]))
		}
	})
}

func TestRandomTellsSeedsAndImagesApart(t *testing.T) {
	b := gantest.Open(t, "go")
	images := noise(2, 16, 16, 3)
	x, dim := extract(t, openRandom(t, b, 1), images)
	if slices.Equal(x[:dim], x[dim:]) {
		t.Error("two images have the same features")
	}
	other, _ := extract(t, openRandom(t, b, 2), images)
	if farthest(t, other, x) < .1 {
		t.Error("another seed has nearly the same features")
	}
	if got, want := openRandom(t, b, 2).Name(), "random convolutions, seed 2"; got != want {
		t.Errorf("the name is %q: want %q", got, want)
	}
}

// Grey is taken as equal red, green and blue.
func TestRandomOfGreyIsThatOfGreyInColour(t *testing.T) {
	grey := noise(3, 12, 12, 1)
	colour, err := grey.WithChannels(3)
	if err != nil {
		t.Fatal(err)
	}
	e := openRandom(t, gantest.Open(t, "go"), 1)
	x, _ := extract(t, e, grey)
	y, _ := extract(t, e, colour)
	if off := farthest(t, x, y); off > 1e-6 {
		t.Errorf("features in colour are off by %.1e of the largest", off)
	}
}

func TestRandomRefuses(t *testing.T) {
	e := openRandom(t, gantest.Open(t, "go"), 1)
	_, _, err := e.Extract(t.Context(), noise(1, 7, 20, 1))
	refuses(t, "small images", err, data.ErrUnfit, `"noise"`)
	broken := noise(1, 8, 8, 1)
	broken.Channels = 2
	_, _, err = e.Extract(t.Context(), broken)
	refuses(t, "two channels", err, data.ErrFormat, `"noise"`)
	for _, e := range []Extractor{e, Pixels()} {
		_, _, err = e.Extract(ended(t), noise(1, 8, 8, 1))
		refuses(t, "an ended context", err, context.Canceled)
	}
}

// ended is a context that has been cancelled.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// TestUnrounded: on whole pixel values the features are those of the pixels, on either scale; between them they move by
// as little as the examples do, where pixels would not move at all.
func TestUnrounded(t *testing.T) {
	b := gantest.Open(t, "go")
	images := noise(3, 28, 28, 1)
	random, err := Random(b, 1)
	require.NoError(t, err)
	digits, err := Digits(b)
	require.NoError(t, err)
	for _, e := range []Extractor{Pixels(), random, digits} {
		want, dim := extract(t, e, images)
		for _, scale := range []data.Scale{data.Unit, data.Symmetric} {
			x := make([]float32, len(images.Pixels))
			require.NoError(t, images.Fill(x, []int{0, 1, 2}, scale))
			got, gotDim, err := Unrounded(t.Context(), e, x, []int{28, 28, 1}, scale)
			require.NoError(t, err)
			require.Equal(t, dim, gotDim, e.Name())
			require.Less(t, farthest(t, want, got), 1e-5, e.Name())
			for i := range x {
				x[i] += 1e-4 * float32(scale.Span())
			}
			moved, _, err := Unrounded(t.Context(), e, x, []int{28, 28, 1}, scale)
			require.NoError(t, err)
			require.NotEqual(t, got, moved, e.Name())
			require.Less(t, farthest(t, got, moved), 1e-2, e.Name())
		}
	}
	x := make([]float32, 784)
	_, _, err = Unrounded(t.Context(), random, x, []int{28, 28, 1}, data.Contrast)
	gantest.RequireInvalid(t, err, "scale")
	_, _, err = Unrounded(t.Context(), random, x[1:], []int{28, 28, 1}, data.Unit)
	require.ErrorIs(t, err, data.ErrFormat)
	_, _, err = Unrounded(t.Context(), digits, x, []int{14, 56, 1}, data.Unit)
	require.ErrorIs(t, err, data.ErrUnfit)
	_, _, err = Unrounded(t.Context(), struct{ Extractor }{random}, x, []int{28, 28, 1}, data.Unit)
	gantest.RequireInvalid(t, err, "extractor")
}
