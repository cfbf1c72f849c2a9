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

// TestCheckWritable: it says what Write would, and changes nothing.
func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, disk.CheckWritable(filepath.Join(dir, "eval.json")))
	require.ErrorContains(t, disk.CheckWritable(dir), "is a folder")
	require.Error(t, disk.WriteFile(dir, []byte("x")))
	missing := filepath.Join(dir, "no", "eval.json")
	require.ErrorIs(t, disk.CheckWritable(missing), os.ErrNotExist)
	require.ErrorContains(t, disk.CheckWritable(missing), missing)
	require.ErrorIs(t, disk.WriteFile(missing, nil), os.ErrNotExist)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
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
