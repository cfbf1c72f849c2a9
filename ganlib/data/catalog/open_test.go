package catalog

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// lookAlike is a published set whose files are others, small and served by the test.
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

// TestEndToEnd: look-alikes of the published files are not here, are fetched, verified and opened, part by
// part, from a server that plays the publisher.
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
	} {
		t.Run(name, func(t *testing.T) {
			set, _ := lookAlike(t, name, test.files)
			for _, part := range set.Parts {
				walk(t, set, part, test.check)
			}
		})
	}
}

// walk takes one part from not being here to being read.
func walk(t *testing.T, set *Set, part Part, check func(t *testing.T, part string, s data.Source)) {
	o := Options{Dir: t.TempDir(), Part: part.Name}
	require.False(t, set.Here(o))
	_, err := set.Open(o)
	require.ErrorContains(t, err, "gan data fetch "+set.Name)
	require.NoError(t, set.Fetch(t.Context(), o))
	require.True(t, set.Here(o))
	reports, err := set.Verify(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, reports, len(part.Files))
	for _, r := range reports {
		require.True(t, r.Here)
		require.NoError(t, r.Problem)
	}
	source, err := set.Open(o)
	require.NoError(t, err)
	check(t, part.Name, source)

	folder, err := set.Folder(o.Dir)
	require.NoError(t, err)
	first := filepath.Join(folder, part.Files[0].Name)
	require.NoError(t, os.Truncate(first, 10))
	_, err = set.Open(o)
	require.ErrorContains(t, err, first+" has 10 bytes: want ")
}

// TestEMNISTErrors name the file and what is wrong in it.
func TestEMNISTErrors(t *testing.T) {
	for want, entries := range map[string][]entry{
		"gzip.zip does not hold emnist-letters-train-images-idx3-ubyte.gz and emnist-letters-train-labels-idx1-ubyte.gz": {
			{"gzip/emnist-letters-mapping.txt", []byte("1 65 97\n")}},
		`mapping: line "1 x": want a label and the codes of its characters`:  {{"gzip/emnist-letters-mapping.txt", []byte("1 x\n")}},
		`mapping: line "3 67": want label 2 and the codes of its characters`: {{"gzip/emnist-letters-mapping.txt", []byte("1 65\n3 67\n")}},
		`mapping: line "1": want label 1 and the codes of its characters`:    {{"gzip/emnist-letters-mapping.txt", []byte("1\n")}},
		"mapping: no labels": {{"gzip/emnist-letters-mapping.txt", nil}},
		"magic number is 0x": {{"gzip/emnist-letters-train-images-idx3-ubyte.gz", []byte("not an IDX file")}},
		`image 0 of "emnist-letters" has label 3: the 1 names are for labels 1 to 1`: {
			{"gzip/emnist-letters-mapping.txt", []byte("1 65 97\n")},
			{"gzip/emnist-letters-train-images-idx3-ubyte.gz", packed(t, idxFile([]int{1, 2, 2}, 1, 2, 3, 4), 6)},
			{"gzip/emnist-letters-train-labels-idx1-ubyte.gz", packed(t, idxFile([]int{1}, 3), 6)}},
	} {
		set, _ := lookAlike(t, "emnist-letters", map[string][]byte{"gzip.zip": zipped(t, entries...)})
		o := Options{Dir: t.TempDir()}
		require.NoError(t, set.Fetch(t.Context(), o))
		_, err := set.Open(o)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, `data set "emnist-letters": `)
	}
}
