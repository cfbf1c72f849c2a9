//go:build cgo

package lsun

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzDraw draws any bytes as the value of an LMDB: an error, or an image.
func FuzzDraw(f *testing.F) {
	for _, pattern := range []string{golden + "/size.*", golden + "/../webp/*.webp", golden + "/../pictures/resize*.png"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.NotEmpty(f, paths)
		for _, path := range paths {
			value, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(value)
			f.Add(value[:len(value)/2])
		}
	}
	o := Options{Frame: data.Frame{Size: 4, Channels: 3}, MaxPixels: 1 << 16}
	f.Fuzz(func(t *testing.T, value []byte) {
		const size, mark = 4 * 4 * 3, 0x5a
		dst := make([]uint8, size+1)
		dst[size] = mark
		gantest.RequireAllocates(t, 64*o.MaxPixels+64*len(value)+1<<20, func() { _ = o.draw(dst[:size:size], value) })
		require.EqualValues(t, mark, dst[size])
	})
}
