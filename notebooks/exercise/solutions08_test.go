package exercise

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/layer"
)

var _ = solve(map[string]func(t *testing.T) any{
	"08-1": func(t *testing.T) any {
		b, err := backend.Open("go")
		require.NoError(t, err)
		store, weights := model.NewStore(), 0
		z := graph.Parameter(graph.NewGraph(b, "G"), "z", shapes.Make(dtypes.Float32, 2, 100))
		dcganlib.Networks{Size: 128, Channels: 3}.Generator(store.RootScope(), z, nil)
		for v := range store.IterVariables() {
			if v.Trainable {
				weights += v.Shape().Size()
			}
		}
		return weights
	},
	"08-2": func(t *testing.T) any { return printAt(t, layer.SameTF) - printAt(t, layer.SameTorch) },
	"08-3": func(*testing.T) any {
		products, stages := 0, dcganlib.LSUN64().GeneratorStages()
		for i, s := range stages[1:] { // what goes in is the stage before
			side, in, out := stages[i].Shape[0], stages[i].Shape[2], s.Shape[2]
			products += 25 * in * out * side * side
		}
		return products
	},
})

// printAt is the row where the print of one pixel begins, under a transposed convolution of 5 × 5 and stride 2.
func printAt(t *testing.T, p layer.Padding) int {
	b, err := backend.Open("go")
	require.NoError(t, err)
	impulse, ones := make([]float32, 7*7), slices.Repeat([]float32{1}, 25)
	impulse[3*7+3] = 1
	x := graph.MustExecOnce(b, func(y, w *graph.Node) *graph.Node { return layer.ConvTranspose2D(y, w, 2, p) },
		tensors.FromFlatDataAndDimensions(impulse, 1, 7, 7, 1), tensors.FromFlatDataAndDimensions(ones, 5, 5, 1, 1))
	return slices.IndexFunc(tensors.MustCopyFlatData[float32](x), func(v float32) bool { return v > 0 }) / 14
}
