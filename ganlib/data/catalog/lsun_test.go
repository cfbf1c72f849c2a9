//go:build cgo

package catalog

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// TestLSUN takes a zip with an LMDB the way of the other sets; it is read with C.
func TestLSUN(t *testing.T) {
	zip := golden(t, "lsun/bedroom_test_lmdb.zip")
	files := map[string][]byte{"church_outdoor_train_lmdb.zip": zip, "church_outdoor_val_lmdb.zip": zip}
	set, _ := lookAlike(t, "lsun-churches", files)
	for _, part := range set.Parts {
		walk(t, set, part, files, func(t *testing.T, part string, s data.Source) {
			defer s.(io.Closer).Close()
			chosen, err := s.Choose([]int{s.Len() - 1, 0})
			require.NoError(t, err)
			require.Equal(t, []int{2, 64, 64, 3}, []int{chosen.N, chosen.Height, chosen.Width, chosen.Channels})
			require.Equal(t, map[string]string{"train": "LSUN churches, training part", "val": "LSUN churches, val part"}[part], chosen.Name)
			require.Equal(t, "https://www.yf.io/p/lsun", chosen.Source)
		})
	}
}
