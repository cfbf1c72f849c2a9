package ganlib

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// DeconvMLP is the "deconvolutional" generator of the 2014 paper's last CIFAR-10 experiment: an MLP whose results are
// feature maps, and one transposed convolution that makes an image of them. There: 80 maps of 10 × 10, a 5 × 5 kernel
// at stride 3, and so 32 = 3·(10 − 1) + 5 pixels a side.
type DeconvMLP struct {
	// MLP makes the feature maps: its Output is their shape [height, width, maps].
	MLP MLP `json:"mlp"`
	// Channels of the image; Kernel, the side of the square kernel, and Stride of the convolution whose transpose makes
	// it. Its results are not squashed: the image's values can be any number.
	Channels int `json:"channels"`
	Kernel   int `json:"kernel"`
	Stride   int `json:"stride"`
	// IRange initialises the kernel from U(−IRange, IRange); 0 means U(−1/√n, 1/√n) for n maps. Each value of the image
	// has a bias of its own, which starts at 0.
	IRange float64 `json:"irange,omitempty"`
}

// Validate refuses a network that cannot be built.
func (c DeconvMLP) Validate() error {
	if err := c.MLP.Validate(); err != nil {
		return invalid.In("mlp", err)
	}
	if len(c.MLP.Output) != 3 {
		return invalid.Value("mlp.output", c.MLP.Output, "the shape of feature maps, [height, width, maps]")
	}
	return positive("", size{"channels", c.Channels}, size{"kernel", c.Kernel}, size{"stride", c.Stride})
}

// size is a number that must be at least 1, and its key.
type size struct {
	key string
	n   int
}

// mostSize keeps the products of sizes within an integer. No memory holds what two such sizes make.
const mostSize = 1 << 20

func positive(above string, sizes ...size) error {
	for _, s := range sizes {
		if s.n < 1 || s.n > mostSize {
			return invalid.Value(above+s.key, s.n, "1 to %d", mostSize)
		}
	}
	return nil
}

// Output is the shape of one image, [height, width, channels].
func (c DeconvMLP) Output() []int {
	if len(c.MLP.Output) != 3 {
		return nil
	}
	side := func(n int) int { return c.Stride*(n-1) + c.Kernel }
	return []int{side(c.MLP.Output[0]), side(c.MLP.Output[1]), c.Channels}
}

// Forward builds the network: noise z [batch, dim], joined by the labels y [batch, classes] unless they are nil, to
// images [batch, height, width, channels], as Output has them. It is a Generator.
func (c DeconvMLP) Forward(scope *model.Scope, z, y *Node) *Node {
	if err := c.Validate(); err != nil {
		Panicf("ganlib.DeconvMLP: %v", err)
	}
	maps := c.MLP.Forward(scope, z, y)
	deconv := initialisedFor(scope.At("deconv"), c.MLP.Output[2], c.IRange)
	x := layer.ConvTranspose{Channels: c.Channels, Kernel: c.Kernel, Stride: c.Stride}.Forward(deconv, maps)
	return layer.UntiedBias(deconv, x)
}

// MaxoutConv is the discriminator of the 2014 paper's convolutional CIFAR-10 experiment: convolutions with maxout over
// the channels, each followed by max pooling, then a MaxoutMLP. There is dropout before each layer.
type MaxoutConv struct {
	Layers []MaxoutConvLayer `json:"layers"`
	// MLP reads the last layer's result and makes the logit; its InputDropout is that before it.
	MLP MaxoutMLP `json:"mlp"`
	// InputDropout and Dropout are the fractions dropped in training, of the image and of each later convolution's
	// input, as in MaxoutMLP. The 2014 code: .2 and .5.
	InputDropout float64 `json:"input_dropout"`
	Dropout      float64 `json:"dropout"`
	// IRange initialises the kernels from U(−IRange, IRange), and biases with 0; 0 means U(−1/√n, 1/√n) for both, for n
	// values under the kernel. The 2014 code: .005.
	IRange float64 `json:"irange,omitempty"`
}

// MaxoutConvLayer is a convolution at stride 1, maxout and max pooling.
type MaxoutConvLayer struct {
	// Channels of the result. Each is the largest of Pieces channels of the convolution.
	Channels int `json:"channels"`
	Pieces   int `json:"pieces"`
	// Kernel is the side of the square kernel, Padding the zeros on each side of the image.
	Kernel  int `json:"kernel"`
	Padding int `json:"padding,omitempty"`
	// Pool is the side of the square window of which pooling takes the largest value, Stride the step from one window
	// to the next. All of the image is covered: the last window may reach beyond it.
	Pool   int `json:"pool"`
	Stride int `json:"stride"`
}

