package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

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
		q := quartilesOf(histories, "v")
		require.Equal(t, []int{3}, q.Step)
		require.Equal(t, []int{len(c.values)}, q.Runs)
		require.InDelta(t, c.lower, q.Lower[0], 1e-12, c.values)
		require.InDelta(t, c.median, q.Median[0], 1e-12, c.values)
		require.InDelta(t, c.upper, q.Upper[0], 1e-12, c.values)
	}
}

// TestQuartilesOfWhatThereIs: a run counts only at the iterations at which it has the value; events do not count.
func TestQuartilesOfWhatThereIs(t *testing.T) {
	at := func(step int, real, fake float64) run.Record {
		return run.Record{Step: step, Values: map[string]float64{record.DReal: real, record.DFake: fake}}
	}
	histories := [][]run.Record{
		{at(20, .9, .1), at(40, .5, .5)},
		{at(20, .7, .3), {Step: 20, Event: run.EventStopped, Values: map[string]float64{record.DFake: 99}}},
	}
	q := quartilesOf(histories, record.DScore)
	require.Equal(t, Quartiles{Step: []int{20, 40}, Runs: []int{2, 1}, Lower: q.Lower, Median: q.Median, Upper: q.Upper}, q)
	require.InDeltaSlice(t, []float64{.8, .5}, q.Median, 1e-12)
	require.InDeltaSlice(t, []float64{.75, .5}, q.Lower, 1e-12)
	require.InDeltaSlice(t, []float64{.2, .5}, quartilesOf(histories, record.GScore).Median, 1e-12)
	require.Empty(t, quartilesOf(histories, record.Recall).Step)
}

// TestRun: each run is the one that its seed makes outside a sweep, the summary is in sweep.json and sweep.png, and a
// second call trains nothing.
func TestRun(t *testing.T) {
	var c toy
	s := c.spec(t, 3)
	var out bytes.Buffer
	s.Output = &out
	result, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 7}, result.Seeds)
	require.Equal(t, []int64{5, 6, 7}, c.trained)
	require.Empty(t, result.Stopped)
	require.Empty(t, result.Failed)

	var losses []float64
	for _, seed := range result.Seeds {
		history := historyOf(t, s.runDir(seed))
		require.Equal(t, new(toy).alone(t, seed), history)
		losses = append(losses, history[3].Values[record.DLoss])
		require.Contains(t, out.String(), fmt.Sprintf("seed %d: training ", seed))
	}
	q := result.Values[record.DLoss]
	require.Equal(t, []int{2, 4, 6, 8}, q.Step)
	require.Equal(t, []int{3, 3, 3, 3}, q.Runs)
	require.Equal(t, losses[1], q.Median[3], "the loss grows with the seed")
	require.InDelta(t, (losses[0]+losses[1])/2, q.Lower[3], 1e-12)
	require.InDeltaSlice(t, []float64{.5, .5, .5, .5}, result.Values[record.DScore].Median, 1e-12, "D(x) = D(G(z))")

	var read Result
	text, err := os.ReadFile(filepath.Join(s.Dir, "sweep.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, result.Seeds, read.Seeds)
	require.Equal(t, result.Values, read.Values)
	file, err := os.Open(filepath.Join(s.Dir, "sweep.png"))
	require.NoError(t, err)
	defer file.Close()
	_, err = png.Decode(file)
	require.NoError(t, err)

	again, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 7}, c.trained, "nothing was trained again")
	require.Equal(t, result.Values, again.Values)
	require.Contains(t, out.String(), "seed 6: is finished: 8 steps\n")
}

// TestRunWithoutPictures: such runs have no animation, and are finished at the last step.
func TestRunWithoutPictures(t *testing.T) {
	c := toy{blind: true}
	s := c.spec(t, 1)
	for range 2 {
		_, err := Run(t.Context(), s)
		require.NoError(t, err)
	}
	require.Equal(t, []int64{5}, c.trained)
}

// TestRunRepairs: a seed whose newest checkpoint is damaged trains on, from the one before.
func TestRunRepairs(t *testing.T) {
	var c toy
	s := c.spec(t, 2)
	want, err := Run(t.Context(), s)
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(s.runDir(6), "checkpoints", "000008", "*.bin"))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(files[0], 3))
	got, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 6}, c.trained)
	require.Equal(t, want.Values, got.Values)
	r, err := run.Open(s.runDir(6))
	require.NoError(t, err)
	step, err := r.Restore(model.NewStore(), nil)
	require.NoError(t, err)
	require.Equal(t, toySteps, step)
}

