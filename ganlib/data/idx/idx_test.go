package idx

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// idxFile returns an IDX file with these dimensions and values.
func idxFile(values []byte, dims ...uint32) []byte {
	file := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
	}
	return append(file, values...)
}

func gzipped(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantError fails unless err is of a kind and contains the names.
func wantError(t *testing.T, err, kind error, names ...string) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	for _, name := range names {
		require.ErrorContains(t, err, name)
	}
}

var twoImages = idxFile([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 2, 3)

func TestRead(t *testing.T) {
	labels := writeFile(t, "labels", idxFile([]byte{4, 9}, 2))
	for name, content := range map[string][]byte{"plain": twoImages, "gzipped": gzipped(t, twoImages)} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "images", content)
			s, err := Read(t.Context(), path, labels)
			if err != nil {
				t.Fatal(err)
			}
			if s.N != 2 || s.Height != 2 || s.Width != 3 || s.Channels != 1 || s.Name != "images" || s.Source != path {
				t.Errorf("read %d images of %d x %d x %d, name %q, source %q", s.N, s.Height, s.Width, s.Channels, s.Name, s.Source)
			}
			if !slices.Equal(s.At(1), []uint8{7, 8, 9, 10, 11, 12}) || !slices.Equal(s.Labels, []int{4, 9}) {
				t.Errorf("second image %v, labels %v", s.At(1), s.Labels)
			}
		})
	}
	s, err := Read(t.Context(), writeFile(t, "images", twoImages), "")
	if err != nil || s.Labels != nil {
		t.Errorf("without a file of labels: labels %v, error %v", s.Labels, err)
	}
}

func TestReadRefuses(t *testing.T) {
	zipped := gzipped(t, twoImages)
	for _, c := range []struct {
		name           string
		images, labels []byte
		want           error
		file           string // that the error names
	}{
		{"empty", nil, nil, data.ErrTruncated, "images"},
		{"magic", []byte("\x89PNG\r\n"), nil, data.ErrFormat, "images"},
		{"float type", []byte{0, 0, 0x0d, 3, 0, 0, 0, 1}, nil, data.ErrFormat, "images"},
		{"inside header", twoImages[:9], nil, data.ErrTruncated, "images"},
		{"truncated", twoImages[:20], nil, data.ErrTruncated, "images"},
		{"truncated gzip", zipped[:len(zipped)-12], nil, data.ErrTruncated, "images"},
		{"gzip without its end", zipped[:len(zipped)-4], nil, data.ErrTruncated, "images"},
		{"trailing", append(slices.Clone(twoImages), 0), nil, data.ErrFormat, "images"},
		{"no images", idxFile(nil, 0, 2, 3), nil, data.ErrFormat, "images"},
		{"labels first", idxFile([]byte{4, 9}, 2), nil, data.ErrFormat, "images"},
		{"images as labels", twoImages, twoImages, data.ErrFormat, "labels"},
		{"label count", twoImages, idxFile([]byte{4, 9, 1}, 3), data.ErrFormat, "labels"},
		{"truncated labels", twoImages, idxFile([]byte{4}, 2), data.ErrTruncated, "labels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels := ""
			if c.labels != nil {
				labels = writeFile(t, "labels", c.labels)
			}
			_, err := Read(t.Context(), writeFile(t, "images", c.images), labels)
			wantError(t, err, c.want, c.file)
		})
	}
	_, err := Read(t.Context(), filepath.Join(t.TempDir(), "absent"), "")
	wantError(t, err, fs.ErrNotExist, "absent")
}

func TestGzipChecksumIsRead(t *testing.T) {
	spoiled := gzipped(t, twoImages)
	spoiled[len(spoiled)-8] ^= 1 // the CRC-32 begins eight bytes before the end
	_, err := Decode(t.Context(), bytes.NewReader(spoiled))
	wantError(t, err, gzip.ErrChecksum)
}

// A header of 20 bytes must not reserve gigabytes.
func TestIDXHeaderThatLies(t *testing.T) {
	const huge = 1<<32 - 1
	for _, c := range []struct {
		name string
		dims []uint32
		want error
	}{
		{"one dimension", []uint32{huge, 1, 1}, data.ErrTooLarge},
		{"product", []uint32{1 << 20, 1 << 20, 1 << 20}, data.ErrTooLarge},
		{"product past 64 bits", []uint32{1 << 30, 1 << 30, 1 << 30, 1 << 30}, data.ErrTooLarge},
		{"under the limit", []uint32{1 << 10, 1 << 10, 1 << 10}, data.ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(t.Context(), bytes.NewReader(idxFile(nil, c.dims...)))
			runtime.ReadMemStats(&after)
			wantError(t, err, c.want)
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("allocated %d bytes for a file of 20: want under 1 MiB", got)
			}
		})
	}
}

// FuzzDecode checks the limit for any file, above all for any gzip stream. It may allocate at most twice the limit (the
// buffer doubles), and the inner state of the unpacking.
func FuzzDecode(f *testing.F) {
	f.Add(twoImages)
	f.Add(gzipped(f, twoImages))
	f.Add(gzipped(f, idxFile(make([]byte, 1<<20), 1<<20)))
	f.Add(gzipped(f, idxFile(make([]byte, 1<<20), 1<<10, 1<<10)))
	f.Add(idxFile(nil, 1<<10, 1<<10, 1<<10))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	const limit, inner = 1 << 16, 1 << 17
	f.Fuzz(func(t *testing.T, file []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		array, err := decode(bytes.NewReader(file), limit)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 2*limit+inner {
			t.Errorf("allocated %d bytes under a limit of %d", got, limit)
		}
		if err != nil {
			return
		}
		want := 1
		for _, d := range array.Dims {
			want *= d
		}
		if len(array.Values) != want || want > limit {
			t.Errorf("%d values for shape %v under a limit of %d", len(array.Values), array.Dims, limit)
		}
	})
}

func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := Read(ctx, writeFile(t, "images", gzipped(t, twoImages)), "")
	require.ErrorIs(t, err, context.Canceled)
	_, err = Decode(ctx, bytes.NewReader(twoImages))
	require.ErrorIs(t, err, context.Canceled)
}
