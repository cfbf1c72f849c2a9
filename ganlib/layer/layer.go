// Package layer holds the network layers that GANs need and that GoMLX lacks or has with silent defects. Each is
// correct on every backend, and so are its first and second derivatives: a gradient penalty can go through any of them.
// The tests named TestFramework… show the defect that each one avoids, and fail once GoMLX has fixed it.
//
// Layers that GoMLX has right are not here. Dropout is GoMLX's own, layers.DropoutStatic(scope, x, rate): it scales the
// values it keeps by 1/(1 − rate), draws anew at every call and is off outside training, as TestDropout checks.
//
// All of these are graph-building functions: they panic on misuse, as GoMLX's own do, and the executor that called them
// turns the panic into an error.
//
// # bfloat16
//
// A layer computes in its input's type. If that is bfloat16 (or float16), its variables stay float32, the "master
// weights" of mixed precision training, and are cast where they are used. Their gradients arrive in float32, and so do
// the optimizer's updates. Batch norm also takes its statistics in float32. Keep the loss in float32 too, by casting
// the last layer's result: GoMLX's Adam computes in the type of the loss, and in bfloat16 β2 = .999 is 1.
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
// [features, units·pieces]; each has its own bias.
func Maxout(scope *model.Scope, x *Node, units, pieces int) *Node {
	x.AssertRank(2)
	z := Dense(scope.At("dense"), x, units*pieces, true)
	return ReduceMax(Reshape(z, -1, units, pieces), -1)
}

// variable is the named variable of a layer on x, cast to x's dtype. If x is bfloat16 or float16 the variable itself
// stays float32: in bfloat16 the number after 1 is 1.0078, so Adam's steps of 2e-4 would all be rounded away
// (Micikevicius et al., Mixed Precision Training, 2018, §3.1).
func variable(scope *model.Scope, name string, x *Node, dims ...int) *Node {
	v := scope.VariableWithShape(name, shapes.Make(masterDType(x), dims...))
	return ConvertDType(v.NodeValue(x.Graph()), x.DType())
}

// masterDType is the type of the weights and statistics of a layer on x.
func masterDType(x *Node) dtypes.DType {
	if x.DType().IsHalfPrecision() {
		return dtypes.Float32
	}
	return x.DType()
}
