package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// A victim is a command that writes into a directory.
type victim struct {
	command func(dir string) *exec.Cmd
	check   func(t *testing.T, dir string)     // after a kill; nil: each file is absent or as in whole
	result  func(t *testing.T, dir string) any // what it is to leave in the end; nil: all files
	whole   map[string]string                  // the files that it leaves undisturbed, by path
	want    any                                // the result then
	took    time.Duration
}

// TestKillAnywhere kills train, sample, eval, sweep and data fetch at random moments of their lives, in turn. After each
// kill everything under its final name is whole, and in the end the same commands leave what they leave undisturbed.
func TestKillAnywhere(t *testing.T) {
	base, server := t.TempDir(), publish(t)
	finished := filepath.Join(base, "finished")
	must(t, trainArgs(finished)...)
	victims := map[string]*victim{
		"train": {command: func(dir string) *exec.Cmd { return command(trainArgs(dir)...) }, check: requireRun,
			result: func(t *testing.T, dir string) any { return []any{stateOf(t, dir), valuesOf(t, dir)} }},
		"sweep": {command: func(dir string) *exec.Cmd { return command(sweepArgs(dir)...) },
			check: func(t *testing.T, dir string) {
				requireRun(t, filepath.Join(dir, "seed-1"))
				requireRun(t, filepath.Join(dir, "seed-2"))
			},
			result: func(t *testing.T, dir string) any {
				text, err := os.ReadFile(filepath.Join(dir, "sweep.json"))
				require.NoError(t, err)
				return string(text)
			}},
		"sample": {command: func(dir string) *exec.Cmd {
			return command("sample", finished, "-o", filepath.Join(dir, "samples.png"))
		}},
		"eval": {command: func(dir string) *exec.Cmd {
			return command("eval", finished, "-n", "500", "-o", filepath.Join(dir, "eval.json"))
		}},
		"fetch": {command: func(dir string) *exec.Cmd { return dataCommand(server.URL, dir, "fetch", "kmnist") }},
	}
	names := []string{"train", "sample", "eval", "sweep", "fetch"}
	for _, name := range names {
		v := victims[name]
		dir := filepath.Join(base, "whole", name)
		require.NoError(t, os.MkdirAll(dir, 0o777))
		began := time.Now()
		status, _, errs := finish(t, v.command(dir))
		require.Zero(t, status, errs)
		v.took, v.whole = time.Since(began), filesOf(t, dir)
		if v.result == nil {
			v.result = func(t *testing.T, dir string) any { return filesOf(t, dir) }
		}
		v.want = v.result(t, dir)
	}
	kills, ended := 10, 0
	if gantest.Long() {
		kills = 200
	}
	for i := 0; i < kills+ended && ended < 2*kills; i++ {
		name := names[i%len(names)]
		v, dir := victims[name], filepath.Join(base, "killed", name)
		require.NoError(t, os.MkdirAll(dir, 0o777))
		switch {
		case v.kill(t, dir):
			ended++
			require.Equal(t, v.want, v.result(t, dir), name)
			require.NoError(t, os.RemoveAll(dir)) // and begin again
		case v.check != nil:
			v.check(t, dir)
		default:
			for path, content := range filesOf(t, dir) {
				require.Equal(t, v.whole[path], content, "%s of a killed command is there and not whole", path)
			}
		}
	}
	t.Logf("%d commands were killed; %d ended before", kills, ended)
	for _, name := range names {
		v, dir := victims[name], filepath.Join(base, "killed", name)
		require.NoError(t, os.MkdirAll(dir, 0o777))
		status, _, errs := finish(t, v.command(dir))
		require.Zero(t, status, errs)
		require.Equal(t, v.want, v.result(t, dir), name)
	}
}

// kill starts the command and kills it some time later, and reports whether it had ended before.
func (v *victim) kill(t *testing.T, dir string) (ended bool) {
	t.Helper()
	cmd := v.command(dir)
	require.NoError(t, cmd.Start())
	time.Sleep(rand.N(v.took))
	_ = cmd.Process.Kill() // an error: it has ended
	_ = cmd.Wait()         // reports the kill
	return cmd.ProcessState.Exited()
}

// requireRun requires that a run, if it has begun, can be read and has only whole checkpoints.
func requireRun(t *testing.T, dir string) {
	t.Helper()
	begun, err := run.Begun(dir)
	require.NoError(t, err)
	if !begun {
		return
	}
	r, err := run.Open(dir)
	require.NoError(t, err)
	_, err = r.History()
	require.NoError(t, err)
	list, err := r.Checkpoints()
	require.NoError(t, err)
	for _, c := range list {
		require.NoError(t, c.Verify())
	}
	pictures, err := r.Samples()
	require.NoError(t, err)
	for _, path := range pictures {
		decode(t, path)
	}
}

// filesOf returns the content of the files below a directory, but for hidden ones and parts of files.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); path != dir && strings.HasPrefix(name, ".") {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() || strings.Contains(entry.Name(), ".part") {
			return nil
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(text)
		return err
	}))
	return files
}
