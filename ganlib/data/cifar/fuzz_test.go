package cifar

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzSTL10 checks that any file of images or labels is read whole or refused. A file is a few bytes repeated: whole
// images would be too long to vary.
func FuzzSTL10(f *testing.F) {
	f.Add([]byte{3, 1}, uint32(2*pixels10))
	f.Add([]byte{10}, uint32(2*pixels10+1))
	f.Add([]byte{1, 11}, uint32(7))
	f.Add([]byte{0}, uint32(5))
	f.Add([]byte{}, uint32(0))
	f.Fuzz(func(t *testing.T, some []byte, length uint32) {
		length %= 5 * pixels10
		file := bytes.Repeat(some, int(length)/max(1, len(some))+1)
		file = file[:min(len(file), int(length))]
		gantest.RequireAllocates(t, 8*len(file)+1<<18, func() {
			images, err := stlImages(bytes.NewReader(file))
			require.Equal(t, len(file)%pixels10 == 0, err == nil)
			require.True(t, err != nil || len(images) == len(file))
		})
		gantest.RequireAllocates(t, 32*len(file)+1<<18, func() {
			labels, err := stlLabels(bytes.NewReader(file))
			require.True(t, err != nil || len(labels) == len(file))
			for _, label := range labels {
				require.True(t, label >= 0 && label < 10, label)
			}
		})
	})
}
