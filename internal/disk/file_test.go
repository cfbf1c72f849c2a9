package disk_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/disk"
)

// TestWriteAtOnce: of many writers of one path, one wins, and none reads or leaves another's half.
func TestWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "picture.png")
	var wait sync.WaitGroup
	errs := make(chan error, 16)
	for i := range cap(errs) {
		wait.Go(func() {
			errs <- disk.Write(path, func(w io.Writer) error {
				for range 1000 {
					if _, err := io.WriteString(w, string(rune('a'+i))); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat(string(text[:1]), 1000), string(text))
	requireOnly(t, path)
}

// TestWriteFails: what was there stays, and nothing beside it.
func TestWriteFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "picture.png")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))
	full := errors.New("disk full")
	err := disk.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, full)
	})
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, path)
	text, err := disk.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(text))
	requireOnly(t, path)
}

// TestNotRegular: a directory is no file; a missing file is missing.
func TestNotRegular(t *testing.T) {
	dir := t.TempDir()
	_, err := disk.ReadFile(dir)
	require.ErrorIs(t, err, disk.ErrNotRegular)
	require.ErrorContains(t, err, dir+" is not a regular file, but a directory")
	_, err = disk.Open(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func requireOnly(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, filepath.Base(path), entries[0].Name())
}
