package gans

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// short is a ring of eight Gaussians, trained for the given number of iterations and measured every 20.
func short(t *testing.T, backend string, steps int) trial {
	cfg := trial{Ring8().WithSteps(steps), Options{Dir: filepath.Join(t.TempDir(), "ring8")}}
	cfg.Backend = backend
	cfg.RecordEvery, cfg.MeasureEvery, cfg.SaveEvery, cfg.SampleEvery, cfg.Best = 20, 20, 20, 100, "recall"
	return cfg
}

// TestMeasured: records hold the measurements, a run that is measured in another way continues with the same bits, and
// the best checkpoint can be restored.
func TestMeasured(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) { testMeasured(t, name) })
	}
}

func testMeasured(t *testing.T, name string) {
	gantest.Open(t, name) // skips the test where XLA is not there
	cfg := short(t, name, 200)
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	history, err := gan.Run.History()
	require.NoError(t, err)
	require.Len(t, history, 10)
	for _, r := range history {
		for _, name := range []string{"diversity", "precision", "recall", "density", "coverage", "modes", "grad_ratio",
			"g_saturated", "d_saturated", "g_grad/hidden_0", "g_grad/output", "d_grad/hidden_1", "acc_real", "acc_fake", "d_weights"} {
			require.Contains(t, r.Values, name)
			require.False(t, math.IsNaN(r.Values[name]), name)
		}
	}
	require.FileExists(t, gan.Run.Plot())

	best, value, err := gan.Run.Best(run.Best{Value: "recall"})
	require.NoError(t, err)
	for _, r := range history {
		require.LessOrEqual(t, r.Values["recall"], value)
	}
	require.NoError(t, gan.RestoreBest())
	require.Equal(t, best.Step, gan.Step)

	blind := short(t, name, 200)
	blind.MeasureEvery, blind.Best = 0, ""
	other, err := blind.train(t.Context())
	require.NoError(t, err)
	require.NoError(t, gan.Restore(200))
	a, err := gan.Sample(100, 1)
	require.NoError(t, err)
	c, err := other.Sample(100, 1)
	require.NoError(t, err)
	require.Equal(t, a, c)
	gantest.RequireInvalid(t, other.RestoreBest(), "best")
}

// TestNaNRollsBack: momentum with a rate of 1 ends in NaN within some tens of iterations; with the rate halved often
// enough, it does not.
func TestNaNRollsBack(t *testing.T) {
	cfg := short(t, "go", 100)
	cfg.RecordEvery, cfg.MeasureEvery, cfg.SaveEvery = 1, 1, 1
	rule := func() ganlib.Rule { return ganlib.Rule{Momentum: &optim.Momentum{LearningRate: 1, Initial: .5}} }
	cfg.GeneratorRule, cfg.DiscriminatorRule = rule(), rule()
	_, err := cfg.train(t.Context())
	require.ErrorIs(t, err, run.ErrDiverged)
	require.Regexp(t, `^step \d+ of .* is (NaN|\+Inf); (all variables are finite still|variable /(discriminator|generator)/.* holds (NaN|[+-]Inf))`, err.Error())

	cfg.Dir += "-rollback"
	cfg.OnFailure = &monitor.OnFailure{Action: "rollback", RateFactor: .1}
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	history, err := gan.Run.History()
	require.NoError(t, err)
	events := 0
	for _, r := range history {
		if r.Event == run.EventRollback {
			events++
		}
	}
	require.Positive(t, events)
	require.LessOrEqual(t, events, 3)
}

// TestNothingLost: samples that are not good yet are not a failure.
func TestNothingLost(t *testing.T) {
	good := short(t, "go", 40)
	good.RecordEvery, good.MeasureEvery, good.SaveEvery = 1, 1, 1
	good.Best, good.OnFailure = record.Coverage, &monitor.OnFailure{Action: monitor.Stop}
	_, err := good.train(t.Context())
	require.NoError(t, err)
}
