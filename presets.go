package gans

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/suggest"
)

// presets by the names that the command line knows them by.
var presets = map[string]func() Config{
	"figure1":               Figure1,
	"ring8":                 Ring8,
	"mnist":                 MNIST,
	"mnist-adam":            MNISTAdam,
	"mnist-minimax":         MNISTMinimax,
	"mnist28":               MNIST28,
	"mnist28-unconditional": MNIST28Unconditional,
	"lsun64":                LSUN64,
	"cifar32":               CIFAR32,
	"torch64":               Torch64,
	"flowers64":             Flowers64,
	"tfd-pretrain":          TFDPretrain,
	"tfd":                   TFD,
	"cifar10-fc":            CIFAR10FC,
	"cifar10-conv":          CIFAR10Conv,
}

// Preset returns a ready configuration by name; Presets lists the names.
func Preset(name string) (Config, error) {
	if preset, ok := presets[name]; ok {
		return preset(), nil
	}
	want := fmt.Sprintf("one of %q", Presets())
	if near, ok := suggest.Nearest(name, Presets()); ok {
		want = fmt.Sprintf("%q, perhaps, or another of %q", near, Presets())
	}
	return Config{}, invalid.Value("preset", name, "%s", want)
}

// Presets lists the names Preset knows.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// On returns the configuration for other data: one of DataSets, or a path as Data.Path has it. Images are
// resized, and grey or in colour as the generator has them. Data the configuration has already stay as they
// are. A conditional game keeps its number of classes; WithClasses takes that of the data.
func (cfg Config) On(what string) (Config, error) {
	if cfg.Data.Set == what {
		return cfg, nil
	}
	d, err := dataNamed(what)
	if err != nil {
		return Config{}, err
	}
	if output := cfg.Generator.output(); len(output) == 3 && d.OfImages() {
		d.Size = output[0]
	}
	if d.OfImages() { // how they are drawn is the recipe's
		d.Flip, d.Replacement, d.OnDevice = cfg.Data.Flip, cfg.Data.Replacement, cfg.Data.OnDevice
	}
	cfg.Name = strings.TrimSuffix(cfg.Name, ", on "+cfg.Data.String()) + ", on " + d.String() // of one set, however often moved
	cfg.Data = d
	return cfg, nil
}

// WithClasses returns a conditional configuration for as many classes as its data have. Any other configuration stays as
// it is, and so does one whose data have no labels: [Train] refuses it. Pictures at a path are not read to count them.
func (cfg Config) WithClasses(ctx context.Context) (Config, error) {
	if cfg.Generator.classes() == 0 || !cfg.Data.OfImages() {
		return cfg, nil
	}
	classes, err := cfg.Data.Classes(ctx)
	if err != nil || classes == 0 {
		return cfg, err
	}
	for _, n := range []*Network{&cfg.Generator, &cfg.Discriminator} {
		if n.DCGAN != nil {
			of := *n.DCGAN
			of.Classes = classes
			n.DCGAN = &of
		}
	}
	return cfg, nil
}

// At returns the configuration for images of another size, or with another number of channels: 1 for grey, 3
// for colour; 0 leaves either. It is for DCGANs, whose networks dcganlib.Networks.At brings to that size.
func (cfg Config) At(size, channels int) (Config, error) {
	if cfg.Generator.DCGAN == nil || cfg.Discriminator.DCGAN == nil {
		return Config{}, invalid.Value("size", size, "0 and 0 channels for networks that are not DCGANs: take a preset such as cifar32 or lsun64")
	}
	for _, n := range []*Network{&cfg.Generator, &cfg.Discriminator} {
		at, err := n.DCGAN.At(size, channels)
		if err != nil {
			return Config{}, err
		}
		n.DCGAN = &at
	}
	cfg.Data.Size = cfg.Generator.DCGAN.Size
	return cfg, nil
}

// Figure1 learns N(1, .5) from Gaussian noise: the paper's Figure 1 as an experiment. Five
// discriminator steps an iteration and a learning rate that falls to zero let both players arrive; with
// k = 1 they do not, while D says 1/2 all the same.
func Figure1() Config {
	const steps = 2000
	player := ganlib.MLP{Hidden: []int{32, 32}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear"}
	g, d := player, player
	rule := func(k int) ganlib.Rule {
		return ganlib.Rule{Adam: &optim.Adam{LearningRate: 1e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8, Linear: k * steps}}
	}
	return Config{
		Name: "Figure 1: N(1, .5) by a one-dimensional GAN", Seed: 1,
		Data: Data{Set: data.Normal, Mean: 1, Std: .5}, BatchSize: 512,
		Generator: of(ganlib.Network{MLP: &g}), Discriminator: of(ganlib.Network{MLP: &d}),
		Play: ganlib.Play{
			Noise:     ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1},
			Objective: ganlib.ObjectiveChoice{Name: ganlib.Minimax.Name}, K: 5,
			GeneratorRule: rule(1), DiscriminatorRule: rule(5),
		},
		Steps: steps, RecordEvery: 20, SampleEvery: steps, SaveEvery: 500, MeasureEvery: 100,
	}
}

