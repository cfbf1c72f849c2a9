package ganlib

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Generator is G: it maps noise z [batch, dim] to data [batch, ...], with its weights below scope. In a conditional
// game y is the label of each example to be, one-hot [batch, classes]; otherwise it is nil.
type Generator func(scope *model.Scope, z, y *Node) *Node

// Discriminator is D: it maps data x [batch, ...] to logits [batch, 1], with its weights below scope. D(x) is the
// sigmoid of the logit. In a conditional game y is the label of each x, one-hot [batch, classes]; otherwise it is nil.
type Discriminator func(scope *model.Scope, x, y *Node) *Node

// MLP is a fully connected network. As a generator it is the one of the 2014 paper's experiments on MNIST (two hidden
// layers of 1200 rectifiers, sigmoid output), on faces, and the first one on CIFAR-10; as a discriminator it serves toy
// data.
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
	// IRange initialises weights from U(−IRange, IRange) and biases with 0, as the 2014 code does; 0 means weights and
	// biases from U(−1/√n, 1/√n) for a layer with n inputs.
	IRange float64 `json:"irange,omitempty"`
	// OutputIRange is IRange for the last layer alone; 0 means no other than the hidden layers'.
	OutputIRange float64 `json:"output_irange,omitempty"`
	// OutputSparse, where it is not 0, starts each output with that many weights from N(0, 1) and all others at 0, in
	// place of OutputIRange. The 2014 code on faces: 100.
	OutputSparse int `json:"output_sparse,omitempty"`
	// MinibatchStd gives a discriminator's last layer one more feature, as layer.MinibatchStd has it.
	MinibatchStd bool `json:"minibatch_std,omitempty"`
}

// Layer is a hidden layer of an MLP.
type Layer struct {
	Units      int    `json:"units"`
	Activation string `json:"activation"`
	// Bias, where it is not 0, is what every bias of the layer starts at. The 2014 code on faces: −2 before a sigmoid,
	// whose units are then nearly off.
	Bias float64 `json:"bias,omitempty"`
}

// activations are the names MLP knows.
var activations = map[string]func(*Node) *Node{
	"relu":    func(x *Node) *Node { return MaxScalar(x, 0) },
	"tanh":    Tanh,
	"sigmoid": Sigmoid,
	"linear":  func(x *Node) *Node { return x },
}

// Validate refuses a network that cannot be built.
func (c MLP) Validate() error {
	if c.Layers != nil && (c.Hidden != nil || c.Activation != "") {
		return invalid.Value("layers", c.Layers, "none beside hidden and activation")
	}
	if err := validateActivation("output_activation", c.OutputActivation); err != nil {
		return err
	}
	if c.Layers == nil {
		if err := validateActivation("activation", c.Activation); err != nil {
			return err
		}
	}
	for i, units := range c.Hidden {
		if units < 1 {
			return invalid.Value(fmt.Sprintf("hidden[%d]", i), units, "at least 1")
		}
	}
	for i, l := range c.Layers {
		key := fmt.Sprintf("layers[%d]", i)
		if err := validateActivation(key+".activation", l.Activation); err != nil {
			return err
		}
		if l.Units < 1 {
			return invalid.Value(key+".units", l.Units, "at least 1")
		}
	}
	return c.validateOutput()
}

func validateActivation(key, name string) error {
	if activations[name] == nil {
		return invalid.Value(key, name, "relu, tanh, sigmoid or linear")
	}
	return nil
}

