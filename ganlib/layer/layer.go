// Package layer holds the network layers GANs need and GoMLX lacks, or has with defects that would
// break a GAN in silence. Each is right on every backend.
//
// All of these are graph-building functions: they panic on misuse, as GoMLX's own do, and the
// executor that called them turns the panic into an error.
package layer

import (
	"math"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// Maxout is the layer of Goodfellow et al., Maxout Networks (ICML 2013), equation 1: each unit is the
// largest of several affine functions of the input.
//
// x is [batch, features]; the result is [batch, units]. The pieces of one unit are neighbours in the
// weight matrix [features, units·pieces], and each has a bias of its own.
func Maxout(scope *model.Scope, x *Node, units, pieces int) *Node {
	x.AssertRank(2)
	z := layers.Dense(scope, x, true, units*pieces)
	return ReduceMax(Reshape(z, -1, units, pieces), -1)
}

// Uniform initialises weights from U(−irange, irange), the "irange" of the 2014 code, and biases
// (anything of rank 0 or 1) with zero.
func Uniform(scope *model.Scope, irange float64) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		if shape.Rank() <= 1 {
			return Zeros(g, shape)
		}
		return uniform(scope, g, shape, irange)
	}
}

// FanIn initialises weights and biases of a layer with that many inputs from U(−1/√fanIn, 1/√fanIn),
// as PyTorch's linear layer does. Random biases matter where the input is a single number: without
// them every hidden unit bends at the same x.
func FanIn(scope *model.Scope, fanIn int) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		return uniform(scope, g, shape, 1/math.Sqrt(float64(fanIn)))
	}
}

func uniform(scope *model.Scope, g *Graph, shape shapes.Shape, a float64) *Node {
	return AddScalar(MulScalar(scope.RandomUniform(g, shape), 2*a), -a)
}