// Ring8 learns eight blots on a circle, the toy on which lost modes can be counted, with a setting that keeps
// all of them.
func Ring8() Config {
	player := func(output int) Network {
		return of(ganlib.Network{MLP: &ganlib.MLP{
			Hidden: []int{128, 128}, Activation: "relu", Output: []int{output}, OutputActivation: "linear",
		}})
	}
	return Config{
		Name: "A ring of 8 Gaussians in the plane", Seed: 1,
		Data: Data{Set: "ring8"}, BatchSize: 256,
		Generator: player(2), Discriminator: player(1),
		Play: ganlib.Play{
			Noise:     ganlib.Prior{Noise: ganlib.Gaussian, Dim: 8},
			Objective: ganlib.ObjectiveChoice{Name: ganlib.NonSaturating.Name}, K: 1,
			GeneratorRule: adam(1e-3), DiscriminatorRule: adam(1e-3),
		},
		Steps: 5000, RecordEvery: 20, SampleEvery: 500, SaveEvery: 1000, MeasureEvery: 100,
	}
}

// MNIST is the MNIST experiment of the 2014 paper by its released code, [ganlib.MNIST2014]: simultaneous updates, the
// non-saturating generator loss, ½V, momentum from .5 to .7, maxout and dropout in D. It is not Algorithm 1 as printed;
// [MNISTMinimax] is.
func MNIST() Config {
	cfg := released2014(ganlib.MNIST2014(), Data{Set: "mnist", First: 50_000}, 20_000)
	cfg.Name, cfg.SaveEvery = "MNIST, released 2014 recipe", 500
	return cfg
}

// MNISTMinimax plays the same networks by Algorithm 1 as printed: D, then G on fresh noise, G descending log(1 − D(G(z))).
// On MNIST with momentum it stalls: D wins early and G's gradient is gone.
func MNISTMinimax() Config {
	cfg := MNIST()
	cfg.Name = "MNIST, Algorithm 1 as printed"
	cfg.Objective, cfg.Simultaneous = ganlib.ObjectiveChoice{Name: ganlib.Minimax.Name}, false
	return cfg
}

// MNISTAdam plays the same networks by Algorithm 1 as printed with Adam in place of momentum, which the algorithm leaves
// open. Adam scales G's vanishing gradient up again, and G learns. (With the non-saturating loss, whose gradient needs no
// help, these networks under Adam collapse to one blot.)
func MNISTAdam() Config {
	cfg := MNIST()
	cfg.Name = "MNIST, Algorithm 1 with Adam"
	cfg.Objective, cfg.Simultaneous, cfg.HalfV = ganlib.ObjectiveChoice{Name: ganlib.Minimax.Name}, false, false
	cfg.GeneratorRule, cfg.DiscriminatorRule = adam(2e-4), adam(2e-4)
	return cfg
}

// tfdEpoch is the number of iterations of an epoch of about 100,000 unlabelled faces.
const tfdEpoch = 1000

// TFD is the 2014 paper's experiment on the Toronto Face Database, 48 × 48 in grey: the second of its two runs,
// [ganlib.TFD2014], for 22 epochs. The first, [TFDPretrain], plays the same game with a smaller generator. Its weights are
// where the second begins when Generator.Pretrained names its directory:
//
//	first, err := gans.Train(ctx, gans.TFDPretrain(), gans.Options{Dir: "runs/tfd-pretrain"})
//	...
//	second := gans.TFD()
//	second.Generator.Pretrained = "runs/tfd-pretrain"
//
// Otherwise all layers begin at random. `gan data info tfd` says how to get the faces.
func TFD() Config {
	cfg := released2014(ganlib.TFD2014(), Data{Set: "tfd", Part: "unlabelled"}, 22*tfdEpoch)
	cfg.Name = "TFD, released 2014 recipe"
	return cfg
}

// TFDPretrain is the first run of [TFD]: 50 epochs with a generator of two hidden layers.
func TFDPretrain() Config {
	cfg := released2014(ganlib.TFDPretraining2014(), Data{Set: "tfd", Part: "unlabelled"}, 50*tfdEpoch)
	cfg.Name = "TFD, released 2014 recipe, pretraining"
	return cfg
}

// CIFAR10FC is the 2014 paper's fully connected experiment on CIFAR-10, [ganlib.CIFAR10FC2014], on the first 40,000 of its
// training images, each normalised in contrast, for 100 epochs of 400 iterations. The released files do not say when to
// stop. `gan data` fetches the images.
func CIFAR10FC() Config {
	cfg := released2014(ganlib.CIFAR10FC2014(), Data{Set: "cifar10", First: 40_000}, 100*400)
	cfg.Name = "CIFAR-10, fully connected, released 2014 recipe"
	return cfg
}

