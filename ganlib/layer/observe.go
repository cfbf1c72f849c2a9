package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Activation is the output of a hidden layer, [batch, ..., units], and the name of its activation function.
type Activation struct {
	Function string // "relu", "tanh" or "sigmoid"
	Output   *Node
}

// flatAt is where a sigmoid begins to saturate: an output within .01 of 0 or 1, where its derivative is below .01, of
// .25 at most. For tanh, a sigmoid stretched to (−1, 1), it is the same place.
const flatAt = .01

// Saturated is 1 for each unit, [units], that is saturated on every example (and at every position of an image), else
// 0. Its derivative is nearly 0, so no gradient passes it: a rectifier that is always off, a sigmoid or tanh that is
// always at one of its ends. Leaky rectifiers, maxout and linear units do not saturate.
func (a Activation) Saturated() *Node {
	axes := make([]int, a.Output.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	var farthest *Node // from where the derivative is 0
	limit := 0.
	switch a.Function {
	case "relu":
		farthest = ReduceMax(a.Output, axes...)
	case "sigmoid":
		farthest, limit = ReduceMax(Min(a.Output, OneMinus(a.Output)), axes...), flatAt
	case "tanh":
		farthest, limit = ReduceMax(OneMinus(Abs(a.Output)), axes...), 2*flatAt
	default:
		Panicf("layer.Activation: function %q does not saturate: want relu, sigmoid or tanh", a.Function)
	}
	return ConvertDType(LessOrEqual(farthest, Scalar(farthest.Graph(), farthest.DType(), limit)), farthest.DType())
}

// observed is the state of a graph whose activations are observed.
type observed struct{ activations []Activation }

type observedKey struct{}

// Observe makes the layers built in the graph from now on record their activations, for Observed.
func Observe(g *Graph) { g.AttachState(observedKey{}, new(observed)) }

// Observed lists the activations recorded since Observe or the last call, in order.
func Observed(g *Graph) []Activation {
	o := g.State(observedKey{}).(*observed)
	all := o.activations
	o.activations = nil
	return all
}

// Note is for the networks: it records the output of a hidden layer if the graph is observed, and returns it. It
// ignores a function that Saturated does not know.
func Note(function string, output *Node) *Node {
	o, ok := output.Graph().State(observedKey{}).(*observed)
	switch function {
	case "relu", "tanh", "sigmoid":
		if ok {
			o.activations = append(o.activations, Activation{function, output})
		}
	}
	return output
}
