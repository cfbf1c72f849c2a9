package dropping

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Generator is the G of a DCGAN without spectral norm, by whose estimate the weights that stay would change.
type Generator struct {
	// Networks is the architecture.
	Networks dcganlib.Networks
	// Players have the weights.
	Players *ganlib.Players
}

// Layers are the names of G's layers whose filters can be dropped, from the projection outwards. The paper took the last
// but one of its convolutions, which is the last here.
func (g Generator) Layers() (names []string) {
	stages := g.images()
	for _, s := range stages[:len(stages)-1] {
		names = append(names, s.Name)
	}
	return names
}

// images are the stages that make images; the last makes the sample.
func (g Generator) images() []dcganlib.Stage {
	return slices.DeleteFunc(g.Networks.GeneratorStages(), func(s dcganlib.Stage) bool { return len(s.Shape) != 3 })
}

// find is the number of a layer among all, and among those that make images.
func (g Generator) find(layer string) (among, image int, err error) {
	if g.Players == nil {
		return 0, 0, invalid.Value("players", "none", "a trained game")
	}
	if err := g.Players.Validate(); err != nil {
		return 0, 0, err
	}
	if err := g.Networks.Validate(); err != nil {
		return 0, 0, err
	}
	if image = slices.Index(g.Layers(), layer); image < 0 {
		return 0, 0, invalid.Value("layer", layer, "one of %q", g.Layers())
	}
	return len(g.Networks.GeneratorStages()) - len(g.images()) + image, image, nil
}

// Activations are the outputs of a layer of G at every place of some samples.
type Activations struct {
	// Rows are [N·Side·Side, Filters]: sample by sample, row by row, place by place.
	Rows             []float32
	N, Side, Filters int
}

// Activations runs G on noise z, [n, dim], with n labels in a conditional game, up to a layer, by its name in [Generator.Layers].
func (g Generator) Activations(layer string, z []float32, labels ...int) (*Activations, error) {
	among, image, err := g.find(layer)
	if err != nil {
		return nil, err
	}
	dim := g.Players.Algorithm1.Prior.Dim
	n := len(z) / dim
	if n == 0 || n*dim != len(z) {
		return nil, invalid.Value("z", len(z), "whole rows of %d numbers, at least one", dim)
	}
	if err := g.Players.CheckLabels(labels...); err != nil {
		return nil, err
	}
	if g.Players.Classes() > 0 && len(labels) != n {
		return nil, invalid.Value("labels", len(labels), "one for each of %d rows", n)
	}
	exec, err := model.NewExec(g.Players.Backend, g.Players.Store, func(root *model.Scope, inputs []*Node) *Node {
		var y *Node
		if len(inputs) > 1 {
			y = g.Players.Algorithm1.OneHot(inputs[1], inputs[0].DType())
		}
		return ConvertDType(g.Networks.GeneratorLayers(g.scope(root), inputs[0], y)[among], inputs[0].DType())
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	inputs := []any{tensors.FromFlatDataAndDimensions(z, n, dim)}
	if len(labels) > 0 {
		inputs = append(inputs, ganlib.LabelTensor(labels))
	}
	results, err := exec.Call(inputs...)
	if err != nil {
		return nil, err
	}
	rows, err := tensors.CopyFlatData[float32](results[0])
	shape := g.images()[image].Shape
	return &Activations{Rows: rows, N: n, Side: shape[0], Filters: shape[2]}, err
}

// averaged is the scope of the averages of G's weights.
const averaged = ganlib.AverageScope + "/" + ganlib.GeneratorScope

// scope is where the weights are that samples are drawn by.
func (g Generator) scope(root *model.Scope) *model.Scope {
	if average := root.At(ganlib.AverageScope); average.NumVariables() > 0 {
		root = average
	}
	return root.At(ganlib.GeneratorScope)
}

// Drop returns the players with a copy of the weights, in which nothing reads some filters of a layer: those of the given
// numbers, from 0.
func (g Generator) Drop(layer string, filters []int) (*ganlib.Players, error) {
	_, image, err := g.find(layer)
	if err != nil {
		return nil, err
	}
	stages := g.images()
	width := stages[image].Shape[2]
	for _, f := range filters {
		if f < 0 || f >= width {
			return nil, invalid.Value("filters", f, "0 to %d, the filters of %s", width-1, layer)
		}
	}
	store := model.NewStore()
	for v := range g.Players.Store.IterVariables() {
		if _, err := v.CloneToStore(store); err != nil {
			return nil, err
		}
	}
	for _, scope := range []string{ganlib.GeneratorScope, averaged} {
		v := store.GetVariable(fmt.Sprintf("/%s/%s/weights", scope, stages[image+1].Name))
		if v == nil {
			continue
		}
		if err := unread(v, filters); err != nil {
			return nil, err
		}
	}
	return &ganlib.Players{Algorithm1: g.Players.Algorithm1, Backend: g.Players.Backend, Store: store, Shape: g.Players.Shape}, nil
}

// unread sets the weights [kernel, kernel, out, in] that read some of the inputs to zero.
func unread(v *model.Variable, inputs []int) error {
	value, err := v.Value()
	if err != nil {
		return err
	}
	w, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return err
	}
	dims := value.Shape().Dimensions
	in := dims[len(dims)-1]
	for i := range w {
		if slices.Contains(inputs, i%in) {
			w[i] = 0
		}
	}
	return v.SetValue(tensors.FromFlatDataAndDimensions(w, dims...))
}
