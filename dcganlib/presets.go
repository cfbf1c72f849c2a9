package dcganlib

import (
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Config is a recipe: the networks, the size of the minibatches, and how the game is played. The presets fill it
// completely. All of them take one step of D to one of G, descend the non-saturating loss, and train both players by
// Adam with β₂ = .999 and ε = 1e-8, on which the paper is silent: they are Adam's own values and the released code's.
type Config struct {
	Networks
	// BatchSize is m. The paper: 128.
	BatchSize int `json:"batch_size"`
	// Play is the rest. The paper: z is 100 numbers from U(−1, 1), and Adam has rate 2e-4 and β₁ = .5 for both players.
	ganlib.Play
}

// recipe is the paper's, section 4, for the given networks.
func recipe(n Networks) Config {
	adam := func() ganlib.Rule {
		return ganlib.Rule{Adam: &optim.Adam{LearningRate: 2e-4, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	}
	return Config{
		Networks: n.orPaper(), BatchSize: 128,
		Play: ganlib.Play{
			Noise:     ganlib.Prior{Noise: ganlib.Uniform, Dim: 100},
			Objective: ganlib.ObjectiveChoice{Name: ganlib.NonSaturating.Name}, K: 1,
			GeneratorRule: adam(), DiscriminatorRule: adam(),
		},
	}
}

// LSUN64 is the paper's network of Figure 1, for 64×64 colour images of bedrooms or faces:
//
//	G  z 100 → 4×4×1024 → 8×8×512 → 16×16×256 → 32×32×128 → 64×64×3
//	D  64×64×3 → 32×32×128 → 16×16×256 → 8×8×512 → 4×4×1024 → 1
//
// Where the paper is silent (biases, the size of kernels, the place of batch norm, its ε and γ) it follows the released
// code, faces/train_uncond_dcgan.py. That code's weight decay of 1e-5, which the paper does not mention, is left out.
func LSUN64() Config { return recipe(Networks{Size: 64, Channels: 3}) }

// CIFAR32 is LSUN64 without its 64×64 stage, for 32×32 colour images:
//
//	G  z 100 → 4×4×1024 → 8×8×512 → 16×16×256 → 32×32×3
//	D  32×32×3 → 16×16×256 → 8×8×512 → 4×4×1024 → 1
//
// It is not the network behind the paper's CIFAR-10 accuracy, which has 3×3 kernels and was trained on ImageNet.
// Networks{Size: 32, Channels: 3} is narrower: 128, 256, 512.
func CIFAR32() Config {
	return recipe(Networks{Size: 32, Channels: 3, Filters: []int{256, 512, 1024}})
}

// MNIST28 is the conditional network of the paper's section 8.1, by mnist/train_cond_dcgan.py: digits [28, 28, 1] in
// [0, 1] with a sigmoid at the end, labels joined to the input of every layer, a fully connected layer of 1024 in both
// players, batch norm without γ and β:
//
//	G  z 100 → 1024 → 7×7×128 → 14×14×64 → 28×28×1
//	D  28×28×1 → 14×14×64 → 7×7×128 → 1024 → 1
//
// That code's weight decay of 2.5e-5, and the linear fall of its rate in the second hundred epochs, are left out.
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

// Torch64 is the copy that most people have run, PyTorch's example (after dcgan.torch): 4×4 kernels, half the channels,
// Gaussian noise, batches of 64, batch norm with PyTorch's ε, and by channel from the projection on. That program
// reuses D's noise in G's step. Here G gets fresh noise, as in Algorithm 1.
func Torch64() Config {
	c := recipe(Networks{
		Size: 64, Channels: 3, Filters: []int{64, 128, 256, 512}, Kernel: 4,
		Projection: projectionChannel, Epsilon: 1e-5,
	})
	c.Noise.Noise, c.BatchSize = ganlib.Gaussian, 64
	return c
}

// Flowers64 is MathWorks' "Train Generative Adversarial Network" example, on photographs of flowers. Its text gives
// every transposed convolution stride 2. Its code, followed here, gives the first one stride 1 and crops nothing:
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

// Validate refuses a recipe that cannot be run.
func (c Config) Validate() error {
	_, err := c.Algorithm1()
	return err
}

// Algorithm1 is the recipe as ganlib plays it, with fresh learning rules. Its batches hold images, and labels where the
// networks are conditional. It is an error if the recipe cannot be run.
func (c Config) Algorithm1() (*ganlib.Algorithm1, error) {
	if c.BatchSize < 1 {
		return nil, invalid.Value("batch_size", c.BatchSize, "at least 1")
	}
	if err := c.ValidateFor(c.BatchSize); err != nil {
		return nil, err
	}
	if c.Penalty.Kind != "" && c.HasBatchNorm() {
		return nil, invalid.Value("penalty.kind", c.Penalty.Kind,
			`none with batch norm in D, whose gradient is then that of a whole batch, or batch_norm "none"`)
	}
	return c.Play.Algorithm1(c.Generator, c.Discriminator, c.Classes)
}
