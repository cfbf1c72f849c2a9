package layer

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Conv is a convolution layer: x [batch, height, width, in] to [batch, height', width', Channels]. Like every
// deep-learning library it correlates: the kernel is not flipped.
type Conv struct {
	// Channels is the number of output channels.
	Channels int
	// Kernel is the side of the square kernel, Stride its step, both at least 1.
	Kernel, Stride int
	// Padding is the padding of both axes.
	Padding Padding
	// Bias adds a number per output channel. Leave it out before batch normalisation, which subtracts it again.
	Bias bool
}

// Forward builds the layer. Its variables are weights [Kernel, Kernel, in, Channels] and biases [Channels], initialised
// by the scope.
func (c Conv) Forward(scope *model.Scope, x *Node) *Node {
	c.mustFit("Conv", x)
	w := weights(scope, x, 3, c.Kernel, c.Kernel, x.Shape().Dimensions[3], c.Channels)
	return c.biased(scope, Conv2D(x, w, c.Stride, c.Padding))
}

// ConvTranspose is a transposed, or fractionally-strided, convolution layer: x [batch, height, width, in] to [batch,
// height', width', Channels], where height' is about Stride·height. It is often called deconvolution, which it is not.
type ConvTranspose Conv

// Forward builds the layer. Its variables are weights [Kernel, Kernel, Channels, in], in Keras's order, and biases
// [Channels], initialised by the scope.
func (c ConvTranspose) Forward(scope *model.Scope, x *Node) *Node {
	Conv(c).mustFit("ConvTranspose", x)
	w := weights(scope, x, 2, c.Kernel, c.Kernel, c.Channels, x.Shape().Dimensions[3])
	return Conv(c).biased(scope, ConvTranspose2D(x, w, c.Stride, c.Padding))
}

func (c Conv) mustFit(layer string, x *Node) {
	if x.Rank() != 4 {
		Panicf("layer.%s: x has shape %s: want [batch, height, width, channels]", layer, x.Shape())
	}
	if c.Channels < 1 || c.Kernel < 1 || c.Stride < 1 {
		Panicf("layer.%s: %d channels, kernel %d, stride %d: want at least 1 of each", layer, c.Channels, c.Kernel, c.Stride)
	}
}

func (c Conv) biased(scope *model.Scope, x *Node) *Node {
	if !c.Bias {
		return x
	}
	return Add(x, Reshape(variable(scope, "biases", x, c.Channels), 1, 1, 1, c.Channels))
}

// Conv2D is the convolution of x [batch, height, width, in] with the kernel w [rows, columns, in, out]:
//
//	y[b, i, j, :] = Σ x[b, stride·i + s − top, stride·j + t − left, :] · w[s, t, :, :]
//
// over the kernel's rows s and columns t, with zeros for x outside the image. Gradients of any order are correct for
// every kernel, stride and padding.
// Deck equation conv-size.
func Conv2D(x, w *Node, stride int, p Padding) *Node {
	xd, wd := x.Shape().Dimensions, w.Shape().Dimensions
	mustMatch("Conv2D", x, w, stride, 2)
	var g geometry
	for a := range g {
		var err error
		if g[a], err = p.convolve(xd[1+a], wd[a], stride); err != nil {
			Panicf("layer.Conv2D: x %s, w %s: %v", x.Shape(), w.Shape(), err)
		}
	}
	return gather(x, w, g)
}

// ConvTranspose2D is the adjoint of Conv2D in x: for y [batch, height, width, out] and a kernel w [rows, columns, in,
// out] it gives [batch, height', width', in], such that
//
//	⟨Conv2D(x, w), y⟩ = ⟨x, ConvTranspose2D(y, w)⟩.
//
// With explicit padding height' is stride·(height−1) + rows − before − after; with either "same" it is stride·height.
// PyTorch's padding p and output_padding o are Explicit(p, p−o).
//
// Deck equations transposed-size and adjoint.
func ConvTranspose2D(y, w *Node, stride int, p Padding) *Node {
	yd, wd := y.Shape().Dimensions, w.Shape().Dimensions
	mustMatch("ConvTranspose2D", y, w, stride, 3)
	var g geometry
	for a := range g {
		var err error
		if g[a], err = p.transpose(yd[1+a], wd[a], stride); err != nil {
			Panicf("layer.ConvTranspose2D: x %s, w %s: %v", y.Shape(), w.Shape(), err)
		}
	}
	return scatter(y, w, g)
}

