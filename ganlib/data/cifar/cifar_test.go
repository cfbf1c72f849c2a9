package cifar

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// value is the value of one pixel of the images here, a function of all that matters to the format.
func value(image, row, column, channel int) uint8 {
	return uint8(50*image + 7*row + column + 60*channel)
}

// records are images numbered from first, one record for each head of label bytes.
func records(first int, heads ...[]uint8) []uint8 {
	var file []uint8
	for i, head := range heads {
		file = append(file, head...)
		for channel := range 3 {
			for row := range 32 {
				for column := range 32 {
					file = append(file, value(first+i, row, column, channel))
				}
			}
		}
	}
	return file
}

// names are n lines, and an empty one, as in the published file.
func names(n int, word string) []uint8 {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s_%d\n", word, i)
	}
	return []uint8(b.String() + "\n")
}

// small10 is CIFAR-10 with one or two images per batch, in the folder of the published archive.
func small10() map[string][]uint8 {
	files := map[string][]uint8{
		"test_batch.bin":   records(6, []uint8{8}),
		"batches.meta.txt": names(10, "thing"),
		"readme.html":      []uint8("<html>"),
	}
	for b := 1; b <= 5; b++ {
		files[fmt.Sprintf("data_batch_%d.bin", b)] = records(b-1, []uint8{uint8(2*b - 1)})
	}
	files["data_batch_5.bin"] = records(4, []uint8{9}, []uint8{0})
	return files
}

func small100() map[string][]uint8 {
	return map[string][]uint8{
		"train.bin":              records(0, []uint8{19, 99}, []uint8{0, 4}),
		"test.bin":               records(2, []uint8{7, 50}),
		"fine_label_names.txt":   names(100, "fine"),
		"coarse_label_names.txt": names(20, "coarse"),
	}
}

// folder writes files into a folder with a name like the archives'.
func folder(t testing.TB, files map[string][]uint8) string {
	t.Helper()
	root := t.TempDir()
	inner := filepath.Join(root, "cifar-binary")
	require.NoError(t, os.Mkdir(inner, 0o777))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(inner, name), content, 0o666))
	}
	return root
}

// tgz writes a folder as a .tar.gz, in reverse order of names.
func tgz(t testing.TB, root string) string {
	t.Helper()
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	w := tar.NewWriter(packed)
	paths, err := filepath.Glob(filepath.Join(root, "cifar-binary", "*"))
	require.NoError(t, err)
	for i := range paths {
		path := paths[len(paths)-1-i]
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "cifar-binary/" + filepath.Base(path), Mode: 0o644, Size: int64(len(content))}))
		_, err = w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, packed.Close())
	path := filepath.Join(t.TempDir(), "cifar-binary.tar.gz")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
	return path
}

// checkImages fails unless the set has the images numbered from first.
func checkImages(t *testing.T, set *data.Images, first, n int) {
	t.Helper()
	require.NoError(t, set.Validate())
	require.Equal(t, []int{n, 32, 32, 3}, []int{set.N, set.Height, set.Width, set.Channels})
	for i := range n {
		pixels := set.At(i)
		for p, got := range pixels {
			row, column, channel := p/96, p/3%32, p%3
			if want := value(first+i, row, column, channel); got != want {
				t.Fatalf("image %d, row %d, column %d, channel %d is %d: want %d", i, row, column, channel, got, want)
			}
		}
	}
}

func TestRead10(t *testing.T) {
	root := folder(t, small10())
	for name, path := range map[string]string{
		"tar.gz": tgz(t, root), "folder": filepath.Join(root, "cifar-binary"), "folder above": root,
	} {
		t.Run(name, func(t *testing.T) {
			train, err := Read10(t.Context(), path, "train")
			require.NoError(t, err)
			checkImages(t, train, 0, 6)
			require.Equal(t, []int{1, 3, 5, 7, 9, 0}, train.Labels, "the batches in their order, not the archive's")
			require.Equal(t, "thing_9", train.LabelNames[9])
			require.Equal(t, 10, train.Classes())
			require.Equal(t, "CIFAR-10, training part", train.Name)
			require.Contains(t, train.Source, "https://")

			test, err := Read10(t.Context(), path, "test")
			require.NoError(t, err)
			checkImages(t, test, 6, 1)
			require.Equal(t, []int{8}, test.Labels)
			require.Equal(t, "CIFAR-10, test part", test.Name)
		})
	}
}

