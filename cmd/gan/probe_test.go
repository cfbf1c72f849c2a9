package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProbeAndStep: `gan probe` says what it found in words, of the newest checkpoint or of another, and `gan sample`
// takes another one too.
func TestProbeAndStep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "figure1")
	must(t, "train", "figure1", "--backend", "go", "--steps", "40", "--save-every", "20", "-d", dir)
	out := must(t, "probe", dir, "--backend", "go", "--steps", "50")
	require.Regexp(t, `^After iteration 40, G stood still and a copy of D trained alone for 50 steps\.
V\(D,G\) went from -\d\.\d{3} ± \d\.\d{3} to -\d\.\d{3} ± \d\.\d{3} nats; where p_g = p_data it stays at -log 4 = -1\.386\.
It rose by -?\d\.\d{3}: `, out)
	require.Contains(t, must(t, "probe", dir, "--backend", "go", "--steps", "5", "--step", "20"), "After iteration 20,")
	require.Contains(t, must(t, "sample", dir, "--backend", "go", "--step", "20"), "after 20 iterations")

	for step, says := range map[string]string{
		"30":   "no checkpoint of step 30",
		"best": `keeps no best checkpoint: its configuration has no "best"`,
		"last": "--step last: want the number of an iteration, or best",
	} {
		status, _, errs := gan(t, "probe", dir, "--backend", "go", "--step", step)
		require.Equal(t, 1, status)
		require.Contains(t, errs, says)
	}
}
