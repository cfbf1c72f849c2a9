package gans

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
	"github.com/gans-in-go/gans/internal/gantest"
)

// sweepOf is a short sweep of the one-dimensional game.
func sweepOf(t *testing.T) trial {
	cfg := trial{Figure1().WithSteps(8), Options{Dir: filepath.Join(t.TempDir(), "sweep")}}
	cfg.Backend, cfg.BatchSize = "go", 16
	cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery = 2, 8, 4
	cfg.Seed, cfg.MeasureEvery = 5, 0
	return cfg
}

// alone is the history of a run that no sweep made.
func alone(t *testing.T, seed int64) []run.Record {
	t.Helper()
	cfg := sweepOf(t)
	cfg.Seed = seed
	_, err := cfg.train(t.Context())
	require.NoError(t, err)
	return historyOf(t, cfg.Dir)
}

// historyOf is the history of a run, without the seconds it took.
func historyOf(t *testing.T, dir string) []run.Record {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	history, err := r.History()
	require.NoError(t, err)
	for i := range history {
		history[i].Seconds = 0
	}
	return history
}

// TestSweep: every run is the one that Train makes with that seed; the summary is in sweep.json and sweep.png; and a
// second call trains nothing.
func TestSweep(t *testing.T) {
	cfg := sweepOf(t)
	var out bytes.Buffer
	cfg.Output = &out
	result, err := Sweep(t.Context(), cfg.Config, cfg.Options, SweepOptions{Seeds: 3})
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 7}, result.Seeds)
	require.Empty(t, result.Stopped)

	var losses []float64
	for _, seed := range result.Seeds {
		history := historyOf(t, filepath.Join(cfg.Dir, fmt.Sprintf("seed-%d", seed)))
		if seed == 6 {
			require.Equal(t, alone(t, seed), history)
		}
		losses = append(losses, history[3].Values["d_loss"])
		require.Contains(t, out.String(), fmt.Sprintf("seed %d: training ", seed))
	}
	loss := result.Values["d_loss"]
	require.Equal(t, []int{2, 4, 6, 8}, loss.Step)
	require.Contains(t, losses, loss.Median[3], "of three the median is one")
	require.LessOrEqual(t, loss.Lower[3], loss.Median[3])
	require.Contains(t, result.Values, record.DScore)

	var read sweep.Result
	text, err := os.ReadFile(filepath.Join(cfg.Dir, "sweep.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, result.Values, read.Values)
	file, err := os.Open(filepath.Join(cfg.Dir, "sweep.png"))
	require.NoError(t, err)
	defer file.Close()
	_, err = png.Decode(file)
	require.NoError(t, err)

	untouched := SweepOptions{Seeds: 3, Train: func(_ context.Context, _ Config, o Options) error { return fmt.Errorf("%s was trained again", o.Dir) }}
	again, err := Sweep(t.Context(), cfg.Config, cfg.Options, untouched)
	require.NoError(t, err)
	require.Equal(t, result.Values, again.Values)
}

// TestSweepGoesOn: after an interruption in the second of three runs, the same call skips the first, resumes the second
// and makes the third; the second ends as if uninterrupted.
func TestSweepGoesOn(t *testing.T) {
	cut := sweepOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	cut.Watch = []func(run.Record) error{func(run.Record) error {
		if seen++; seen == 6 { // four of the first run, two of the second
			cancel()
		}
		return nil
	}}
	_, err := Sweep(ctx, cut.Config, cut.Options, SweepOptions{Seeds: 3})
	require.ErrorIs(t, err, run.ErrInterrupted)
	require.NoFileExists(t, filepath.Join(cut.Dir, "sweep.json"))
	require.NoDirExists(t, filepath.Join(cut.Dir, "seed-7"))
	require.Len(t, historyOf(t, filepath.Join(cut.Dir, "seed-6")), 2)

	var trained []int64
	cut.Watch = nil
	_, err = Sweep(t.Context(), cut.Config, cut.Options, SweepOptions{Seeds: 3, Train: func(ctx context.Context, c Config, o Options) error {
		trained = append(trained, c.Seed)
		_, err := Train(ctx, c, o)
		return err
	}})
	require.NoError(t, err)
	require.Equal(t, []int64{6, 7}, trained)
	require.Equal(t, alone(t, 6), historyOf(t, filepath.Join(cut.Dir, "seed-6")))
}

// TestSweepRefuses before any work.
func TestSweepRefuses(t *testing.T) {
	cfg := sweepOf(t)
	_, err := Sweep(t.Context(), cfg.Config, cfg.Options, SweepOptions{Seeds: 1})
	require.NoError(t, err)
	never := func(context.Context, Config, Options) error { t.Error("a run was begun"); return nil }
	refusal := func(dir string, options SweepOptions, changes map[string]any) error {
		t.Helper()
		changed, err := cfg.With(changes)
		require.NoError(t, err)
		_, err = Sweep(t.Context(), changed, Options{Dir: dir}, options)
		return err
	}
	three := SweepOptions{Seeds: 3, Train: never}
	gantest.RequireInvalid(t, refusal(cfg.Dir, SweepOptions{Train: never}, nil), "seeds")
	gantest.RequireInvalid(t, refusal(cfg.Dir, SweepOptions{Seeds: 3, Parallel: 2}, nil), "parallel")
	gantest.RequireInvalid(t, refusal(cfg.Dir, three, map[string]any{"k": 0}), "k")
	gantest.RequireInvalid(t, refusal("", three, nil), "Options.Dir")
	requireChanges(t, refusal(cfg.Dir, three, map[string]any{"half_v": true, "discriminator_rule.adam.beta1": .1}),
		"discriminator_rule.adam.beta1: was 0.5, now 0.1", "half_v: was false, now true")
	requireChanges(t, refusal(cfg.Dir, three, map[string]any{"half_v": true, "seed": 100}), "half_v: was false, now true")
	require.ErrorIs(t, refusal(filepath.Join(cfg.Dir, "seed-5"), three, nil), sweep.ErrIsRun)
}
