package ganlib

import (
	"path"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/record"
)

// Signal is a number about the state of the game: its name in records and a scalar.
type Signal struct {
	Name string
	Node *Node
}

// Signals builds numbers about the gradients and the hidden units of the game as it stands, on the data x [m, ...]
// with labels y, one-hot [m, Classes] or nil, and the noise z [m, dim]. Both players play as in training, but no
// variable changes, not even batch norm's averages and the random state. The signals are
//
//   - d_grad/LAYER and g_grad/LAYER, the norm of the gradient of a player's own loss in the variables of each
//     of its layers;
//   - grad_ratio, the norm of G's gradient by the printed loss, log(1 − D(G(z))), divided by its norm by
//     −log D(G(z)): near 0 where D is so sure that the printed loss has saturated (section 3 of the 2014 paper);
//   - d_saturated and g_saturated, the fraction of a player's hidden units that are saturated on all examples, see
//     [layer.Activation]. Units that cannot saturate do not count, and a player without others has no such signal.
func (a *Algorithm1) Signals(root *model.Scope, x, y, z *Node) []Signal {
	root.SetTraining(x.Graph(), true) // before a variable is looked at: see live
	defer keep(root, x.Graph())()
	layer.Observe(x.Graph())
	it := &iteration{x: x, m: x.Shape().Dimensions[0], labels: y, gz: a.Generate(root, z, y)}
	signals := saturated(record.GSaturated, layer.Observed(x.Graph()))
	a.discriminate(root, it, x, StopGradient(it.gz))
	signals = append(signals, saturated(record.DSaturated, layer.Observed(x.Graph()))...)

	D, G := root.At(DiscriminatorScope), root.At(GeneratorScope)
	signals = append(signals, byLayer(record.DGradIn, D, D.BuildTrainableVariablesGradientsGraph(it.dLoss))...)
	fake := a.Discriminate(root, a.blur(root, it, it.gz), y)
	gradient := func(loss func(*Node) *Node) []*Node { return G.BuildTrainableVariablesGradientsGraph(loss(fake)) }
	signals = append(signals, byLayer(record.GGradIn, G, gradient(func(fake *Node) *Node { return a.generatorLoss(root, it, fake) }))...)
	const tiny = 1e-30 // G's gradient may be 0 by both losses
	ratio := Div(norm(gradient(Minimax.Generator)), MaxScalar(norm(gradient(NonSaturating.Generator)), tiny))
	return append(signals, Signal{record.GradRatio, ratio})
}

// keep records the variables that a pass in training changes, and returns a function that restores them.
func keep(root *model.Scope, g *Graph) (restore func()) {
	before := make(map[*model.Variable]*Node)
	for v := range root.Store().IterVariables() {
		scope := v.Scope()
		if v.Name() == model.RNGStateVariableName || slices.ContainsFunc([]string{DiscriminatorScope, GeneratorScope},
			func(player string) bool { return strings.HasPrefix(scope, model.JoinPath(root.Scope(), player)) }) {
			before[v] = v.NodeValue(g)
		}
	}
	return func() {
		for v, value := range before {
			if v.ChangedInGraph(g) {
				v.SetNodeValue(value)
			}
		}
	}
}

// saturated is the fraction of units that are saturated.
func saturated(name string, activations []layer.Activation) []Signal {
	var units []*Node
	for _, a := range activations {
		units = append(units, a.Saturated())
	}
	switch len(units) {
	case 0:
		return nil
	case 1:
		return []Signal{{name, ReduceAllMean(units[0])}}
	}
	return []Signal{{name, ReduceAllMean(Concatenate(units, 0))}}
}

// byLayer are the norms of a player's gradients, in the order of BuildTrainableVariablesGradientsGraph, by the
// first name of the variables' scopes below the player's.
func byLayer(prefix string, player *model.Scope, grads []*Node) []Signal {
	var names []string
	of := make(map[string][]*Node)
	for v := range player.IterVariables() {
		if !v.Trainable || !v.InUseByGraph(grads[0].Graph()) {
			continue
		}
		below := strings.TrimPrefix(strings.TrimPrefix(path.Join(v.Scope(), v.Name()), player.Scope()), "/")
		name, _, _ := strings.Cut(below, "/")
		if of[name] == nil {
			names = append(names, name)
		}
		of[name], grads = append(of[name], grads[0]), grads[1:]
		if len(grads) == 0 {
			break
		}
	}
	signals := make([]Signal, len(names))
	for i, name := range names {
		signals[i] = Signal{prefix + name, norm(of[name])}
	}
	return signals
}
