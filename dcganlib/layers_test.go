package dcganlib

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// weighted are the layers that have weights, each of which begins a stage.
var weighted = []string{"fullyConnected", "projectAndReshape", "transposedConv", "conv"}

// stagesOf cuts a player's layers, input left out, where a layer with weights begins.
func stagesOf(layers []Layer) (stages [][]Layer) {
	for _, l := range layers {
		if slices.Contains(weighted, l.Name) {
			stages = append(stages, nil)
		}
		if len(stages) > 0 {
			stages[len(stages)-1] = append(stages[len(stages)-1], l)
		}
	}
	return stages
}

// has reports whether a stage has a layer of a name.
func has(stage []Layer, name string) bool {
	return slices.ContainsFunc(stage, func(l Layer) bool { return l.Name == name })
}

// layerConfigs are the presets, and networks of the other kinds.
func layerConfigs() map[string]Config {
	configs := maps.Clone(presets)
	hidden, none, std := MNIST28Unconditional(), LSUN64(), Torch64()
	hidden.MinibatchStd, hidden.Projection = true, projectionChannel
	none.BatchNorm, none.Bias = batchNormNone, true
	std.MinibatchStd, std.InputDropout = true, .25
	configs["hidden and minibatchStd"], configs["without batch norm"], configs["minibatchStd and dropout"] = hidden, none, std
	return configs
}

// TestLayersAreTheGraph: the listed layers have the shapes, the weights and the batch norms of the players as built.
func TestLayersAreTheGraph(t *testing.T) {
	for name, c := range layerConfigs() {
		gStore, dStore, gBuilt, dBuilt := pair(t, c)
		g, d := c.Layers()
		require.Equal(t, []int{c.Noise.Dim}, g[0].Shape, name)
		require.Equal(t, []int{c.Size, c.Size, c.Channels}, d[0].Shape, name)
		for _, player := range []struct {
			layers []Layer
			built  []*Node
			names  []Stage
			store  *model.Store
		}{{g, gBuilt, c.GeneratorStages(), gStore}, {d, dBuilt, c.DiscriminatorStages(), dStore}} {
			stages := stagesOf(player.layers)
			require.Len(t, stages, len(player.built), name)
			normed := variables(player.store, "mean")
			for i, stage := range stages {
				where := name + " " + player.names[i].Name
				// minibatchStd stands before the last layer, and so at the end of the stage before it.
				outputs := slices.DeleteFunc(slices.Clone(stage), func(l Layer) bool { return l.Name == "minibatchStd" })
				for _, l := range outputs {
					require.Equal(t, append([]int{2}, l.Shape...), player.built[i].Shape().Dimensions, where)
				}
				require.Equal(t, slices.Contains(normed, player.names[i].Name), has(stage, "batchnorm"), where)
			}
		}
		requireMinibatchStd(t, name, d, dStore)
		require.Equal(t, c.InputDropout > 0, d[1].Name == "dropout", name)
	}
}

// requireMinibatchStd compares what goes into D's last layer with its weights.
func requireMinibatchStd(t *testing.T, name string, d []Layer, store *model.Store) {
	t.Helper()
	i := slices.IndexFunc(d, func(l Layer) bool { return l.Name == "minibatchStd" })
	if i < 0 {
		return
	}
	for v := range store.IterVariables() {
		if v.Name() == "weights" && path.Base(v.Scope()) == outputScope {
			require.Equal(t, d[i].Shape[0], v.Shape().Dimensions[0], name)
		}
	}
}

// TestLayersHaveTheGraphsActivations counts the ReLUs that G's graph computes, and finds what ends it.
func TestLayersHaveTheGraphsActivations(t *testing.T) {
	for name, c := range layerConfigs() {
		_, _, gBuilt, _ := pair(t, c)
		g, _ := c.Layers()
		relus := 0
		for _, l := range g {
			if l.Name == "relu" {
				relus++
			}
		}
		computed := 0
		for _, n := range gBuilt[0].Graph().Nodes() {
			if n.Type() == NodeTypeMax {
				computed++
			}
		}
		require.Equal(t, computed, relus, name)
		end := map[NodeType]string{NodeTypeTanh: "tanh", NodeTypeLogistic: "sigmoid"}
		require.Equal(t, end[last(gBuilt).Type()], g[len(g)-1].Name, name)
	}
}

// TestLayersNotes pins what the presets are told apart by.
func TestLayersNotes(t *testing.T) {
	kernels := func(layers []Layer) (notes []string) {
		for _, l := range layers {
			if strings.HasSuffix(strings.ToLower(l.Name), "conv") {
				notes = append(notes, l.Note)
			}
		}
		return notes
	}
	g, d := Flowers64().Layers()
	require.Equal(t, []string{"5×5, stride 1, uncropped", "5×5, stride 2", "5×5, stride 2", "5×5, stride 2"}, kernels(g))
	require.Equal(t, []string{"5×5, stride 2", "5×5, stride 2", "5×5, stride 2", "5×5, stride 2"}, kernels(d))
	require.Equal(t, Layer{"dropout", []int{64, 64, 3}, "0.5"}, d[1])
	require.Equal(t, Layer{"z", []int{100}, "gaussian"}, g[0])
	g, _ = Torch64().Layers()
	require.Equal(t, "4×4, stride 2", kernels(g)[0])
	g, _ = LSUN64().Layers()
	require.Equal(t, Layer{"batchnorm", []int{4, 4, 1024}, "unit by unit"}, g[2])
	require.Equal(t, 1, Flowers64().convTranspose(0, 3).Stride)
	require.Equal(t, layer.Explicit(0, 0), Flowers64().convTranspose(0, 3).Padding)
}
