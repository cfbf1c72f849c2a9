package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
)

// sweepArgs is a short sweep of the one-dimensional game.
func sweepArgs(dir string, more ...string) []string {
	return append([]string{"sweep", "figure1", "--steps", "8", "--set", "batch_size=16", "--set", "record_every=2",
		"--set", "measure_every=0", "--seeds", "2", "--backend", "go", "-d", dir}, more...)
}

// TestSweepInParallel: two processes at a time make the same runs, with the same numbers, as one process.
func TestSweepInParallel(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	require.Contains(t, must(t, sweepArgs(one)...), "\nNext:\n  gan diagnose "+filepath.Join(one, "seed-1")+"\n")
	for _, command := range []string{"info", "sample", "diagnose", "eval", "table1"} {
		status, _, errs := gan(t, command, one)
		require.Equal(t, 1, status)
		require.Contains(t, errs, one+" is a sweep: want one of its runs, "+filepath.Join(one, "seed-1")+" or "+filepath.Join(one, "seed-2")+"\n")
	}
	out := must(t, sweepArgs(two, "--parallel", "2")...)
	for _, seed := range []string{"1", "2"} {
		require.Contains(t, out, "seed "+seed+": training "+filepath.Join(two, "seed-"+seed)+", 8 steps\n")
		require.Contains(t, out, "seed "+seed+": "+filepath.Join(two, "seed-"+seed)+" is finished: 8 steps\n")
		require.Equal(t, valuesOf(t, filepath.Join(one, "seed-"+seed)), valuesOf(t, filepath.Join(two, "seed-"+seed)))
	}
	require.Contains(t, out, "2 runs, of which 0 stopped because training went wrong: "+filepath.Join(two, "sweep.png"))
	require.False(t, decode(t, filepath.Join(two, "sweep.png")).Bounds().Empty())
	numbers := func(dir string) (result sweep.Result) {
		text, err := os.ReadFile(filepath.Join(dir, "sweep.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &result))
		return result
	}
	require.Equal(t, numbers(one), numbers(two))
}

// TestSweepWithAFailure: a directory that is not a run fails one seed; the other is trained. The command exits with 1
// and names it.
func TestSweepWithAFailure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sweep")
	must(t, sweepArgs(dir)...)
	newest := filepath.Join(dir, "seed-1", "checkpoints", "000008")
	require.NoError(t, os.Rename(newest, newest+".x"))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "seed-1", "samples")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "seed-1", "samples"), nil, 0o666))
	for _, parallel := range []string{"1", "2"} {
		status, out, errs := gan(t, sweepArgs(dir, "--parallel", parallel)...)
		require.Equal(t, 1, status)
		require.Contains(t, errs, "gan: 1 of 2 runs failed:\nseed 1: preparing "+filepath.Join(dir, "seed-1"))
		require.Contains(t, out, "seed 2: is finished: 8 steps\n")
		require.Contains(t, out, "\n1 runs, of which 0 stopped")
	}
}

// TestSweepCtrlC saves the runs in all processes and exits with 130; the same command then resumes.
func TestSweepCtrlC(t *testing.T) {
	needSignals(t)
	for _, parallel := range []string{"1", "2"} {
		dir := filepath.Join(t.TempDir(), "sweep")
		args := []string{"sweep", "figure1", "--set", "batch_size=16", "--set", "measure_every=0", "--seeds", "3", "--parallel", parallel, "--backend", "go", "-d", dir}
		p := start(t, args...)
		p.trains(t)
		require.NoError(t, p.Process.Signal(os.Interrupt))
		require.Equal(t, 130, p.end().ExitCode(), p.errs.String())
		require.Contains(t, p.errs.String(), "the runs in "+dir+" are saved, and the same call goes on from there")
		step := newest(t, filepath.Join(dir, "seed-1"))
		require.Positive(t, step)
		require.NoDirExists(t, filepath.Join(dir, "seed-3"))

		again := start(t, args...)
		again.wants(t, fmt.Sprintf("seed 1: resuming %s at step %d of 2000", filepath.Join(dir, "seed-1"), step))
		require.NoError(t, again.Process.Signal(os.Interrupt))
		require.Equal(t, 130, again.end().ExitCode())
	}
}

// TestSweepKilled: if the parent is killed, its processes end by themselves, and the same command makes the runs of an
// uninterrupted sweep.
func TestSweepKilled(t *testing.T) {
	needSignals(t)
	dir, whole := filepath.Join(t.TempDir(), "sweep"), filepath.Join(t.TempDir(), "whole")
	args := func(dir string) []string {
		return append(sweepArgs(dir, "--parallel", "2", "--set", "save_every=1"), "--steps", "300")
	}
	p := start(t, args(dir)...)
	p.wants(t, "seed 1: training "+filepath.Join(dir, "seed-1")+", 300 steps")
	require.NoError(t, p.Process.Kill())
	p.end()

	require.Eventually(t, func() bool { // a process that is still running holds its lock until its next line
		status, _, _ := gan(t, args(dir)...)
		return status == 0
	}, time.Minute, 50*time.Millisecond)
	must(t, args(whole)...)
	for _, seed := range []string{"seed-1", "seed-2"} {
		require.Equal(t, valuesOf(t, filepath.Join(whole, seed)), valuesOf(t, filepath.Join(dir, seed)))
	}
}

