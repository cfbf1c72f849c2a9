package main

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// The pictures: grey, side × side, of two kinds.
const side, classes = 16, 2

// generator is G(z|y): noise [batch, 16] and labels [batch, 2] to pictures [batch, 16, 16, 1] in [−1, 1].
func generator(scope *model.Scope, z, y *Node) *Node {
	scope = scope.WithInitializer(layer.Normal(scope, .05))
	x := layer.Dense(scope.At("dense"), Concatenate([]*Node{z, y}, 1), 4*4*32, false)
	x = rectify(scope.At("dense"), Reshape(x, -1, 4, 4, 32))
	x = rectify(scope.At("up_8"), up(16).Forward(scope.At("up_8"), x)) // [batch, 8, 8, 16]
	return Tanh(up(1).Forward(scope.At("up_16"), x))
}

func up(channels int) layer.ConvTranspose {
	return layer.ConvTranspose{Channels: channels, Kernel: 4, Stride: 2, Padding: layer.Explicit(1, 1)}
}

func rectify(scope *model.Scope, x *Node) *Node {
	return MaxScalar(layer.BatchNorm{}.Forward(scope.At("norm"), x), 0)
}

// discriminator is D(x|y): pictures [batch, 16, 16, 1] and labels [batch, 2] to logits [batch, 1].
func discriminator(scope *model.Scope, x, y *Node) *Node {
	scope = scope.WithInitializer(layer.Normal(scope, .05))
	for i, channels := range []int{16, 32} { // [batch, 8, 8, 16], [batch, 4, 4, 32]
		conv := layer.Conv{Channels: channels, Kernel: 4, Stride: 2, Padding: layer.Explicit(1, 1), Bias: true}
		x = layer.LeakyReLU(conv.Forward(scope.At("conv_%d", i), x), .2)
	}
	x = Concatenate([]*Node{Reshape(x, x.Shape().Dimensions[0], -1), y}, 1)
	return layer.Dense(scope.At("logit"), x, 1, true)
}
