package ganlib

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// variants are games that differ in what an iteration computes.
func variants() map[string]func() *Algorithm1 {
	with := func(change func(a *Algorithm1)) func() *Algorithm1 {
		return func() *Algorithm1 {
			a := smallGame(1, false, NonSaturating)
			change(a)
			return a
		}
	}
	return map[string]func() *Algorithm1{
		"k = 3, labels, averages": with(func(a *Algorithm1) { a.K, a.Classes, a.AverageG = 3, 3, .9 }),
		"simultaneous, Adam, gradient penalty": with(func(a *Algorithm1) {
			rule := func() optim.Rule {
				return &optim.Adam{LearningRate: .01, Beta1: .5, Beta2: .9, Epsilon: 1e-8, Linear: 20}
			}
			a.Simultaneous, a.DiscriminatorRule, a.GeneratorRule = true, rule(), rule()
			a.Penalty = Penalty{Kind: WGANGP, Weight: 1}
		}),
		"stabilisers": with(func(a *Algorithm1) {
			a.InstanceNoise, a.Penalty = InstanceNoise{Std: .5, Steps: 4}, Penalty{Kind: R1, Weight: .5}
			a.SmoothReal, a.FlipFake = .1, .2
		}),
	}
}

// labelledBatches are minibatches of a game, with labels if it is conditional.
func labelledBatches(a *Algorithm1) func(step int) (train.Batch, error) {
	return func(step int) (train.Batch, error) {
		inputs := []*tensors.Tensor{minibatches(step, a.K)}
		if a.Classes > 0 {
			labels := make([]int32, a.K*testM)
			for i := range labels {
				labels[i] = int32((i + step) % a.Classes)
			}
			inputs = append(inputs, tensors.FromFlatDataAndDimensions(labels, len(labels)))
		}
		return train.Batch{Inputs: inputs}, nil
	}
}

// contents are copies of all variables of a store but those of metrics.
func contents(store *model.Store) map[string]*tensors.Tensor {
	all := make(map[string]*tensors.Tensor)
	for v := range store.IterVariables() {
		if !strings.HasPrefix(v.Path(), "/metrics/") && v.HasValue() {
			all[v.Path()] = cloned(v)
		}
	}
	return all
}

func cloned(v *model.Variable) *tensors.Tensor {
	value, err := v.MustValue().LocalClone()
	if err != nil {
		panic(err)
	}
	return value
}

// numbers are the variables of a store that hold float64.
func numbers(store *model.Store) map[string][]float64 {
	all := make(map[string][]float64)
	for path, value := range contents(store) {
		if value.DType() == dtypes.Float64 {
			all[path] = tensors.MustCopyFlatData[float64](value)
		}
	}
	return all
}

// TestIterateInALoop: whatever an iteration computes, seven of them in a loop give the variables and the metrics of
// seven calls, and how the seven are divided does not change a bit.
func TestIterateInALoop(t *testing.T) {
	const n = 7
	b := gantest.Open(t, "xla:cpu")
	for name, game := range variants() {
		t.Run(name, func(t *testing.T) {
			newTrainer := func() (*Algorithm1, *train.Trainer) {
				a, store := game(), model.NewStore()
				require.NoError(t, store.SetRNGStateFromSeed(1))
				trainer, err := a.Trainer(b, store)
				require.NoError(t, err)
				return a, trainer
			}
			a, stepped := newTrainer()
			var want [][]float64
			for step := range n {
				batch, err := labelledBatches(a)(step)
				require.NoError(t, err)
				want = append(want, valuesOf(t, stepped, batch))
			}
			a, trainer := newTrainer()
			blocks, err := loop.FromBatches(labelledBatches(a))
			require.NoError(t, err)
			l, err := loop.ForTrainer(trainer, a.Iterate, blocks)
			require.NoError(t, err)
			defer l.Finalize()
			require.Equal(t, "loss", l.Metrics()[0].ShortName())
			begin := contents(trainer.Store())
			run := func(cuts ...int) {
				step := 0
				for _, cut := range cuts {
					rows, err := l.Run(step, cut)
					require.NoError(t, err)
					require.Len(t, rows, cut)
					for i, row := range rows {
						require.InDeltaSlice(t, want[step+i], row, 1e-9, "step %d", step+i)
					}
					step += cut
				}
			}
			run(n)
			whole := numbers(trainer.Store())
			for path, value := range numbers(stepped.Store()) {
				require.InDeltaSlice(t, value, whole[path], 1e-9, path)
			}
			for path, value := range begin {
				require.NoError(t, trainer.Store().GetVariable(path).SetValue(value))
			}
			run(1, 4, 2)
			require.Equal(t, whole, numbers(trainer.Store()))
		})
	}
}

