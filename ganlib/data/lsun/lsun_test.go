//go:build cgo

package lsun

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/PowerDNS/lmdb-go/lmdb"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

var _ data.Source = (*Set)(nil)

const golden = "../../../tests/golden/lsun" // written by Python's lmdb and Pillow

var small = Options{Frame: data.Frame{Size: 8, Channels: 3}}

// known is a picture of the LMDB as Pillow reads it.
type known struct {
	Key, Form     string
	Width, Height int
	Pixels        []uint8 // [8, 8, 3]: as Pillow draws it at that size
}

func pictures(t *testing.T) []known {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(golden, "about.json"))
	require.NoError(t, err)
	var about struct{ Images []known }
	require.NoError(t, json.Unmarshal(text, &about))
	return about.Images
}

// copied copies files of the golden folder into one of the test's own.
func copied(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(golden, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), content, 0o666))
	}
	return dir
}

func opened(t testing.TB, path string, o Options) *Set {
	t.Helper()
	set, err := Open(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

// all are the numbers of all images, last first.
func all(s *Set) []int {
	var indices []int
	for i := range s.Len() {
		indices = append([]int{i}, indices...)
	}
	return indices
}

// TestPictures compares each image with Pillow's: webp and jpeg, values within the tree's pages and on pages of their
// own, wide and high.
func TestPictures(t *testing.T) {
	want := pictures(t)
	folder := filepath.Join(golden, "bedroom_test_lmdb")
	for _, path := range []string{folder, filepath.Join(folder, "data.mdb"), golden} {
		set := opened(t, path, small)
		require.Equal(t, len(want), set.Len())
		require.Zero(t, set.Classes())
		got, err := set.Choose(all(set))
		require.NoError(t, err)
		require.NoError(t, got.Validate())
		require.Equal(t, []int{len(want), 8, 8, 3}, []int{got.N, got.Height, got.Width, got.Channels})
		require.Equal(t, []string{"bedroom_test_lmdb", "", path}, []string{got.Name, got.License, got.Source})
		for i, picture := range want {
			require.Equal(t, picture.Key, string(set.keys.at(i)))
			for p, v := range got.At(len(want) - 1 - i) {
				// Decoders differ in the last bits, most where they spread colour over pixels.
				require.InDelta(t, picture.Pixels[p], v, 3, "value %d of %s", p, picture.Key)
			}
		}
	}
}

func TestChooseIsAFunctionOfTheIndices(t *testing.T) {
	set := opened(t, filepath.Join(golden, "bedroom_test_lmdb"), small)
	order := all(set)
	whole, err := set.Choose(order)
	require.NoError(t, err)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for at, i := range order {
				one, err := set.Choose([]int{i, i})
				if err != nil || !bytes.Equal(one.At(0), whole.At(at)) || !bytes.Equal(one.At(1), whole.At(at)) {
					t.Errorf("image %d alone differs from itself among others; error %v", i, err)
				}
			}
		})
	}
	readers.Wait()
}

func TestGrey(t *testing.T) {
	o := small
	o.Channels = 1
	got, err := opened(t, filepath.Join(golden, "bedroom_test_lmdb"), o).Choose([]int{3})
	require.NoError(t, err)
	require.NoError(t, got.Validate())
	require.Equal(t, 1, got.Channels)
}

// TestZip unpacks once, beside the zip, and the next Open uses the result.
func TestZip(t *testing.T) {
	dir := copied(t, "bedroom_test_lmdb.zip")
	path := filepath.Join(dir, "bedroom_test_lmdb.zip")
	var output bytes.Buffer
	o := small
	o.Output = &output
	first := opened(t, path, o)
	require.Equal(t, len(pictures(t)), first.Len())
	require.Contains(t, output.String(), "unpacking bedroom_test_lmdb.zip")
	require.Contains(t, output.String(), "reading keys")
	unpacked := filepath.Join(dir, "bedroom_test_lmdb", "bedroom_test_lmdb", "data.mdb")
	require.FileExists(t, unpacked)
	require.Equal(t, "bedroom_test_lmdb", first.Name)

	before, err := os.Stat(unpacked)
	require.NoError(t, err)
	output.Reset()
	require.Equal(t, len(pictures(t)), opened(t, path, o).Len())
	after, err := os.Stat(unpacked)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "it was unpacked again")
	require.NotContains(t, output.String(), "unpacking")
}

