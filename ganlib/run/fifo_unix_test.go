//go:build unix

package run

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestFIFOs: a FIFO, which would be waited for without end, and a socket are refused wherever a run has a file. A link to
// a file, and to a run's directory, is as good as what it leads to.
func TestFIFOs(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, name := range []string{configFile, historyFile, identityFile, lockFile} {
		for kind, make := range map[string]func(path string) error{
			"FIFO": func(path string) error { return syscall.Mkfifo(path, 0o666) },
			"socket": func(path string) error {
				t.Chdir(filepath.Dir(path)) // the path of a socket has little room
				l, err := net.Listen("unix", filepath.Base(path))
				if err == nil {
					t.Cleanup(func() { l.Close() })
				}
				return err
			},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				mustTrain(t, toySpec(dir, b, toyOf(5)))
				path := filepath.Join(dir, name)
				require.NoError(t, os.Remove(path))
				require.NoError(t, make(path))
				_, err := Train(t.Context(), toySpec(dir, b, toyOf(10)))
				require.ErrorIs(t, err, ErrNotRegular)
				require.ErrorContains(t, err, path+" is not a regular file, but a "+kind)
			})
		}
	}
	dir := t.TempDir()
	whole := toySpec(dir, b, toyOf(10))
	r, _ := mustTrain(t, whole)
	require.NoError(t, syscall.Mkfifo(filepath.Join(r.Dir, checkpointName(10), "checkpoint-n9999999-99991231-235959.json"), 0o666))
	require.NoError(t, os.Remove(filepath.Join(r.Dir, sampleName(5))))
	require.NoError(t, syscall.Mkfifo(filepath.Join(r.Dir, sampleName(5)), 0o666))
	step, err := r.Restore(model.NewStore(), t.Output())
	require.NoError(t, err)
	require.Equal(t, 5, step, "GoMLX would have read the newest file of its own")
	again := toySpec(dir, b, toyOf(10))
	_, messages := mustTrain(t, again)
	require.Contains(t, messages, sampleName(5)+" is not a regular file, but a FIFO; the animation is made without it\n")
	wantSameState(t, stateOf(t, again.Trainer.Store()), stateOf(t, whole.Trainer.Store()))

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	config := filepath.Join(dir, configFile)
	require.NoError(t, os.Rename(config, config+".real"))
	require.NoError(t, os.Symlink(config+".real", config))
	mustTrain(t, toySpec(link, b, toyOf(15)))
}

// TestFIFODirectories: a FIFO in the place of a directory is not waited for either.
func TestFIFODirectories(t *testing.T) {
	for _, name := range []string{sampleDir, checkpointDir, unfinished} {
		dir := t.TempDir()
		mustTrain(t, toySpec(dir, gantest.Open(t, "go"), toyOf(5)))
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
		require.NoError(t, syscall.Mkfifo(filepath.Join(dir, name), 0o666))
		_, err := Train(t.Context(), toySpec(dir, gantest.Open(t, "go"), toyOf(10)))
		if name == unfinished { // which is emptied without a look into it
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, name)
	}
}
