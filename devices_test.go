package gans

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/internal/gantest"
)

// divided is smallMNIST on a number of devices, which hold all of the images and mirror some.
func divided(t *testing.T, devices int) trial {
	cfg := smallMNIST(t, "xla:cpu")
	cfg.Data.OnDevice, cfg.Data.Flip, cfg.Devices = true, true, devices
	return cfg
}

// TestARunOnDevices: two devices record what one does, to rounding. Their run's files are like those of one: it opens,
// samples and judges on either engine.
func TestARunOnDevices(t *testing.T) {
	gantest.Open(t, "xla:cpu")
	one, err := divided(t, 1).train(t.Context())
	require.NoError(t, err)
	whole, err := divided(t, 2).train(t.Context())
	require.NoError(t, err)
	want, got := recorded(t, one.Run.Dir), recorded(t, whole.Run.Dir)
	for step := range want {
		require.Len(t, got[step], len(want[step]))
		for name, value := range want[step] {
			within := 1e-4
			if name == record.AccReal || name == record.AccFake {
				within = 1.01 / 20 // D begins at 1/2, where rounding may turn its answer to one of 20 examples
			}
			require.Contains(t, got[step], name)
			require.InDelta(t, value, got[step][name], within, "%s, step %d", name, step)
		}
	}
	require.NotEqual(t, want, got, "the sums of two devices round otherwise")

	requireOpensAs(t, whole, whole.Run.Dir)

	// Another number would round otherwise; one device is what no number means.
	other := divided(t, 4)
	other.Dir = whole.Run.Dir
	_, err = other.train(t.Context())
	requireChanges(t, err, "devices: was 2, now 4")
	other = divided(t, 0)
	other.Dir = one.Run.Dir
	_, err = other.train(t.Context())
	require.NoError(t, err)
}

// TestDevicesRefused: what the machine or the minibatch does not allow is refused before a directory is made.
func TestDevicesRefused(t *testing.T) {
	gantest.Open(t, "xla:cpu")
	for name, spoil := range map[string]func(*trial){
		"too few on the Go engine": func(c *trial) { c.Backend = "go" },
		"too few":                  func(c *trial) { c.Devices, c.BatchSize = 99, 99 },
		"no divisor":               func(c *trial) { c.Devices = 3 },
		"negative":                 func(c *trial) { c.Devices = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := divided(t, 2)
			spoil(&cfg)
			_, err := cfg.train(t.Context())
			gantest.RequireInvalid(t, err, "devices")
			require.NoDirExists(t, filepath.Clean(cfg.Dir))
		})
	}
}
