package ganlib

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Network is a network of this package as JSON. Exactly one of its pointers is set.
//
// It is a convenience of [Recipe] and of configurations. A game takes any [Generator] and any [Discriminator].
type Network struct {
	MLP    *MLP       `json:"mlp,omitempty"`
	Maxout *MaxoutMLP `json:"maxout,omitempty"`
	// Deconv and MaxoutConv are the generator and the discriminator of the 2014 paper's convolutional CIFAR-10
	// experiment.
	Deconv     *DeconvMLP  `json:"deconv,omitempty"`
	MaxoutConv *MaxoutConv `json:"maxout_conv,omitempty"`
	// SpectralNorm divides every weight matrix and kernel of the network by its largest singular value, see
	// [WithSpectralNorm].
	SpectralNorm bool `json:"spectral_norm,omitempty"`
}

// Named lists the keys of the networks that are set. There should be one.
func (n Network) Named() []string {
	var names []string
	for _, network := range []struct {
		name string
		set  bool
	}{{"mlp", n.MLP != nil}, {"maxout", n.Maxout != nil}, {"deconv", n.Deconv != nil}, {"maxout_conv", n.MaxoutConv != nil}} {
		if network.set {
			names = append(names, network.name)
		}
	}
	return names
}

// Validate refuses a network that cannot be built.
func (n Network) Validate() error {
	if names := n.Named(); len(names) != 1 {
		return invalid.Value("", fmt.Sprintf("networks %q", names), `one of "mlp", "maxout", "deconv" and "maxout_conv"`)
	}
	switch {
	case n.MLP != nil:
		return invalid.In("mlp", n.MLP.Validate())
	case n.Maxout != nil:
		return invalid.In("maxout", n.Maxout.Validate())
	case n.Deconv != nil:
		return invalid.In("deconv", n.Deconv.Validate())
	}
	return invalid.In("maxout_conv", n.MaxoutConv.Validate())
}

// Generator returns the network as G. It is an error if the network is a discriminator.
func (n Network) Generator() (Generator, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	switch {
	case n.Deconv != nil:
		return n.normalised(n.Deconv.Forward), nil
	case n.MLP == nil:
		return nil, invalid.Value("", n.Named()[0], `a generator: "mlp" or "deconv"`)
	case n.MLP.MinibatchStd:
		return nil, invalid.Value("mlp.minibatch_std", true, "false for a generator")
	}
	return n.normalised(n.MLP.Forward), nil
}

// Discriminator returns the network as D. It is an error if the network is a generator, cannot read examples of the
// given shape, or returns something other than one logit.
func (n Network) Discriminator(example []int) (Discriminator, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	switch {
	case n.Maxout != nil:
		return n.normalised(n.Maxout.Forward), nil
	case n.MaxoutConv != nil:
		return n.normalised(n.MaxoutConv.Forward), invalid.In("maxout_conv", n.MaxoutConv.Reads(example))
	case n.MLP == nil:
		return nil, invalid.Value("", n.Named()[0], `a discriminator: "mlp", "maxout" or "maxout_conv"`)
	case !slices.Equal(n.MLP.Output, []int{1}):
		return nil, invalid.Value("mlp.output", n.MLP.Output, "[1], one logit")
	case n.MLP.OutputActivation != "linear":
		return nil, invalid.Value("mlp.output_activation", n.MLP.OutputActivation, `"linear", for D's output is a logit`)
	}
	return n.normalised(n.MLP.Forward), nil
}

// Output is the shape of one result of the network.
func (n Network) Output() []int {
	switch {
	case n.MLP != nil:
		return n.MLP.Output
	case n.Deconv != nil:
		return n.Deconv.Output()
	}
	return []int{1}
}

func (n Network) normalised(player func(scope *model.Scope, x, y *Node) *Node) func(scope *model.Scope, x, y *Node) *Node {
	if n.SpectralNorm {
		return WithSpectralNorm(player)
	}
	return player
}

// WithSpectralNorm is a player whose layers, as far as they are those of package layer, are spectrally normalised
// (Miyato et al. 2018, arXiv:1802.05957), which bounds how steep the network can be. It suits generators and
// discriminators.
func WithSpectralNorm(player func(scope *model.Scope, x, y *Node) *Node) func(scope *model.Scope, x, y *Node) *Node {
	return func(scope *model.Scope, x, y *Node) *Node {
		return player(layer.WithSpectralNorm(scope, x.Graph()), x, y)
	}
}