// TestSet changes settings by their keys, in a preset and in a run's config.json, and refuses others.
func TestSet(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	must(t, "train", "figure1", "--steps", "1", "--backend", "go", "-d", a,
		"--set", "batch_size=16", "--set", "generator_rule.adam.beta1=.25", "--set", "objective.name=least-squares",
		"--set", `discriminator_rule={"momentum":{"learning_rate":0.01,"initial":0.5}}`, "--set", "name=a, b")
	must(t, "train", filepath.Join(a, "config.json"), "-d", b, "--set", "k=2")
	configOf := func(dir string) (cfg gans.Config) {
		r, err := run.Open(dir)
		require.NoError(t, err)
		require.NoError(t, r.Config(&cfg))
		return cfg
	}
	first, second := configOf(a), configOf(b)
	require.Equal(t, 16, first.BatchSize)
	require.Equal(t, .25, first.GeneratorRule.Adam.Beta1)
	require.Equal(t, "least-squares", first.Objective.Name)
	require.Equal(t, .01, first.DiscriminatorRule.Momentum.LearningRate)
	require.Equal(t, "a, b", first.Name)
	require.Equal(t, "go", second.Backend, "the file's")
	first.K = 2
	require.Equal(t, first, second)

	for want, args := range map[string][]string{
		`--set: "kk" is not a key of the configuration: did you mean "k"?`:            {"figure1", "--set", "kk=2"},
		`--set: k is "two": want a whole number`:                                      {"figure1", "--set", "k=two"},
		`--set k: want KEY=VALUE, such as k=2`:                                        {"figure1", "--set", "k"},
		"k is 0: want at least 1":                                                     {"figure1", "--set", "k=0"},
		filepath.Join(a, "config.json") + " has no name for a directory: want -d DIR": {filepath.Join(a, "config.json")},
	} {
		cmd := command(append([]string{"train", "--backend", "go"}, args...)...)
		cmd.Dir = t.TempDir()
		status, _, errs := finish(t, cmd)
		expected := failed
		if strings.Contains(want, "want KEY=VALUE") || strings.Contains(want, "want -d DIR") {
			expected = misused
		}
		require.Equal(t, expected, status, args)
		require.Equal(t, "gan: "+want, strings.TrimSpace(errs))
	}
}

// TestSweepOver: each value of a setting has a sweep of its own, the same as with --set, and one table and one picture
// compare them.
func TestSweepOver(t *testing.T) {
	dir, alone := filepath.Join(t.TempDir(), "over"), filepath.Join(t.TempDir(), "alone")
	const rate = "generator_rule.adam.learning_rate"
	out := must(t, sweepArgs(dir, "--over", rate+"=1e-3,1e-4")...)
	must(t, sweepArgs(alone, "--set", rate+"=1e-4")...)
	one := filepath.Join(dir, "learning_rate=1e-4", "seed-2")
	require.Equal(t, valuesOf(t, filepath.Join(alone, "seed-2")), valuesOf(t, one))
	require.NotEqual(t, valuesOf(t, filepath.Join(dir, "learning_rate=1e-3", "seed-2")), valuesOf(t, one))

	table, err := os.ReadFile(filepath.Join(dir, "compare.md"))
	require.NoError(t, err)
	require.Contains(t, out, string(table))
	require.Regexp(t, `^\| `+regexp.QuoteMeta(rate)+` +\| runs +\| stopped +\| score_d +\| score_g +\| d_loss +\|`, string(table))
	require.Regexp(t, `(?m)^\| 1e-4 +\| 2 +\| 0 +\| [\d.]+ \([\d.]+ to [\d.]+\) +\|`, string(table))
	require.False(t, decode(t, filepath.Join(dir, "compare.png")).Bounds().Empty())
}

// TestSweepOverRefuses: before anything is trained or written.
func TestSweepOverRefuses(t *testing.T) {
	for over, want := range map[string]string{
		"k":                    "want KEY=V1,V2,... with at least two values",
		"k=2":                  "want KEY=V1,V2,... with at least two values",
		"=1,2":                 "want KEY=V1,V2,... with at least two values",
		"k=1,0":                "--over k=0: k is 0",
		"kk=1,2":               "--over kk=1: ",
		"k=1,1":                "1 and 1 would have one directory",
		"generator.mlp=[1],[}": "--over generator.mlp=",
	} {
		dir := filepath.Join(t.TempDir(), "over")
		status, out, errs := gan(t, sweepArgs(dir, "--over", over)...)
		require.NotZero(t, status, over)
		require.Contains(t, errs, want, over)
		require.Empty(t, out, over)
		require.NoDirExists(t, dir, over)
	}
}

func TestSeparate(t *testing.T) {
	for text, want := range map[string][]string{
		"1e-3,1e-4":              {"1e-3", "1e-4"},
		"[64],[128,128]":         {"[64]", "[128,128]"},
		`{"a":[1,2],"b":","},{}`: {`{"a":[1,2],"b":","}`, "{}"},
		`"a,b",c`:                {`"a,b"`, "c"},
		"[1,2":                   {"[1,2"},
		"":                       {""},
		"a,,b":                   {"a", "", "b"},
	} {
		require.Equal(t, want, separate(text), text)
	}
}
