package tensorboard

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
)

const golden = "../../tests/golden/tensorboard"

// toyRun is a copy of the golden files' run.
func toyRun(t *testing.T) *run.Run {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(golden, "run"))))
	changed := time.Unix(1_700_000_000, 0)
	require.NoError(t, os.Chtimes(filepath.Join(dir, "history.jsonl"), changed, changed))
	r, err := run.Open(dir)
	require.NoError(t, err)
	return r
}

// TestWrite: the file is, byte for byte, what TensorBoard's own classes write.
func TestWrite(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(golden, Name))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "new", "logs")
	r := toyRun(t)
	for range 2 { // the second time it is replaced
		path, err := Write(dir, r)
		require.NoError(t, err)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
}

// TestWriteRefuses: a picture that is none is an error that names it, and leaves no file.
func TestWriteRefuses(t *testing.T) {
	r, dir := toyRun(t), t.TempDir()
	picture := filepath.Join(r.Dir, "samples", "000002.png")
	require.NoError(t, os.WriteFile(picture, []byte("no picture"), 0o666))
	_, err := Write(dir, r)
	require.ErrorContains(t, err, picture)
	_, err = os.Stat(filepath.Join(dir, Name))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