// CIFAR10Conv is the experiment on CIFAR-10 with a convolutional discriminator and a "deconvolutional" generator,
// [ganlib.CIFAR10Conv2014], on the data of [CIFAR10FC], for 100 epochs of 312 iterations.
func CIFAR10Conv() Config {
	cfg := released2014(ganlib.CIFAR10Conv2014(), Data{Set: "cifar10", First: 40_000}, 100*312)
	cfg.Name, cfg.BatchSize = "CIFAR-10, convolutional, released 2014 recipe", 128
	return cfg
}

// released2014 is a recipe of the 2014 code on its data.
func released2014(r ganlib.Recipe, d Data, steps int) Config {
	cfg := Config{
		Seed: 1, Data: d, BatchSize: 100, Generator: of(r.Generator), Discriminator: of(r.Discriminator), Play: r.Play,
		Steps: steps, RecordEvery: 50, SampleEvery: 500, SaveEvery: 1000, MeasureEvery: 500,
	}
	mlp := cfg.Generator.MLP
	cfg.Generator.BiasFromData = mlp != nil && mlp.OutputActivation == "sigmoid"
	return cfg
}

// of is a network of package ganlib.
func of(n ganlib.Network) Network { return Network{Network: n} }

// adam is Adam with the β₁ of DCGAN.
func adam(rate float64) ganlib.Rule {
	return ganlib.Rule{Adam: &optim.Adam{LearningRate: rate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
}

// MNIST28 is the DCGAN paper's conditional network for MNIST: dcganlib.MNIST28 on the 50,000 images the
// released code trains on. That code goes over them 200 times, 78,000 iterations; digits are crisp long
// before.
func MNIST28() Config {
	cfg := dcgan(dcganlib.MNIST28(), "mnist", 2000)
	cfg.Name, cfg.Data.First = "DCGAN for MNIST, conditional", 50_000
	cfg.SampleEvery, cfg.MeasureEvery = 100, 100
	return cfg
}

// MNIST28Unconditional is [MNIST28] without labels.
func MNIST28Unconditional() Config {
	cfg := dcgan(dcganlib.MNIST28Unconditional(), "mnist", 2000)
	cfg.Name, cfg.Data.First = "DCGAN for MNIST, without labels", 50_000
	cfg.SampleEvery, cfg.MeasureEvery = 100, 100
	return cfg
}

// LSUN64 is the network of the DCGAN paper's Figure 1, dcganlib.LSUN64, for as long as its Figure 3 shows:
// 5 epochs of 3,033,042 bedrooms, 23,695 iterations each. `gan data` fetches them.
func LSUN64() Config {
	cfg := dcgan(dcganlib.LSUN64(), "lsun-bedrooms", 5*23_695)
	cfg.Name = "DCGAN of the paper, 64 x 64"
	return cfg
}

// CIFAR32 is LSUN64 at 32 x 32, dcganlib.CIFAR32, for 100 epochs of 50,000 images, 390 iterations each: as
// many epochs as the released code trains on MNIST at its full rate. `gan data` fetches them.
func CIFAR32() Config {
	cfg := dcgan(dcganlib.CIFAR32(), "cifar10", 100*390)
	cfg.Name = "DCGAN of the paper, 32 x 32"
	return cfg
}

// Torch64 is the copy of DCGAN in PyTorch's examples, dcganlib.Torch64, for the 5 epochs of PyTorch's
// tutorial: 202,599 faces, 3,165 iterations each. `gan data info celeba` says how to get
// them.
func Torch64() Config {
	cfg := dcgan(dcganlib.Torch64(), "celeba", 5*3165)
	cfg.Name = "DCGAN as PyTorch's example has it"
	return cfg
}

// Flowers64 is MathWorks' example, dcganlib.Flowers64, for its 500 epochs: 3,670 flowers, 28 iterations
// each. `gan data` fetches them.
func Flowers64() Config {
	cfg := dcgan(dcganlib.Flowers64(), "flowers", 500*28)
	cfg.Data.Flip = true
	cfg.Name = "DCGAN as MathWorks' example has it"
	return cfg
}

// dcgan is a recipe of package dcganlib on data of the recipe's own size.
func dcgan(c dcganlib.Config, set string, steps int) Config {
	network := func() Network {
		n := c.Networks
		n.Filters = slices.Clone(n.Filters)
		return Network{DCGAN: &n}
	}
	return Config{
		Seed: 1, Data: Data{Set: set}, BatchSize: c.BatchSize,
		Generator: network(), Discriminator: network(), Play: c.Play,
		Steps: steps, RecordEvery: 10, SampleEvery: 500, SaveEvery: 500, MeasureEvery: 500,
	}
}
