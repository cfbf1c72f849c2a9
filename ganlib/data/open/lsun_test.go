//go:build cgo

package open

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/ganlib/figure"
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

// TestPicturesBeside: a folder or archive with files of a known form and pictures beside them is refused, for either may
// be meant. What this program drew there does not count, and what the names of a form tell alone is read.
func TestPicturesBeside(t *testing.T) {
	idx := idxFile(8, make([]byte, 2*28*28), 2, 28, 28)
	mdb, err := os.ReadFile(golden + "/lsun/bedroom_test_lmdb/data.mdb")
	require.NoError(t, err)
	picture := encoded(t, 1)
	drawing := filepath.Join(t.TempDir(), "samples.png")
	require.NoError(t, figure.WritePNG(drawing, image.NewGray(image.Rect(0, 0, 4, 4))))
	drawn, err := os.ReadFile(drawing)
	require.NoError(t, err)
	for _, of := range []struct {
		file    string
		content []byte
	}{{"old/rooms/data.mdb", mdb}, {"MNIST/raw/train-images-idx3-ubyte", idx}, {"cifar/data_batch_1.bin", make([]byte, 2*3073)}} {
		both := map[string][]byte{of.file: of.content, "mine/cat.png": picture}
		own := map[string][]byte{path.Base(of.file): of.content, "samples.png": drawn}
		for i := range 4 * strings.Count(of.file, "cifar") { // its other files
			rest := fmt.Sprintf("data_batch_%d.bin", i+2)
			both["cifar/"+rest], own[rest] = make([]byte, 3073), make([]byte, 3073)
		}
		for _, path := range []string{placed(t, both), zipped(t, both)} {
			_, err := Path(t.Context(), path, Options{Frame: data.Frame{Size: 8}})
			require.ErrorIs(t, err, data.ErrFormat, of.file)
			for _, says := range []string{of.file, "mine/cat.png", filepath.Join(path, filepath.Dir(of.file))} {
				require.ErrorContains(t, err, says)
			}
		}
		require.NotZero(t, opened(t, filepath.Join(placed(t, both), filepath.Dir(of.file))).N)
		require.NotZero(t, opened(t, placed(t, own)).N, of.file)
	}
}
