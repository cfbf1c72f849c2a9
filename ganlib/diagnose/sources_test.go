package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

const batchSize, dim = 64, 8

// blindGame is a game on a ring of eight Gaussians whose D learns a hundred times slower than G.
func blindGame(t *testing.T) (*ganlib.Players, data.Feed) {
	t.Helper()
	mlp := func(output int) ganlib.MLP {
		return ganlib.MLP{Hidden: []int{64, 64}, Activation: "relu", Output: []int{output}, OutputActivation: "linear"}
	}
	adam := func(rate float64) *optim.Adam {
		return &optim.Adam{LearningRate: rate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}
	}
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	return &ganlib.Players{
		Algorithm1: &ganlib.Algorithm1{
			Game: ganlib.Game{
				Generator: mlp(2).Forward, Discriminator: mlp(1).Forward,
				Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: dim}, Objective: ganlib.NonSaturating,
			},
			K: 1, GeneratorRule: adam(1e-3), DiscriminatorRule: adam(1e-5),
		},
		Backend: gantest.Open(t, "go"), Store: store, Shape: []int{2},
	}, data.Points(data.Ring(8, 1, .05), 1)
}

// trainBlind trains the game with the signals that the rules need in its records, and returns its run.
func trainBlind(t *testing.T, p *ganlib.Players, feed data.Feed) *run.Run {
	t.Helper()
	trainer, err := p.Trainer()
	require.NoError(t, err)
	batches, err := feed.Batches(t.Context(), p.Backend, batchSize)
	require.NoError(t, err)
	signals, err := monitor.NewSignals(t.Context(), p, feed, monitor.Options{BatchSize: batchSize})
	require.NoError(t, err)
	r, err := run.Train(t.Context(), run.Spec{
		Dir: t.TempDir(), Config: map[string]any{}, Trainer: trainer, Batches: batches,
		Steps: 150, RecordEvery: 5, SampleEvery: 150, SaveEvery: 150,
		Measure: signals.Measure, MeasureEvery: 75,
	})
	require.NoError(t, err)
	return r
}

func rulesOf(t *testing.T, r *run.Run) (names []string) {
	t.Helper()
	history, err := r.History()
	require.NoError(t, err)
	for _, v := range diagnose.Diagnose(history, r.ConfigText()) {
		names = append(names, v.Rule)
	}
	return names
}

// TestSources: every value that a rule reads is in the history of a real run that was probed. The probe gives the rule
// "D blind" the evidence that two measurements of the samples do not.
func TestSources(t *testing.T) {
	p, feed := blindGame(t)
	r := trainBlind(t, p, feed)
	require.NotContains(t, rulesOf(t, r), "D blind")

	history, err := r.History()
	require.NoError(t, err)
	step := history[len(history)-1].Step
	probe, err := monitor.Freeze(t.Context(), p, monitor.Minibatches{From: feed, Size: batchSize, Step: step}, 200)
	require.NoError(t, err)
	require.NoError(t, run.Note(r.Dir, probe.Record(step)))
	require.Contains(t, rulesOf(t, r), "D blind", "V rose by %v", probe.Rise())

	history, err = r.History()
	require.NoError(t, err)
	var written []string
	for _, rec := range history {
		for name := range rec.Values {
			written = append(written, name)
		}
	}
	for _, name := range diagnose.Values() {
		require.True(t, slices.ContainsFunc(written, func(w string) bool {
			return w == name || strings.HasSuffix(name, "/") && strings.HasPrefix(w, name)
		}), "nothing writes %s", name)
	}
	require.Contains(t, diagnose.Values(), record.ProbeRise)
}
