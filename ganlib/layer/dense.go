package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Dense is the affine map x·W + b: x [batch, features] to [batch, units], with variables "weights"
// [features, units] and, where bias is asked for, "biases" [units].
//
// GoMLX's own has no second derivative on its Go backend, and so cannot be under a gradient penalty.
func Dense(scope *model.Scope, x *Node, units int, bias bool) *Node {
	if x.Rank() != 2 || units < 1 {
		Panicf("layer.Dense: x is %s and there are %d units: want x [batch, features] and at least 1 unit", x.Shape(), units)
	}
	y := Dot(x, variable(scope, "weights", x, x.Shape().Dimensions[1], units)).Product()
	if bias {
		y = Add(y, Reshape(variable(scope, "biases", x, units), 1, units))
	}
	return y
}

// LeakyReLU is x where x > 0 and slope·x elsewhere, elementwise (Maas, Hannun and Ng, Rectifier
// Nonlinearities Improve Neural Network Acoustic Models, 2013). The derivative at 0 is the slope, as in
// PyTorch and TensorFlow.
func LeakyReLU(x *Node, slope float64) *Node {
	return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, MulScalar(x, slope))
}
