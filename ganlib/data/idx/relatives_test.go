package idx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

func TestLabels(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{
		"train-labels-idx1-ubyte.gz", "t10k-labels.idx1-ubyte", "kmnist-train-labels-idx1-ubyte",
		"emnist-letters-train-labels-idx1-ubyte.gz", "both-labels-idx1-ubyte", "both-labels-idx1-ubyte.gz", "photos",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o666))
	}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder-labels-idx1-ubyte"), 0o777))
	for images, labels := range map[string]string{
		"train-images-idx3-ubyte.gz":                "train-labels-idx1-ubyte.gz",
		"t10k-images.idx3-ubyte":                    "t10k-labels.idx1-ubyte",
		"emnist-letters-train-images-idx3-ubyte.gz": "emnist-letters-train-labels-idx1-ubyte.gz",
		"emnist-letters-train-images-idx3-ubyte":    "emnist-letters-train-labels-idx1-ubyte.gz", // only the images were unpacked
		"kmnist-train-images-idx3-ubyte.gz":         "kmnist-train-labels-idx1-ubyte",            // only the labels were
		"both-images-idx3-ubyte.gz":                 "both-labels-idx1-ubyte.gz",
		"both-images-idx3-ubyte":                    "both-labels-idx1-ubyte",
		"absent-images-idx3-ubyte":                  "",
		"folder-images-idx3-ubyte":                  "",
		"photos":                                    "", // not its own labels
	} {
		path, ok := Labels(filepath.Join(folder, images))
		want := ""
		if labels != "" {
			want = filepath.Join(folder, labels)
		}
		require.Equal(t, want, path, images)
		require.Equal(t, labels != "", ok, images)
	}
}

func TestTranspose(t *testing.T) {
	set := &data.Images{Name: "lying", N: 2, Height: 2, Width: 3, Channels: 1, Labels: []int{4, 5},
		Pixels: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	turned := Transpose(set)
	require.NoError(t, turned.Validate())
	require.Equal(t, []int{3, 2}, []int{turned.Height, turned.Width})
	require.Equal(t, []uint8{1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12}, turned.Pixels)
	require.Equal(t, set.Labels, turned.Labels)
	require.Equal(t, []uint8{1, 2, 3}, set.Pixels[:3], "the set itself stays as it was")
	require.Equal(t, set, Transpose(turned))

	colour := &data.Images{N: 1, Height: 1, Width: 2, Channels: 3, Pixels: []uint8{1, 2, 3, 4, 5, 6}}
	require.Equal(t, colour.Pixels, Transpose(colour).Pixels, "a row becomes a column; its colours stay together")
}

func TestName(t *testing.T) {
	set := &data.Images{Name: "letters", N: 3, Height: 1, Width: 1, Channels: 1, Pixels: make([]uint8, 3), Labels: []int{3, 1, 2}}
	raw := set.Labels
	wantError(t, Name(set, 1, []string{"a", "b"}), data.ErrFormat, "letters")
	wantError(t, Name(set, 2, []string{"b", "c"}), data.ErrFormat, "letters")
	require.Equal(t, []int{3, 1, 2}, set.Labels)
	require.NoError(t, Name(set, 1, []string{"a", "b", "c"}))
	require.NoError(t, set.Validate())
	require.Equal(t, []int{2, 0, 1}, set.Labels)
	require.Equal(t, []int{3, 1, 2}, raw, "labels that another set may share stay as they were")
	require.Equal(t, 3, set.Classes())
	set.Labels = nil
	wantError(t, Name(set, 0, []string{"a"}), data.ErrFormat, "letters")
}
