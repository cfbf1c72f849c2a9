//go:build cgo && linux && (amd64 || arm64)

package plugin_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend/plugin"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestCheck: a whole library passes, and one cut anywhere, or for another processor, or no library, does not. Loaded, a
// library without its last pages ends the process.
func TestCheck(t *testing.T) {
	whole := gantest.ThinPlugin(t)
	path := filepath.Join(t.TempDir(), "plugin.so")
	put := func(content []byte) { require.NoError(t, os.WriteFile(path, content, 0o666)) }
	put(whole)
	require.NoError(t, plugin.Check(path))

	for n := 0; n < len(whole); n += 64 {
		put(whole[:n])
		require.ErrorContains(t, plugin.Check(path), "cut short", "%d of %d bytes", n, len(whole))
	}
	other := append([]byte(nil), whole...)
	other[18] ^= 0x3e ^ 0xb7 // the machine in ELF's header: from x86-64 to AArch64, and back
	put(other)
	require.ErrorContains(t, plugin.Check(path), "is for another processor")
	put([]byte("<html>Not Found</html>"))
	require.ErrorContains(t, plugin.Check(path), "is no library")

	require.NoError(t, os.Remove(path))
	require.NoError(t, syscall.Mkfifo(path, 0o666))
	require.ErrorContains(t, plugin.Check(path), "is not a file")
	require.ErrorIs(t, plugin.Check(path+".none"), os.ErrNotExist)
}
