//go:build cgo

package open

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/folder"
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

// TestMaxFailed: the bound on unreadable pictures reaches every reader that has one.
func TestMaxFailed(t *testing.T) {
	mdb, err := os.ReadFile(golden + "/lsun/bedroom_test_lmdb/data.mdb")
	require.NoError(t, err)
	const onPagesOfItsOwn = 3*4096 + 16
	require.Equal(t, "RIFF", string(mdb[onPagesOfItsOwn:onPagesOfItsOwn+4]))
	copy(mdb[onPagesOfItsOwn:], "XXXX")
	pictures := map[string][]byte{"a.png": encoded(t, 1), "b.png": encoded(t, 2), "c.png": []byte("no picture")}
	rooms := placed(t, map[string][]byte{"data.mdb": mdb})
	for path, unreadable := range map[string]error{
		placed(t, pictures): folder.ErrUnreadable, zipped(t, pictures): folder.ErrUnreadable,
		rooms: lsun.ErrUnreadable, filepath.Join(rooms, "data.mdb"): lsun.ErrUnreadable,
	} {
		read := func(most float64) (*data.Images, error) {
			return Data{Path: path, Size: 8, MaxFailed: most}.Images(t.Context())
		}
		_, err := read(0)
		require.ErrorIs(t, err, unreadable, path)
		require.ErrorContains(t, err, "`--set data.max_failed=", path)
		set, err := read(.4)
		require.NoError(t, err, path)
		require.NotZero(t, set.N)
	}
}

// encoded is a small PNG.
func encoded(t *testing.T, grey uint8) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, &image.Gray{Pix: []uint8{grey, 0, 0, grey}, Stride: 2, Rect: image.Rect(0, 0, 2, 2)}))
	return b.Bytes()
}
