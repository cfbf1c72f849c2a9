package ganlib

import (
	"github.com/gans-in-go/gans/ganlib/optim"
)

// The recipes below are the 2014 paper's experiments, its Figure 2, by the code released with it:
// github.com/goodfeli/adversarial at 1720041, on Pylearn2 at c5e1b30. All play alike: simultaneous updates, the
// non-saturating generator loss, ½V, momentum from .5 to .7, dropout in D. What they learn from, in minibatches of what
// size and for how long is not theirs to say.

// MNIST2014 is the experiment on MNIST, by mnist.yaml. It is not Algorithm 1 as printed.
//
// The released code starts the biases of G's output at the logit of each pixel's mean, which needs the data: see
// [MLP.From].
func MNIST2014() Recipe {
	r := released2014(.1, 500) // 50,000 images in minibatches of 100
	r.Noise.Noise = UnitUniform
	r.Generator.MLP = &MLP{
		Hidden: []int{1200, 1200}, Activation: "relu",
		Output: []int{28, 28, 1}, OutputActivation: "sigmoid", IRange: .05,
	}
	r.Discriminator.Maxout = maxout2014(240, 240)
	return r
}

// TFD2014 is the experiment on the Toronto Face Database, 48 × 48 in grey, by tfd_pretrain/train.yaml. It is the second
// of two runs. The first is [TFDPretraining2014]; the second puts two new layers before that one's generator, 8000
// rectifiers and 100 sigmoids, and trains all of them against a new discriminator.
//
// As on MNIST, the released code starts the biases of G's output at the data's mean.
func TFD2014() Recipe {
	return faces2014(Layer{Units: 8000, Activation: "relu"}, Layer{Units: 100, Activation: "sigmoid", Bias: -2})
}

// TFDPretraining2014 is the first run of [TFD2014], by tfd_pretrain/pretrain.yaml: a generator of two hidden layers.
func TFDPretraining2014() Recipe { return faces2014() }

// faces2014 is the game on TFD, with hidden layers of the generator before the two it always has. The set has about
// 100,000 unlabelled faces, so an epoch is taken as 1000 minibatches of 100.
func faces2014(before ...Layer) Recipe {
	r := released2014(.05, 1000)
	r.Generator.MLP = &MLP{
		Layers: append(before, Layer{Units: 8000, Activation: "relu"}, Layer{Units: 8000, Activation: "sigmoid", Bias: -2}),
		Output: []int{48, 48, 1}, OutputActivation: "sigmoid", IRange: .05, OutputSparse: 100,
	}
	r.Discriminator.Maxout = maxout2014(1200, 1200)
	r.GeneratorRule.MaxColNorm, r.DiscriminatorRule.MaxColNorm = 1.9365, 1.9365
	return r
}

// CIFAR10FC2014 is the fully connected experiment on CIFAR-10, by cifar10_fully_connected.yaml, for images that are
// normalised in contrast one by one.
func CIFAR10FC2014() Recipe {
	r := released2014(.025, 400) // 40,000 images in minibatches of 100
	r.Generator.MLP = &MLP{
		Layers: []Layer{{Units: 8000, Activation: "relu"}, {Units: 8000, Activation: "sigmoid"}},
		Output: []int{32, 32, 3}, OutputActivation: "linear", IRange: .05, OutputIRange: .5,
	}
	r.Discriminator.Maxout = maxout2014(1600, 1600)
	return r
}

// CIFAR10Conv2014 is the experiment on CIFAR-10 with a convolutional discriminator and a "deconvolutional" generator,
// by cifar10_convolutional.yaml, on the data of [CIFAR10FC2014].
func CIFAR10Conv2014() Recipe {
	r := released2014(.004, 312) // 40,000 images in minibatches of 128
	r.Generator.Deconv = &DeconvMLP{
		MLP: MLP{
			Hidden: []int{8000}, Activation: "relu", // and 8000 sigmoids, as 80 maps of 10 × 10:
			Output: []int{10, 10, 80}, OutputActivation: "sigmoid", IRange: .05,
		},
		Channels: 3, Kernel: 5, Stride: 3, IRange: .05, // 3·(10 − 1) + 5 = 32 pixels a side
	}
	top := maxout2014(500)
	top.InputDropout = .5
	r.Discriminator.MaxoutConv = &MaxoutConv{
		Layers: []MaxoutConvLayer{
			{Channels: 32, Pieces: 2, Kernel: 8, Padding: 4, Pool: 4, Stride: 2},  // 32 → 33, pooled to 16
			{Channels: 32, Pieces: 2, Kernel: 8, Padding: 3, Pool: 4, Stride: 2},  // 15, pooled to 7
			{Channels: 192, Pieces: 2, Kernel: 5, Padding: 3, Pool: 2, Stride: 2}, // 9, pooled to 5
		},
		MLP: *top, InputDropout: .2, Dropout: .5, IRange: .005,
	}
	return r
}

// released2014 is how the 2014 code plays whatever the data, at a learning rate and with a number of updates an epoch,
// after which its momentum is set anew. All but MNIST's file name no noise, and so have Gaussian noise.
func released2014(rate float64, epoch int) Recipe {
	rule := func() Rule {
		return Rule{Momentum: &optim.Momentum{
			LearningRate: rate, Decay: 1.000004, MinRate: 1e-6,
			Initial: .5, Final: .7, Saturate: 250, Epoch: epoch,
		}}
	}
	return Recipe{Play: Play{
		Noise:     Prior{Noise: Gaussian, Dim: 100},
		Objective: ObjectiveChoice{Name: NonSaturating.Name}, HalfV: true, K: 1, Simultaneous: true,
		GeneratorRule: rule(), DiscriminatorRule: rule(),
	}}
}

// maxout2014 is the 2014 code's fully connected discriminator, with layers of the given widths.
func maxout2014(units ...int) *MaxoutMLP {
	return &MaxoutMLP{Units: units, Pieces: 5, InputDropout: .2, Dropout: .5, IRange: .005}
}
