package catalog

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// lookAlike is a published set with other, small files, which the test serves.
func lookAlike(t *testing.T, name string, files map[string][]byte) (*Set, *publisher) {
	p := publish(t, func(_ int, w http.ResponseWriter, r *http.Request) { serve(w, r, files[path.Base(r.URL.Path)]) })
	set, err := Lookup(name)
	require.NoError(t, err)
	set.Parts = slices.Clone(set.Parts)
	for i := range set.Parts {
		set.Parts[i].Files = slices.Clone(set.Parts[i].Files)
		for j := range set.Parts[i].Files {
			f := &set.Parts[i].Files[j]
			f.Size, f.Hash, f.Unpacked = int64(len(files[f.Name])), sha(files[f.Name]), ""
			if set.ByHand == "" {
				f.URLs = []string{p.URL + "/" + f.Name}
			}
		}
	}
	return set, p
}

// idxFile is an IDX file of bytes.
func idxFile(dims []int, values ...byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, values...)
}

// entry is a file in an archive.
type entry struct {
	name    string
	content []byte
}

func zipped(t *testing.T, entries ...entry) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		f, err := w.Create(e.name)
		require.NoError(t, err)
		_, err = f.Write(e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func tarred(t *testing.T, entries ...entry) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.content)), Typeflag: tar.TypeReg}))
		_, err := w.Write(e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return packed(t, buf.Bytes(), 6)
}

// numbered is n bytes that rise by one from first.
func numbered(first, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(first + i)
	}
	return b
}

// record is one image of CIFAR-10: its label, and planes of one value each.
func record(label, red, green, blue byte) []byte {
	b := []byte{label}
	for _, v := range []byte{red, green, blue} {
		b = append(b, bytes.Repeat([]byte{v}, 32*32)...)
	}
	return b
}