func TestZipWithoutSpace(t *testing.T) {
	dir := copied(t, "bedroom_test_lmdb.zip")
	is := freeSpace
	defer func() { freeSpace = is }()
	freeSpace = func(folder string) (uint64, error) {
		require.Equal(t, dir, folder)
		return 10 << 10, nil
	}
	_, err := Open(t.Context(), filepath.Join(dir, "bedroom_test_lmdb.zip"), small)
	require.ErrorIs(t, err, data.ErrTooLarge)
	for _, part := range []string{"bedroom_test_lmdb.zip", "data.mdb", "32.0 KiB", "10.0 KiB"} {
		require.ErrorContains(t, err, part)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "something was unpacked all the same")

	free, err := is(dir)
	require.NoError(t, err)
	require.Positive(t, free)
}

// TestWritesNothing: an LMDB may be in a read-only folder.
func TestWritesNothing(t *testing.T) {
	dir := copied(t, "bedroom_test_lmdb/data.mdb")
	require.NoError(t, os.Chmod(filepath.Join(dir, "data.mdb"), 0o444))
	require.NoError(t, os.Chmod(dir, 0o555))
	defer os.Chmod(dir, 0o777)
	before, err := os.ReadFile(filepath.Join(dir, "data.mdb"))
	require.NoError(t, err)
	set := opened(t, dir, small)
	_, err = set.Choose(all(set))
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "a file was made beside data.mdb")
	after, err := os.ReadFile(filepath.Join(dir, "data.mdb"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

func TestOpenRefuses(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join(golden, "bedroom_test_lmdb", "data.mdb"))
	require.NoError(t, err)
	changed := func(at int, to byte) []byte {
		content := slices.Clone(whole)
		content[at], content[at+4096] = to, to // in both of the pages that say what the file is
		return content
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"no bytes", nil, data.ErrFormat},
		{"short", []byte("PK"), data.ErrFormat},
		{"text", bytes.Repeat([]byte("no LMDB "), 2048), data.ErrFormat},
		{"one page", whole[:4096], data.ErrTruncated},
		{"no tree", whole[:8192], data.ErrTruncated},
		{"last page missing", whole[:len(whole)-4096], data.ErrTruncated},
		{"last byte missing", whole[:len(whole)-1], data.ErrTruncated},
		{"version", changed(20, 2), data.ErrFormat},
		// The count of entries is the fifth number of the second table, from byte 88.
		{"count", changed(88+32+2, 1), data.ErrDamaged},
		{"a key too few", changed(88+32, 9), data.ErrDamaged},
		{"a key too many", changed(88+32, 7), data.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data.mdb")
			require.NoError(t, os.WriteFile(path, c.content, 0o666))
			_, err := Open(t.Context(), path, small)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, path)
		})
	}
	_, err = Open(t.Context(), filepath.Join(golden, "empty.mdb"), small)
	require.ErrorIs(t, err, data.ErrEmpty)
}

func TestLocateRefuses(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "absent"), small)
	require.ErrorIs(t, err, fs.ErrNotExist)
	dir := t.TempDir()
	_, err = Open(t.Context(), dir, small)
	require.ErrorIs(t, err, data.ErrMissing)
	require.ErrorContains(t, err, dir)

	for _, name := range []string{"bedroom_train_lmdb", "bedroom_val_lmdb"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "data.mdb"), nil, 0o666))
	}
	_, err = Open(t.Context(), dir, small)
	require.ErrorIs(t, err, data.ErrFormat)
	require.ErrorContains(t, err, filepath.Join("bedroom_val_lmdb", "data.mdb"))

	damaged := filepath.Join(copied(t, "bedroom_test_lmdb.zip"), "bedroom_test_lmdb.zip")
	content, err := os.ReadFile(damaged)
	require.NoError(t, err)
	content[1000] ^= 1
	require.NoError(t, os.WriteFile(damaged, content, 0o666))
	_, err = Open(t.Context(), damaged, small)
	require.ErrorIs(t, err, zip.ErrChecksum)
	require.ErrorContains(t, err, damaged)
	require.NoFileExists(t, filepath.Join(filepath.Dir(damaged), "bedroom_test_lmdb", "bedroom_test_lmdb", "data.mdb"))
}

func TestOptionsRefuse(t *testing.T) {
	_, err := Open(t.Context(), golden, Options{})
	gantest.RequireInvalid(t, err, "size")
	o := small
	o.MaxPixels = -1
	_, err = Open(t.Context(), golden, o)
	gantest.RequireInvalid(t, err, "max_pixels")
	o = small
	o.MaxFailed = 1.5
	_, err = Open(t.Context(), golden, o)
	gantest.RequireInvalid(t, err, "max_failed")
}

