package archive

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Named pipes, sockets and devices are never opened: to open a pipe waits for who writes into it.
func TestWalkOpensOnlyFiles(t *testing.T) {
	dir := folderOf(t, file{name: "1.txt", content: "one"})
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666))
	listener, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	defer listener.Close()
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero")))
	errs := map[string]error{}
	require.NoError(t, Walk(t.Context(), dir, Limits{}, func(name string, _ int64, r io.Reader) error {
		_, errs[name] = io.ReadAll(r)
		return nil
	}))
	require.Len(t, errs, 4)
	require.NoError(t, errs["1.txt"])
	for name, what := range map[string]string{"pipe": "a named pipe", "socket": "a socket", "zero": "a device"} {
		require.ErrorIs(t, errs[name], ErrNotFile)
		require.ErrorContains(t, errs[name], what)
		require.ErrorIs(t, Walk(t.Context(), filepath.Join(dir, name), Limits{}, nil), ErrNotFile)
	}
}

// A name need not be UTF-8.
func TestWalkForeignNames(t *testing.T) {
	const latin = "Stra\xdfe/\xe4.txt" // ISO 8859-1
	for kind, path := range map[string]string{
		"folder": folderOf(t, file{name: latin, content: "one"}), "zip": written(t, zipOf(t, nil, file{name: latin, content: "one"})),
		"tar": written(t, tarOf(t, file{name: latin, content: "one"})),
	} {
		seen, err := visited(path, Limits{})
		require.NoError(t, err, kind)
		require.Equal(t, latin+"=one", strings.Join(seen, " "), kind)
	}
}