// TestRunParallel: runs at the same time give the same result as one after the other.
func TestRunParallel(t *testing.T) {
	var c toy
	s := c.spec(t, 4)
	want, err := Run(t.Context(), s)
	require.NoError(t, err)
	s.Dir, s.Parallel = filepath.Join(t.TempDir(), "parallel"), 3
	var out bytes.Buffer
	s.Output = &out
	got, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, want.Seeds, got.Seeds)
	require.Equal(t, want.Values, got.Values)
	for line := range strings.Lines(out.String()) {
		require.Regexp(t, `^seed [5-8]: `, line)
	}
}

// TestRunGoesOn: after an interruption in the second of three runs, the same call skips the first, resumes the second
// and makes the third. The second ends as if uninterrupted.
func TestRunGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := toy{watch: func(seed int64, r run.Record) {
		if seed == 6 && r.Step == 4 {
			cancel()
		}
	}}
	s := c.spec(t, 3)
	_, err := Run(ctx, s)
	require.ErrorIs(t, err, run.ErrInterrupted)
	require.NoFileExists(t, filepath.Join(s.Dir, "sweep.json"))
	require.NoDirExists(t, s.runDir(7))
	require.Len(t, historyOf(t, s.runDir(6)), 2)

	c.trained = nil
	_, err = Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []int64{6, 7}, c.trained)
	require.Equal(t, new(toy).alone(t, 6), historyOf(t, s.runDir(6)))
}

// TestRunCancelled: with a context that is cancelled from the start nothing is trained.
func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var c toy
	_, err := Run(ctx, c.spec(t, 2))
	require.ErrorIs(t, err, run.ErrInterrupted)
	require.Empty(t, c.trained)
}

// TestRunWithFailures: a run that fails is named, does not stop the others, and is tried again by the next call. A run
// whose training goes wrong is a result up to that point and is not tried again.
func TestRunWithFailures(t *testing.T) {
	full := errors.New("the disk is full")
	c := toy{diverges: 7, fails: map[int64]error{6: full}}
	s := c.spec(t, 4)
	result, err := Run(t.Context(), s)
	require.ErrorIs(t, err, full)
	require.NotErrorIs(t, err, run.ErrDiverged)
	require.Equal(t, []int64{5, 7, 8}, result.Seeds)
	require.Len(t, result.Failed, 1)
	require.Contains(t, result.Failed[6], full.Error())
	require.Len(t, result.Stopped, 1)
	require.Contains(t, result.Stopped[7], "NaN")
	require.Equal(t, []int{3, 3, 2, 2}, result.Values[record.DLoss].Runs)
	require.FileExists(t, filepath.Join(s.Dir, "sweep.png"))

	result, err = Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, []int64{5, 6, 7, 8}, result.Seeds)
	require.Equal(t, []int64{5, 6, 7, 8, 6}, c.trained)
}

// TestRunTooShort: a run that ends before the last step without saying why is no result.
func TestRunTooShort(t *testing.T) {
	var c toy
	s := c.spec(t, 2)
	s.Steps = 50
	for range 2 {
		result, err := Run(t.Context(), s)
		require.ErrorContains(t, err, "seed-6 is at step 8 of 50")
		require.Empty(t, result.Seeds)
		require.Len(t, result.Failed, 2)
	}
	require.Equal(t, []int64{5, 6, 5, 6}, c.trained)
}

// TestRunWhenAllFail: there is no result to write, and an earlier one stays.
func TestRunWhenAllFail(t *testing.T) {
	full := errors.New("the disk is full")
	c := toy{fails: map[int64]error{5: full}}
	s := c.spec(t, 1)
	earlier := filepath.Join(s.Dir, "sweep.json")
	require.NoError(t, os.MkdirAll(s.Dir, 0o777))
	require.NoError(t, os.WriteFile(earlier, []byte("{}"), 0o666))
	result, err := Run(t.Context(), s)
	require.ErrorIs(t, err, full)
	require.Empty(t, result.Seeds)
	text, err := os.ReadFile(earlier)
	require.NoError(t, err)
	require.Equal(t, "{}", string(text))
}

