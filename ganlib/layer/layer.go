// Package layer holds the network layers GANs need and GoMLX lacks, or has with defects that would break a GAN in
// silence. Each is right on every backend, and so are its first and second derivatives: a gradient penalty can go
// through any of them. The tests named TestFramework… say which defect each one is here for, and fail on the day GoMLX
// has mended it.
//
// What serves as it is, is not here. Dropout is GoMLX's own, layers.DropoutStatic(scope, x, rate): it scales what it
// keeps by 1/(1 − rate), draws anew at every call and is off outside training, as TestDropout holds it to.
//
// All of these are graph-building functions: they panic on misuse, as GoMLX's own do, and the executor that called them
// turns the panic into an error.
//
// # bfloat16
//
// A layer computes in its input's type. Where that is bfloat16 (or float16), its variables stay float32, the "master
// weights" of mixed precision training, and are cast where they are used; their gradients arrive in float32, and so
// does what a learning rule adds to them. Batch norm also takes its statistics in float32. Keep the loss in float32
// too, by casting the last layer's result: GoMLX's Adam computes in the type of the loss, where β2 = .999 would be 1.
package layer

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Maxout is the layer of Goodfellow et al., Maxout Networks (ICML 2013), equation 1: each unit is the largest of
// several affine functions of the input.
//
// x is [batch, features]; the result is [batch, units]. The pieces of one unit are neighbours in the weight matrix
// [features, units·pieces], and each has a bias of its own.
func Maxout(scope *model.Scope, x *Node, units, pieces int) *Node {
	x.AssertRank(2)
	z := Dense(scope.At("dense"), x, units*pieces, true)
	return ReduceMax(Reshape(z, -1, units, pieces), -1)
}

// variable is the variable name of a layer on x, cast to x's dtype. Where x is bfloat16 or float16 the variable itself
// stays float32: a weight of 1 in bfloat16 has its next neighbour at 1.0078, so Adam's steps of 2e-4 would all be
// rounded away (Micikevicius et al., Mixed Precision Training, 2018, §3.1).
func variable(scope *model.Scope, name string, x *Node, dims ...int) *Node {
	v := scope.VariableWithShape(name, shapes.Make(masterDType(x), dims...))
	return ConvertDType(v.NodeValue(x.Graph()), x.DType())
}

// masterDType is what the weights and statistics of a layer on x are kept in.
func masterDType(x *Node) dtypes.DType {
	if x.DType().IsHalfPrecision() {
		return dtypes.Float32
	}
	return x.DType()
}
