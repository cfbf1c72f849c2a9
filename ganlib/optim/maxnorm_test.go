package optim

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestMaxColNorm: after an update by the rule within, no column of a matrix is longer than the limit. The rule's result
// for a shorter column, one of zeros, a vector and a kernel stays, and another player's variable is not touched.
func TestMaxColNorm(t *testing.T) {
	limited := MaxColNorm{Rule: &Momentum{LearningRate: .5}, Limit: 2}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
			root.SetTraining(g, true)
			root.VariableWithValue("other", [][]float64{{30}, {40}}).NodeValue(g)
			player := root.At("player")
			w := player.VariableWithValue("w", [][]float64{{6, .6, 0}, {8, .8, 0}}).NodeValue(g)
			bias := player.VariableWithValue("b", []float64{30, 40}).NodeValue(g)
			kernel := player.VariableWithValue("k", [][][]float64{{{30}, {40}}}).NodeValue(g)
			// The gradient of the first column is itself, so that the rule halves it; the others' is 0.
			loss := MulScalar(ReduceAllSum(Square(Slice(w, AxisRange(), AxisRange(0, 1)))), .5)
			loss = Add(loss, MulScalar(Add(ReduceAllSum(bias), ReduceAllSum(kernel)), 0))
			limited.UpdateGraph(player, g, loss)
			return loss
		})
		exec.MustCall()
		of := func(path string) []float64 {
			return tensors.MustCopyFlatData[float64](store.GetVariable(path).MustValue())
		}
		require.InDeltaSlice(t, []float64{1.2, .6, 0, 1.6, .8, 0}, of("/player/w"), 1e-6)
		require.InDeltaSlice(t, []float64{-3, 0, 0, -4, 0, 0}, of("/velocity/player/w"), 1e-12, "the rule's state stays")
		require.Equal(t, []float64{30, 40}, of("/player/b"))
		require.Equal(t, []float64{30, 40}, of("/player/k"))
		require.Equal(t, []float64{30, 40}, of("/other"))
		exec.MustCall()
		require.InDeltaSlice(t, []float64{.6, .8}, []float64{of("/player/w")[0], of("/player/w")[3]}, 1e-6, "below the limit, the rule alone")
		require.NoError(t, limited.Clear(store.Scope("/player")))
		require.Nil(t, store.GetVariable("/velocity/player/w"))
	})
}

func TestMaxColNormRefused(t *testing.T) {
	require.NoError(t, MaxColNorm{Rule: &Adam{LearningRate: 1, Epsilon: 1}, Limit: 1.9365}.Validate())
	for _, limit := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		gantest.RequireInvalid(t, MaxColNorm{Limit: limit}.Validate(), "max_col_norm")
	}
}
