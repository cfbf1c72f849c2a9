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

// slide returns θ after each of n updates from 0 down the slope 1, in one executor: a gradient of constant size. factor
// is set before update i if factors[i] is not 0.
func slide(t *testing.T, b compute.Backend, rule Rule, n int, factors map[int]float64) []float64 {
	store := model.NewStore()
	exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
		root.SetTraining(g, true)
		player := root.At("player")
		loss := player.VariableWithValue("theta", 0.0).NodeValue(g)
		rule.UpdateGraph(player, g, loss)
		return loss
	})
	path := make([]float64, n)
	for i := range path {
		if factor := factors[i]; factor != 0 {
			require.NoError(t, SetRateFactor(store.Scope("/player"), factor))
		}
		exec.MustCall()
		path[i] = tensors.ToScalar[float64](store.GetVariable("/player/theta").MustValue())
	}
	return path
}

// TestRateFactor: from the update after it was set, also in a compiled executor, each step is the rule's times the
// factor; 1 changes nothing.
func TestRateFactor(t *testing.T) {
	for name, rule := range map[string]Rule{
		"momentum": &Momentum{LearningRate: .1, Decay: 1.01, MinRate: .01},
		"adam":     &Adam{LearningRate: .01, Beta1: .5, Beta2: .999, Epsilon: 1e-8, Linear: 50},
		"limited":  MaxColNorm{Rule: &Momentum{LearningRate: .1}, Limit: 1},
	} {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				whole := slide(t, b, rule, 6, nil)
				require.Equal(t, whole, slide(t, b, rule, 6, map[int]float64{0: 1, 3: 1}))
				lower := slide(t, b, rule, 6, map[int]float64{2: .5, 4: .25})
				require.Equal(t, whole[:2], lower[:2])
				for i := 2; i < 6; i++ {
					factor := map[bool]float64{true: .5, false: .25}[i < 4]
					require.InDelta(t, factor*(whole[i]-whole[i-1]), lower[i]-lower[i-1], 1e-9, "update %d", i)
				}
			})
		})
	}
}

func TestRateFactorRefused(t *testing.T) {
	store := model.NewStore()
	for _, factor := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		gantest.RequireInvalid(t, SetRateFactor(store.Scope("/player"), factor), "rate_factor")
	}
	require.Zero(t, store.NumVariables())
}