func TestChooseRefuses(t *testing.T) {
	set := opened(t, filepath.Join(golden, "spoilt.mdb"), small)
	require.Equal(t, 7, set.Len(), "a value of a few bytes that is no picture is passed over")
	for _, indices := range [][]int{{0, 8}, {-1}} {
		_, err := set.Choose(indices)
		require.ErrorIs(t, err, data.ErrIndex)
	}
	_, err := set.Choose(nil)
	require.ErrorIs(t, err, data.ErrEmpty)

	o := small
	o.MaxPixels = 44*40 - 1
	limited := opened(t, filepath.Join(golden, "bedroom_test_lmdb"), o)
	_, err = limited.Choose([]int{1}) // 44 x 40
	require.ErrorIs(t, err, data.ErrTooLarge)
	require.ErrorIs(t, err, ErrUnreadable)
	require.ErrorContains(t, err, "key \""+string(limited.keys.at(1)))
	_, err = opened(t, filepath.Join(golden, "bedroom_test_lmdb"), o).Choose([]int{4}) // 40 x 40
	require.NoError(t, err)
	o = small
	o.Crop = 41
	_, err = opened(t, filepath.Join(golden, "bedroom_test_lmdb"), o).Choose([]int{4})
	require.ErrorIs(t, err, data.ErrUnfit)
}

func TestClosed(t *testing.T) {
	set, err := Open(t.Context(), filepath.Join(golden, "bedroom_test_lmdb"), small)
	require.NoError(t, err)
	require.NoError(t, set.Close())
	require.NoError(t, set.Close())
	_, err = set.Choose([]int{0})
	require.ErrorIs(t, err, fs.ErrClosed)
}

// A cancelled context ends the reading of keys, and unpacking, which leaves no data.mdb.
func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := copied(t, "bedroom_test_lmdb.zip")
	for _, path := range []string{filepath.Join(golden, "bedroom_test_lmdb"), filepath.Join(dir, "bedroom_test_lmdb.zip")} {
		_, err := Open(ctx, path, small)
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NoFileExists(t, filepath.Join(dir, "bedroom_test_lmdb", "bedroom_test_lmdb", "data.mdb"))
}

// TestDamagedPicture cuts a picture off at every length. Each time it is an error, or what the decoder makes of it, and
// never the end of the program.
func TestDamagedPicture(t *testing.T) {
	for _, name := range []string{"size.webp", "size.jpeg"} {
		content, err := os.ReadFile(filepath.Join(golden, name))
		require.NoError(t, err)
		dst := make([]uint8, 8*8*3)
		require.NoError(t, Options{Frame: small.Frame, MaxPixels: MaxPixels}.draw(dst, content))
		for n := 0; n < len(content)/2; n += 97 {
			require.Error(t, Options{Frame: small.Frame, MaxPixels: MaxPixels}.draw(dst, content[:n]), "%d bytes of %s", n, name)
		}
	}
}

// TestDecoderThatPanics: one picture that a decoder cannot handle must not end a run of days.
func TestDecoderThatPanics(t *testing.T) {
	broken := format{
		config: func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil },
		decode: func(io.Reader) (image.Image, error) { panic("index out of range") },
	}
	_, err := broken.picture(nil, 1)
	require.ErrorIs(t, err, data.ErrDamaged)
}

// TestKeysOfAnyLength: LSUN's keys all have one length; others' need not.
func TestKeysOfAnyLength(t *testing.T) {
	picture, err := os.ReadFile(filepath.Join(golden, "size.webp"))
	require.NoError(t, err)
	dir := t.TempDir()
	want := []string{"a", "bedroom", "c"}
	write(t, dir, func(txn *lmdb.Txn, root lmdb.DBI) error {
		for _, key := range want {
			if err := txn.Put(root, []byte(key), picture, 0); err != nil {
				return err
			}
		}
		return nil
	})
	set := opened(t, dir, small)
	var got []string
	for i := range set.Len() {
		got = append(got, string(set.keys.at(i)))
	}
	require.Equal(t, want, got)
	_, err = set.Choose([]int{0, 1, 2})
	require.NoError(t, err)
}

// write makes an LMDB in dir, in one transaction.
func write(t testing.TB, dir string, fill func(txn *lmdb.Txn, root lmdb.DBI) error) {
	t.Helper()
	env, err := lmdb.NewEnv()
	require.NoError(t, err)
	defer env.Close()
	require.NoError(t, env.SetMapSize(8<<30))
	require.NoError(t, env.Open(dir, lmdb.NoSync, 0o666))
	require.NoError(t, env.Update(func(txn *lmdb.Txn) error {
		root, err := txn.OpenRoot(0)
		if err != nil {
			return err
		}
		return fill(txn, root)
	}))
}

// TestWithoutCgo runs this package's other test, in a program without an LMDB library.
func TestWithoutCgo(t *testing.T) {
	command := exec.Command("go", "test", "-run", "TestOpenWithoutCgo", "-v", ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Contains(t, string(output), "--- PASS: TestOpenWithoutCgo")
}
