package webp

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzDecode: any content becomes a picture of the size that it states, or an error.
func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join(golden, "*.webp"))
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(content)
		f.Add(content[:len(content)/2])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		const most = 1 << 16 // pixels, as the caller checks before it decodes
		size, err := DecodeConfig(bytes.NewReader(content))
		if err != nil || size.Width*size.Height > most {
			return
		}
		gantest.RequireAllocates(t, 64*most+64*len(content)+1<<20, func() {
			picture, err := Decode(bytes.NewReader(content))
			if err == nil {
				require.Equal(t, []int{size.Width, size.Height}, []int{picture.Bounds().Dx(), picture.Bounds().Dy()})
			}
		})
	})
}