func TestReadOneFile(t *testing.T) {
	path := filepath.Join(folder(t, small10()), "cifar-binary", "data_batch_5.bin")
	set, err := Read10(t.Context(), path, "")
	require.NoError(t, err)
	checkImages(t, set, 4, 2)
	require.Equal(t, []int{9, 0}, set.Labels)
	require.Equal(t, "thing_0", set.LabelNames[0], "the names lie beside the file")
	require.Equal(t, []string{"data_batch_5.bin", path}, []string{set.Name, set.Source})

	alone := filepath.Join(t.TempDir(), "mine.BIN")
	require.NoError(t, os.WriteFile(alone, records(0, []uint8{2}), 0o666))
	set, err = Read10(t.Context(), alone, "")
	require.NoError(t, err)
	checkImages(t, set, 0, 1)
	require.Nil(t, set.LabelNames)
}

func TestRead100(t *testing.T) {
	path := tgz(t, folder(t, small100()))
	fine, err := Read100(t.Context(), path, "train")
	require.NoError(t, err)
	checkImages(t, fine, 0, 2)
	require.Equal(t, []int{99, 4}, fine.Labels)
	require.Equal(t, "fine_99", fine.LabelNames[99])
	require.Equal(t, "CIFAR-100, training part", fine.Name)

	test, err := Read100(t.Context(), path, "test")
	require.NoError(t, err)
	checkImages(t, test, 2, 1)
	require.Equal(t, []int{50}, test.Labels)
}

func TestRefuses(t *testing.T) {
	whole := records(0, []uint8{3})
	for _, c := range []struct {
		name  string
		spoil func(files map[string][]uint8)
		want  error
		names []string
	}{
		{"missing batch", func(f map[string][]uint8) { delete(f, "data_batch_3.bin") },
			data.ErrMissing, []string{"data_batch_3.bin"}},
		{"Python version", func(f map[string][]uint8) { delete(f, "data_batch_1.bin"); f["data_batch_1"] = []uint8("\x80\x02}") },
			data.ErrMissing, []string{"data_batch_1.bin", "cifar-binary/data_batch_1 ", "Python"}},
		{"size", func(f map[string][]uint8) { f["data_batch_2.bin"] = append(f["data_batch_2.bin"], whole[:100]...) },
			data.ErrTruncated, []string{"data_batch_2.bin"}},
		{"label", func(f map[string][]uint8) { f["data_batch_4.bin"] = records(0, []uint8{1}, []uint8{10}) },
			data.ErrFormat, []string{"data_batch_4.bin"}},
		{"names", func(f map[string][]uint8) { f["batches.meta.txt"] = names(9, "thing") },
			data.ErrFormat, []string{"batches.meta.txt"}},
		{"another archive", func(f map[string][]uint8) { clear(f); f["daisy.jpg"] = []uint8("\xff\xd8") }, data.ErrMissing, []string{"data_batch_1.bin"}},
		{"empty files", func(f map[string][]uint8) {
			for name := range f {
				if strings.HasSuffix(name, ".bin") {
					f[name] = nil
				}
			}
		}, data.ErrFormat, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := small10()
			c.spoil(files)
			root := folder(t, files)
			for _, path := range []string{root, tgz(t, root)} {
				_, err := Read10(t.Context(), path, "train")
				require.ErrorIs(t, err, c.want)
				for _, name := range append(c.names, path) {
					require.ErrorContains(t, err, name)
				}
			}
		})
	}
}

