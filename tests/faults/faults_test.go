//go:build linux

package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// begun returns a toy of 20 steps at step 10, with an intact directory.
func begun(t *testing.T, engine string) toy {
	t.Helper()
	c := toy{Backend: engine, Dir: newDir(t), Steps: 10}
	c.finish(t)
	c.Steps = 20
	return c
}

// TestFileLimit: no file may grow past 4 KiB, which the history reaches.
func TestFileLimit(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := toy{Backend: engine, Dir: newDir(t), Steps: 200, FileBytes: 4096}
		c.refuse(t, "history.jsonl: file too large", "the checkpoint of step ", " is good")
		newest := requireReadable(t, c.Dir)
		require.Greater(t, newest, 20)
		c.FileBytes = 0
		c.requireUndisturbed(t)
	})
}

// TestDiskFull fills a small disk with a run, and makes room later.
func TestDiskFull(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := toy{Backend: engine, Dir: newDir(t), Steps: 500}
		if err := syscall.Mount("tmpfs", c.Dir, "tmpfs", 0, "size=256k"); err != nil {
			t.Skipf("a small disk cannot be mounted here (%v): TestFileLimit alone stops writing", err)
		}
		t.Cleanup(func() { require.NoError(t, syscall.Unmount(c.Dir, 0)) })
		own(t, c.Dir)
		c.refuse(t, "no space left on device", "the checkpoint of step ", " is good")
		newest := requireReadable(t, c.Dir)
		t.Logf("the disk was full after step %d", newest)
		c.refuse(t, "no space left on device") // and again, before or after some steps
		require.GreaterOrEqual(t, requireReadable(t, c.Dir), newest)
		require.NoError(t, syscall.Mount("tmpfs", c.Dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"))
		c.Steps = newest + 20
		c.requireUndisturbed(t)
	})
}

// TestReadOnly: the directory of the checkpoints, then the whole directory, is read-only.
func TestReadOnly(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := begun(t, engine)
		before := contentOf(t, c.Dir)
		for _, path := range []string{filepath.Join(c.Dir, "checkpoints"), c.Dir} {
			require.NoError(t, os.Chmod(path, 0o555))
			c.refuse(t, path+" cannot be written to: ", "permission denied")
			require.NoError(t, os.Chmod(path, 0o755))
			require.Equal(t, before, contentOf(t, c.Dir))
		}
		c.requireUndisturbed(t)
	})
}

// TestHistoryCut cuts the history inside a line: one after the newest checkpoint, as a kill leaves it, which costs
// nothing; and one before it.
func TestHistoryCut(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := begun(t, engine)
		path := filepath.Join(c.Dir, "history.jsonl")
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteString(`{"step":11,"seco`)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		c.requireUndisturbed(t)

		c = begun(t, engine)
		path = filepath.Join(c.Dir, "history.jsonl")
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.NoError(t, os.Truncate(path, info.Size()-10))
		out := c.finish(t)
		require.Contains(t, out, "warning: "+path+" ends in the midst of the record of step 10, which is lost\n")
		whole := toy{Backend: engine, Dir: newDir(t), Steps: c.Steps}
		whole.finish(t)
		require.Equal(t, stateOf(t, whole.Dir), stateOf(t, c.Dir))
		records := recordsOf(t, whole.Dir)
		require.Equal(t, append(records[:9], records[10:]...), recordsOf(t, c.Dir), "all but the one of step 10")
	})
}

// TestBitFlip flips one bit in each file of the newest checkpoint. The run resumes from the one before, and keeps the
// damaged one.
func TestBitFlip(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := begun(t, engine)
		files, err := os.ReadDir(filepath.Join(c.Dir, "checkpoints", stepName(10)))
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(files), 4)
		for _, file := range files {
			t.Run(filepath.Ext(file.Name()), func(t *testing.T) {
				copied := toy{Backend: engine, Dir: newDir(t), Steps: c.Steps}
				require.NoError(t, os.CopyFS(copied.Dir, os.DirFS(c.Dir)))
				own(t, copied.Dir)
				checkpoint := filepath.Join(copied.Dir, "checkpoints", stepName(10))
				path := filepath.Join(checkpoint, file.Name())
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				text[len(text)/2] ^= 1
				require.NoError(t, os.WriteFile(path, text, 0o666))
				p := copied.start(t)
				require.True(t, p.until("warning: "+checkpoint+" is damaged: "), p.errs.String())
				require.True(t, p.until(fmt.Sprintf("resuming %s at step 9 of 20", copied.Dir)), p.errs.String())
				status, _, errs := p.end(t)
				require.Zero(t, status, errs)
				require.DirExists(t, checkpoint+".damaged")
				copied.requireUndisturbed(t)
			})
		}
	})
}

// TestConfigEdited edits config.json between two processes, and back.
func TestConfigEdited(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := begun(t, engine)
		path := filepath.Join(c.Dir, "config.json")
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		edited := strings.Replace(string(text), `"seed": 1`, `"seed": 2`, 1)
		require.NotEqual(t, string(text), edited)
		require.NoError(t, os.WriteFile(path, []byte(edited), 0o666))
		before := contentOf(t, c.Dir)
		c.refuse(t, c.Dir+" is a run with another configuration:\n", "seed", "Go on with the same configuration, or train in another directory")
		require.Equal(t, before, contentOf(t, c.Dir))
		require.NoError(t, os.WriteFile(path, text, 0o666))
		c.requireUndisturbed(t)
	})
}

// TestSecondProcess refuses a second process until the first one is killed.
func TestSecondProcess(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := toy{Backend: engine, Dir: newDir(t), Steps: 100_000}
		first := c.start(t)
		require.True(t, first.until("training "), first.errs.String())
		c.refuse(t, fmt.Sprintf("%s is being trained by process %d: wait until that ends, or train in another directory", c.Dir, first.Process.Pid))
		first.kill(t)
		c.Steps = requireReadable(t, c.Dir) + 20
		c.requireUndisturbed(t)
	})
}

// TestClock: a clock that goes backwards reduces no time, and changes nothing else.
func TestClock(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := begun(t, engine)
		c.ClockBack = true
		c.requireUndisturbed(t) // which reads the seconds
	})
}

// TestTerminate sends SIGTERM to the gan command, which saves and says so; the same command then resumes, and ends as
// an uninterrupted one.
func TestTerminate(t *testing.T) {
	gan := filepath.Join(filepath.Dir(program), "gan")
	if out, err := exec.Command("go", "build", "-o", gan, "github.com/gans-in-go/gans/cmd/gan").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	train := func(dir string) *process {
		cmd := exec.Command(gan, "train", "figure1", "--backend", "go", "--steps", "120", "--save-every", "1", "-d", dir)
		cmd.Env = append(os.Environ(), "HOME="+filepath.Dir(program))
		return begin(t, cmd)
	}
	dir, whole := filepath.Join(newDir(t), "figure1"), filepath.Join(newDir(t), "figure1")
	p := train(dir)
	require.True(t, p.until(" 20/120 "), p.errs.String())
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	status, _, errs := p.end(t)
	require.Equal(t, 143, status, errs)
	require.Contains(t, errs, "interrupted after step ")
	require.Contains(t, errs, dir+" is saved, and running the same again goes on from there\n")
	require.NotEmpty(t, stateOf(t, dir))
	for _, path := range []string{dir, whole} {
		status, _, errs := train(path).end(t)
		require.Zero(t, status, errs)
	}
	require.Equal(t, stateOf(t, whole), stateOf(t, dir))
	require.Equal(t, recordsOf(t, whole), recordsOf(t, dir))
}
