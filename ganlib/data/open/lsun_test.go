//go:build cgo

package open

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
)

// An LMDB opens by its folder and by its file, and is closed through all its wrappers.
func TestLSUN(t *testing.T) {
	folder := golden + "/lsun/bedroom_test_lmdb"
	content, err := os.ReadFile(folder + "/data.mdb")
	require.NoError(t, err)
	alone := filepath.Join(t.TempDir(), "rooms.lmdb") // as MDB_NOSUBDIR leaves it
	require.NoError(t, os.WriteFile(alone, content, 0o666))
	for _, path := range []string{folder, folder + "/data.mdb", alone} {
		source, err := Path(t.Context(), path, Options{Frame: data.Frame{Size: 8}})
		require.NoError(t, err)
		set := source.(*lsun.Set)
		source, err = data.First(source, 3)
		require.NoError(t, err)
		source, err = data.Fit(source, 4, 1)
		require.NoError(t, err)
		require.Equal(t, 3, source.Len())
		require.NoError(t, source.Close())
		_, err = set.Choose([]int{0})
		require.ErrorIs(t, err, fs.ErrClosed)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = Path(ctx, folder, Options{Frame: data.Frame{Size: 8}})
	require.ErrorIs(t, err, context.Canceled)
}
