package gans

import (
	"fmt"
	"os"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Network is a player's network as config.json has it: one of package ganlib's, or a DCGAN.
//
// It is a convenience of configurations, and not all there is: a game of any networks plays as [ganlib.Players], and
// trains in a directory by [run.Train].
type Network struct {
	// DCGAN holds the architecture of both players, of which this is one. Where it has classes the game is conditional,
	// and the data must be labelled.
	DCGAN *dcganlib.Networks `json:"dcgan,omitempty"`
	ganlib.Network
	// BiasFromData starts an MLP's output at the data's mean pixels, as the 2014 code does.
	BiasFromData bool `json:"bias_from_data,omitempty"`
	// Pretrained is the directory of a run whose generator begins this one: an MLP whose layers, with their weights, are
	// this MLP's last ones. It is read when a run begins and never again.
	Pretrained string `json:"pretrained,omitempty"`
}

// validate refuses a network that cannot be built.
func (n Network) validate() error {
	if n.DCGAN == nil {
		return n.Network.Validate()
	}
	if names := n.Named(); len(names) > 0 {
		return invalid.Value("", fmt.Sprintf("networks %q", append(names, "dcgan")), "one of them")
	}
	return invalid.In("dcgan", n.DCGAN.Validate())
}

// generator returns the network as G. Its output starts at the given biases, if there are any.
func (n Network) generator(outputBias []float32) (ganlib.Generator, error) {
	switch {
	case n.BiasFromData && (n.MLP == nil || n.MLP.OutputActivation != "sigmoid"):
		return nil, invalid.Value("bias_from_data", true, `false, or an mlp with output_activation "sigmoid"`)
	case n.Pretrained != "" && n.MLP == nil:
		return nil, invalid.Value("pretrained", n.Pretrained, "none, or an mlp")
	case n.DCGAN != nil && n.SpectralNorm:
		return ganlib.WithSpectralNorm(n.DCGAN.Generator), nil
	case n.DCGAN != nil:
		return n.DCGAN.Generator, nil
	case outputBias != nil && n.SpectralNorm:
		return ganlib.WithSpectralNorm(n.MLP.From(outputBias)), n.MLP.Validate()
	case outputBias != nil:
		return n.MLP.From(outputBias), n.MLP.Validate()
	}
	return n.Network.Generator()
}

// discriminator returns the network as D, and an error if it cannot read such examples.
func (n Network) discriminator(example []int) (ganlib.Discriminator, error) {
	switch {
	case n.BiasFromData:
		return nil, invalid.Value("bias_from_data", true, "false for a discriminator")
	case n.Pretrained != "":
		return nil, invalid.Value("pretrained", n.Pretrained, "none for a discriminator")
	case n.DCGAN == nil:
		return n.Network.Discriminator(example)
	}
	if got := n.output(); !slices.Equal(got, example) {
		return nil, invalid.Value("dcgan", shaped(got), "examples of shape %v, as the generator's are", example)
	}
	if n.SpectralNorm {
		return ganlib.WithSpectralNorm(n.DCGAN.Discriminator), nil
	}
	return n.DCGAN.Discriminator, nil
}

// output is the shape of one result of the network as a generator.
func (n Network) output() []int {
	if n.DCGAN != nil {
		return []int{n.DCGAN.Size, n.DCGAN.Size, n.DCGAN.Channels}
	}
	return n.Network.Output()
}

// shaped says in a refusal what a network is for.
type shaped []int

func (s shaped) String() string { return fmt.Sprintf("for examples of shape %v", []int(s)) }

// channels is how many channels the images of the network as a generator have, or 0 where it makes none that data could
// follow.
func (n Network) channels() int {
	if output := n.output(); len(output) == 3 && (output[2] == 1 || output[2] == 3) {
		return output[2]
	}
	return 0
}

// scale is the range of the network's results as a generator of images: [0, 1] behind a sigmoid, [−1, 1] behind tanh,
// and contrast-normalised where its output is linear.
func (n Network) scale() data.Scale {
	activation := "tanh"
	switch {
	case n.MLP != nil:
		activation = n.MLP.OutputActivation
	case n.Deconv != nil:
		activation = "linear"
	case n.DCGAN != nil && n.DCGAN.Output == "sigmoid":
		activation = "sigmoid"
	}
	return map[string]data.Scale{"sigmoid": data.Unit, "tanh": data.Symmetric, "linear": data.Contrast}[activation]
}

// classes is the number of classes that the network is told, 0 for a network without labels.
func (n Network) classes() int {
	if n.DCGAN != nil {
		return n.DCGAN.Classes
	}
	return 0
}

// algorithm maps the names of the configuration to the things. The generator's output starts at the given biases, if
// there are any: where there are weights already, none are needed.
func (cfg Config) algorithm(outputBias []float32) (*ganlib.Algorithm1, error) {
	generator, err := cfg.Generator.generator(outputBias)
	if err != nil {
		return nil, invalid.In("generator", err)
	}
	discriminator, err := cfg.Discriminator.discriminator(cfg.Generator.output())
	if err != nil {
		return nil, invalid.In("discriminator", err)
	}
	return cfg.Play.Algorithm1(generator, discriminator, cfg.Generator.classes())
}

// begin gives the generator of a run that has no checkpoint yet the weights of the run that it is to begin with, if there
// is one.
func (cfg Config) begin(dir string, store *model.Store) error {
	from := cfg.Generator.Pretrained
	if from == "" {
		return nil
	}
	if r, err := run.Open(dir); err == nil {
		if checkpoints, err := r.Checkpoints(); err == nil && len(checkpoints) > 0 {
			return nil
		}
	}
	return invalid.In("generator", invalid.In("pretrained", cfg.pretrain(from, store)))
}

// pretrain copies the weights of the generator of a run into this one's last layers.
func (cfg Config) pretrain(dir string, into *model.Store) error {
	r, err := run.Open(dir)
	if err != nil {
		return err
	}
	var first Config
	if err := r.Config(&first); err != nil {
		return err
	}
	before, err := layersBefore(first, cfg)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	store := model.NewStore()
	if _, err := r.Restore(store, os.Stderr); err != nil {
		return err
	}
	if err := ganlib.CopyLast(into, store, before); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}

// layersBefore is how many hidden layers the second run's generator has before those of the first's.
func layersBefore(first, second Config) (int, error) {
	last := first.Generator.MLP
	if last == nil {
		return 0, fmt.Errorf("%w: its generator is not an mlp, whose layers could be the last ones here", ganlib.ErrNotBefore)
	}
	return second.Generator.MLP.LayersBefore(second.Noise.Dim, *last, first.Noise.Dim)
}
