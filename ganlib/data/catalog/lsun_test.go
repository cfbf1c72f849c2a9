//go:build cgo

package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
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