func cifarFile(t *testing.T) []byte {
	entries := []entry{{"cifar-10-batches-bin/batches.meta.txt", []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")}}
	for i := range 5 {
		name := "cifar-10-batches-bin/data_batch_" + string(rune('1'+i)) + ".bin"
		entries = append(entries, entry{name, record(byte(i), byte(i), 20, 30)})
	}
	return tarred(t, append(entries, entry{"cifar-10-batches-bin/test_batch.bin", record(9, 7, 8, 9)})...)
}

func emnistFile(t *testing.T) []byte {
	// One image of 2 x 2 in each part, transposed as published: 1 2 / 3 4 is 1 3 / 2 4.
	return zipped(t,
		entry{"gzip/emnist-letters-mapping.txt", []byte("1 65 97\n2 66 98\n3 67 99\n")},
		entry{"gzip/emnist-letters-train-images-idx3-ubyte.gz", packed(t, idxFile([]int{1, 2, 2}, 1, 2, 3, 4), 6)},
		entry{"gzip/emnist-letters-train-labels-idx1-ubyte.gz", packed(t, idxFile([]int{1}, 3), 6)},
		entry{"gzip/emnist-letters-test-images-idx3-ubyte.gz", packed(t, idxFile([]int{1, 2, 2}, 5, 6, 7, 8), 6)},
		entry{"gzip/emnist-letters-test-labels-idx1-ubyte.gz", packed(t, idxFile([]int{1}, 1), 6)},
	)
}

// TestEndToEnd: small substitutes of the published files are fetched, verified and opened, part by part, from a server
// that plays the publisher.
func TestEndToEnd(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string][]byte
		check func(t *testing.T, part string, s data.Source)
	}{
		"kmnist": {map[string][]byte{
			"train-images-idx3-ubyte.gz": packed(t, idxFile([]int{3, 2, 2}, numbered(0, 12)...), 6),
			"train-labels-idx1-ubyte.gz": packed(t, idxFile([]int{3}, 4, 9, 0), 6),
			"t10k-images-idx3-ubyte.gz":  packed(t, idxFile([]int{1, 2, 2}, 9, 9, 9, 9), 6),
			"t10k-labels-idx1-ubyte.gz":  packed(t, idxFile([]int{1}, 1), 6),
		}, func(t *testing.T, part string, s data.Source) {
			if part == "test" {
				require.Equal(t, 1, s.Len())
				return
			}
			require.Equal(t, 3, s.Len())
			require.Equal(t, 10, s.Classes())
			chosen, err := s.Choose([]int{2, 0})
			require.NoError(t, err)
			require.Equal(t, append(numbered(8, 4), numbered(0, 4)...), chosen.Pixels)
			require.Equal(t, []int{0, 4}, chosen.Labels)
			require.Equal(t, "Kuzushiji-MNIST, training part", chosen.Name)
			require.Equal(t, "CC BY-SA 4.0", chosen.License)
			require.Equal(t, "http://codh.rois.ac.jp/kmnist/", chosen.Source)
		}},
		"fashion-mnist": {map[string][]byte{
			"train-images-idx3-ubyte.gz": packed(t, idxFile([]int{2, 2, 2}, numbered(0, 8)...), 6),
			"train-labels-idx1-ubyte.gz": packed(t, idxFile([]int{2}, 9, 0), 6),
			"t10k-images-idx3-ubyte.gz":  packed(t, idxFile([]int{1, 2, 2}, 9, 9, 9, 9), 6),
			"t10k-labels-idx1-ubyte.gz":  packed(t, idxFile([]int{1}, 1), 6),
		}, func(t *testing.T, part string, s data.Source) {
			images := s.(*data.Images)
			names := map[string]string{"train": "Ankle boot", "test": "Trouser"}
			require.Equal(t, names[part], images.LabelNames[images.Labels[0]])
		}},
		"emnist-letters": {map[string][]byte{"gzip.zip": emnistFile(t)}, func(t *testing.T, part string, s data.Source) {
			images := s.(*data.Images)
			require.Equal(t, []string{"Aa", "Bb", "Cc"}, images.LabelNames)
			if part == "train" {
				require.Equal(t, []uint8{1, 3, 2, 4}, images.Pixels, "upright")
				require.Equal(t, []int{2}, images.Labels, "counted from 0")
			} else {
				require.Equal(t, []uint8{5, 7, 6, 8}, images.Pixels)
				require.Equal(t, []int{0}, images.Labels)
			}
		}},
		"cifar10": {map[string][]byte{"cifar-10-binary.tar.gz": cifarFile(t)}, func(t *testing.T, part string, s data.Source) {
			images := s.(*data.Images)
			if part == "test" {
				require.Equal(t, "truck", images.LabelNames[images.Labels[0]])
				return
			}
			require.Equal(t, 5, s.Len())
			require.Equal(t, []int{0, 1, 2, 3, 4}, images.Labels)
			require.Equal(t, []uint8{4, 20, 30}, images.At(4)[:3])
			require.Equal(t, "CIFAR-10, training part", images.Name)
		}},
		"svhn": {map[string][]byte{
			"train_32x32.mat": golden(t, "mat/svhn.mat"), "test_32x32.mat": golden(t, "mat/svhn.mat"), "extra_32x32.mat": golden(t, "mat/svhn.mat"),
		}, func(t *testing.T, part string, s data.Source) {
			require.Equal(t, 10, s.Classes())
			require.Equal(t, "non-commercial use only", s.(*data.Images).License)
		}},
		"tfd": {map[string][]byte{"TFD_48x48.mat": golden(t, "mat/tfd48.mat")}, func(t *testing.T, part string, s data.Source) {
			images := s.(*data.Images)
			require.Equal(t, "Toronto Face Database, "+cmp.Or(map[string]string{"train": "training"}[part], part)+" part", images.Name)
			require.Equal(t, 48, images.Height)
			require.Equal(t, part == "unlabelled", images.Labels == nil)
		}},
		"flowers": {map[string][]byte{"flower_photos.tgz": tarred(t,
			entry{"flower_photos/LICENSE.txt", []byte("All images in this archive are under a licence.")},
			entry{"flower_photos/tulips/b.jpg", photo(t, 300, 200, color.RGBA{200, 40, 40, 255})},
			entry{"flower_photos/daisy/a.jpg", photo(t, 100, 150, color.RGBA{240, 240, 240, 255})},
		)}, func(t *testing.T, _ string, s data.Source) {
			images := s.(*data.Images)
			require.Equal(t, []string{"daisy", "tulips"}, images.LabelNames)
			require.Equal(t, []int{2, 64, 64, 3}, []int{images.N, images.Height, images.Width, images.Channels})
			require.Equal(t, "CC BY", images.License)
			require.InDelta(t, 200, int(images.At(1)[0]), 3)
			require.InDelta(t, 40, int(images.At(1)[1]), 3)
		}},
		"celeba": {map[string][]byte{"img_align_celeba.zip": zipped(t,
			entry{"img_align_celeba/000001.jpg", framed(t)},
			entry{"img_align_celeba/000002.jpg", framed(t)},
		)}, func(t *testing.T, _ string, s data.Source) {
			images := s.(*data.Images)
			require.Nil(t, images.Labels)
			require.Equal(t, []int{2, 64, 64, 3}, []int{images.N, images.Height, images.Width, images.Channels})
			for i, v := range images.Pixels {
				require.InDelta(t, 220, int(v), 6, "value %d is of outside the middle 108 x 108", i)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			set, _ := lookAlike(t, name, test.files)
			for _, part := range set.Parts {
				walk(t, set, part, test.files, test.check)
			}
		})
	}
}

// walk takes one part from missing to read.
func walk(t *testing.T, set *Set, part Part, files map[string][]byte, check func(t *testing.T, part string, s data.Source)) {
	o := Options{Dir: t.TempDir(), Part: part.Name}
	require.False(t, set.Here(o))
	_, err := set.Open(t.Context(), o)
	require.ErrorIs(t, err, ErrNotFetched)
	if set.ByHand == "" {
		require.ErrorContains(t, err, "gan data fetch "+set.Name)
		require.NoError(t, set.Fetch(t.Context(), o))
	} else {
		require.ErrorIs(t, err, ErrByHand)
		require.ErrorContains(t, err, set.Terms+" "+set.ByHand)
		require.Equal(t, err, set.Fetch(t.Context(), o))
		putByHand(t, set, part, o, files)
		require.NoError(t, set.Fetch(t.Context(), o))
	}
	require.True(t, set.Here(o))
	reports, err := set.Verify(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, reports, len(part.Files))
	for _, r := range reports {
		require.True(t, r.Here)
		require.NoError(t, r.Problem)
	}
	source, err := set.Open(t.Context(), o)
	require.NoError(t, err)
	check(t, part.Name, source)
	require.NoError(t, source.Close())
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = set.Open(cancelled, o)
	require.ErrorIs(t, err, context.Canceled)

	folder, err := set.Folder(o.Dir)
	require.NoError(t, err)
	first := filepath.Join(folder, part.Files[0].Name)
	require.NoError(t, os.Truncate(first, 10))
	_, err = set.Open(t.Context(), o)
	require.ErrorIs(t, err, ErrSize)
	require.ErrorContains(t, err, first)
}

// TestUnpacked: a folder that was unpacked by hand is as good as the archive, which is preferred if both are there. A
// file with the folder's name is neither.
func TestUnpacked(t *testing.T) {
	set, p := lookAlike(t, "flowers", map[string][]byte{"flower_photos.tgz": tarred(t,
		entry{"flower_photos/daisy/a.jpg", photo(t, 100, 100, color.Gray{50})},
		entry{"flower_photos/tulips/b.jpg", photo(t, 100, 100, color.Gray{50})},
	)})
	o := Options{Dir: t.TempDir()}
	folder := filepath.Join(o.Dir, "flowers")
	unpacked := filepath.Join(folder, "flower_photos")
	require.NoError(t, os.MkdirAll(folder, 0o777))
	require.NoError(t, os.WriteFile(unpacked, nil, 0o666))
	require.False(t, set.Here(o))

	require.NoError(t, os.Remove(unpacked))
	require.NoError(t, os.MkdirAll(filepath.Join(unpacked, "roses"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(unpacked, "roses", "c.jpg"), photo(t, 80, 90, color.Gray{50}), 0o666))
	require.True(t, set.Here(o))
	source, err := set.Open(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 1, source.Len())
	require.NoError(t, set.Fetch(t.Context(), o))
	require.Empty(t, p.requests)

	require.NoError(t, os.WriteFile(filepath.Join(folder, "flower_photos.tgz"), []byte("half"), 0o666))
	_, err = set.Open(t.Context(), o)
	require.ErrorIs(t, err, ErrSize)
}

// TestFrame: pictures of any size get the requested frame, and the literature's where it has zeros.
func TestFrame(t *testing.T) {
	set, err := Lookup("celeba")
	require.NoError(t, err)
	require.Equal(t, data.Frame{Size: 64, Crop: 108, Channels: 3}, set.frame(data.Frame{}))
	require.Equal(t, data.Frame{Size: 32, Crop: 108, Channels: 1}, set.frame(data.Frame{Size: 32, Channels: 1}))
	require.Equal(t, data.Frame{Size: 64, Crop: 160, Channels: 3}, set.frame(data.Frame{Crop: 160}))
}

// putByHand does what the error asks for.
func putByHand(t *testing.T, set *Set, part Part, o Options, files map[string][]byte) {
	folder, err := set.Folder(o.Dir)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(folder, 0o777))
	for _, f := range part.Files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, f.Name), files[f.Name], 0o666))
	}
}

