package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Dense is the affine map x·W + b: x [batch, features] to [batch, units], with variables "weights" [features, units]
// and, if bias is true, "biases" [units].
//
// GoMLX's own has no second derivative on its Go backend, so no gradient penalty can go through it. On XLA's CPU its
// gradient in W takes 1.5 times as long.
func Dense(scope *model.Scope, x *Node, units int, bias bool) *Node {
	if x.Rank() != 2 || units < 1 {
		Panicf("layer.Dense: x is %s and there are %d units: want x [batch, features] and at least 1 unit", x.Shape(), units)
	}
	y := product(x, weights(scope, x, 1, x.Shape().Dimensions[1], units))
	if bias {
		y = Add(y, Reshape(variable(scope, "biases", x, units), 1, units))
	}
	return y
}

// product is x·w for x [batch, in] and w [in, out]. As with a convolution, it and its two gradients are each other's
// derivatives.
func product(x, w *Node) *Node {
	return withGradient(x, w, times(x, w),
		func(v *Node) *Node { return productT(v, w) },
		func(v *Node) *Node { return outer(x, v) })
}

// productT is y·wᵀ for y [batch, out] and w [in, out].
func productT(y, w *Node) *Node {
	return withGradient(y, w, timesT(y, w),
		func(v *Node) *Node { return product(v, w) },
		func(v *Node) *Node { return outer(v, y) })
}

// outer is xᵀ·y for x [batch, in] and y [batch, out].
func outer(x, y *Node) *Node {
	return withGradient(x, y, tTimes(x, y),
		func(v *Node) *Node { return productT(y, v) },
		func(v *Node) *Node { return product(x, v) })
}

// times, timesT and tTimes are a·b, a·bᵀ and aᵀ·b for matrices. tTimes transposes a first: XLA's CPU takes 1.5 times as
// long to contract the first axes.
func times(a, b *Node) *Node  { return Dot(a, b).Product() }
func timesT(a, b *Node) *Node { return DotGeneral(a, []int{1}, nil, b, []int{1}, nil) }
func tTimes(a, b *Node) *Node { return times(Transpose(a, 0, 1), b) }

// LeakyReLU is x where x > 0 and slope·x elsewhere, elementwise (Maas, Hannun and Ng, Rectifier Nonlinearities Improve
// Neural Network Acoustic Models, 2013). The derivative at 0 is the slope, as in PyTorch and TensorFlow. In a graph that
// [Guide] has marked, gradients pass it by guided backpropagation.
func LeakyReLU(x *Node, slope float64) *Node {
	return guided(Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, MulScalar(x, slope)))
}
