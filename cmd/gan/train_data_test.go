package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
)

// imagesEach is the number of images in each file of TestTrainOnAnyData: a minibatch of 16 and four more.
const imagesEach = 20

// TestTrainOnAnyData trains one iteration on every kind of data that --data can name, on images of 14 x 14, and samples
// from the result.
func TestTrainOnAnyData(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("..", "..", "tests", "golden"))
	require.NoError(t, err)
	for _, kind := range []struct {
		name string
		data func(t *testing.T, dir string) string // makes the data in a folder, and returns the value of --data
	}{
		{"a built-in set", func(*testing.T, string) string { return "fashion" }},
		{"an IDX pair", idxPair},
		{"a folder of jpegs of mixed sizes", func(t *testing.T, dir string) string {
			for name, picture := range pictures(t) {
				path := filepath.Join(dir, "photos", filepath.FromSlash(name))
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
				require.NoError(t, os.WriteFile(path, picture, 0o666))
			}
			return filepath.Join(dir, "photos")
		}},
		{"a zip of them", func(t *testing.T, dir string) string {
			return write(t, filepath.Join(dir, "photos.zip"), zipped(t, pictures(t)))
		}},
		{"a tgz of them", func(t *testing.T, dir string) string {
			return write(t, filepath.Join(dir, "photos.tgz"), tarred(t, pictures(t)))
		}},
		{"CIFAR-10's archive", func(t *testing.T, dir string) string {
			files := map[string][]byte{"cifar-10-batches-bin/batches.meta.txt": []byte("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n")}
			for batch := 1; batch <= 5; batch++ {
				files[fmt.Sprintf("cifar-10-batches-bin/data_batch_%d.bin", batch)] = cifarRecords(imagesEach / 5)
			}
			return write(t, filepath.Join(dir, "cifar-10-binary.tar.gz"), tarred(t, files))
		}},
		{"one of CIFAR-10's files", func(t *testing.T, dir string) string {
			return write(t, filepath.Join(dir, "data_batch_1.bin"), cifarRecords(imagesEach))
		}},
		{"LSUN's LMDB", func(*testing.T, string) string { return filepath.Join(golden, "lsun", "bedroom_test_lmdb") }},
		{"SVHN's MATLAB file", func(*testing.T, string) string { return filepath.Join(golden, "mat", "svhn.mat") }},
		{"Toronto's MATLAB file", func(*testing.T, string) string { return filepath.Join(golden, "mat", "tfd48.mat") }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			dir := t.TempDir()
			what, home := kind.data(t, dir), filepath.Join(dir, "run")
			out := must(t, "train", "--data", what, "--preset", "mnist28-unconditional", "--size", "14", "--flip",
				"--with-replacement", "--steps", "1", "-d", home, "--backend", "go", "--set", "batch_size=16",
				"--set", "generator.dcgan.hidden=8", "--set", "discriminator.dcgan.hidden=8")
			require.Contains(t, out, ", on "+what)

			r, err := run.Open(home)
			require.NoError(t, err)
			var cfg gans.Config
			require.NoError(t, r.Config(&cfg))
			require.Equal(t, 14, cfg.Data.Size)
			require.True(t, cfg.Data.Flip && cfg.Data.Replacement)

			require.NoError(t, os.RemoveAll(filepath.Join(dir, "photos")))
			must(t, "sample", home, "-n", "4", "--backend", "go") // which needs no data
			require.False(t, decode(t, filepath.Join(home, "samples.png")).Bounds().Empty())
		})
	}
}

// TestDataThatCannotBe is refused with the name of the mistake, and nothing is left behind.
func TestDataThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	text := write(t, filepath.Join(dir, "notes.txt"), []byte("no images here"))
	broken := write(t, filepath.Join(dir, "broken.zip"), zipped(t, pictures(t))[:2000])
	small := write(t, filepath.Join(dir, "train-images-idx3-ubyte"), idxImages(20))
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o777))
	for what, want := range map[string]string{
		text: "notes.txt", broken: "broken.zip", empty: "empty",
		small:         "want at most 20: an iteration takes k·m distinct examples",
		"no-such.zip": `data set or file "no-such.zip" is unknown`,
		"cifar10":     "`gan data fetch cifar10`",
		"celeba":      "by hand",
	} {
		home := filepath.Join(dir, "run")
		cmd := command("train", "--data", what, "--preset", "mnist28-unconditional", "-d", home, "--backend", "go")
		cmd.Env = append(cmd.Env, "GAN_DATA="+dir)
		status, _, errs := finish(t, cmd)
		require.Equal(t, 1, status, what)
		require.Contains(t, errs, want)
		require.NoDirExists(t, home)
	}
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o666))
	return path
}

// pictures are jpegs of several sizes, grey and in colour, in two folders.
func pictures(t *testing.T) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for i := range imagesEach {
		var picture draw
		bounds := image.Rect(0, 0, 20+i%7, 20+i%5)
		if i%2 == 0 {
			picture = image.NewGray(bounds)
		} else {
			picture = image.NewNRGBA(bounds)
		}
		for x := range bounds.Dx() {
			picture.Set(x, i%bounds.Dy(), color.NRGBA{R: 255, G: uint8(2 * i), B: uint8(x), A: 255})
		}
		var jpg bytes.Buffer
		require.NoError(t, jpeg.Encode(&jpg, picture, nil))
		all[fmt.Sprintf("photos/kind-%d/%03d.jpg", i%2, i)] = jpg.Bytes()
	}
	return all
}

// draw is a picture that can be painted on.
type draw interface {
	image.Image
	Set(x, y int, c color.Color)
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var content bytes.Buffer
	w := zip.NewWriter(&content)
	for name, file := range files {
		entry, err := w.Create(name)
		require.NoError(t, err)
		_, err = entry.Write(file)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return content.Bytes()
}

func tarred(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var content bytes.Buffer
	packed := gzip.NewWriter(&content)
	w := tar.NewWriter(packed)
	for name, file := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(file)), Typeflag: tar.TypeReg}))
		_, err := w.Write(file)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, packed.Close())
	return content.Bytes()
}

// idxPair is a gzipped file of images and one of labels, by MNIST's names.
func idxPair(t *testing.T, dir string) string {
	t.Helper()
	labels := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, imagesEach)
	labels = append(labels, make([]byte, imagesEach)...)
	for name, file := range map[string][]byte{"train-images-idx3-ubyte.gz": idxImages(imagesEach), "train-labels-idx1-ubyte.gz": labels} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(file)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		write(t, filepath.Join(dir, name), packed.Bytes())
	}
	return filepath.Join(dir, "train-images-idx3-ubyte.gz")
}

// idxImages is a file of n images of 10 x 10.
func idxImages(n int) []byte {
	images := []byte{0, 0, 8, 3}
	for _, d := range []int{n, 10, 10} {
		images = binary.BigEndian.AppendUint32(images, uint32(d))
	}
	for i := range n * 100 {
		images = append(images, uint8(i*i))
	}
	return images
}

// cifarRecords is n images in CIFAR-10's binary form.
func cifarRecords(n int) []byte {
	var records []byte
	for i := range n {
		records = append(records, uint8(i%10))
		for p := range 3072 {
			records = append(records, uint8(i+p))
		}
	}
	return records
}
