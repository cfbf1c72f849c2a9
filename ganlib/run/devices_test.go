package run

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestDevices: a run on two devices that is interrupted between two checkpoints and resumed ends with the bits of one
// that is not.
func TestDevices(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	on := func(dir string) Spec {
		spec := toySpec(filepath.Join(t.TempDir(), dir), b, toyOf(12))
		spec.Devices = 2
		return spec
	}
	whole := on("whole")
	mustTrain(t, whole)
	v := whole.Trainer.Store().GetVariable("/global_step")
	require.NotNil(t, v)
	require.NotNil(t, v.ShardingSpec(), "it lies on devices")

	enough, cut := errors.New("seen enough"), on("cut")
	cut.Watch = append(cut.Watch, func(r Record) error {
		if r.Step == 8 {
			return enough
		}
		return nil
	})
	_, err := Train(t.Context(), cut)
	require.ErrorIs(t, err, enough)
	resumed := on("")
	resumed.Dir = cut.Dir
	_, messages := mustTrain(t, resumed)
	require.Contains(t, messages, "at step 8 of 12")
	wantSameState(t, stateOf(t, resumed.Trainer.Store()), stateOf(t, whole.Trainer.Store()))
}

// TestDevicesRefused: devices that the backend does not have, that calls without a loop cannot use, or that an older run
// has never used.
func TestDevicesRefused(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	for key, spoil := range map[string]func(*Spec){
		"devices":      func(s *Spec) { s.Devices = b.NumDevices() + 1 },
		"Spec.Devices": func(s *Spec) { s.Update = nil },
	} {
		spec := toySpec(filepath.Join(t.TempDir(), "run"), b, toyOf(4))
		spec.Devices = 2
		spoil(&spec)
		_, err := Train(t.Context(), spec)
		gantest.RequireInvalid(t, err, key)
		require.NoDirExists(t, spec.Dir)
	}
	old := toySpec(t.TempDir(), b, toyOf(5))
	mustTrain(t, old)
	replaceSchema(t, filepath.Join(old.Dir, configFile), `"schema": 1,`)
	next := toySpec(old.Dir, b, toyOf(10))
	next.Devices = 2
	_, err := Train(t.Context(), next)
	gantest.RequireInvalid(t, err, "Spec.Devices")
}
