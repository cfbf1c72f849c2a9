package open

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// A named pipe is refused: to open one waits for who writes into it.
func TestPathOpensNoPipe(t *testing.T) {
	for _, name := range []string{"pipe", "pipe.mat", "pipe.bin", "data.mdb"} {
		pipe := filepath.Join(t.TempDir(), name)
		require.NoError(t, syscall.Mkfifo(pipe, 0o666))
		_, err := Path(t.Context(), pipe, Options{})
		require.ErrorIs(t, err, data.ErrUnsafe)
		require.ErrorContains(t, err, pipe+": ")
		require.ErrorContains(t, err, "a named pipe")
		_, err = Classes(t.Context(), pipe, Options{})
		require.ErrorIs(t, err, data.ErrUnsafe)
	}
}
