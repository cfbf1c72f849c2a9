package run

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestUnreadMinibatch: a minibatch that cannot be read ends the run, saved as it was before. With the data mended, it goes
// on from there to the bits of a run that met nothing.
func TestUnreadMinibatch(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			b := gantest.Open(t, name)
			whole := toySpec(filepath.Join(t.TempDir(), "whole"), b, toyOf(10))
			mustTrain(t, whole)

			unread, bad := errors.New("no picture"), toySpec(filepath.Join(t.TempDir(), "bad"), b, toyOf(10))
			batches := bad.Batches
			bad.Batches = func(step int) (train.Batch, error) {
				if step == 7 {
					return train.Batch{}, unread
				}
				return batches(step)
			}
			_, err := Train(t.Context(), bad)
			require.ErrorIs(t, err, unread)
			require.ErrorContains(t, err, "the minibatch after step 7 cannot be read")
			require.ErrorContains(t, err, "no picture; the checkpoint of step 7 is good")
			r, err := Open(bad.Dir)
			require.NoError(t, err)
			list, err := r.Checkpoints()
			require.NoError(t, err)
			require.Equal(t, 7, list[len(list)-1].Step)

			mended := toySpec(bad.Dir, b, toyOf(10))
			mustTrain(t, mended)
			wantSameState(t, stateOf(t, mended.Trainer.Store()), stateOf(t, whole.Trainer.Store()))
		})
	}
}
