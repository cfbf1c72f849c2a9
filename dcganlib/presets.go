package dcganlib

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Config is a whole recipe: the networks and how they are trained. What no recipe here changes is not in
// it: one step of D to one of G, the non-saturating loss, and Adam's β₂ = .999 and ε = 1e-8, its own
// values and the released code's, on which the paper is silent.
type Config struct {
	Networks
	// Noise is the prior of z. The paper: 100 numbers from U(−1, 1).
	Noise ganlib.Prior `json:"noise"`
	// BatchSize is m. The paper: 128.
	BatchSize int `json:"batch_size"`
	// LearningRate and Beta1 are Adam's, for both players. The paper: 2e-4 and .5.
	LearningRate float64 `json:"learning_rate"`
	Beta1        float64 `json:"beta1"`
	// Simultaneous takes both players' gradients from one forward pass, as MathWorks' example does, in
	// place of D first and then G on fresh noise.
	Simultaneous bool `json:"simultaneous,omitempty"`
	// FlipReal is the share of real images whose label D is told wrong. The paper: 0. MathWorks: .35.
	FlipReal float64 `json:"flip_real,omitempty"`
}

// recipe is the paper's, section 4, for the given networks.
func recipe(n Networks) Config {
	return Config{
		Networks: n.orPaper(), Noise: ganlib.Prior{Noise: ganlib.Uniform, Dim: 100},
		BatchSize: 128, LearningRate: 2e-4, Beta1: .5,
	}
}

// LSUN64 is the paper's network of Figure 1, for 64×64 colour images of bedrooms or faces:
//
//	G  z 100 → 4×4×1024 → 8×8×512 → 16×16×256 → 32×32×128 → 64×64×3
//	D  64×64×3 → 32×32×128 → 16×16×256 → 8×8×512 → 4×4×1024 → 1
//
// Where the paper is silent (biases, the kernels' size, where exactly batch norm stands, its ε and γ) it
// follows the released code, faces/train_uncond_dcgan.py. That code's weight decay of 1e-5, of which the
// paper says nothing, is left out.
func LSUN64() Config { return recipe(Networks{Size: 64, Channels: 3}) }

// CIFAR32 is LSUN64 less its 64×64 stage, for 32×32 colour images:
//
//	G  z 100 → 4×4×1024 → 8×8×512 → 16×16×256 → 32×32×3
//	D  32×32×3 → 16×16×256 → 8×8×512 → 4×4×1024 → 1
//
// It is not the network behind the paper's CIFAR-10 accuracy, which has 3×3 kernels and was trained on
// ImageNet. Networks{Size: 32, Channels: 3} is a slimmer one: 128, 256, 512.
func CIFAR32() Config {
	return recipe(Networks{Size: 32, Channels: 3, Filters: []int{256, 512, 1024}})
}

// MNIST28 is the conditional network of the paper's section 8.1 after mnist/train_cond_dcgan.py:
// digits [28, 28, 1] in [0, 1] with a sigmoid at the end, labels joined to the input of every layer, a
// fully connected layer of 1024 in both players, batch norm without γ and β:
//
//	G  z 100 → 1024 → 7×7×128 → 14×14×64 → 28×28×1
//	D  28×28×1 → 14×14×64 → 7×7×128 → 1024 → 1
//
// That code's weight decay of 2.5e-5 and the linear fall of its rate in the second hundred epochs are
// left out.
func MNIST28() Config {
	return recipe(Networks{
		Size: 28, Channels: 1, Base: 7, Filters: []int{64, 128}, Hidden: 1024, Classes: 10,
		Output: outputSigmoid, BatchNorm: batchNormPlain,
	})
}

// MNIST28Unconditional is MNIST28 without the labels.
func MNIST28Unconditional() Config {
	c := MNIST28()
	c.Classes = 0
	return c
}

// Torch64 is the copy most people have run, PyTorch's example (after dcgan.torch): 4×4 kernels, half the
// channels, Gaussian noise, batches of 64, batch norm with PyTorch's ε, over channels from the projection
// on. That program reuses D's noise in G's step; here G gets fresh noise, as in Algorithm 1.
func Torch64() Config {
	c := recipe(Networks{
		Size: 64, Channels: 3, Filters: []int{64, 128, 256, 512}, Kernel: 4,
		Projection: projectionChannel, Epsilon: 1e-5,
	})
	c.Noise.Noise, c.BatchSize = ganlib.Gaussian, 64
	return c
}

// Flowers64 is MathWorks' "Train Generative Adversarial Network" example, on photographs of flowers. Its
// text gives every transposed convolution stride 2; its code, followed here, gives the first stride 1 and
// cuts nothing off:
//
//	G  z 100 → 4×4×512 → 8×8×256 → 16×16×128 → 32×32×64 → 64×64×3
//	D  64×64×3, half of it dropped → 32×32×64 → 16×16×128 → 8×8×256 → 4×4×512 → 1
func Flowers64() Config {
	c := recipe(Networks{
		Size: 64, Channels: 3, Filters: []int{64, 128, 256, 512}, Padding: paddingTF,
		Projection: projectionPlain, Init: initGlorot, Bias: true, Epsilon: 1e-5, InputDropout: .5,
	})
	c.Noise.Noise, c.Simultaneous, c.FlipReal = ganlib.Gaussian, true, .35
	return c
}

// Validate reports a recipe that cannot be run.
func (c Config) Validate() error {
	if err := c.ValidateFor(c.BatchSize); err != nil {
		return err
	}
	if c.BatchSize < 1 {
		return fmt.Errorf("batch_size is %d: want at least 1", c.BatchSize)
	}
	if err := c.Adam().Validate(); err != nil {
		return err
	}
	return c.Algorithm1().Validate()
}

// Adam is a fresh learning rule for one player.
func (c Config) Adam() *optim.Adam {
	return &optim.Adam{LearningRate: c.LearningRate, Beta1: c.Beta1, Beta2: .999, Epsilon: 1e-8}
}

// Algorithm1 is the recipe as ganlib plays it. Its batches hold images, and labels where the networks are
// conditional.
func (c Config) Algorithm1() *ganlib.Algorithm1 {
	return &ganlib.Algorithm1{
		Game: ganlib.Game{
			Generator: c.Generator, Discriminator: c.Discriminator,
			Prior: c.Noise, Objective: ganlib.NonSaturating,
			Classes: c.Classes, FlipReal: c.FlipReal,
		},
		K: 1, Simultaneous: c.Simultaneous,
		DiscriminatorRule: c.Adam(), GeneratorRule: c.Adam(),
	}
}
