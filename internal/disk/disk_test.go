package disk_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/disk"
)

// TestFree: a folder for temporary files has room for a few bytes and less than an exbibyte, and a missing folder is
// named.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	free, err := disk.Free(dir)
	require.NoError(t, err)
	require.Greater(t, free, uint64(1<<10))
	require.Less(t, free, uint64(1<<60))

	missing := filepath.Join(dir, "missing")
	_, err = disk.Free(missing)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, missing)
}
