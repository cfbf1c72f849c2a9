package monitor

import (
	"bytes"
	"context"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

const batchSize = 64

var ring = data.Ring(8, 1, .05)

// onRing is a game on a ring of eight Gaussians after a number of iterations, with D's rate and without a
// configuration.
func onRing(t *testing.T, b compute.Backend, dRate float64, steps int) (*ganlib.Players, data.Feed) {
	t.Helper()
	mlp := func(output int) ganlib.MLP {
		return ganlib.MLP{Hidden: []int{128, 128}, Activation: "relu", Output: []int{output}, OutputActivation: "linear"}
	}
	adam := func(rate float64) *optim.Adam {
		return &optim.Adam{LearningRate: rate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}
	}
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	p := &ganlib.Players{
		Algorithm1: &ganlib.Algorithm1{
			Game: ganlib.Game{
				Generator: mlp(2).Forward, Discriminator: mlp(1).Forward,
				Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 8}, Objective: ganlib.NonSaturating,
			},
			K: 1, GeneratorRule: adam(1e-3), DiscriminatorRule: adam(dRate),
		},
		Backend: b, Store: store, Shape: []int{2},
	}
	feed := data.Points(ring, 1)
	trainer, err := p.Trainer()
	require.NoError(t, err)
	draw, err := feed.Batches(t.Context(), b, batchSize)
	require.NoError(t, err)
	for step := range steps {
		batch, err := draw(step)
		require.NoError(t, err)
		_, err = trainer.TrainStep(batch)
		require.NoError(t, err)
	}
	return p, feed
}

func signalsOf(t *testing.T, p *ganlib.Players, feed data.Feed) *Signals {
	t.Helper()
	s, err := NewSignals(t.Context(), p, feed, Options{BatchSize: batchSize, Mixture: &ring})
	require.NoError(t, err)
	return s
}

// bytesOf returns the bytes of all variables of a store.
func bytesOf(t *testing.T, store *model.Store) map[string][]byte {
	t.Helper()
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// TestSignalsAreTheWeights: the same weights always give the same numbers, however often they are measured, and
// measuring changes no bit of the store.
func TestSignalsAreTheWeights(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p, feed := onRing(t, b, 1e-3, 30)
		s := signalsOf(t, p, feed)
		before := bytesOf(t, p.Store)
		first, err := s.Measure()
		require.NoError(t, err)
		again, err := s.Measure()
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, before, bytesOf(t, p.Store))

		store, err := p.Store.Clone()
		require.NoError(t, err)
		copied := &ganlib.Players{Algorithm1: p.Algorithm1, Backend: b, Store: store, Shape: p.Shape}
		other, err := signalsOf(t, copied, feed).Measure()
		require.NoError(t, err)
		require.Equal(t, first, other)
	})
}

// TestSignalsSeeCollapse: kept executors see the weights change. A G whose last weights are 0, which makes one point of
// all noise, has no diversity, no recall, and no gradient in the layers before.
func TestSignalsSeeCollapse(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p, feed := onRing(t, b, 1e-3, 30)
		s := signalsOf(t, p, feed)
		alive, err := s.Measure()
		require.NoError(t, err)
		require.Positive(t, alive[record.GGradIn+"hidden_0"])
		require.Positive(t, alive[record.Diversity])
		for v := range p.Store.Scope("/generator/output").IterVariables() {
			require.NoError(t, v.SetValue(tensors.FromShape(v.Shape())))
		}
		dead, err := s.Measure()
		require.NoError(t, err)
		for _, zero := range []string{record.Diversity, record.Recall, record.GGradIn + "hidden_0", record.GGradIn + "hidden_1"} {
			require.Zero(t, dead[zero], zero)
		}
		require.Positive(t, dead[record.GGradIn+"output"])
		require.LessOrEqual(t, dead[record.Modes], 1.)
	})
}

// TestSignalsOfTheData: other examples of p_data are what a perfect G would make.
func TestSignalsOfTheData(t *testing.T) {
	p, feed := onRing(t, gantest.Open(t, "go"), 1e-3, 1)
	draw, err := feed.Batches(t.Context(), p.Backend, Rows)
	require.NoError(t, err)
	batch, err := draw(1)
	require.NoError(t, err)
	values, err := signalsOf(t, p, feed).compare(tensors.MustCopyFlatData[float32](batch.Inputs[0]))
	require.NoError(t, err)
	require.InDelta(t, 1, values[record.Diversity], .02)
	require.InDelta(t, 1, values[record.Density], .15)
	require.InDelta(t, .97, values[record.Coverage], .03)
	require.Greater(t, values[record.Precision], .95)
	require.Greater(t, values[record.Recall], .95)
	require.Equal(t, 8., values[record.Modes])
}

