package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestBlocksDoNotMatter: calls of any number of steps, interruptions wherever they fall, other intervals of pictures and
// checkpoints and a watcher leave every variable, bit for bit, and every record of a run in one piece.
func TestBlocksDoNotMatter(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	whole := toySpec(t.TempDir(), b, toyOf(60))
	wholeRun, _ := mustTrain(t, whole)
	want := stateOf(t, whole.Trainer.Store())
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			dir := t.TempDir()
			spec := func() Spec {
				s := toySpec(dir, b, toyOf(60))
				s.SampleEvery, s.SaveEvery = 1+rng.IntN(70), 1+rng.IntN(70)
				now := time.Now()
				s.Clock = func() time.Time { // calls last from nothing to ages, so their lengths are anything
					now = now.Add(time.Duration(math.Exp(rng.Float64()*20) * float64(time.Microsecond)))
					return now
				}
				if rng.IntN(2) == 0 {
					s.Watch = append(s.Watch, func(Record) error { return nil })
				}
				return s
			}
			interruptAt(t, spec(), 1+rng.IntN(20))
			interruptAt(t, spec(), 30+rng.IntN(20))
			last := spec()
			r, _ := mustTrain(t, last)
			wantSameState(t, stateOf(t, last.Trainer.Store()), want)
			wantSameHistory(t, r, wholeRun)
		})
	}
}

// TestBlocksOfTheirOwn: minibatches that come in blocks are the same as those that come one by one.
func TestBlocksOfTheirOwn(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	one := toySpec(t.TempDir(), b, toyOf(20))
	want, _ := mustTrain(t, one)
	many := toySpec(t.TempDir(), b, toyOf(20))
	blocks, err := loop.FromBatches(many.Batches)
	require.NoError(t, err)
	many.Blocks, many.Batches = blocks, func(int) (train.Batch, error) { return train.Batch{}, fmt.Errorf("unused") }
	got, _ := mustTrain(t, many)
	wantSameHistory(t, got, want)
	wantSameState(t, stateOf(t, many.Trainer.Store()), stateOf(t, one.Trainer.Store()))
}

// TestToNextStop: a call ends where the model is needed, and nowhere else.
func TestToNextStop(t *testing.T) {
	spec := Spec{Steps: 100, RecordEvery: 2, SampleEvery: 30, SaveEvery: 40}
	s := &session{Spec: &spec}
	stops := func() (at []int) {
		for step := 0; step < spec.Steps; {
			step += s.toNextStop(step)
			at = append(at, step)
		}
		return at
	}
	require.Equal(t, []int{30, 40, 60, 80, 90, 100}, stops())
	spec.MeasureEvery = 50
	require.Equal(t, []int{30, 40, 60, 80, 90, 100}, stops(), "without Measure")
	spec.Measure = func() (map[string]float64, error) { return nil, nil }
	require.Equal(t, []int{30, 40, 50, 60, 80, 90, 100}, stops())
	spec.Watch = append(spec.Watch, func(Record) error { return nil })
	require.Len(t, stops(), 50)
}
