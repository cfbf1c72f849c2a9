package gans

import (
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// The presets below are the 2014 paper's experiments on faces and on CIFAR-10, Figure 2 b, c and d, by its
// released code: github.com/goodfeli/adversarial at 1720041, files tfd_pretrain/pretrain.yaml and train.yaml,
// cifar10_fully_connected.yaml and cifar10_convolutional.yaml, on Pylearn2 at c5e1b30. All play as MNIST
// does: simultaneous updates, the non-saturating generator loss, ½V, momentum from .5 to .7, dropout in D.
// Their noise is Gaussian, for the files name none. Those for CIFAR-10 do not say when to stop.

// TFD is the experiment on the Toronto Face Database, 48 × 48 in grey: the second of its two runs. The first,
// TFDPretrain, plays the same game with a smaller generator. The second puts two new layers before that one's,
// 8000 rectifiers and 100 sigmoids, and trains all of them against a new discriminator, for 22 epochs. The
// first run's weights are where they begin when Generator.Pretrained names its directory:
//
//	first := gans.TFDPretrain()
//	first.Dir = "runs/tfd-pretrain"
//	...
//	second := gans.TFD()
//	second.Generator.Pretrained = first.Dir
//
// Otherwise all layers begin at random. `gan data info tfd` says how to get the faces.
func TFD() Config {
	cfg := faces(22, ganlib.Layer{Units: 8000, Activation: "relu"}, ganlib.Layer{Units: 100, Activation: "sigmoid", Bias: -2})
	cfg.Name = "TFD, released 2014 recipe"
	return cfg
}

// TFDPretrain is the first run of TFD: 50 epochs with a generator of two hidden layers.
func TFDPretrain() Config {
	cfg := faces(50)
	cfg.Name = "TFD, released 2014 recipe, pretraining"
	return cfg
}

// faces is the game of TFD for so many epochs, with hidden layers of the generator before the two it always
// has. An epoch is taken as 1000 minibatches, for the set has about 100,000 unlabelled faces.
func faces(epochs int, before ...ganlib.Layer) Config {
	const epoch = 1000
	cfg := released2014(.05, epoch)
	cfg.Data = Data{Set: "tfd", Part: "unlabelled"}
	cfg.Generator = Network{
		MLP: &ganlib.MLP{
			Layers: append(before,
				ganlib.Layer{Units: 8000, Activation: "relu"}, ganlib.Layer{Units: 8000, Activation: "sigmoid", Bias: -2}),
			Output: []int{48, 48, 1}, OutputActivation: "sigmoid", IRange: .05, OutputSparse: 100,
		},
		BiasFromData: true,
	}
	cfg.Discriminator = Network{Maxout: maxout2014(1200, 1200)}
	cfg.GeneratorRule.MaxColNorm, cfg.DiscriminatorRule.MaxColNorm = 1.9365, 1.9365
	cfg.Steps = epochs * epoch
	return cfg
}

// CIFAR10FC is the fully connected experiment on CIFAR-10, on the first 40,000 of its training images, each
// normalised in contrast, for 100 epochs of 400 iterations. `gan data` fetches them.
func CIFAR10FC() Config {
	const epoch = 400
	cfg := released2014(.025, epoch)
	cfg.Name = "CIFAR-10, fully connected, released 2014 recipe"
	cfg.Data = Data{Set: "cifar10", First: 40_000}
	cfg.Generator = Network{MLP: &ganlib.MLP{
		Layers: []ganlib.Layer{{Units: 8000, Activation: "relu"}, {Units: 8000, Activation: "sigmoid"}},
		Output: []int{32, 32, 3}, OutputActivation: "linear", IRange: .05, OutputIRange: .5,
	}}
	cfg.Discriminator = Network{Maxout: maxout2014(1600, 1600)}
	cfg.Steps = 100 * epoch
	return cfg
}

// CIFAR10Conv is the experiment on CIFAR-10 with a convolutional discriminator and a "deconvolutional"
// generator, on the data of CIFAR10FC, for 100 epochs of 312 iterations.
func CIFAR10Conv() Config {
	const epoch = 312
	cfg := released2014(.004, epoch)
	cfg.Name = "CIFAR-10, convolutional, released 2014 recipe"
	cfg.Data, cfg.BatchSize = Data{Set: "cifar10", First: 40_000}, 128
	cfg.Generator = Network{Deconv: &ganlib.DeconvMLP{
		MLP: ganlib.MLP{
			Hidden: []int{8000}, Activation: "relu", // and 8000 sigmoids, as 80 maps of 10 × 10:
			Output: []int{10, 10, 80}, OutputActivation: "sigmoid", IRange: .05,
		},
		Channels: 3, Kernel: 5, Stride: 3, IRange: .05, // 3·(10 − 1) + 5 = 32 pixels a side
	}}
	top := maxout2014(500)
	top.InputDropout = .5
	cfg.Discriminator = Network{MaxoutConv: &ganlib.MaxoutConv{
		Layers: []ganlib.MaxoutConvLayer{
			{Channels: 32, Pieces: 2, Kernel: 8, Padding: 4, Pool: 4, Stride: 2},  // 32 → 33, pooled to 16
			{Channels: 32, Pieces: 2, Kernel: 8, Padding: 3, Pool: 4, Stride: 2},  // 15, pooled to 7
			{Channels: 192, Pieces: 2, Kernel: 5, Padding: 3, Pool: 2, Stride: 2}, // 9, pooled to 5
		},
		MLP: *top, InputDropout: .2, Dropout: .5, IRange: .005,
	}}
	cfg.Steps = 100 * epoch
	return cfg
}

// released2014 is what the 2014 code plays whatever the data: all but the networks, at a learning rate and
// with so many iterations an epoch.
func released2014(rate float64, epoch int) Config {
	rule := func() Rule {
		return Rule{Momentum: &optim.Momentum{
			LearningRate: rate, Decay: 1.000004, MinRate: 1e-6,
			Initial: .5, Final: .7, Saturate: 250, Epoch: epoch,
		}}
	}
	return Config{
		Seed: 1, BatchSize: 100, Noise: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 100},
		Objective: Objective{Name: ganlib.NonSaturating.Name}, HalfV: true, K: 1, Simultaneous: true,
		GeneratorRule: rule(), DiscriminatorRule: rule(),
		RecordEvery: 50, SampleEvery: 500, SaveEvery: 1000, MeasureEvery: 500,
	}
}

// maxout2014 is the 2014 code's fully connected discriminator, with layers of so many units.
func maxout2014(units ...int) *ganlib.MaxoutMLP {
	return &ganlib.MaxoutMLP{Units: units, Pieces: 5, InputDropout: .2, Dropout: .5, IRange: .005}
}
