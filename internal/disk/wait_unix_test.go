//go:build unix

package disk_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/disk"
)

// TestFIFO: one that no program reads is refused, and not waited for.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eval.json")
	require.NoError(t, syscall.Mkfifo(path, 0o666))
	require.ErrorContains(t, disk.CheckWritable(path), "is not a regular file, but a FIFO: want the name of a file")
	require.ErrorIs(t, disk.WriteFile(path, []byte("x")), syscall.ENXIO)
}
