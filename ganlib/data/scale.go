package data

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Scale says which numbers the pixel values 0 to 255 become.
type Scale int

const (
	// Unit maps 0..255 to [0, 1]: for a generator that ends in a sigmoid.
	Unit Scale = iota
	// Symmetric maps 0..255 to [-1, 1]: for a generator that ends in tanh.
	Symmetric
	// Contrast is global contrast normalisation as in the 2014 paper's CIFAR-10 networks, for a generator whose output
	// is linear: an image's mean is subtracted, and the rest is scaled to a Euclidean norm of 55. An image of one
	// brightness becomes 0 throughout.
	// Deck equation contrast.
	Contrast
)

// Constants of the 2014 code's CIFAR-10 ("GCN 55"; Pylearn2's global_contrast_normalize gives up on a smaller divisor).
const (
	contrastNorm = 55
	leastDivisor = 1e-8
)

// String is the range of a scale's values, or "contrast-normalised".
func (s Scale) String() string {
	return [...]string{Unit: "[0, 1]", Symmetric: "[-1, 1]", Contrast: "contrast-normalised"}[s]
}

// check reports an unknown scale.
func (s Scale) check() error {
	if s < Unit || s > Contrast {
		return invalid.Value("scale", int(s), "Unit (%d), Symmetric (%d) or Contrast (%d)", Unit, Symmetric, Contrast)
	}
	return nil
}

// Span is the distance from black to white: 1, 2, or 0 for Contrast, under which that depends on the image.
func (s Scale) Span() float64 { return map[Scale]float64{Unit: 1, Symmetric: 2}[s] }

// scaled is the scale in a graph: pixels uint8 [n, height, width, channels] to float32.
func (s Scale) scaled(pixels *Node) *Node {
	x := ConvertDType(pixels, dtypes.Float32)
	switch s {
	case Unit:
		return DivScalar(x, 255)
	case Symmetric:
		return AddScalar(DivScalar(x, 127.5), -1)
	}
	axes := []int{1, 2, 3}
	x = Sub(x, ReduceAndKeep(x, ReduceMean, axes...))
	divisor := DivScalar(Sqrt(ReduceAndKeep(Square(x), ReduceSum, axes...)), contrastNorm)
	return Div(x, Where(LessThan(divisor, Scalar(x.Graph(), x.DType(), leastDivisor)), OnesLike(divisor), divisor))
}

// Numbers are all images of the set as numbers, [N, height, width, channels], one after the other. It returns the errors of
// [Images.Fill].
func (s *Images) Numbers(scale Scale) ([]float32, error) {
	x, all := make([]float32, len(s.Pixels)), make([]int, s.N)
	for i := range all {
		all[i] = i
	}
	if err := s.Fill(x, all, scale); err != nil {
		return nil, err
	}
	return x, nil
}

// Fill writes the images that indices name, scaled, one after the other into dst, which is [len(indices), Height,
// Width, Channels]. It returns an error, and leaves dst alone, if dst has another length or an index is not in the set.
func (s *Images) Fill(dst []float32, indices []int, scale Scale) error {
	size := s.Size()
	if want := len(indices) * size; len(dst) != want {
		return fmt.Errorf("%w: a minibatch of %d images of %d values from %q needs room for %d numbers: got room for %d",
			ErrFormat, len(indices), size, s.Name, want, len(dst))
	}
	if err := s.check(indices); err != nil {
		return err
	}
	if err := scale.check(); err != nil {
		return err
	}
	for b, i := range indices {
		scale.fill(dst[b*size:(b+1)*size], s.At(i))
	}
	return nil
}

// fill scales the pixels of one image.
func (s Scale) fill(out []float32, pixels []uint8) {
	subtract, divisor := 0., 255.
	switch s {
	case Symmetric:
		subtract, divisor = 127.5, 127.5
	case Contrast:
		subtract, divisor = contrast(pixels)
	}
	for p, v := range pixels {
		out[p] = float32((float64(v) - subtract) / divisor)
	}
}

// contrast is the mean of an image, and its norm about the mean over 55.
func contrast(pixels []uint8) (mean, divisor float64) {
	for _, v := range pixels {
		mean += float64(v)
	}
	mean /= float64(len(pixels))
	for _, v := range pixels {
		divisor += (float64(v) - mean) * (float64(v) - mean)
	}
	if divisor = math.Sqrt(divisor) / contrastNorm; divisor < leastDivisor {
		divisor = 1
	}
	return mean, divisor
}

// Pixels turns the numbers x of one image back into pixel values, rounded and clipped to 0 to 255. Contrast has lost an
// image's mean and contrast: the image is drawn around middle grey, with its largest number, up or down, at full range,
// as Pylearn2 shows such images. dst and x must be of one length.
func (s Scale) Pixels(dst []uint8, x []float32) {
	add, factor := 0., 255.
	switch s {
	case Symmetric:
		add, factor = 127.5, 127.5
	case Contrast:
		reach := leastDivisor
		for _, v := range x {
			reach = max(reach, math.Abs(float64(v)))
		}
		add, factor = 127.5, 127.5/reach
	}
	for p, v := range x {
		dst[p] = uint8(math.Round(min(max(float64(v)*factor+add, 0), 255)))
	}
}

// Images turns examples [n, height, width, channels], one after the other in x, back into an image set by
// [Scale.Pixels]; shape is that of one example. It returns an error if shape is not that of an image, or if x does not
// hold a whole number of examples, at least one. The caller names the set.
func (s Scale) Images(x []float32, shape []int) (*Images, error) {
	if len(shape) != 3 {
		return nil, fmt.Errorf("%w: examples of shape %v: want images, [height, width, channels]", ErrUnfit, shape)
	}
	set := &Images{Height: shape[0], Width: shape[1], Channels: shape[2]}
	size := set.Size()
	if size < 1 || len(x) == 0 || len(x)%size != 0 {
		return nil, fmt.Errorf("%w: %d values: want a whole number of images of shape %v, at least one", ErrFormat, len(x), shape)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	set.N, set.Pixels = len(x)/size, make([]uint8, len(x))
	for i := range set.N {
		s.Pixels(set.At(i), x[i*size:(i+1)*size])
	}
	return set, set.Validate()
}