func TestRefusesTheRest(t *testing.T) {
	root := folder(t, small10())
	_, err := Read10(t.Context(), root, "validation")
	gantest.RequireInvalid(t, err, "part")
	_, err = Read10(t.Context(), filepath.Join(root, "absent"), "train")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Read10(t.Context(), filepath.Join(root, "absent.bin"), "")
	require.ErrorIs(t, err, fs.ErrNotExist)

	batch := filepath.Join(root, "cifar-binary", "data_batch_1.bin")
	_, err = Read100(t.Context(), batch, "")
	require.ErrorIs(t, err, data.ErrTruncated, "CIFAR-10 is not CIFAR-100")
	require.ErrorContains(t, err, batch)

	require.NoError(t, os.Mkdir(filepath.Join(root, "copy"), 0o777))
	require.NoError(t, os.Link(batch, filepath.Join(root, "copy", "data_batch_1.bin")))
	_, err = Read10(t.Context(), root, "train")
	require.ErrorIs(t, err, data.ErrFormat)
	require.ErrorContains(t, err, "cifar-binary/data_batch_1.bin")
	require.ErrorContains(t, err, "copy/data_batch_1.bin")

	fine := records(0, []uint8{20, 0})
	_, err = cifar100.decode(bytes.NewReader(fine), Limit)
	require.ErrorIs(t, err, data.ErrFormat)
	_, err = cifar10.decode(bytes.NewReader(records(0, []uint8{1}, []uint8{2})), 1)
	require.ErrorIs(t, err, data.ErrTooLarge)
}

// FuzzDecode checks that any file is limited in images. It may allocate at most six times their bytes (the slices grow
// by a quarter), and the read buffer. A file is a few bytes repeated: whole records would be too long to vary.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{3}, uint16(2*3073), false)
	f.Add([]byte{3, 9}, uint16(2*3073+1), false)
	f.Add([]byte{19, 99}, uint16(3*3074), true)
	f.Add([]byte{0}, uint16(6*3073), false)
	f.Add([]byte{10}, uint16(1), false)
	f.Add([]byte{}, uint16(0), true)
	const limit, inner = 4, 1 << 17
	f.Fuzz(func(t *testing.T, some []byte, length uint16, hundred bool) {
		file := bytes.Repeat(some, int(length)/max(1, len(some))+1)
		file = file[:min(len(file), int(length))]
		v := cifar10
		if hundred {
			v = cifar100
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := v.decode(bytes.NewReader(file), limit)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 6*limit*pixels+inner {
			t.Errorf("allocated %d bytes under a limit of %d images", got, limit)
		}
		if err != nil {
			return
		}
		n := len(b.labels)
		if n > limit || len(b.pixels) != n*pixels || len(file) != n*(pixels+len(v.classes)) {
			t.Errorf("%d labels and %d pixels of %d bytes", n, len(b.pixels), len(file))
		}
		for i, label := range b.labels {
			if label < 0 || label >= v.classes[v.label] {
				t.Errorf("image %d has label %d", i, label)
			}
		}
	})
}

// BenchmarkRead10 reads a training part of 50,000 images from a folder.
func BenchmarkRead10(b *testing.B) {
	files := small10()
	heads := make([][]uint8, 10000)
	for i := range heads {
		heads[i] = []uint8{uint8(i % 10)}
	}
	content := records(0, heads...)
	for n := 1; n <= 5; n++ {
		files[fmt.Sprintf("data_batch_%d.bin", n)] = content
	}
	root := folder(b, files)
	b.SetBytes(50000 * pixels)
	for b.Loop() {
		if _, err := Read10(b.Context(), root, "train"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	root := folder(t, small10())
	for _, path := range []string{root, tgz(t, root), filepath.Join(root, "cifar-binary", "data_batch_1.bin")} {
		_, err := Read10(ctx, path, "train")
		require.ErrorIs(t, err, context.Canceled)
	}
}
