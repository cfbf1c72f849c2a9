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

// descend minimises ½·c·θ² from θ = 1 and returns θ after each of n updates.
func descend(b compute.Backend, store *model.Store, rule Rule, c float64, n int) []float64 {
	exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
		root.SetTraining(g, true) // otherwise the Go backend turns variables into constants
		player := root.At("player")
		theta := player.VariableWithValue("theta", 1.0)
		loss := MulScalar(Square(theta.NodeValue(g)), c/2)
		rule.UpdateGraph(player, g, loss)
		return loss
	})
	path := make([]float64, n)
	for i := range path {
		exec.MustCall()
		path[i] = tensors.ToScalar[float64](store.GetVariable("/player/theta").MustValue())
	}
	return path
}

// TestMomentum compares the released schedule, shortened, with the same rule as a Go loop.
func TestMomentum(t *testing.T) {
	released := &Momentum{LearningRate: 0.1, Decay: 1.01, MinRate: 0.05, Initial: 0.5, Final: 0.7, Saturate: 5, Epoch: 10}
	plain := &Momentum{LearningRate: 0.1, Initial: 0.9}
	for name, rule := range map[string]*Momentum{"released": released, "constant": plain, "none": {LearningRate: 0.1}} {
		t.Run(name, func(t *testing.T) {
			const n, c = 90, 0.3
			want := make([]float64, n)
			theta, v := 1.0, 0.0
			for i := range want {
				rate, mu := rule.LearningRate, rule.Initial
				if rule.Decay > 0 {
					rate = max(rate/math.Pow(rule.Decay, float64(i)), rule.MinRate)
				}
				if rule.Epoch > 0 {
					alpha := (float64(i/rule.Epoch) - 1) / float64(rule.Saturate-1)
					mu += (rule.Final - rule.Initial) * min(max(alpha, 0), 1)
				}
				v = mu*v - rate*c*theta
				theta += v
				want[i] = theta
			}
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				require.InDeltaSlice(t, want, descend(b, model.NewStore(), rule, c, n), 1e-12)
			})
		})
	}
}

// TestAdam compares with Kingma and Ba's Algorithm 1 as a Go loop.
func TestAdam(t *testing.T) {
	for _, linear := range []int{0, 20} {
		rule := &Adam{LearningRate: 0.01, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8, Linear: linear}
		const n, c = 25, 3.0
		want := make([]float64, n)
		theta, m, v := 1.0, 0.0, 0.0
		for i := range want {
			g, t := c*theta, float64(i+1)
			m, v = rule.Beta1*m+(1-rule.Beta1)*g, rule.Beta2*v+(1-rule.Beta2)*g*g
			rate := rule.LearningRate
			if linear > 0 {
				rate *= max(0, 1-float64(i)/float64(linear))
			}
			theta -= rate * m / (1 - math.Pow(rule.Beta1, t)) / (math.Sqrt(v/(1-math.Pow(rule.Beta2, t))) + rule.Epsilon)
			want[i] = theta
		}
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			require.InDeltaSlice(t, want, descend(b, model.NewStore(), rule, c, n), 1e-9)
		})
	}
}

// TestClear: after Clear a rule starts anew, and leaves nothing in the store.
func TestClear(t *testing.T) {
	for name, rule := range map[string]Rule{
		"momentum": &Momentum{LearningRate: 0.1, Initial: 0.5},
		"adam":     &Adam{LearningRate: 0.01, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8, Linear: 50},
	} {
		t.Run(name, func(t *testing.T) {
			b, store := gantest.Open(t, "go"), model.NewStore()
			first := descend(b, store, rule, 1, 10)
			require.NoError(t, rule.Clear(store.Scope("/player")))
			for v := range store.IterVariables() {
				require.Contains(t, []string{"/player/theta", "/global_step"}, v.Path())
			}
			require.NoError(t, store.GetVariable("/player/theta").SetValue(tensors.FromScalar(1.0)))
			require.Equal(t, first, descend(b, store, rule, 1, 10))
		})
	}
}

// TestFrameworkLearningRateVariable: GoMLX keeps Adam's rate in a variable. If a checkpoint holds that variable, the
// old rate is used. Adam's first steps on a constant gradient are the rate itself.
func TestFrameworkLearningRateVariable(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		descend(b, store, &Adam{LearningRate: 1e-3, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8}, 1, 1)
		path := descend(b, store, &Adam{LearningRate: 1e-4, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8}, 1, 1)
		require.InDelta(t, 1-1e-3-1e-4, path[0], 1e-6)
	})
}