// valuesOf makes a step and returns its metrics without memory.
func valuesOf(t *testing.T, trainer *train.Trainer, batch train.Batch) []float64 {
	t.Helper()
	metrics, err := trainer.TrainStep(batch)
	require.NoError(t, err)
	var row []float64
	for i, m := range trainer.TrainMetrics() {
		if m.ShortName() != "~loss" { // the trainer's own, with memory
			row = append(row, tensors.ToScalar[float64](metrics[i]))
		}
	}
	return row
}

// TestLoopEndsAtNaN: a game that diverges in a loop is left at the iteration at which it would have been found in single
// calls, with that iteration's variables.
func TestLoopEndsAtNaN(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	diverging := func() (*Algorithm1, *train.Trainer) {
		a, store := smallGame(1, false, Minimax), model.NewStore()
		linear := MLP{Hidden: []int{5}, Activation: "linear", Output: []int{1}, OutputActivation: "linear"}
		a.Discriminator, a.Generator = linear.Forward, linear.Forward
		a.DiscriminatorRule.(*optim.Momentum).LearningRate = 100
		require.NoError(t, store.SetRNGStateFromSeed(1))
		trainer, err := a.Trainer(b, store)
		require.NoError(t, err)
		return a, trainer
	}
	a, stepped := diverging()
	bad, finite := 0, true
	for ; finite; bad++ {
		require.Less(t, bad, 100)
		batch, err := labelledBatches(a)(bad)
		require.NoError(t, err)
		finite = !slices.ContainsFunc(valuesOf(t, stepped, batch), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	}
	require.Greater(t, bad, 1)

	a, trainer := diverging()
	blocks, err := loop.FromBatches(labelledBatches(a))
	require.NoError(t, err)
	l, err := loop.ForTrainer(trainer, a.Iterate, blocks)
	require.NoError(t, err)
	rows, err := l.Run(0, 200)
	require.NoError(t, err)
	require.Len(t, rows, bad)
	require.Equal(t, fmt.Sprint(numbers(stepped.Store())), fmt.Sprint(numbers(trainer.Store()))) // text, for NaN
}

// TestNaNIsFound: on the Go engine a NaN in one weight of either player, or in one example, makes a metric of the same
// iteration NaN, for every activation. The losses may stay finite (TestFrameworkNaNVanishes), but the weights' norms
// cannot. On XLA every operation passes NaN on.
func TestNaNIsFound(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, activation := range []string{"tanh", "sigmoid", "relu"} {
		for _, where := range []string{"/generator", "/discriminator", "example"} {
			player := MLP{Hidden: []int{16}, Activation: activation, Output: []int{1}, OutputActivation: "linear"}
			a, store := smallGame(1, false, NonSaturating), model.NewStore()
			a.Generator, a.Discriminator = player.Forward, player.Forward
			require.NoError(t, store.SetRNGStateFromSeed(1))
			trainer, err := a.Trainer(b, store)
			require.NoError(t, err)
			x := make([]float32, 16)
			batch := func() train.Batch {
				return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(slices.Clone(x), 16, 1)}}
			}
			require.False(t, diverged(t, trainer, batch()))
			if where == "example" {
				x[15] = float32(math.NaN())
			} else {
				w := first(store, where)
				values := tensors.MustCopyFlatData[float32](w.MustValue())
				values[len(values)-1] = float32(math.NaN())
				require.NoError(t, w.SetValue(tensors.FromFlatDataAndDimensions(values, w.Shape().Dimensions...)))
			}
			require.True(t, diverged(t, trainer, batch()), "%s, NaN in %s", activation, where)
		}
	}
}

// first is the first trainable variable below a scope.
func first(store *model.Store, scope string) *model.Variable {
	for v := range store.Scope(scope).IterVariables() {
		if v.Trainable {
			return v
		}
	}
	return nil
}

// diverged makes a step and reports whether a metric of it is not finite.
func diverged(t *testing.T, trainer *train.Trainer, batch train.Batch) bool {
	t.Helper()
	metrics, err := trainer.TrainStep(batch)
	require.NoError(t, err)
	return slices.ContainsFunc(metrics, func(m *tensors.Tensor) bool {
		v := float64(tensors.ToScalar[float32](m))
		return math.IsNaN(v) || math.IsInf(v, 0)
	})
}