// TestSignalsByFeatures: samples are compared by what Features makes of them. If all features are alike, nothing is
// compared by them.
func TestSignalsByFeatures(t *testing.T) {
	p, feed := onRing(t, gantest.Open(t, "go"), 1e-3, 1)
	asked := 0
	s, err := NewSignals(t.Context(), p, feed, Options{BatchSize: batchSize, Features: func(x []float32) ([]float32, int, error) {
		asked++
		return make([]float32, len(x)/2), 1, nil
	}})
	require.NoError(t, err)
	values, err := s.Measure()
	require.NoError(t, err)
	require.Positive(t, asked)
	require.Zero(t, values[record.Coverage])
	require.Contains(t, values, record.GradRatio)
}

// TestFreeze: on a ring of eight Gaussians a D that learns too slowly to see stays near V = −log 4 while G covers
// little. The test detects it, changes nothing, and leaves a record from which the diagnosis says so.
func TestFreeze(t *testing.T) {
	p, feed := onRing(t, gantest.Open(t, "go"), 1e-5, 200)
	before := bytesOf(t, p.Store)
	m := Minibatches{From: feed, Size: 256, Step: 200}
	probe, err := Freeze(t.Context(), p, m, ProbeSteps)
	require.NoError(t, err)
	require.InDelta(t, -ganlib.Log4, probe.Before.Value, .1, "D says 1/2")
	require.Greater(t, probe.Rise().Value, .1+3*probe.Rise().StdErr)
	require.LessOrEqual(t, probe.JSD(), math.Ln2)
	require.Equal(t, before, bytesOf(t, p.Store), "neither player has changed")

	var history []run.Record
	for step := 10; step <= 200; step += 10 {
		history = append(history, run.Record{Step: step, Values: map[string]float64{record.DReal: .5, record.DFake: .5}})
	}
	require.NotEqual(t, diagnose.GDominates, diagnose.Diagnose(history, nil)[0].Condition)
	history = append(history, probe.Record(200))
	require.Equal(t, diagnose.GDominates, diagnose.Diagnose(history, nil)[0].Condition)

	_, err = Freeze(t.Context(), p, m, 0)
	gantest.RequireInvalid(t, err, "steps")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Freeze(cancelled, p, m, 10)
	require.ErrorIs(t, err, context.Canceled)
}

// TestTrainDiscriminator: the returned D raises V, by no more than it can; the given players do not change.
func TestTrainDiscriminator(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p, feed := onRing(t, b, 1e-3, 2)
		before := bytesOf(t, p.Store)
		rule := func() optim.Rule { return &optim.Adam{LearningRate: 1e-2, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
		m := Minibatches{From: feed, Size: 256, Step: 2}
		_, first, err := TrainDiscriminator(t.Context(), p, m, 1, rule())
		require.NoError(t, err)
		trained, last, err := TrainDiscriminator(t.Context(), p, m, 100, rule())
		require.NoError(t, err)
		require.Greater(t, last, first+.1)
		require.Less(t, last, 0.0, "V is a sum of logarithms of probabilities")
		require.Equal(t, before, bytesOf(t, p.Store))

		x, err := p.Sample(50, 1)
		require.NoError(t, err)
		same, err := trained.Sample(50, 1)
		require.NoError(t, err)
		require.Equal(t, x, same, "G is frozen")
		d, err := p.Discriminate(x)
		require.NoError(t, err)
		other, err := trained.Discriminate(x)
		require.NoError(t, err)
		require.NotEqual(t, d, other)
		_, _, err = TrainDiscriminator(t.Context(), p, m, 0, rule())
		gantest.RequireInvalid(t, err, "steps")
	})
}

// conditional is a game with labels, of images [2, 2, 1] and without learning rules, and a feed of as many classes as
// there are labels.
func conditional(t *testing.T, classes, labels int) (*ganlib.Players, *data.ImageFeed) {
	t.Helper()
	p, _ := onRing(t, gantest.Open(t, "go"), 1e-3, 0)
	p.Algorithm1.Generator = ganlib.MLP{Output: []int{2, 2, 1}, Activation: "relu", OutputActivation: "linear"}.Forward
	p.Algorithm1.Classes, p.Shape = classes, []int{2, 2, 1}
	p.Algorithm1.GeneratorRule, p.Algorithm1.DiscriminatorRule = nil, nil
	set := &data.Images{N: 30, Height: 2, Width: 2, Channels: 1, Pixels: make([]uint8, 120)}
	for i := range set.N {
		set.Labels = append(set.Labels, i%labels)
	}
	feed, err := data.NewFeed(set, data.Drawing{}, true)
	require.NoError(t, err)
	return p, feed
}

