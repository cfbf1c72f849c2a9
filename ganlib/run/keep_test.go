package run

import (
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
