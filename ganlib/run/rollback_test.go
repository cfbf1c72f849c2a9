package run

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// measured adds a measured value "score", which is best at step 10.
func measured(spec Spec) Spec {
	spec.RecordEvery, spec.MeasureEvery, spec.SaveEvery = 5, 5, 5
	spec.Best = Best{Value: "score"}
	step := func() int {
		v := spec.Trainer.Store().GetVariable("/global_step")
		return int(tensors.ToScalar[int64](v.MustValue()))
	}
	spec.Measure = func() (map[string]float64, error) {
		return map[string]float64{"score": -math.Abs(float64(step() - 10))}, nil
	}
	return spec
}

// The best checkpoint stays, beside the newest three, and Run.Best finds it.
func TestBest(t *testing.T) {
	spec := measured(toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(40)))
	r, _ := mustTrain(t, spec)
	list, err := r.Checkpoints()
	if err != nil || !slices.Equal(stepsOf(list), []int{10, 30, 35, 40}) {
		t.Errorf("checkpoints %v (%v), want 10, 30, 35 and 40", stepsOf(list), err)
	}
	if c, value, err := r.Best(spec.Best); err != nil || c.Step != 10 || value != 0 {
		t.Errorf("the best is %v with %v (%v), want step 10 with 0", c, value, err)
	}
	if c, _, err := r.Best(Best{Value: "score", Lower: true}); err != nil || c.Step != 40 {
		t.Errorf("the worst is %v (%v), want step 40", c, err)
	}
	_, _, err = r.Best(Best{Value: "height"})
	require.ErrorIs(t, err, ErrNoCheckpoint, "the best by a value that was never measured")
}

// A value that no record has is refused before the first checkpoint, also when the run is tried again.
func TestBestOfNothing(t *testing.T) {
	spec := measured(toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(5)))
	for range 2 {
		spec.Best.Value = "scor"
		_, err := Train(t.Context(), spec)
		gantest.RequireInvalid(t, err, "Spec.Best")
		require.ErrorContains(t, err, `["loss" "mae" "score"]`)
		list, err := checkpoints(spec.Dir)
		require.NoError(t, err)
		require.Empty(t, list)
		spec = measured(toySpec(spec.Dir, gantest.Open(t, "go"), toyOf(5)))
	}
	mustTrain(t, spec)
}

var errCollapse = errors.New("all samples are the same")

// A run that fails at step 20 rolls back to its best step, 10, and continues with the weights of a run that was only
// ever at step 10. When it is resumed, its roll-backs still count.
func TestRollBack(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		whole := measured(toySpec(t.TempDir(), b, toyOf(30)))
		mustTrain(t, whole)

		spec := measured(toySpec(t.TempDir(), b, toyOf(30)))
		spec.Rollbacks = 1
		var told []int
		spec.RolledBack = func(times int) error { told = append(told, times); return nil }
		spec.Judge = func(history []Record) error {
			if last := history[len(history)-1]; last.Step == 20 && len(told) == 0 {
				return errCollapse
			}
			return nil
		}
		r, messages := mustTrain(t, spec)
		if !strings.Contains(messages, "step 20: all samples are the same. Rolled back to step 10, for the first time of at most 1\n") {
			t.Errorf("it said\n%s", messages)
		}
		wantSameState(t, stateOf(t, spec.Trainer.Store()), stateOf(t, whole.Trainer.Store()))
		wantRollBack(t, r)

		again := measured(toySpec(r.Dir, b, toyOf(35)))
		again.RolledBack = spec.RolledBack
		mustTrain(t, again)
		if !slices.Equal(told, []int{1, 1}) {
			t.Errorf("roll-backs told: %v, want once and again on resuming", told)
		}
	})
}

// wantRollBack looks for exactly one roll-back in a history, in its place.
func wantRollBack(t *testing.T, r *Run) {
	t.Helper()
	history, err := r.History()
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for i, record := range history {
		seen = append(seen, fmt.Sprint(record.Step, record.Event))
		if i > 0 && record.Seconds < history[i-1].Seconds {
			t.Errorf("%v seconds after %v", record.Seconds, history[i-1].Seconds)
		}
		if record.Event != "" && (record.Note != "step 20: all samples are the same" || record.Values[rollbacksValue] != 1) {
			t.Errorf("the event is %+v", record)
		}
	}
	if want := []string{"5", "10", "10rollback", "15", "20", "25", "30"}; !slices.Equal(seen, want) {
		t.Errorf("history %v, want %v", seen, want)
	}
}

