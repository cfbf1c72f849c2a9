package feature

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// randomLayers are the convolutions of [Random]. The receptive field of the last is 15 x 15 pixels.
var randomLayers = []struct{ channels, kernel, stride int }{{32, 3, 2}, {64, 3, 2}, {64, 3, 1}}

const (
	randomLeast = 8 // the shortest side: it leaves the last layer 2 x 2 pixels
	randomCells = 2 // along each axis
)

// Random returns an untrained convolutional network: 3×3 convolutions to 32, 64 and 64 channels, the first two with
// stride 2, each with a ReLU and without biases, then the means over the four quarters of the picture. It gives 256
// features for images of at least 8 x 8, square or not, grey or in colour. Grey becomes equal red, green and blue.
//
// The weights are N(0, 2/inputs) (He et al. 2015, arXiv:1502.01852), drawn on the host by [rand.PCG] of (seed, 0). So a
// seed gives the same features on every backend and machine, up to the rounding of float32.
//
// The features capture edges, strokes, texture, brightness and colour, and roughly where in the picture these are. They
// do not capture what a picture shows: a digit torn into well-drawn strokes can pass. Naeem et al. 2020
// (arXiv:2002.09797) use a random network, VGG16 in their case, for images unlike those of ImageNet, on which published
// networks were trained.
func Random(b compute.Backend, seed uint64) (Extractor, error) {
	exec, err := newExec(b, randomNetwork(seed))
	if err != nil {
		return nil, err
	}
	return &random{seed, exec}, nil
}

type random struct {
	seed uint64
	exec executor
}

func (r *random) Name() string { return fmt.Sprintf("random convolutions, seed %d", r.seed) }

func (r *random) Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error) {
	return extractRandom(ctx, r, images, images.Pixels)
}

// extractRandom is Extract of the values of images, which may be unrounded.
func extractRandom[T uint8 | float32](ctx context.Context, r *random, images *data.Images, values []T) (x []float32, dim int, err error) {
	if err := images.Validate(); err != nil {
		return nil, 0, err
	}
	if min(images.Height, images.Width) < randomLeast {
		return nil, 0, fmt.Errorf("%w: image set %q has images of %d x %d: want at least %d x %[5]d for random convolutions",
			data.ErrUnfit, images.Name, images.Height, images.Width, randomLeast)
	}
	results, err := inBatches(ctx, r.exec, images, values)
	if err != nil {
		return nil, 0, err
	}
	return results[0], len(results[0]) / images.N, nil
}

// randomNetwork builds the network: uint8 or float32 [n, height, width, 1 or 3] to float32 [n, 256].
func randomNetwork(seed uint64) func(pixels *Node) *Node {
	return func(pixels *Node) *Node {
		x := unitOf(pixels)
		if x.Shape().Dimensions[3] == 1 {
			x = Concatenate([]*Node{x, x, x}, 3)
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		for _, l := range randomLayers {
			in := x.Shape().Dimensions[3]
			w := normal(rng, l.kernel*l.kernel*in*l.channels, math.Sqrt(2/float64(l.kernel*l.kernel*in)))
			kernel := Reshape(Const(x.Graph(), w), l.kernel, l.kernel, in, l.channels)
			x = MaxScalar(layer.Conv2D(x, kernel, l.stride, layer.SameTF), 0)
		}
		return cellMeans(x, randomCells)
	}
}

// normal draws n numbers from N(0, sigma).
func normal(rng *rand.Rand, n int, sigma float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(sigma * rng.NormFloat64())
	}
	return x
}

// cellMeans are the means of x [n, height, width, channels] over k x k cells, [n, k·k·channels]. Cells share a row or
// column where k does not divide a side, as in PyTorch's adaptive average pooling.
func cellMeans(x *Node, k int) *Node {
	d := x.Shape().Dimensions
	cell := func(side, i int) SliceAxisSpec { return AxisRange(i*side/k, ((i+1)*side+k-1)/k) }
	var means []*Node
	for i := range k {
		for j := range k {
			means = append(means, ReduceMean(Slice(x, AxisRange(), cell(d[1], i), cell(d[2], j)), 1, 2))
		}
	}
	return Concatenate(means, 1)
}
