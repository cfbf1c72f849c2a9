package drawn

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
)

// The mark tells this program's pictures from others, and changes nothing that is seen.
func TestMark(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 3, 2))
	picture.Set(1, 1, color.Gray{Y: 99})
	var marked, plain bytes.Buffer
	require.NoError(t, Encode(&marked, picture))
	require.NoError(t, png.Encode(&plain, picture))
	require.True(t, Is(marked.Bytes()[:Length]))
	require.False(t, Is(marked.Bytes()[:Length-1]))
	require.False(t, Is(plain.Bytes()))
	decoded, err := png.Decode(&marked)
	require.NoError(t, err)
	require.Equal(t, picture, decoded)

	require.Error(t, Encode(&marked, image.NewGray(image.Rect(0, 0, 0, 0))))
}