// After its last roll-back the run stops, and says so; its last state is saved.
func TestRollBacksEnd(t *testing.T) {
	spec := measured(toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(30)))
	spec.Rollbacks = 2
	spec.Judge = func(history []Record) error {
		if history[len(history)-1].Step == 20 {
			return errCollapse
		}
		return nil
	}
	_, err := Train(t.Context(), spec)
	require.ErrorIs(t, err, errCollapse)
	require.NotErrorIs(t, err, ErrDiverged, "what Judge returns is an error of its own")
	r, err := Open(spec.Dir)
	if err != nil {
		t.Fatal(err)
	}
	history, err := r.History()
	if err != nil {
		t.Fatal(err)
	}
	if last := history[len(history)-1]; last.Event != EventStopped || last.Step != 20 || last.Note != errCollapse.Error() {
		t.Errorf("the last record is %+v", last)
	}
	if step, err := r.Restore(model.NewStore(), nil); err != nil || step != 20 {
		t.Errorf("step %d (%v), want 20", step, err)
	}
}

// A NaN in the labels is found at its step, with the variables that it has reached, and also causes a roll-back.
func TestNaN(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		poisoned := func(dir string) Spec {
			spec := toySpec(dir, b, toyOf(30))
			batches := spec.Batches
			spec.Batches = func(step int) (train.Batch, error) {
				batch, err := batches(step)
				if step == 16 && err == nil { // the 17th step
					batch.Labels[0] = tensors.FromFlatDataAndDimensions([]float32{0, float32(math.NaN()), 0, 0}, 4, 1)
				}
				return batch, err
			}
			return spec
		}
		spec := poisoned(t.TempDir())
		_, err := Train(t.Context(), spec)
		want := "step 17 of " + spec.Dir + ": loss is NaN; variable /hidden/"
		require.ErrorIs(t, err, ErrDiverged)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "the checkpoint of step 15 is good")

		spec = poisoned(t.TempDir())
		spec.Rollbacks = 1
		good := gantest.Toy{}.Batch
		spec.RolledBack = func(int) error { spec.Batches = good; return nil } // changes a copy that is not trained
		_, err = Train(t.Context(), spec)
		require.ErrorIs(t, err, ErrDiverged, "the same NaN again")
		history, err := (&Run{Dir: spec.Dir}).History()
		require.NoError(t, err)
		require.Equal(t, 1, rollbacks(history))
	})
}

// The plot is drawn with every picture, of all records so far, and stays when a run stops.
func TestPlot(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(10))
	var lengths []int
	spec.Plot = func(history []Record, sample image.Image) (image.Image, error) {
		lengths = append(lengths, len(history))
		return sample, nil
	}
	r, _ := mustTrain(t, spec)
	if !slices.Equal(lengths, []int{2, 5}) {
		t.Errorf("plots of %v records, want of 2 and 5", lengths)
	}
	if _, err := readPNG(r.Plot()); err != nil {
		t.Error(err)
	}
}

// A second training in the same directory is refused while the first one goes on, and changes nothing. So is a note.
func TestLock(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(10))
	var refused error
	spec.Watch = []func(Record) error{func(r Record) error {
		if r.Step == 2 {
			_, refused = Train(t.Context(), toySpec(spec.Dir, gantest.Open(t, "go"), toyOf(10)))
			require.ErrorIs(t, Note(spec.Dir, Record{Step: 2, Event: "probe"}), ErrLocked)
		}
		return nil
	}}
	r, _ := mustTrain(t, spec)
	require.ErrorIs(t, refused, ErrLocked)
	require.ErrorContains(t, refused, fmt.Sprintf("process %d", os.Getpid()))
	whole, _ := mustTrain(t, toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(10)))
	wantSameHistory(t, r, whole)
}

// A clock that is set back does not reduce the time spent.
func TestClock(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(20))
	now := time.Date(2014, 6, 10, 0, 0, 0, 0, time.UTC)
	spec.Clock = func() time.Time {
		now = now.Add(time.Second)
		if now.Second() == 5 {
			now = now.Add(-time.Hour)
		}
		return now
	}
	r, _ := mustTrain(t, spec)
	history, err := r.History()
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(history); i++ {
		if d := history[i].Seconds - history[i-1].Seconds; d < 0 || d > 1 {
			t.Errorf("%v seconds pass between step %d and %d", d, history[i-1].Step, history[i].Step)
		}
	}
	if last := history[len(history)-1].Seconds; last != 9 {
		t.Errorf("%v seconds, want 9: ten records, a second each, but for the one when the clock was set back", last)
	}
}
