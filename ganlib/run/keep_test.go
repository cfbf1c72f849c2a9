package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// Of 30 steps saved every 5, the newest three and those that 10 divides are kept; each holds the state of its step.
func TestKeepEvery(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		short := toySpec(t.TempDir(), b, toyOf(10))
		mustTrain(t, short)
		want := stateOf(t, short.Trainer.Store())

		spec := toySpec(t.TempDir(), b, toyOf(30))
		spec.KeepEvery = 10
		r, _ := mustTrain(t, spec)
		store := model.NewStore()
		if err := r.RestoreStep(store, 10); err != nil {
			t.Fatal(err)
		}
		wantSameState(t, stateOf(t, store), want)
		err := r.RestoreStep(model.NewStore(), 15)
		require.ErrorIs(t, err, ErrNoCheckpoint)
		require.ErrorContains(t, err, "[10 20 25 30]")
		damageFile(t, r.Dir, 10, ".bin", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		require.ErrorIs(t, r.RestoreStep(model.NewStore(), 10), ErrDamaged)
	})
}

// TestKeptStays: what one invocation kept for good, the next one does not delete, whatever it keeps itself: neither the
// steps of KeepEvery nor the best one, among the newest three then or before them.
func TestKeptStays(t *testing.T) {
	b := gantest.Open(t, "go")
	spec := toySpec(t.TempDir(), b, toyOf(30))
	spec.KeepEvery = 5
	mustTrain(t, spec)
	spec = toySpec(spec.Dir, b, toyOf(50))
	spec.KeepEvery = 20
	mustTrain(t, spec)
	r, _ := mustTrain(t, toySpec(spec.Dir, b, toyOf(70)))
	requireSteps(t, r, 5, 10, 15, 20, 25, 30, 40, 60, 65, 70)

	for _, steps := range []int{15, 40} {
		best := measured(toySpec(t.TempDir(), b, toyOf(steps)))
		mustTrain(t, best)
		r, _ = mustTrain(t, toySpec(best.Dir, b, toyOf(60)))
		requireSteps(t, r, 10, 50, 55, 60)
		lowest := measured(toySpec(best.Dir, b, toyOf(75)))
		lowest.Best.Lower = true
		r, _ = mustTrain(t, lowest)
		requireSteps(t, r, 10, 65, 70, 75)
	}
}

// TestOlderKeptStays: where manifests do not tell, what is there beside the newest three was kept.
func TestOlderKeptStays(t *testing.T) {
	b := gantest.Open(t, "go")
	spec := toySpec(t.TempDir(), b, toyOf(30))
	spec.KeepEvery = 10
	r, _ := mustTrain(t, spec)
	makeOlder(t, r)
	r, _ = mustTrain(t, toySpec(spec.Dir, b, toyOf(50)))
	requireSteps(t, r, 10, 40, 45, 50)
}

// makeOlder takes out of a run what ties its checkpoints to it, as versions were that had no such thing.
func makeOlder(t *testing.T, r *Run) {
	t.Helper()
	require.NoError(t, os.Remove(filepath.Join(r.Dir, identityFile)))
	list, err := r.Checkpoints()
	require.NoError(t, err)
	for _, c := range list {
		m, err := c.manifest()
		require.NoError(t, err)
		m.Run, m.Kept, m.Best = "", false, Best{}
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.False(t, bytes.Contains(text, []byte("kept")) || bytes.Contains(text, []byte("best")) || bytes.Contains(text, []byte("run")))
		write(t, filepath.Join(c.Dir, manifestFile), string(text))
	}
}

func requireSteps(t *testing.T, r *Run, want ...int) {
	t.Helper()
	list, err := r.Checkpoints()
	require.NoError(t, err)
	require.Equal(t, want, stepsOf(list))
	for _, c := range list {
		require.NoError(t, c.Verify())
	}
}

// TestCheckpointOfAnotherRun is refused by every reader, and passed over where a run rolls back. A kill before run.json
// was written, and a run of an older version, change nothing.
func TestCheckpointOfAnotherRun(t *testing.T) {
	b := gantest.Open(t, "go")
	one, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(5)))
	require.NoError(t, os.Remove(filepath.Join(one.Dir, identityFile)))
	one, _ = mustTrain(t, toySpec(one.Dir, b, toyOf(10)))
	makeOlder(t, one)
	one, _ = mustTrain(t, toySpec(one.Dir, b, toyOf(15)))
	requireSteps(t, one, 5, 10, 15)

	other, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(20)))
	require.NoError(t, os.CopyFS(filepath.Join(one.Dir, checkpointName(20)), os.DirFS(filepath.Join(other.Dir, checkpointName(20)))))
	_, err := one.Restore(model.NewStore(), nil)
	require.ErrorIs(t, err, ErrOtherRun)
	require.ErrorContains(t, err, checkpointName(20))
	require.ErrorIs(t, one.RestoreStep(model.NewStore(), 20), ErrOtherRun)
	require.NoError(t, one.RestoreStep(model.NewStore(), 15))
}

// TestLostHistory: going on without the history says which records are lost.
func TestLostHistory(t *testing.T) {
	b := gantest.Open(t, "go")
	spec := toySpec(t.TempDir(), b, toyOf(4))
	mustTrain(t, spec)
	require.NoError(t, os.Remove(filepath.Join(spec.Dir, historyFile)))
	var said bytes.Buffer
	more := toySpec(spec.Dir, b, toyOf(6))
	more.Output = &said
	_, err := Train(t.Context(), more)
	require.NoError(t, err)
	require.Contains(t, said.String(), "history.jsonl: the records up to step 4 are lost")
}
