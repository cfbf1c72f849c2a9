package feature

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// The side of the images that classifiers read, and the number of their features.
const (
	side     = 28
	features = 64
)

// convolutions are the first layers, all of stride 2: 28 x 28 to 14 x 14, 7 x 7 and 4 x 4.
var convolutions = []struct{ channels, kernel int }{{32, 5}, {64, 3}, {64, 3}}

// dropout is the fraction of features that each training step drops.
const dropout = .3

// slope is that of the leaky ReLUs. With plain ones a feature could be 0 for every image, and the features' covariance
// singular.
const slope = .1

// network is the classifier: x [n, 28, 28, 1] in [0, 1] to features [n, 64] and a logit for each class, [n, classes].
func network(scope *model.Scope, x *Node, classes int) (feature, logits *Node) {
	for i, c := range convolutions {
		conv := layer.Conv{Channels: c.channels, Kernel: c.kernel, Stride: 2, Padding: layer.SameTF}
		x = conv.Forward(he(scope.At("conv_%d", i), c.kernel*c.kernel*x.Shape().Dimensions[3]), x)
		x = layer.LeakyReLU(layer.BatchNorm{}.Forward(scope.At("norm_%d", i), x), slope)
	}
	x = Reshape(x, x.Shape().Dimensions[0], -1)
	x = layer.Dense(he(scope.At("features"), x.Shape().Dimensions[1]), x, features, false)
	feature = layer.LeakyReLU(layer.BatchNorm{}.Forward(scope.At("norm_features"), x), slope)
	hidden := layers.DropoutStatic(scope, feature, dropout)
	return feature, layer.Dense(he(scope.At("logits"), features), hidden, classes, true)
}

// he draws the weights of a layer from N(0, 2/inputs), for ReLUs (He et al. 2015, arXiv:1502.01852).
func he(scope *model.Scope, inputs int) *model.Scope {
	return scope.WithInitializer(layer.Normal(scope, math.Sqrt(2/float64(inputs))))
}