// TestFeedsRefused: no signal is measured and no D trained on data that are not the game's.
func TestFeedsRefused(t *testing.T) {
	adam := &optim.Adam{LearningRate: 1e-3, Epsilon: 1e-8}
	refuse := func(p *ganlib.Players, from data.Feed, key string) {
		t.Helper()
		_, err := NewSignals(t.Context(), p, from, Options{BatchSize: 6})
		gantest.RequireInvalid(t, err, key)
		m := Minibatches{From: from, Size: 6}
		_, err = Freeze(t.Context(), p, m, 1)
		gantest.RequireInvalid(t, err, key)
		_, _, err = TrainDiscriminator(t.Context(), p, m, 1, adam)
		gantest.RequireInvalid(t, err, key)
	}
	p, feed := conditional(t, 2, 3)
	refuse(p, feed, "feed.classes")
	refuse(p, nil, "feed")
	refuse(p, data.Points(ring, 1), "feed.shape")
	refuse(&ganlib.Players{}, feed, "algorithm1")
	p, feed = conditional(t, 3, 3)
	_, err := NewSignals(t.Context(), p, feed, Options{BatchSize: 6})
	require.NoError(t, err)
	_, err = Freeze(t.Context(), p, Minibatches{From: feed, Size: 6}, 1)
	require.NoError(t, err, "a probe needs no rule of the game")
	_, _, err = TrainDiscriminator(t.Context(), p, Minibatches{From: feed, Size: 6}, 1, adam)
	require.NoError(t, err)
}

// TestSignalsStop: nothing is measured for a context that has ended.
func TestSignalsStop(t *testing.T) {
	p, feed := onRing(t, gantest.Open(t, "go"), 1e-3, 0)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := NewSignals(ctx, p, feed, Options{BatchSize: batchSize})
	require.ErrorIs(t, err, context.Canceled)
}

// TestSettingsRefused names the key of what cannot be measured by.
func TestSettingsRefused(t *testing.T) {
	p, feed := onRing(t, gantest.Open(t, "go"), 1e-3, 0)
	for _, size := range []int{-1, 0} {
		_, err := NewSignals(t.Context(), p, feed, Options{BatchSize: size})
		gantest.RequireInvalid(t, err, "batch_size")
		_, err = Freeze(t.Context(), p, Minibatches{From: feed, Size: size}, 1)
		gantest.RequireInvalid(t, err, "size")
	}
	m := Minibatches{From: feed, Size: 8}
	_, err := Freeze(t.Context(), p, Minibatches{From: feed, Size: 8, Step: -1}, 1)
	gantest.RequireInvalid(t, err, "step")
	for key, rule := range map[string]optim.Rule{"rule": nil, "rule.learning_rate": &optim.Adam{LearningRate: -1}} {
		_, _, err := TrainDiscriminator(t.Context(), p, m, 1, rule)
		gantest.RequireInvalid(t, err, key)
	}
}

// TestFailed: samples that were better are a failure; samples that are not good yet are not.
func TestFailed(t *testing.T) {
	var history []run.Record
	for i := range 60 {
		coverage := .6
		if i > 40 {
			coverage = .3
		}
		history = append(history, run.Record{Step: 1 + i, Values: map[string]float64{
			record.Coverage: coverage, record.Diversity: .9, record.Recall: .5, record.Precision: .6,
		}})
	}
	require.NoError(t, Failed(history[:40]))
	require.ErrorIs(t, Failed(history), ErrFailed)
}

// TestGuard: a run that rolls back lowers both players' rates, by the factor to the power of the number of times.
func TestGuard(t *testing.T) {
	p, _ := onRing(t, gantest.Open(t, "go"), 1e-3, 1)
	var spec run.Spec
	OnFailure{Action: RollBack, RateFactor: .1, Limit: 7}.Guard(&spec, p)
	require.Equal(t, 7, spec.Rollbacks)
	require.NoError(t, spec.RolledBack(2))
	for _, player := range []string{ganlib.DiscriminatorScope, ganlib.GeneratorScope} {
		v := p.Store.GetVariable("/" + player + "/rate/factor")
		require.NotNil(t, v)
		require.InDelta(t, .01, tensors.ToScalar[float32](v.MustValue()), 1e-7)
	}
	spec = run.Spec{}
	OnFailure{Action: Stop}.Guard(&spec, p)
	require.NotNil(t, spec.Judge)
	require.Zero(t, spec.Rollbacks)

	for key, bad := range map[string]OnFailure{
		"action":      {Action: "pray"},
		"rate_factor": {Action: RollBack, RateFactor: 2},
		"limit":       {Action: Stop, Limit: 1},
	} {
		gantest.RequireInvalid(t, bad.Validate(), key)
	}
}
