package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// TestProbeAndStep: `gan probe` says in words what it found, at the newest checkpoint or at another, and adds it to the
// history. `gan sample` takes another checkpoint too.
func TestProbeAndStep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "figure1")
	must(t, "train", "figure1", "--backend", "go", "--steps", "40", "--save-every", "20", "-d", dir)
	out := must(t, "probe", dir, "--backend", "go", "--steps", "50")
	require.Regexp(t, `^After iteration 40, G stood still and a copy of D trained alone for 50 steps\.
V\(D,G\) went from -\d\.\d{3} ± \d\.\d{3} to -\d\.\d{3} ± \d\.\d{3} nats; where p_g = p_data it stays at -log 4 = -1\.386\.
It (rose|fell) by \d\.\d{3}: `, out)
	require.Contains(t, out, "The result is in the run's history")
	require.Contains(t, must(t, "probe", dir, "--backend", "go", "--steps", "5", "--step", "20"), "After iteration 20,")
	r, err := run.Open(dir)
	require.NoError(t, err)
	history, err := r.History()
	require.NoError(t, err)
	var steps []int
	for _, r := range history {
		if r.Event == record.Probe {
			steps = append(steps, r.Step)
		}
	}
	require.Equal(t, []int{20, 40}, steps)
	out = must(t, "info", dir)
	require.Regexp(t, `\nat iteration +40\n`, out)
	require.Regexp(t, `\nv +-\d\.\d+ +V\(D,G\)\n`, out, "the probe, which is the last record, does not hide the metrics")
	require.Regexp(t, `\nprobe +after iteration 40: D trained alone for 50 steps: `, out)
	require.Contains(t, must(t, "sample", dir, "--backend", "go", "--step", "20"), "after 20 iterations")

	for step, says := range map[string]string{
		"30":   "no checkpoint of step 30",
		"best": "gan: --step best: this run keeps no best checkpoint; train with --set best=coverage\n",
		"last": "--step last: want the number of an iteration, or best",
	} {
		status, _, errs := gan(t, "probe", dir, "--backend", "go", "--step", step)
		want := misused
		if step == "30" {
			want = failed
		}
		require.Equal(t, want, status)
		require.Contains(t, errs, says)
	}
}
