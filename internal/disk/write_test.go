package disk_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/disk"
)

// TestWriteFile: a file is there as a whole or as it was, several writers at once leave one of their contents, and
// nothing lies beside it afterwards.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "eval.json")
	require.NoError(t, disk.CheckWritable(path))
	require.Empty(t, entries(t, dir), "asking changes nothing")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			content := make([]byte, 1<<16)
			for k := range content {
				content[k] = byte('a' + i)
			}
			if err := disk.WriteFile(path, content); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, content, 1<<16)
	for _, b := range content {
		require.Equal(t, content[0], b)
	}
	require.Equal(t, []string{"eval.json"}, entries(t, dir))

	require.Error(t, disk.WriteFile(dir, []byte("x")))
	require.ErrorContains(t, disk.CheckWritable(dir), "is a folder")
	missing := filepath.Join(dir, "no", "eval.json")
	require.ErrorIs(t, disk.CheckWritable(missing), os.ErrNotExist)
	require.ErrorContains(t, disk.CheckWritable(missing), missing)
	require.ErrorIs(t, disk.WriteFile(missing, nil), os.ErrNotExist)
	require.Equal(t, []string{"eval.json"}, entries(t, dir))
}

// TestWriteDevice writes to what is no regular file instead of replacing it.
func TestWriteDevice(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	require.NoError(t, disk.WriteFile("/dev/null", []byte("x")))
	require.ErrorContains(t, disk.WriteFile("/dev/full", []byte("x")), "no space left")
	info, err := os.Stat("/dev/null")
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular())
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}
