package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzRestore puts any bytes in the place of a file of a checkpoint, and seals it: someone else's checkpoint is refused
// or restored, without a panic.
func FuzzRestore(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "run")
	spec := toySpec(dir, gantest.Open(f, "go"), toyOf(2))
	_, err := Train(f.Context(), spec)
	require.NoError(f, err)
	r, err := Open(dir)
	require.NoError(f, err)
	list, err := r.Checkpoints()
	require.NoError(f, err)
	whole := list[len(list)-1]
	entries, err := os.ReadDir(whole.Dir)
	require.NoError(f, err)
	files := map[string][]byte{}
	var names []string
	for i, entry := range entries {
		text, err := os.ReadFile(filepath.Join(whole.Dir, entry.Name()))
		require.NoError(f, err)
		names, files[entry.Name()] = append(names, entry.Name()), text
		f.Add(i, text)
		f.Add(i, text[:len(text)/2])
	}
	f.Fuzz(func(t *testing.T, i int, content []byte) {
		c := Checkpoint{Step: whole.Step, Dir: t.TempDir()}
		i = int(uint(i) % uint(len(names)))
		for name, text := range files {
			if name == names[i] {
				text = content
			}
			require.NoError(t, os.WriteFile(filepath.Join(c.Dir, name), text, 0o666))
		}
		if names[i] != manifestFile {
			require.NoError(t, os.Remove(filepath.Join(c.Dir, manifestFile)))
			require.NoError(t, seal(c.Dir, manifest{Step: c.Step}))
			require.NoError(t, c.Verify())
		} else if c.Verify() != nil {
			return
		}
		const arrays = 4 << 20 // of the toy, its executors and the reader's buffers
		gantest.RequireAllocates(t, 100*len(content)+arrays, func() { _ = c.restore(model.NewStore()) })
	})
}

// FuzzHistory reads any bytes as a history: it is refused or read, a record for each line at most.
func FuzzHistory(f *testing.F) {
	f.Add([]byte("{\"schema\":2}\n{\"step\":1,\"seconds\":2,\"v\":-1.4}\n{\"step\":2"))
	f.Add([]byte("{\"step\":1,\"event\":\"x\"}\n{\"schema\":99}\n"))
	f.Add([]byte("{\"schema\":99}\n\n"))
	f.Add([]byte("{\"step\":1e400}\n[]\nnull\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, historyFile), content, 0o666))
		var records []Record
		var err error
		gantest.RequireAllocates(t, 1000*len(content)+1<<20, func() { records, err = readHistory(dir) })
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(records), len(content))
		require.NoError(t, placeHistory(dir, records))
		again, err := readHistory(dir)
		require.NoError(t, err)
		require.Equal(t, len(records), len(again))
		_ = lostRecord(dir)
	})
}

// FuzzIdentity reads any bytes as a run.json: a name, or an error that names the file.
func FuzzIdentity(f *testing.F) {
	f.Add([]byte(`{"run":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}`))
	f.Add([]byte(`{"run":7}`))
	f.Add([]byte(`{"run":"x"`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, identityFile)
		require.NoError(t, os.WriteFile(path, content, 0o666))
		gantest.RequireAllocates(t, 200*len(content)+1<<18, func() {
			if _, err := identityOf(dir, nil); err != nil {
				require.ErrorContains(t, err, path)
			}
		})
		require.ErrorIs(t, checkLost(dir, nil), ErrLost)
	})
}