// golden is a file that SciPy or the Python lmdb package wrote.
func golden(t *testing.T, name string) []byte {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "tests", "golden", filepath.FromSlash(name)))
	require.NoError(t, err)
	return b
}

// photo is a jpeg of one colour.
func photo(t *testing.T, width, height int, c color.Color) []byte {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(picture, picture.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return encoded(t, picture)
}

// framed is a jpeg of CelebA's size, light in the middle 112 x 112 and black around.
func framed(t *testing.T) []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 178, 218))
	draw.Draw(picture, picture.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(33, 53, 145, 165), image.NewUniform(color.Gray{220}), image.Point{}, draw.Src)
	return encoded(t, picture)
}

func encoded(t *testing.T, picture image.Image) []byte {
	var buf bytes.Buffer
	require.NoError(t, jpeg.Encode(&buf, picture, &jpeg.Options{Quality: 100}))
	return buf.Bytes()
}

// TestEMNISTErrors name the file and what is wrong in it.
func TestEMNISTErrors(t *testing.T) {
	mapping := func(text string) []entry { return []entry{{"gzip/emnist-letters-mapping.txt", []byte(text)}} }
	for name, test := range map[string]struct {
		entries []entry
		want    error
		names   string
	}{
		"no images":        {mapping("1 65 97\n"), data.ErrMissing, "emnist-letters-train-images-idx3-ubyte.gz and emnist-letters-train-labels-idx1-ubyte.gz"},
		"not a number":     {mapping("1 x\n"), data.ErrFormat, `"1 x"`},
		"a label left out": {mapping("1 65\n3 67\n"), data.ErrFormat, `"3 67"`},
		"no characters":    {mapping("1\n"), data.ErrFormat, `"1"`},
		"no mapping":       {mapping(""), data.ErrFormat, "mapping"},
		"not IDX": {[]entry{{"gzip/emnist-letters-train-images-idx3-ubyte.gz", []byte("not an IDX file")}},
			data.ErrFormat, "emnist-letters-train-images-idx3-ubyte.gz"},
		"label without a name": {append(mapping("1 65 97\n"),
			entry{"gzip/emnist-letters-train-images-idx3-ubyte.gz", packed(t, idxFile([]int{1, 2, 2}, 1, 2, 3, 4), 6)},
			entry{"gzip/emnist-letters-train-labels-idx1-ubyte.gz", packed(t, idxFile([]int{1}, 3), 6)}),
			data.ErrFormat, "emnist-letters"},
	} {
		set, _ := lookAlike(t, "emnist-letters", map[string][]byte{"gzip.zip": zipped(t, test.entries...)})
		o := Options{Dir: t.TempDir()}
		require.NoError(t, set.Fetch(t.Context(), o))
		source, err := set.Open(t.Context(), o)
		require.Nil(t, source)
		require.ErrorIs(t, err, test.want, name)
		require.ErrorContains(t, err, test.names, name)
		require.ErrorContains(t, err, `data set "emnist-letters": `)
	}
}