// validateOutput refuses a last layer that cannot be built.
func (c MLP) validateOutput() error {
	size := sizeOf(c.Output)
	inputs := 0 // of the last layer; unknown without hidden layers
	if hidden := c.HiddenLayers(); len(hidden) > 0 {
		inputs = hidden[len(hidden)-1].Units
	}
	switch {
	case size < 1:
		return invalid.Value("output", c.Output, "positive sizes")
	case c.OutputSparse < 0 || inputs > 0 && c.OutputSparse > inputs:
		return invalid.Value("output_sparse", c.OutputSparse, "1 to %d, the inputs of each output, or 0 for all", inputs)
	case c.OutputSparse > 0 && c.OutputIRange != 0:
		return invalid.Value("output_sparse", c.OutputSparse, "0 beside an output_irange, which is %v", c.OutputIRange)
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

// sizeOf is the number of values of a shape, or 0 if a size is missing or below 1. It is the largest int if there are
// more than that.
func sizeOf(dims []int) int {
	if len(dims) == 0 || slices.Min(dims) < 1 {
		return 0
	}
	size := 1
	for _, n := range dims {
		if size > math.MaxInt/n {
			return math.MaxInt
		}
		size *= n
	}
	return size
}

// Forward builds the network: x [batch, ...], joined by the labels y [batch, classes] unless they are nil, to [batch,
// Output...]. It is a Generator, and a Discriminator where Output is [1].
func (c MLP) Forward(scope *model.Scope, x, y *Node) *Node { return c.forward(scope, x, y, nil) }

// From is the network as a generator whose last layer starts with the given biases, one number per output, in place of
// zeros. The 2014 code starts them at the logit of each pixel's mean, so that an untrained G has the data's brightness.
func (c MLP) From(outputBias []float32) Generator {
	return func(scope *model.Scope, z, y *Node) *Node { return c.forward(scope, z, y, outputBias) }
}

func (c MLP) forward(scope *model.Scope, x, y *Node, outputBias []float32) *Node {
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
	if outputBias != nil {
		if want := sizeOf(c.Output); len(outputBias) != want {
			Panicf("ganlib.MLP: %d output biases for output shape %v: want %d", len(outputBias), c.Output, want)
		}
		startBiases(output, x, outputBias)
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

// startBiases says where the biases of a dense layer on x begin: the layer finds the variable it would otherwise have
// made.
func startBiases(scope *model.Scope, x *Node, values []float32) {
	scope.At("dense").VariableWithValue("biases", shapes.CastAsDType(values, x.DType()))
}

// MaxoutMLP is the discriminator of the 2014 paper's fully connected experiments: maxout layers with dropout before
// each, and one logit. On MNIST: two layers of 240 units with 5 pieces.
type MaxoutMLP struct {
	// Units and Pieces of each maxout layer.
	Units  []int `json:"units"`
	Pieces int   `json:"pieces"`
	// InputDropout and Dropout are the fractions dropped in training, of the input and of each later layer's input;
	// what is kept is scaled up by 1/(1 − fraction). The 2014 code: .2 and .5.
	InputDropout float64 `json:"input_dropout"`
	Dropout      float64 `json:"dropout"`
	// IRange initialises the network as MLP's does. The 2014 code: .005.
	IRange float64 `json:"irange,omitempty"`
	// MinibatchStd gives the last layer one more feature, which is never dropped, as layer.MinibatchStd has it.
	MinibatchStd bool `json:"minibatch_std,omitempty"`
}

// Validate refuses a network that cannot be built.
func (c MaxoutMLP) Validate() error {
	if err := validateDropout(c.InputDropout, c.Dropout); err != nil {
		return err
	}
	if c.Pieces < 1 {
		return invalid.Value("pieces", c.Pieces, "at least 1")
	}
	for i, units := range c.Units {
		if units < 1 {
			return invalid.Value(fmt.Sprintf("units[%d]", i), units, "at least 1")
		}
	}
	return nil
}

func validateDropout(input, later float64) error {
	for _, dropout := range []struct {
		key      string
		fraction float64
	}{{"input_dropout", input}, {"dropout", later}} {
		if !(dropout.fraction >= 0 && dropout.fraction < 1) {
			return invalid.Value(dropout.key, dropout.fraction, "at least 0 and less than 1")
		}
	}
	return nil
}

// Forward builds the network: x [batch, ...], joined by the labels y [batch, classes] unless they are nil, to logits
// [batch, 1]. It is a Discriminator.
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

// initialisedFor gives the scope of a layer the initialiser that irange stands for, where each of the layer's results
// is made of fan values.
func initialisedFor(scope *model.Scope, fan int, irange float64) *model.Scope {
	if irange == 0 {
		return scope.WithInitializer(layer.FanIn(scope, fan))
	}
	return scope.WithInitializer(layer.Uniform(scope, irange))
}
