package exercise

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
)

var _ = solve(map[string]func(t *testing.T) any{
	"02-1": func(t *testing.T) any {
		maxout := *ganlib.MNIST2014().Discriminator.Maxout
		maxout.Pieces = 3
		engine, err := backend.Open("go")
		require.NoError(t, err)
		store := model.NewStore()
		d, err := model.NewExec1(engine, store, func(root *model.Scope, x *graph.Node) *graph.Node {
			return maxout.Forward(root, x, nil)
		})
		require.NoError(t, err)
		d.MustCall(tensors.FromFlatDataAndDimensions(make([]float32, 784), 1, 28, 28, 1))
		weights := 0
		for v := range store.IterVariables() {
			if v.Trainable {
				weights += v.Shape().Size()
			}
		}
		return weights
	},
	"02-2": func(*testing.T) any {
		const n, dim = 100, 400
		mean := 0.
		z := tensors.MustCopyFlatData[float32](ganlib.Prior{Noise: ganlib.Uniform, Dim: dim}.Draw(n, 1))
		for i := range n {
			squares := 0.
			for _, v := range z[i*dim : (i+1)*dim] {
				squares += float64(v * v)
			}
			mean += math.Sqrt(squares) / n
		}
		return mean
	},
	"02-3": func(*testing.T) any {
		const n = 100_000
		outside := 0.
		for _, v := range tensors.MustCopyFlatData[float32](ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1}.Draw(n, 1)) {
			if math.Abs(float64(v)) > math.Sqrt(3) {
				outside++
			}
		}
		return outside / n
	},
})
