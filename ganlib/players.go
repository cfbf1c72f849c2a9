package ganlib

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// Generator is G: it maps noise z [batch, dim] to data [batch, ...], with its weights below scope. In a
// conditional game y is the label of each example to be, one-hot [batch, classes]; otherwise it is nil.
type Generator func(scope *model.Scope, z, y *Node) *Node

// Discriminator is D: it maps data x [batch, ...] to logits [batch, 1], with its weights below scope.
// D(x) is the sigmoid of the logit. In a conditional game y is the label of each x, one-hot
// [batch, classes]; otherwise it is nil.
type Discriminator func(scope *model.Scope, x, y *Node) *Node

// MLP is a fully connected network. As a generator it is the one of the 2014 paper's MNIST experiment
// (two hidden layers of 1200 rectifiers, sigmoid output); as a discriminator it serves toy data.
type MLP struct {
	// Hidden are the widths of the hidden layers.
	Hidden []int `json:"hidden"`
	// Activation of the hidden layers: "relu", "tanh" or "linear".
	Activation string `json:"activation"`
	// Output is the shape of one result, without the batch: [28, 28, 1] for MNIST, [1] for a logit.
	Output []int `json:"output"`
	// OutputActivation: "sigmoid", "tanh" or "linear".
	OutputActivation string `json:"output_activation"`
	// IRange initialises weights from U(−IRange, IRange) and biases with 0, as the 2014 code does; 0 means
	// weights and biases from U(−1/√n, 1/√n) for a layer with n inputs.
	IRange float64 `json:"irange,omitempty"`
	// OutputBias, one number per output, replaces the zero bias of the last layer. The 2014 code starts
	// it at the logit of each pixel's mean, so that an untrained G already has the data's brightness.
	OutputBias []float32 `json:"-"`
}

// activations are the names MLP knows.
var activations = map[string]func(*Node) *Node{
	"relu":    func(x *Node) *Node { return MaxScalar(x, 0) },
	"tanh":    Tanh,
	"sigmoid": Sigmoid,
	"linear":  func(x *Node) *Node { return x },
}

// Validate reports a network that cannot be built.
func (c MLP) Validate() error {
	for _, a := range []string{c.Activation, c.OutputActivation} {
		if activations[a] == nil {
			return fmt.Errorf("activation %q is unknown: want relu, tanh, sigmoid or linear", a)
		}
	}
	size := 1
	for _, n := range c.Output {
		size *= n
	}
	if len(c.Output) == 0 || size < 1 {
		return fmt.Errorf("output shape %v: want positive sizes", c.Output)
	}
	if c.OutputBias != nil && len(c.OutputBias) != size {
		return fmt.Errorf("%d output biases for output shape %v: want %d", len(c.OutputBias), c.Output, size)
	}
	return positive("hidden layer", c.Hidden...)
}

func positive(what string, sizes ...int) error {
	for _, n := range sizes {
		if n < 1 {
			return fmt.Errorf("%s has size %d: want at least 1", what, n)
		}
	}
	return nil
}

// Forward builds the network: x [batch, ...], joined by the labels y [batch, classes] unless they are
// nil, to [batch, Output...]. It is a Generator, and a Discriminator where Output is [1].
func (c MLP) Forward(scope *model.Scope, x, y *Node) *Node {
	if err := c.Validate(); err != nil {
		Panicf("ganlib.MLP: %v", err)
	}
	x = join(x, y)
	for i, width := range c.Hidden {
		x = activations[c.Activation](dense(scope.At("hidden_%d", i), x, width, c.IRange))
	}
	size := shapes.Make(x.DType(), c.Output...).Size()
	output := scope.At("output")
	if c.OutputBias != nil {
		// The dense layer finds the variable it would otherwise have made.
		output.At("dense").VariableWithValue("biases", shapes.CastAsDType(c.OutputBias, x.DType()))
	}
	x = activations[c.OutputActivation](dense(output, x, size, c.IRange))
	return Reshape(x, append([]int{-1}, c.Output...)...)
}

// MaxoutMLP is the discriminator of the 2014 paper's fully connected experiments: maxout layers with
// dropout before each, and one logit. On MNIST: two layers of 240 units with 5 pieces.
type MaxoutMLP struct {
	// Units and Pieces of each maxout layer.
	Units  []int `json:"units"`
	Pieces int   `json:"pieces"`
	// InputDropout and Dropout are the shares dropped in training, of the input and of each later layer's
	// input; what is kept is scaled up by 1/(1−share). The 2014 code: .2 and .5.
	InputDropout float64 `json:"input_dropout"`
	Dropout      float64 `json:"dropout"`
	// IRange initialises the network as MLP's does. The 2014 code: .005.
	IRange float64 `json:"irange,omitempty"`
}

// Validate reports a network that cannot be built.
func (c MaxoutMLP) Validate() error {
	for _, share := range []float64{c.InputDropout, c.Dropout} {
		if share < 0 || share >= 1 {
			return fmt.Errorf("dropout %v: want at least 0 and less than 1", share)
		}
	}
	return positive("maxout layer", append([]int{c.Pieces}, c.Units...)...)
}

// Forward builds the network: x [batch, ...], joined by the labels y [batch, classes] unless they are
// nil, to logits [batch, 1]. It is a Discriminator.
func (c MaxoutMLP) Forward(scope *model.Scope, x, y *Node) *Node {
	if err := c.Validate(); err != nil {
		Panicf("ganlib.MaxoutMLP: %v", err)
	}
	x, drop := join(x, y), c.InputDropout
	for i, units := range c.Units {
		maxout := initialised(scope.At("maxout_%d", i), x, c.IRange)
		x = layer.Maxout(maxout, layers.DropoutStatic(scope, x, drop), units, c.Pieces)
		drop = c.Dropout
	}
	return dense(scope.At("output"), layers.DropoutStatic(scope, x, drop), 1, c.IRange)
}

// join makes rows of x, [batch, features], and appends the labels y, if there are any.
func join(x, y *Node) *Node {
	if x.Rank() != 2 {
		x = Reshape(x, x.Shape().Dimensions[0], -1)
	}
	if y == nil {
		return x
	}
	return Concatenate([]*Node{x, y}, 1)
}

func dense(scope *model.Scope, x *Node, units int, irange float64) *Node {
	return layer.Dense(initialised(scope, x, irange).At("dense"), x, units, true)
}

// initialised gives the scope of a layer on x the initialiser that irange stands for.
func initialised(scope *model.Scope, x *Node, irange float64) *model.Scope {
	if irange == 0 {
		return scope.WithInitializer(layer.FanIn(scope, x.Shape().Dimensions[1]))
	}
	return scope.WithInitializer(layer.Uniform(scope, irange))
}
