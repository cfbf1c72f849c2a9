//go:build cgo

package lsun

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/PowerDNS/lmdb-go/lmdb"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// flat is a JPEG of one grey.
func flat(t testing.TB, grey uint8) []byte {
	picture := image.NewGray(image.Rect(0, 0, 40, 40))
	for i := range picture.Pix {
		picture.Pix[i] = grey
	}
	noisy := rand.New(rand.NewPCG(1, uint64(grey)))
	for i := range 20 { // some content, so that half of the file is half of the picture
		picture.SetGray(i, noisy.IntN(40), color.Gray{Y: uint8(noisy.IntN(256))})
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, picture, nil))
	return b.Bytes()
}

// written is an LMDB with these values.
func written(t testing.TB, values map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "own_lmdb")
	require.NoError(t, os.Mkdir(dir, 0o777))
	env, err := lmdb.NewEnv()
	require.NoError(t, err)
	defer env.Close()
	require.NoError(t, env.SetMapSize(1<<24))
	require.NoError(t, env.Open(dir, 0, 0o666))
	require.NoError(t, env.Update(func(txn *lmdb.Txn) error {
		root, err := txn.OpenRoot(0)
		if err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(values)) { // the order decides which page holds what
			if err := txn.Put(root, []byte(key), values[key], 0); err != nil {
				return err
			}
		}
		return nil
	}))
	return dir
}

// TestPassesOver: one record cut short among thirty, and keys that are no pictures, are passed over, counted and named. In
// the place of the one comes the next, whatever else is chosen. Two of thirty are more than 5%.
func TestPassesOver(t *testing.T) {
	values := map[string][]byte{"length": []byte("30"), "num-samples": []byte("30")}
	for i := range 30 {
		values[fmt.Sprintf("%08d", i)] = flat(t, uint8(8*i))
	}
	cut := values["00000017"]
	values["00000017"] = cut[:len(cut)/2]
	var told bytes.Buffer
	o := small
	o.Output = &told
	set := opened(t, written(t, values), o)
	require.Equal(t, 30, set.Len())
	require.Contains(t, told.String(), `own_lmdb: 30 pictures; passed over 2 keys that are no pictures, such as "length"`)
	told.Reset()

	all, err := data.All(t.Context(), set)
	require.NoError(t, err)
	require.Equal(t, 30, all.N)
	require.Equal(t, all.At(18), all.At(17))
	require.NotEqual(t, all.At(18), all.At(16))
	require.Contains(t, told.String(), `1 of the 30 pictures read so far cannot be read: key "00000017" (jpeg of`)
	again, err := opened(t, written(t, values), small).Choose([]int{17, 3})
	require.NoError(t, err)
	require.Equal(t, all.At(17), again.At(0), "in another process, in another order")
	require.Equal(t, all.At(3), again.At(1))

	values["00000029"] = values["00000017"]
	set = opened(t, written(t, values), small)
	_, err = data.All(t.Context(), set)
	require.ErrorIs(t, err, ErrUnreadable)
	require.ErrorContains(t, err, "2 of the 30 pictures")
	require.ErrorContains(t, err, "want at most 5%")
	o.MaxFailed = .1
	all, err = data.All(t.Context(), opened(t, written(t, values), o))
	require.NoError(t, err)
	require.Equal(t, all.At(0), all.At(29), "after the last key comes the first")

	_, err = Open(t.Context(), written(t, map[string][]byte{"length": []byte("0")}), small)
	require.ErrorIs(t, err, data.ErrEmpty)
	require.ErrorContains(t, err, `"length"`)
}

// TestDamagedPages changes a few bytes of a data.mdb, again and again: it is refused, or read. The library that maps it would
// end this program if a page led it astray.
func TestDamagedPages(t *testing.T) {
	values := map[string][]byte{}
	for i := range 40 { // enough keys for two levels of pages, and some values on pages of their own
		values[fmt.Sprintf("%08d-%s", i, bytes.Repeat([]byte("k"), 200))] = bytes.Repeat(flat(t, 9), 1+i%8/7*4)
	}
	whole, err := os.ReadFile(filepath.Join(written(t, values), "data.mdb"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "data.mdb")
	o := small
	o.MaxFailed = 1
	refused, files := 0, 60
	if gantest.Long() {
		files = 2000
	}
	for seed := range uint64(files) {
		if !survives(t, o, path, mutated(whole, seed)) {
			refused++
		}
	}
	require.Greater(t, refused, files/20)
	require.Less(t, refused, files)
}

// mutated is a file with a few other bytes, most of them in the headers of pages.
func mutated(whole []byte, seed uint64) []byte {
	const page = 4096
	rng := rand.New(rand.NewPCG(seed, 7))
	content := bytes.Clone(whole)
	for range 1 + rng.IntN(4) {
		at := rng.IntN(len(content))
		switch rng.IntN(3) {
		case 0:
			at = at/page*page + rng.IntN(160)
		case 1: // the meta pages and the first pages after them
			at = rng.IntN(8)*page + rng.IntN(page)
		}
		content[at%len(content)] ^= byte(1 + rng.IntN(255))
	}
	return content
}

// survives opens a file and reads all of it, and reports whether it could be opened.
func survives(t testing.TB, o Options, path string, content []byte) bool {
	require.NoError(t, os.WriteFile(path, content, 0o666))
	set, err := Open(t.Context(), path, o)
	if err != nil {
		return false
	}
	for i := range set.Len() {
		_, _ = set.Choose([]int{i})
	}
	require.NoError(t, set.Close())
	return true
}

// FuzzOpen opens any bytes as a data.mdb, and reads what it opened.
func FuzzOpen(f *testing.F) {
	whole, err := os.ReadFile(filepath.Join(golden, "bedroom_test_lmdb", "data.mdb"))
	require.NoError(f, err)
	f.Add(whole)
	for seed := range uint64(4) {
		f.Add(mutated(whole, seed))
	}
	path := filepath.Join(f.TempDir(), "data.mdb")
	f.Fuzz(func(t *testing.T, content []byte) {
		require.NoError(t, os.WriteFile(path, content, 0o666))
		gantest.RequireAllocates(t, 64*len(content)+1<<20, func() {
			if set, err := Open(t.Context(), path, small); err == nil {
				require.NoError(t, set.Close())
			}
		})
		survives(t, small, path, content)
	})
}
