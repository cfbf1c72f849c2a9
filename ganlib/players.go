package ganlib

import (
	"cmp"
	"fmt"
	"slices"

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

// MLP is a fully connected network. As a generator it is the one of the 2014 paper's experiments on MNIST
// (two hidden layers of 1200 rectifiers, sigmoid output), on faces, and the first one on CIFAR-10; as a
// discriminator it serves toy data.
type MLP struct {
	// Hidden are the widths of the hidden layers.
	Hidden []int `json:"hidden,omitempty"`
	// Activation of the hidden layers: "relu", "tanh", "sigmoid" or "linear".
	Activation string `json:"activation,omitempty"`
	// Layers are the hidden layers one by one, where they differ: in place of Hidden and Activation.
	Layers []Layer `json:"layers,omitempty"`
	// Output is the shape of one result, without the batch: [28, 28, 1] for MNIST, [1] for a logit.
	Output []int `json:"output"`
	// OutputActivation: "sigmoid", "tanh" or "linear".
	OutputActivation string `json:"output_activation"`
	// IRange initialises weights from U(−IRange, IRange) and biases with 0, as the 2014 code does; 0 means
	// weights and biases from U(−1/√n, 1/√n) for a layer with n inputs.
	IRange float64 `json:"irange,omitempty"`
	// OutputIRange is IRange for the last layer alone; 0 means no other than the hidden layers'.
	OutputIRange float64 `json:"output_irange,omitempty"`
	// OutputSparse, where it is not 0, starts each output with so many weights from N(0, 1) and all others
	// at 0, in place of OutputIRange. The 2014 code on faces: 100.
	OutputSparse int `json:"output_sparse,omitempty"`
	// OutputBias, one number per output, replaces the zero bias of the last layer. The 2014 code starts
	// it at the logit of each pixel's mean, so that an untrained G already has the data's brightness.
	OutputBias []float32 `json:"-"`
	// MinibatchStd gives a discriminator's last layer one feature more, as layer.MinibatchStd has it.
	MinibatchStd bool `json:"minibatch_std,omitempty"`
}

// Layer is a hidden layer of an MLP.
type Layer struct {
	Units      int    `json:"units"`
	Activation string `json:"activation"`
	// Bias, where it is not 0, is what every bias of the layer starts at. The 2014 code on faces: −2 before
	// a sigmoid, whose units are then nearly off.
	Bias float64 `json:"bias,omitempty"`
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
	if c.Layers != nil && (c.Hidden != nil || c.Activation != "") {
		return fmt.Errorf("layers, and hidden or activation too: want the hidden layers once")
	}
	known := []string{c.OutputActivation}
	if c.Layers == nil {
		known = append(known, c.Activation)
	}
	for i, l := range c.HiddenLayers() {
		known = append(known, l.Activation)
		if err := positive(fmt.Sprintf("hidden layer %d", i), l.Units); err != nil {
			return err
		}
	}
	for _, a := range known {
		if activations[a] == nil {
			return fmt.Errorf("activation %q is unknown: want relu, tanh, sigmoid or linear", a)
		}
	}
	return c.validateOutput()
}

// validateOutput reports a last layer that cannot be built.
func (c MLP) validateOutput() error {
	size := sizeOf(c.Output)
	inputs := 0 // of the last layer; without hidden ones nobody knows yet
	if hidden := c.HiddenLayers(); len(hidden) > 0 {
		inputs = hidden[len(hidden)-1].Units
	}
	switch {
	case size < 1:
		return fmt.Errorf("output shape %v: want positive sizes", c.Output)
	case c.OutputBias != nil && len(c.OutputBias) != size:
		return fmt.Errorf("%d output biases for output shape %v: want %d", len(c.OutputBias), c.Output, size)
	case c.OutputSparse < 0 || inputs > 0 && c.OutputSparse > inputs:
		return fmt.Errorf("output_sparse is %d weights an output: want 1 to %d, its inputs, or 0 for all", c.OutputSparse, inputs)
	case c.OutputSparse > 0 && c.OutputIRange != 0:
		return fmt.Errorf("output_sparse %d and output_irange %v: want one of the two", c.OutputSparse, c.OutputIRange)
	}
	return nil
}

// HiddenLayers are the hidden layers, in whichever of the two ways they are given.
func (c MLP) HiddenLayers() []Layer {
	if c.Layers != nil {
		return c.Layers
	}
	layers := make([]Layer, len(c.Hidden))
	for i, units := range c.Hidden {
		layers[i] = Layer{Units: units, Activation: c.Activation}
	}
	return layers
}

// sizeOf is the number of values of a shape, or 0 where it is none.
func sizeOf(dims []int) int {
	if len(dims) == 0 || slices.Min(dims) < 1 {
		return 0
	}
	size := 1
	for _, n := range dims {
		size *= n
	}
	return size
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
	for i, l := range c.HiddenLayers() {
		hidden := initialised(scope.At("hidden_%d", i), x, c.IRange)
		if l.Bias != 0 {
			startBiases(hidden, x, slices.Repeat([]float32{float32(l.Bias)}, l.Units))
		}
		x = layer.Note(l.Activation, activations[l.Activation](dense(hidden, x, l.Units)))
	}
	if c.MinibatchStd {
		x = layer.MinibatchStd(x)
	}
	output := c.initialisedOutput(scope.At("output"), x)
	if c.OutputBias != nil {
		startBiases(output, x, c.OutputBias)
	}
	x = activations[c.OutputActivation](dense(output, x, sizeOf(c.Output)))
	return Reshape(x, append([]int{-1}, c.Output...)...)
}

// initialisedOutput gives the scope of the last layer, on x, its initialiser.
func (c MLP) initialisedOutput(scope *model.Scope, x *Node) *model.Scope {
	if c.OutputSparse > 0 {
		return scope.WithInitializer(layer.Sparse(scope, c.OutputSparse))
	}
	return initialised(scope, x, cmp.Or(c.OutputIRange, c.IRange))
}

// startBiases says where the biases of a dense layer on x begin: the layer finds the variable it would
// otherwise have made.
func startBiases(scope *model.Scope, x *Node, values []float32) {
	scope.At("dense").VariableWithValue("biases", shapes.CastAsDType(values, x.DType()))
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
	// MinibatchStd gives the last layer one feature more, which is never dropped, as layer.MinibatchStd has it.
	MinibatchStd bool `json:"minibatch_std,omitempty"`
}

// Validate reports a network that cannot be built.
func (c MaxoutMLP) Validate() error {
	if err := shares(c.InputDropout, c.Dropout); err != nil {
		return err
	}
	return positive("maxout layer", append([]int{c.Pieces}, c.Units...)...)
}

// shares reports a share of dropout that is none.
func shares(dropouts ...float64) error {
	for _, share := range dropouts {
		if !(share >= 0 && share < 1) {
			return fmt.Errorf("dropout %v: want at least 0 and less than 1", share)
		}
	}
	return nil
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
	features := layers.DropoutStatic(scope, x, drop)
	if c.MinibatchStd {
		std := Slice(layer.MinibatchStd(x), AxisRange(), AxisRange(-1))
		features = Concatenate([]*Node{features, std}, 1)
	}
	return dense(initialised(scope.At("output"), features, c.IRange), features, 1)
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

func dense(scope *model.Scope, x *Node, units int) *Node {
	return layer.Dense(scope.At("dense"), x, units, true)
}

// initialised gives the scope of a dense layer on x the initialiser that irange stands for.
func initialised(scope *model.Scope, x *Node, irange float64) *model.Scope {
	return initialisedFor(scope, x.Shape().Dimensions[1], irange)
}

// initialisedFor gives the scope of a layer the initialiser that irange stands for, where each of the
// layer's results is made of fan values.
func initialisedFor(scope *model.Scope, fan int, irange float64) *model.Scope {
	if irange == 0 {
		return scope.WithInitializer(layer.FanIn(scope, fan))
	}
	return scope.WithInitializer(layer.Uniform(scope, irange))
}