// mustMatch panics unless the channels of the image x are those of the kernel on the given axis.
func mustMatch(op string, x, w *Node, stride, axis int) {
	if x.Rank() != 4 || w.Rank() != 4 || x.Shape().Dimensions[3] != w.Shape().Dimensions[axis] {
		Panicf("layer.%s: x %s, w %s: want 4 axes each, and as many channels in x as on w's axis %d", op, x.Shape(), w.Shape(), axis)
	}
	if x.DType() != w.DType() {
		Panicf("layer.%s: x is %s and w %s: want one type", op, x.DType(), w.DType())
	}
	if stride < 1 {
		Panicf("layer.%s: stride %d: want at least 1", op, stride)
	}
}

// Padding is the number of zeros before and after an image, the same on both axes: Explicit, SameTF or SameTorch.
type Padding struct {
	before, after int
	rule          rule
}

type rule int

const (
	explicit rule = iota
	sameTF
	sameTorch
)

// Explicit pads each axis with the given numbers of zeros, before its first and after its last pixel. A transposed
// convolution crops its result by these numbers; if after is below 0 it extends the end.
func Explicit(before, after int) Padding { return Padding{before: before, after: after} }

var (
	// SameTF is "same" padding as in TensorFlow and MATLAB: the output has ceil(n/stride) pixels (stride·n if
	// transposed). The zeros are split between both sides; of an odd number, the extra zero comes after.
	SameTF = Padding{rule: sameTF}
	// SameTorch is (kernel−1)/2 zeros before and kernel/2 after, for every stride. PyTorch users write it as padding=2
	// for 5×5 and padding=1 for 4×4 at stride 2, and as padding="same" at stride 1. The output has the size of
	// SameTF's, but at stride 2 a kernel sees other pixels.
	SameTorch = Padding{rule: sameTorch}
)

// String names the padding.
func (p Padding) String() string {
	switch p.rule {
	case sameTF:
		return "SameTF"
	case sameTorch:
		return "SameTorch"
	}
	return fmt.Sprintf("Explicit(%d, %d)", p.before, p.after)
}

// convolve is the geometry of a convolution over n pixels.
func (p Padding) convolve(n, k, s int) (axis, error) {
	a := axis{n: n, k: k, s: s, m: ceilDiv(n, s)}
	switch p.rule {
	case sameTF:
		a.lo = max((a.m-1)*s+k-n, 0) / 2
	case sameTorch:
		a.lo = (k - 1) / 2
	default:
		if p.before < 0 || p.after < 0 {
			return a, fmt.Errorf("padding %s: want at least 0", p)
		}
		if n+p.before+p.after < k {
			return a, fmt.Errorf("a kernel of %d does not fit into %d pixels with padding %s", k, n, p)
		}
		a.lo, a.m = p.before, (n+p.before+p.after-k)/s+1
	}
	return a, nil
}

// transpose is the geometry of a convolution to m pixels, whose image is the result of the transposed convolution.
func (p Padding) transpose(m, k, s int) (axis, error) {
	a := axis{n: m * s, k: k, s: s, m: m}
	switch p.rule {
	case sameTF:
		a.lo = max(k-s, 0) / 2
	case sameTorch:
		a.lo = (k - 1) / 2
	default:
		if p.before < 0 || p.after <= -s {
			return a, fmt.Errorf("padding %s: want at least 0 before and more than −%d, minus the stride, after", p, s)
		}
		a.n, a.lo = (m-1)*s+k-p.before-p.after, p.before
		if a.n < 1 {
			return a, fmt.Errorf("padding %s cuts everything off the %d pixels of the result", p, (m-1)*s+k)
		}
	}
	return a, nil
}
