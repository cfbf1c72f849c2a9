package folder

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzPicture: any content becomes an image or an error, whatever its format, and no decoder outlasts its limits.
func FuzzPicture(f *testing.F) {
	for _, pattern := range []string{"*.png", "*.jpg", "*.webp", "*.bmp", "*.tiff", "*.p?m"} {
		paths, err := filepath.Glob(filepath.Join(golden, pattern))
		require.NoError(f, err)
		require.NotEmpty(f, paths, pattern)
		for _, path := range paths {
			content, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(content)
		}
	}
	f.Add([]byte(gifOf(f, flat(8, 8, grey(9)), flat(8, 8, grey(1)))))
	o, err := Options{Frame: data.Frame{Size: 4}, MaxPixels: 1 << 16}.withDefaults()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, content []byte) {
		gantest.RequireAllocates(t, 64*o.MaxPixels+64*len(content)+4<<20, func() {
			d := newDrawing([]string{"x"}, o)
			j, err := d.load(t.Context(), 0, int64(len(content)), bytes.NewReader(content))
			if err != nil {
				return
			}
			d.errs[0] = d.drawOne(j, make([]uint8, 4*4*3))
			d.release(j)
			if d.errs[0] == nil {
				require.NoError(t, d.set().Validate())
			}
		})
	})
}

// FuzzLabels: any file of labels is read, is about something else, or is refused.
func FuzzLabels(f *testing.F) {
	for name, content := range map[string]string{
		"dataset.json": `{"labels": [["00000/img00000000.png", 6]]}`, "labels.csv": "file,label\na.png,cat\nb,dog\n",
		"metadata.csv": "file_name,label\na.png,cat\n", "metadata.jsonl": `{"file_name": "b.png", "label": 3}`,
	} {
		f.Add(name, content)
	}
	f.Add("dataset.json", `{"labels": null}`)
	f.Fuzz(func(t *testing.T, name, content string) {
		var l *labelling
		var err error
		gantest.RequireAllocates(t, 400*len(content)+1<<18, func() { l, err = readLabels(name, strings.NewReader(content)) })
		if l == nil || err != nil {
			return
		}
		names := []string{"00000/img00000000.png", "a.png", "b.png"}
		labels, labelNames, err := labelled([]*labelling{l}, names)
		if err == nil && labels != nil {
			set := &data.Images{N: 3, Height: 1, Width: 1, Channels: 1, Pixels: make([]uint8, 3), Labels: labels, LabelNames: labelNames}
			require.NoError(t, set.Validate())
		}
	})
}