// TestRunRefuses before any work.
func TestRunRefuses(t *testing.T) {
	var c toy
	s := c.spec(t, 1)
	_, err := Run(t.Context(), s)
	require.NoError(t, err)
	c.trained = nil
	with := func(change func(*Spec)) error {
		changed := s
		changed.Seeds = Seeds(5, 3)
		change(&changed)
		_, err := Run(t.Context(), changed)
		require.Empty(t, c.trained, "a run was begun")
		return err
	}
	for key, change := range map[string]func(*Spec){
		"Spec.Dir":    func(s *Spec) { s.Dir = "" },
		"Spec.Config": func(s *Spec) { s.Config = nil },
		"Spec.Train":  func(s *Spec) { s.Train = nil },
		"seeds":       func(s *Spec) { s.Seeds = nil },
		"steps":       func(s *Spec) { s.Steps = 0 },
		"parallel":    func(s *Spec) { s.Parallel = -1 },
	} {
		gantest.RequireInvalid(t, with(change), key)
	}
	gantest.RequireInvalid(t, with(func(s *Spec) { s.Seeds = []int64{5, 6, 5} }), "seeds")
	three := func(seed int64) any { // no object for the last seed
		if seed == 7 {
			return 3
		}
		return c.config(seed)
	}
	for _, dir := range []string{s.Dir, filepath.Join(t.TempDir(), "new")} {
		gantest.RequireInvalid(t, with(func(s *Spec) { s.Config, s.Dir = three, dir }), "Spec.Config")
	}

	faster := toy{rate: .2}
	for _, seeds := range [][]int64{{5, 6}, {100}} { // whichever seeds: the runs there belong to another sweep
		err := with(func(s *Spec) { s.Config, s.Seeds = faster.config, seeds })
		require.ErrorIs(t, err, run.ErrOtherConfig)
		var other *run.OtherConfigError
		require.ErrorAs(t, err, &other)
		require.Equal(t, s.runDir(5), other.Dir)
		require.Equal(t, []string{"rate: was 0.1, now 0.2"}, other.Changes)
	}
	require.ErrorIs(t, with(func(s *Spec) { s.Dir = s.runDir(5) }), ErrIsRun)
	require.ErrorIs(t, with(func(s *Spec) { s.Steps = toySteps - 1 }), run.ErrPastEnd)
}

// TestBeginsAgain: a seed that failed before its first checkpoint begins again, whatever its configuration was; the others
// are still compared.
func TestBeginsAgain(t *testing.T) {
	c := toy{rate: .1}
	s := c.spec(t, 2)
	broken := errors.New("broken")
	train := s.Train
	s.Train = func(ctx context.Context, m Member) error {
		if err := os.MkdirAll(filepath.Join(m.Dir, "checkpoints"), 0o777); err != nil {
			return err
		}
		return errors.Join(broken, os.WriteFile(filepath.Join(m.Dir, "config.json"), []byte(`{"rate": 7}`), 0o666))
	}
	_, err := Run(t.Context(), s)
	require.ErrorIs(t, err, broken)
	s.Train = train
	result, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.Len(t, result.Seeds, 2)

	faster := toy{rate: .2}
	s.Config = faster.config
	_, err = Run(t.Context(), s)
	require.ErrorIs(t, err, run.ErrOtherConfig)
}

// TestRunBesideNotes: only seed-<number> is a run of the sweep; other files beside them stay as they are.
func TestRunBesideNotes(t *testing.T) {
	c := toy{blind: true}
	s := c.spec(t, 1)
	notes := filepath.Join(s.Dir, "seed-notes", "thesis.txt")
	require.NoError(t, os.MkdirAll(filepath.Dir(notes), 0o777))
	for _, file := range []string{notes, filepath.Join(s.Dir, "seed-list.txt"), filepath.Join(s.Dir, "seed-")} {
		require.NoError(t, os.WriteFile(file, []byte("5"), 0o666))
	}
	_, err := Run(t.Context(), s)
	require.NoError(t, err)
	require.FileExists(t, notes)
	require.NoError(t, os.Rename(filepath.Dir(notes), s.runDir(-6)))
	_, err = Run(t.Context(), s)
	require.ErrorIs(t, err, run.ErrNotARun)
}

// TestSeeds: consecutive ones, or none.
func TestSeeds(t *testing.T) {
	require.Equal(t, []int64{-1, 0, 1}, Seeds(-1, 3))
	for _, n := range []int{0, -1} {
		require.Empty(t, Seeds(1, n))
	}
}

// TestLines: whole lines with their prefix, and few of the progress.
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
	require.Equal(t, "seed 1:   0/50  d_loss 1.3\nseed 2: "+strings.Repeat("warn", 50)+"\nseed 2: it is\nseed 2: finished\n", out.String())
}
