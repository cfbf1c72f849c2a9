package gans

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
)

// sweepOf is a short sweep of the one-dimensional game.
func sweepOf(t *testing.T) Config {
	cfg := Figure1().WithSteps(8)
	cfg.Dir, cfg.Backend, cfg.BatchSize = filepath.Join(t.TempDir(), "sweep"), "go", 16
	cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery = 2, 8, 4
	cfg.Seed, cfg.MeasureEvery = 5, 0
	return cfg
}

// alone is the history of a run that no sweep made.
func alone(t *testing.T, seed int64) []run.Record {
	t.Helper()
	cfg := sweepOf(t)
	cfg.Seed = seed
	_, err := Train(t.Context(), cfg)
	require.NoError(t, err)
	return historyOf(t, cfg.Dir)
}

// historyOf is what a run measured, without the seconds it took.
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

// TestQuartiles against numbers worked out by hand.
func TestQuartiles(t *testing.T) {
	for _, c := range []struct {
		values               []float64
		lower, median, upper float64
	}{
		{[]float64{7}, 7, 7, 7},
		{[]float64{3, 1}, 1.5, 2, 2.5},
		{[]float64{9, 1, 2}, 1.5, 2, 5.5},
		{[]float64{4, 1, 3, 2}, 1.75, 2.5, 3.25},
		{[]float64{50, 10, 40, 20, 30}, 20, 30, 40},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8}, 2.75, 4.5, 6.25},
	} {
		var histories [][]run.Record
		for _, v := range c.values {
			histories = append(histories, []run.Record{{Step: 3, Values: map[string]float64{"v": v}}})
		}
		q := QuartilesOf(histories, "v")
		require.Equal(t, []int{3}, q.Step)
		require.Equal(t, []int{len(c.values)}, q.Runs)
		require.InDelta(t, c.lower, q.Lower[0], 1e-12, c.values)
		require.InDelta(t, c.median, q.Median[0], 1e-12, c.values)
		require.InDelta(t, c.upper, q.Upper[0], 1e-12, c.values)
	}
}

// TestQuartilesOfWhatThereIs: runs that lack a value, or had stopped, are left out where they do; events are no
// measurements.
func TestQuartilesOfWhatThereIs(t *testing.T) {
	record := func(step int, real, fake float64) run.Record {
		return run.Record{Step: step, Values: map[string]float64{"d_real": real, "d_fake": fake}}
	}
	histories := [][]run.Record{
		{record(20, .9, .1), record(40, .5, .5)},
		{record(20, .7, .3), {Step: 20, Event: "stopped", Values: map[string]float64{"d_fake": 99}}},
	}
	q := QuartilesOf(histories, scoreD)
	require.Equal(t, Quartiles{Step: []int{20, 40}, Runs: []int{2, 1}, Lower: q.Lower, Median: q.Median, Upper: q.Upper}, q)
	require.InDeltaSlice(t, []float64{.8, .5}, q.Median, 1e-12)
	require.InDeltaSlice(t, []float64{.75, .5}, q.Lower, 1e-12)
	require.InDeltaSlice(t, []float64{.2, .5}, QuartilesOf(histories, scoreG).Median, 1e-12)
	require.Empty(t, QuartilesOf(histories, "recall").Step)
}