// Validate refuses a network that cannot be built.
func (c MaxoutConv) Validate() error {
	for i, l := range c.Layers {
		above := fmt.Sprintf("layers[%d].", i)
		err := positive(above, size{"channels", l.Channels}, size{"pieces", l.Pieces}, size{"kernel", l.Kernel}, size{"pool", l.Pool}, size{"stride", l.Stride})
		switch {
		case err != nil:
			return err
		case l.Padding < 0:
			return invalid.Value(above+"padding", l.Padding, "at least 0")
		case l.Stride > l.Pool:
			return invalid.Value(above+"stride", l.Stride, "at most %d, the side of the pooling window, or values between windows are lost", l.Pool)
		}
	}
	if len(c.Layers) == 0 {
		return invalid.Value("layers", c.Layers, "at least one convolution, or a maxout network")
	}
	if err := validateDropout(c.InputDropout, c.Dropout); err != nil {
		return err
	}
	return invalid.In("mlp", c.MLP.Validate())
}

// Sizes are the sides of what the layers make of square images of a side, in turn: two each, of the convolution and of
// the pooling after it. It returns an error if a kernel or a window is larger than what it is laid on.
//
// Pooling from n values to ⌈(n − Pool)/Stride⌉ + 1 is cuda-convnet's rule, which the 2014 code ran on (Pylearn2 at
// c5e1b30, sandbox/cuda_convnet/pool.py).
func (c MaxoutConv) Sizes(side int) ([]int, error) {
	var sizes []int
	for i, l := range c.Layers {
		convolved := side + 2*l.Padding - l.Kernel + 1
		if convolved < l.Pool {
			return nil, invalid.Value(fmt.Sprintf("layers[%d].kernel", i), l.Kernel,
				"less: with padding %d and pooling windows of %d it does not fit images of side %d", l.Padding, l.Pool, side)
		}
		side = l.pooled(convolved)
		sizes = append(sizes, convolved, side)
	}
	return sizes, nil
}

// pooled is the number of windows that cover n values.
func (l MaxoutConvLayer) pooled(n int) int { return (n-l.Pool+l.Stride-1)/l.Stride + 1 }

// Forward builds the network: images x [batch, side, side, channels] to logits [batch, 1]. The labels y [batch,
// classes], unless they are nil, join the last convolution's result. It is a Discriminator.
func (c MaxoutConv) Forward(scope *model.Scope, x, y *Node) *Node {
	err := c.Validate()
	if err == nil {
		err = c.Reads(x.Shape().Dimensions[1:])
	}
	if err != nil {
		Panicf("ganlib.MaxoutConv: %v", err)
	}
	drop := c.InputDropout
	for i, l := range c.Layers {
		fan := l.Kernel * l.Kernel * x.Shape().Dimensions[3]
		conv := initialisedFor(scope.At("conv_%d", i), fan, c.IRange)
		x = l.forward(conv, layers.DropoutStatic(scope, x, drop))
		drop = c.Dropout
	}
	return c.MLP.Forward(scope, x, y)
}

// Reads refuses examples of a shape that the network cannot read.
func (c MaxoutConv) Reads(shape []int) error {
	if len(shape) != 3 || shape[0] != shape[1] {
		return invalid.Value("", shape, "square images of shape [side, side, channels]")
	}
	_, err := c.Sizes(shape[0])
	return err
}

// forward builds the layer: x [batch, side, side, in] to [batch, side', side', Channels].
func (l MaxoutConvLayer) forward(scope *model.Scope, x *Node) *Node {
	z := layer.Conv{
		Channels: l.Channels * l.Pieces, Kernel: l.Kernel, Stride: 1,
		Padding: layer.Explicit(l.Padding, l.Padding), Bias: true,
	}.Forward(scope, x)
	dims := z.Shape().Dimensions
	z = ReduceMax(Reshape(z, append(dims[:3:3], l.Channels, l.Pieces)...), -1)
	beyond := func(n int) [2]int { return [2]int{0, max((l.pooled(n)-1)*l.Stride+l.Pool-n, 0)} }
	return MaxPool(z).Window(l.Pool).Strides(l.Stride).PaddingPerDim([][2]int{beyond(dims[1]), beyond(dims[2])}).Done()
}
