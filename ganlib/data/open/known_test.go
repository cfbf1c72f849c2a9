package open

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
)

// What is known of a set is known however it is opened: these tests make small files in the forms of published sets.

// idxFile is an IDX file; kind 8 is of bytes, 12 of big-endian int32.
func idxFile(kind byte, values []byte, dims ...uint32) []byte {
	file := []byte{0, 0, kind, byte(len(dims))}
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
	}
	return append(file, values...)
}

func packed(t *testing.T, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// placed writes files into a folder of the test's own.
func placed(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, content, 0o666))
	}
	return dir
}

// zipped writes files into a zip.
func zipped(t *testing.T, files map[string][]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "set.zip")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		entry, err := w.Create(name)
		require.NoError(t, err)
		_, err = entry.Write(files[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return path
}

// opened is all of a path.
func opened(t *testing.T, path string) *data.Images {
	t.Helper()
	source, err := Path(t.Context(), path, Options{Frame: data.Frame{Size: 8}})
	require.NoError(t, err)
	set, err := data.All(t.Context(), source)
	require.NoError(t, err)
	return set
}

const letters = 28 // of EMNIST, more than there are classes

// barLeft are images with a bar along the left side, as EMNIST's files hold what has one along the top.
func barLeft() []byte {
	pixels := make([]byte, letters*28*28)
	for i := 0; i < len(pixels); i += 28 {
		pixels[i+2], pixels[i+3] = 255, 255
	}
	return pixels
}

// TestEMNISTByPath: upright, and 26 classes counted from 0, alone and in the zip of one split.
func TestEMNISTByPath(t *testing.T) {
	labels := make([]byte, letters)
	for i := range labels {
		labels[i] = byte(i%26 + 1)
	}
	const prefix = "emnist-letters-train-"
	files := map[string][]byte{
		"gzip/" + prefix + "images-idx3-ubyte.gz": packed(t, idxFile(8, barLeft(), letters, 28, 28)),
		"gzip/" + prefix + "labels-idx1-ubyte.gz": packed(t, idxFile(8, labels, letters)),
	}
	folder := placed(t, files)
	for _, path := range []string{filepath.Join(folder, "gzip", prefix+"images-idx3-ubyte.gz"), folder, zipped(t, files)} {
		set := opened(t, path)
		require.Equal(t, 26, set.Classes(), path)
		require.Equal(t, []int{0, 1}, set.Labels[:2])
		require.Equal(t, "Aa", set.LabelNames[0])
		require.Equal(t, bytes.Repeat([]byte{255}, 28), set.At(0)[2*28:3*28], "a bar along the top")
		require.Equal(t, make([]byte, 28), set.At(0)[5*28:6*28])
	}
	labels[3] = 27
	files["gzip/"+prefix+"labels-idx1-ubyte.gz"] = packed(t, idxFile(8, labels, letters))
	_, err := Path(t.Context(), placed(t, files), Options{})
	require.ErrorIs(t, err, data.ErrFormat)
	require.ErrorContains(t, err, "label 27")
}

// TestEMNISTNames: as many names as each split has classes.
func TestEMNISTNames(t *testing.T) {
	for split, classes := range map[string]int{"balanced": 47, "byclass": 62, "bymerge": 47, "digits": 10, "letters": 26, "mnist": 10} {
		first := byte(0)
		if split == "letters" {
			first = 1
		}
		dir := placed(t, map[string][]byte{
			"emnist-" + split + "-test-images-idx3-ubyte": idxFile(8, make([]byte, 2*28*28), 2, 28, 28),
			"emnist-" + split + "-test-labels-idx1-ubyte": idxFile(8, []byte{first, first + byte(classes) - 1}, 2),
		})
		set := opened(t, dir)
		require.Equal(t, classes, set.Classes(), split)
		require.Equal(t, []int{0, classes - 1}, set.Labels)
	}
}

// TestIDXFolders: torchvision's folder holds each file twice and both parts. The part to train on is read, once.
func TestIDXFolders(t *testing.T) {
	images := func(n uint32) []byte { return idxFile(8, make([]byte, n*4), n, 2, 2) }
	raw := map[string][]byte{
		"MNIST/raw/train-images-idx3-ubyte":    images(3),
		"MNIST/raw/train-images-idx3-ubyte.gz": packed(t, images(3)),
		"MNIST/raw/train-labels-idx1-ubyte":    idxFile(8, []byte{4, 5, 6}, 3),
		"MNIST/raw/train-labels-idx1-ubyte.gz": packed(t, idxFile(8, []byte{4, 5, 6}, 3)),
		"MNIST/raw/t10k-images-idx3-ubyte":     images(2),
		"MNIST/raw/t10k-labels-idx1-ubyte":     idxFile(8, []byte{1, 2}, 2),
	}
	folder := placed(t, raw)
	for _, path := range []string{folder, filepath.Join(folder, "MNIST", "raw"), zipped(t, raw)} {
		require.Equal(t, []int{4, 5, 6}, opened(t, path).Labels, path)
	}
	// QMNIST's labels are rows of eight int32, the class first.
	rows := make([]byte, 2*8*4)
	rows[3], rows[8*4+3], rows[7] = 7, 9, 1
	qmnist := map[string][]byte{
		"qmnist-train-images-idx3-ubyte.gz": packed(t, images(2)),
		"qmnist-train-labels-idx2-int.gz":   packed(t, idxFile(12, rows, 2, 8)),
	}
	folder = placed(t, qmnist)
	for _, path := range []string{folder, filepath.Join(folder, "qmnist-train-images-idx3-ubyte.gz"), zipped(t, qmnist)} {
		require.Equal(t, []int{7, 9}, opened(t, path).Labels, path)
	}
	rows[2] = 1
	qmnist["qmnist-train-labels-idx2-int.gz"] = packed(t, idxFile(12, rows, 2, 8))
	_, err := Path(t.Context(), placed(t, qmnist), Options{})
	require.ErrorContains(t, err, "row 0 begins with 263")

	several := map[string][]byte{
		"emnist-letters-train-images-idx3-ubyte": images(2), "emnist-digits-train-images-idx3-ubyte": images(2),
	}
	_, err = Path(t.Context(), placed(t, several), Options{})
	require.ErrorIs(t, err, data.ErrFormat)
	require.ErrorContains(t, err, "emnist-letters-train-images-idx3-ubyte")
	require.ErrorContains(t, err, "want the path of one")
}

// TestSTL10: planes column by column become an upright image, and labels are counted from 0.
func TestSTL10(t *testing.T) {
	const side = 96
	pixels := make([]byte, 2*3*side*side)
	for x := range side { // the first image: a red bar along the top
		pixels[x*side] = 200
	}
	files := map[string][]byte{
		"stl10_binary/train_X.bin":     pixels,
		"stl10_binary/train_y.bin":     {10, 1},
		"stl10_binary/class_names.txt": []byte("airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"),
		"stl10_binary/unlabeled_X.bin": pixels[:3*side*side],
	}
	folder := placed(t, files)
	for _, path := range []string{folder, filepath.Join(folder, "stl10_binary", "train_X.bin"), zipped(t, files)} {
		set := opened(t, path)
		require.Equal(t, []int{2, side, side, 3}, []int{set.N, set.Height, set.Width, set.Channels})
		require.Equal(t, []int{9, 0}, set.Labels)
		require.Equal(t, "truck", set.LabelNames[9])
		for x := range side {
			require.Equal(t, []byte{200, 0, 0}, set.At(0)[3*x:3*x+3])
		}
		require.Zero(t, slices.Max(set.At(0)[3*side:]))
	}
	unlabelled := opened(t, filepath.Join(folder, "stl10_binary", "unlabeled_X.bin"))
	require.Equal(t, 1, unlabelled.N)
	require.Nil(t, unlabelled.Labels)

	files["stl10_binary/train_y.bin"] = []byte{10, 0}
	_, err := Path(t.Context(), placed(t, files), Options{})
	require.ErrorContains(t, err, "image 1 has label 0: want 1 to 10")
	files["stl10_binary/train_y.bin"] = []byte{10}
	_, err = Path(t.Context(), placed(t, files), Options{})
	require.ErrorContains(t, err, "1 labels for 2 images")
	files["stl10_binary/train_X.bin"] = pixels[1:]
	_, err = Path(t.Context(), placed(t, files), Options{})
	require.ErrorIs(t, err, data.ErrTruncated)
}

// TestPickles: CIFAR's version for Python is named, with the version to get, as a file, a folder and an archive.
func TestPickles(t *testing.T) {
	pickle := []byte("\x80\x02}q\x01.")
	ten := map[string][]byte{"cifar-10-batches-py/data_batch_1": pickle, "cifar-10-batches-py/batches.meta": pickle}
	hundred := map[string][]byte{"cifar-100-python/train": pickle, "cifar-100-python/test": pickle, "cifar-100-python/meta": pickle}
	folder := placed(t, ten)
	for _, path := range []string{folder, filepath.Join(folder, "cifar-10-batches-py", "data_batch_1"), zipped(t, ten), placed(t, hundred), zipped(t, hundred)} {
		_, err := Path(t.Context(), path, Options{Frame: data.Frame{Size: 8}})
		require.ErrorIs(t, err, data.ErrFormat, path)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "cifar-10-binary.tar.gz")
	}
}

// TestPublishedByPath: a file with the name and the size of a published one is opened as that set, or refused if it
// holds several.
func TestPublishedByPath(t *testing.T) {
	sparse := func(name string, size int64) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, nil, 0o666))
		require.NoError(t, os.Truncate(path, size))
		return path
	}
	_, err := Path(t.Context(), sparse("gzip.zip", 561_753_746), Options{})
	require.ErrorContains(t, err, "emnist-letters")
	cifar, err := catalog.Lookup("cifar10")
	require.NoError(t, err)
	file := cifar.Parts[0].Files[0]
	_, err = Path(t.Context(), sparse(file.Name, file.Size), Options{})
	require.ErrorContains(t, err, `data set "cifar10"`)
	_, err = Path(t.Context(), sparse(file.Name, file.Size+1), Options{})
	require.Error(t, err)
	require.False(t, strings.Contains(err.Error(), "data set"), err)
}
