//go:build cgo

package catalog

import (
	"bytes"
	"errors"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
)

// TestLSUNUnpacked: once the zip has been unpacked, it is no longer needed.
func TestLSUNUnpacked(t *testing.T) {
	files := map[string][]byte{"church_outdoor_train_lmdb.zip": golden(t, "lsun/bedroom_test_lmdb.zip")}
	set, p := lookAlike(t, "lsun-churches", files)
	o := Options{Dir: t.TempDir()}
	require.NoError(t, set.Fetch(t.Context(), o))
	source, err := set.Open(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, source.Close())
	require.NoError(t, os.Remove(filepath.Join(o.Dir, "lsun", "church_outdoor_train_lmdb.zip")))

	require.True(t, set.Here(o))
	require.NoError(t, set.Fetch(t.Context(), o))
	require.Len(t, p.requests, 1, "nothing more was asked for")
	reports, err := set.Verify(t.Context(), Options{Dir: o.Dir, Part: "train"})
	require.NoError(t, err)
	require.True(t, reports[0].Here && reports[0].Folder, reports[0])
	require.Equal(t, filepath.Join(o.Dir, "lsun", "church_outdoor_train_lmdb"), reports[0].Path)
	again, err := set.Open(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, source.Len(), again.Len())
	require.NoError(t, again.Close())
}

// TestLSUN tests a zip with an LMDB like the other sets; reading it needs C.
func TestLSUN(t *testing.T) {
	zip := golden(t, "lsun/bedroom_test_lmdb.zip")
	files := map[string][]byte{"church_outdoor_train_lmdb.zip": zip, "church_outdoor_val_lmdb.zip": zip}
	set, _ := lookAlike(t, "lsun-churches", files)
	for _, part := range set.Parts {
		walk(t, set, part, files, func(t *testing.T, part string, s data.Source) {
			chosen, err := s.Choose([]int{s.Len() - 1, 0})
			require.NoError(t, err)
			require.Equal(t, []int{2, 64, 64, 3}, []int{chosen.N, chosen.Height, chosen.Width, chosen.Channels})
			require.Equal(t, map[string]string{"train": "LSUN churches, training part", "val": "LSUN churches, val part"}[part], chosen.Name)
			require.Equal(t, "https://www.yf.io/p/lsun", chosen.Source)
		})
	}
}

// TestMaxFailed: the bound on unreadable pictures reaches the readers of all sets that have pictures, by name and by path.
func TestMaxFailed(t *testing.T) {
	mdb := golden(t, "lsun/bedroom_test_lmdb/data.mdb")
	require.Equal(t, 1, bytes.Count(mdb[3*4096:4*4096], []byte("RIFF")), "a picture with pages of its own")
	mdb = bytes.Replace(mdb, mdb[3*4096+16:3*4096+32], make([]byte, 16), 1)
	rooms := zipped(t, entry{"church_outdoor_train_lmdb/data.mdb", mdb})
	good := photo(t, 80, 80, color.White)
	flowers := tarred(t, entry{"flower_photos/a/1.jpg", good}, entry{"flower_photos/b/2.jpg", good}, entry{"flower_photos/b/3.jpg", good[:20]})
	for name, files := range map[string]map[string][]byte{
		"lsun-churches": {"church_outdoor_train_lmdb.zip": rooms, "church_outdoor_val_lmdb.zip": rooms},
		"flowers":       {"flower_photos.tgz": flowers},
	} {
		set, _ := lookAlike(t, name, files)
		o := Options{Dir: t.TempDir(), Part: set.Parts[0].Name}
		require.NoError(t, set.Fetch(t.Context(), o))
		paths, err := set.present(o)
		require.NoError(t, err)
		kept := published
		published = []Set{*set}
		t.Cleanup(func() { published = kept })
		for how, open := range map[string]func(Options) (data.Source, error){
			"by name": func(o Options) (data.Source, error) { return set.Open(t.Context(), o) },
			"by path": func(o Options) (data.Source, error) { return OpenPath(t.Context(), paths[0], o) },
		} {
			all := func(most float64) error {
				o.MaxFailed = most
				source, err := open(o)
				if err != nil {
					return err
				}
				defer source.Close()
				_, err = data.All(t.Context(), source)
				return err
			}
			err := all(0)
			require.True(t, errors.Is(err, folder.ErrUnreadable) || errors.Is(err, lsun.ErrUnreadable), "%s %s: %v", name, how, err)
			require.NoError(t, all(.4), "%s %s", name, how)
		}
		published = kept
	}
}
