package layer

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// Uniform initialises weights from U(−irange, irange), the "irange" of the 2014 code, and biases (anything of rank 0 or
// 1) with zero.
func Uniform(scope *model.Scope, irange float64) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		if shape.Rank() <= 1 {
			return Zeros(g, shape)
		}
		return uniform(scope, g, shape, irange)
	}
}

// Normal initialises weights from N(0, sigma), as DCGAN does with sigma .02, and biases (anything of rank 0 or 1) with
// zero, in float32, float64 and half precision. GoMLX's own leaves bfloat16 weights at zero and draws random biases.
func Normal(scope *model.Scope, sigma float64) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		if shape.Rank() <= 1 {
			return Zeros(g, shape)
		}
		return MulScalar(StandardNormal(scope, g, shape), sigma)
	}
}

// StandardNormal draws from N(0, 1), in float32 for half precision. It is never infinite.
func StandardNormal(scope *model.Scope, g *Graph, shape shapes.Shape) *Node {
	drawn := shape.Clone()
	if shape.DType.IsHalfPrecision() {
		drawn.DType = dtypes.Float32
	}
	// XLA's normal is +Inf once in 2³² draws, on a zero from its 32-bit generator. Its largest other value is √(2·ln
	// 2³²) = 6.66.
	return ConvertDType(ClipScalar(scope.RandomNormal(g, drawn), -6.7, 6.7), shape.DType)
}

// FanIn initialises weights and biases of a layer with that many inputs from U(−1/√fanIn, 1/√fanIn), as PyTorch's
// linear layer does. Random biases matter where the input is a single number: without them every hidden unit bends at
// the same x.
func FanIn(scope *model.Scope, fanIn int) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		return uniform(scope, g, shape, 1/math.Sqrt(float64(fanIn)))
	}
}

func uniform(scope *model.Scope, g *Graph, shape shapes.Shape, a float64) *Node {
	return AddScalar(MulScalar(scope.RandomUniform(g, shape), 2*a), -a)
}