// TestSweep: every run is the one that Train makes with that seed; what they have in common is in sweep.json and
// sweep.png; and the same again trains nothing.
func TestSweep(t *testing.T) {
	cfg := sweepOf(t)
	var out bytes.Buffer
	cfg.Output = &out
	result, err := Sweep(t.Context(), cfg, SweepOptions{Seeds: 3})
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
	require.Contains(t, result.Values, scoreD)

	var read SweepResult
	text, err := os.ReadFile(filepath.Join(cfg.Dir, "sweep.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, result.Values, read.Values)
	file, err := os.Open(filepath.Join(cfg.Dir, "sweep.png"))
	require.NoError(t, err)
	defer file.Close()
	_, err = png.Decode(file)
	require.NoError(t, err)

	untouched := SweepOptions{Seeds: 3, Train: func(_ context.Context, c Config) error { return fmt.Errorf("%s was trained again", c.Dir) }}
	again, err := Sweep(t.Context(), cfg, untouched)
	require.NoError(t, err)
	require.Equal(t, result.Values, again.Values)
}

// TestSweepGoesOn: interrupted in the second of three runs, the same call leaves the first alone, resumes the
// second and makes the third; in the end the second is as if nothing had been.
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
	_, err := Sweep(ctx, cut, SweepOptions{Seeds: 3})
	require.ErrorIs(t, err, run.ErrInterrupted)
	require.NoFileExists(t, filepath.Join(cut.Dir, "sweep.json"))
	require.NoDirExists(t, filepath.Join(cut.Dir, "seed-7"))
	require.Len(t, historyOf(t, filepath.Join(cut.Dir, "seed-6")), 2)

	var trained []int64
	cut.Watch = nil
	_, err = Sweep(t.Context(), cut, SweepOptions{Seeds: 3, Train: func(ctx context.Context, c Config) error {
		trained = append(trained, c.Seed)
		_, err := Train(ctx, c)
		return err
	}})
	require.NoError(t, err)
	require.Equal(t, []int64{6, 7}, trained)
	require.Equal(t, alone(t, 6), historyOf(t, filepath.Join(cut.Dir, "seed-6")))
}

// TestSweepWithFailures: a run that fails stops no other and is named; one whose training goes wrong is a result
// as far as it came, and is not tried again.
func TestSweepWithFailures(t *testing.T) {
	cfg := sweepOf(t)
	tries := make(map[int64]int)
	options := SweepOptions{Seeds: 4, Train: func(ctx context.Context, c Config) error {
		tries[c.Seed]++
		switch {
		case c.Seed == 6 && tries[6] == 1:
			return errors.New("the disk is full")
		case c.Seed == 7:
			_, err := Train(ctx, stumbling(t, c))
			return err
		}
		_, err := Train(ctx, c)
		return err
	}}
	result, err := Sweep(t.Context(), cfg, options)
	require.ErrorContains(t, err, "1 of 4 runs failed:\nseed 6: the disk is full")
	require.Equal(t, []int64{5, 7, 8}, result.Seeds)
	require.Contains(t, result.Failed[6], "the disk is full")
	require.Contains(t, result.Stopped, int64(7))
	require.Equal(t, []int{3, 3, 2, 2}, result.Values["d_loss"].Runs)
	require.FileExists(t, filepath.Join(cfg.Dir, "sweep.png"))

	result, err = Sweep(t.Context(), cfg, options)
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 7, 8}, result.Seeds)
	require.Equal(t, map[int64]int{5: 1, 6: 2, 7: 1, 8: 1}, tries)
}

// stumbling makes a run's history end as that of one whose training went wrong after 4 iterations.
func stumbling(t *testing.T, cfg Config) Config {
	t.Helper()
	cfg.Watch = []func(run.Record) error{func(r run.Record) error {
		if r.Step < 4 {
			return nil
		}
		history, err := os.OpenFile(filepath.Join(cfg.Dir, "history.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		require.NoError(t, json.NewEncoder(history).Encode(run.Record{Step: 4, Event: "stopped", Note: "d_loss is NaN"}))
		require.NoError(t, history.Close())
		return errors.New("d_loss is NaN")
	}}
	return cfg
}

// TestSweepRefuses before any work.
func TestSweepRefuses(t *testing.T) {
	cfg := sweepOf(t)
	_, err := Sweep(t.Context(), cfg, SweepOptions{Seeds: 1})
	require.NoError(t, err)
	never := func(context.Context, Config) error { t.Error("a run was begun"); return nil }
	refuses := func(want string, options SweepOptions, changes map[string]any) {
		t.Helper()
		changed, err := cfg.With(changes)
		require.NoError(t, err)
		_, err = Sweep(t.Context(), changed, options)
		require.ErrorContains(t, err, want)
	}
	three := SweepOptions{Seeds: 3, Train: never}
	seed5 := filepath.Join(cfg.Dir, "seed-5")
	refuses("seeds is 0: want at least 1", SweepOptions{Train: never}, nil)
	refuses("parallel is 2: want SweepOptions.Train too", SweepOptions{Seeds: 3, Parallel: 2}, nil)
	refuses("k is 0: want at least 1", three, map[string]any{"k": 0})
	refuses(seed5+" is a run with another configuration:\n  discriminator_rule.adam.beta1: was 0.5, now 0.1\n  half_v: was false, now true\n",
		three, map[string]any{"half_v": true, "discriminator_rule.adam.beta1": .1})
	refuses("half_v: was false, now true", three, map[string]any{"half_v": true, "seed": 100})
	cfg.Dir = seed5
	refuses(seed5+" is a run: want a directory of a sweep", three, nil)
	cfg.Dir = ""
	refuses("Config.Dir is empty", three, nil)
}

// TestLines: whole lines with their prefix, and little of the progress.
func TestLines(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	one := &lines{mu: &mu, to: &out, prefix: "seed 1: "}
	two := &lines{mu: &mu, to: &out, prefix: "seed 2: "}
	for i := range 50 {
		fmt.Fprintf(one, "  %d/50  d_loss", i)
		fmt.Fprintf(two, "warn")
		fmt.Fprintf(one, " 1.3\n")
	}
	fmt.Fprintf(two, "\nit is\nfinished\nand")
	require.Equal(t, "seed 1:   0/50  d_loss 1.3\nseed 2: "+string(bytes.Repeat([]byte("warn"), 50))+"\nseed 2: it is\nseed 2: finished\n", out.String())
}
