package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
)

// TestFullOutput: what cannot be printed is an error of every command, whatever it did before.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	dir := filepath.Join(t.TempDir(), "run")
	must(t, "train", "ring8", "--steps", "1", "-d", dir)
	t.Setenv("GAN_DATA", t.TempDir())
	for _, args := range [][]string{
		{"info", dir}, {"diagnose", dir}, {"sample", dir}, {"train", dir}, {"data", "list"}, {"data", "info", "svhn"}, {"data", "verify"},
		{"version"}, {"--version"}, {"--help"}, {"eval", "--help"}, {"completion", "bash"}, {"doctor"},
	} {
		cmd := command(args...)
		cmd.Stdout = full
		var errs strings.Builder
		cmd.Stderr = &errs
		require.Error(t, cmd.Run(), args)
		require.Equal(t, failed, cmd.ProcessState.ExitCode(), args)
		require.Contains(t, errs.String(), "no space left", args)
	}
}

// TestReaderGone: a reader who has seen enough ends the program without a word, and not with status 0.
func TestReaderGone(t *testing.T) {
	needSignals(t)
	cmd := command("data", "list")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	defer w.Close()
	var errs strings.Builder
	cmd.Stdout, cmd.Stderr = w, &errs
	require.Error(t, cmd.Run())
	require.NotZero(t, cmd.ProcessState.ExitCode())
	require.Empty(t, errs.String())
}

// TestPrintsNothingThatSteers: the name in another's config.json does not steer the terminal.
func TestPrintsNothingThatSteers(t *testing.T) {
	cfg, dir := gans.Figure1(), t.TempDir()
	cfg.Name = "harmless\x1b[2J\x1b]0;title\a"
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666))
	out := must(t, "info", dir)
	require.NotContains(t, out, "\x1b")
	require.Contains(t, out, `harmless\x1b[2J`)
	_, _, errs := gan(t, "info", "no-\x1b[31msuch")
	require.NotContains(t, errs, "\x1b")
}

// TestShortValues: -d=X is -d X. What follows -- is left alone.
func TestShortValues(t *testing.T) {
	require.Equal(t, []string{"train", "-dX=Y", "-n5", "--seed=3", "--", "-d=X"}, shortValues([]string{"train", "-d=X=Y", "-n=5", "--seed=3", "--", "-d=X"}))
}

// TestTrainARun: the directory of a run goes on with it, and what a shell's <(command) stands for is a configuration.
func TestTrainARun(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "run")
	must(t, "train", "ring8", "--steps", "2", "-d="+dir)
	require.Contains(t, must(t, "train", dir, "--steps", "4"), "resuming "+dir+" at step 2 of 4")
	require.Contains(t, must(t, "train", dir, "--steps", "4"), "is finished: 4 steps")
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip(err)
	}
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	require.NoError(t, err)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = w.Write(config)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	cmd := command("train", "/dev/fd/3", "-d", filepath.Join(home, "second"))
	cmd.ExtraFiles = []*os.File{r}
	status, out, errs := finish(t, cmd)
	require.Zero(t, status, errs)
	require.Contains(t, out, "is finished: 4 steps")
}

// TestNotFlipped: what a preset turns on can be turned off.
func TestNotFlipped(t *testing.T) {
	for _, name := range gans.Presets() {
		cfg, err := gans.Preset(name)
		require.NoError(t, err)
		if !cfg.Data.Flip {
			continue
		}
		for _, off := range []string{"--flip=false", "--no-flip"} {
			var cli commands
			_, err := newParser(&cli).Parse([]string{"train", name, off})
			require.NoError(t, err)
			changed, _, err := cli.Train.config(t.Context(), cfg)
			require.NoError(t, err)
			require.False(t, changed.Data.Flip, "%s %s", name, off)
		}
		return
	}
	t.Fatal("no preset flips")
}
