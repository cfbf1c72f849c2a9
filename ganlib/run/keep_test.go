package run

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/internal/gantest"
)

// Of 30 steps saved every 5 the newest three are there, and those that 10
// divides; each holds the state of its step.
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
		if err == nil || !strings.Contains(err.Error(), "no checkpoint of step 15: want one of [10 20 25 30]") {
			t.Errorf("step 15, which is not kept: %v", err)
		}
		damageFile(t, r.Dir, 10, ".bin", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		if err := r.RestoreStep(model.NewStore(), 10); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("a damaged checkpoint: %v", err)
		}
	})
}

func TestKeepEveryRefuses(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(30))
	for _, every := range []int{-5, 7} {
		spec.KeepEvery = every
		if _, err := Train(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "want a multiple of SaveEvery, 5") {
			t.Errorf("KeepEvery %d: %v", every, err)
		}
	}
}
