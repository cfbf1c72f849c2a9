package dcganlib

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestTraining plays a small game by each kind of recipe: both losses change, so does every variable of both players,
// moving averages too, and nothing becomes NaN or infinite.
func TestTraining(t *testing.T) {
	flowers := Flowers64()
	flowers.Size, flowers.Filters = 8, []int{3}
	digits := MNIST28()
	digits.Size, digits.Filters, digits.Hidden, digits.Classes, digits.BFloat16 = 14, []int{4}, 48, 3, true
	for name, c := range map[string]Config{"paper": recipe(tiny), "flowers": flowers, "digits": digits} {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				c.BatchSize = 6
				for _, rule := range []ganlib.Rule{c.GeneratorRule, c.DiscriminatorRule} {
					rule.Adam.LearningRate = 1e-2 // a large one, for a few steps to be seen
				}
				states := play(t, b, c, 40)
				first, last := states[0], states[len(states)-1]
				for _, name := range []string{record.DLoss, record.GLoss} {
					var values []float64
					for _, s := range states {
						values = append(values, s.metrics[name])
					}
					require.Greater(t, slices.Max(values)-slices.Min(values), .01, name)
				}
				require.NotEmpty(t, last.variables)
				for path, values := range last.variables {
					require.NotEqual(t, first.variables[path], values, path)
					for _, v := range values {
						require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0), path)
					}
				}
			})
		})
	}
}

// state is the result of an iteration: the players' variables by path, and the metrics by name.
type state struct {
	variables map[string][]float32
	metrics   map[string]float64
}

// play runs some iterations, from the seed 1.
func play(t *testing.T, b compute.Backend, c Config, iterations int) (states []state) {
	t.Helper()
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	algorithm, err := c.Algorithm1()
	require.NoError(t, err)
	trainer, err := algorithm.Trainer(b, store)
	require.NoError(t, err)
	for range iterations {
		batch := []*tensors.Tensor{images(c.Networks, c.BatchSize)}
		if c.Classes > 0 {
			batch = append(batch, tensors.FromFlatDataAndDimensions([]int32{0, 1, 2, 0, 1, 2}, c.BatchSize))
		}
		results, err := trainer.TrainStep(train.Batch{Inputs: batch})
		require.NoError(t, err)
		s := state{make(map[string][]float32), make(map[string]float64)}
		for i, metric := range trainer.TrainMetrics() {
			s.metrics[metric.ShortName()] = float64(tensors.ToScalar[float32](results[i]))
		}
		for _, player := range []string{ganlib.GeneratorScope, ganlib.DiscriminatorScope} {
			for v := range store.Scope("/" + player).IterVariables() {
				if slices.Contains([]string{"weights", "biases", "gamma", "beta", "mean", "variance"}, v.Name()) {
					s.variables[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
				}
			}
		}
		states = append(states, s)
	}
	return states
}
