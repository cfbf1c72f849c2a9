package idx

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
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

// wantError fails unless err says all of parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	require.Error(t, err)
	for _, part := range parts {
		require.ErrorContains(t, err, part)
	}
}

var twoImages = idxFile([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 2, 3)

func TestRead(t *testing.T) {
	labels := writeFile(t, "labels", idxFile([]byte{4, 9}, 2))
	for name, content := range map[string][]byte{"plain": twoImages, "gzipped": gzipped(t, twoImages)} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "images", content)
			s, err := Read(path, labels)
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
	s, err := Read(writeFile(t, "images", twoImages), "")
	if err != nil || s.Labels != nil {
		t.Errorf("without a file of labels: labels %v, error %v", s.Labels, err)
	}
}

func TestReadRefuses(t *testing.T) {
	zipped := gzipped(t, twoImages)
	for _, c := range []struct {
		name           string
		images, labels []byte
		says           []string
	}{
		{"empty", nil, nil, []string{"images", "truncated", "after 0"}},
		{"magic", []byte("\x89PNG\r\n"), nil, []string{"images", "0x89504e47", "0x00000803"}},
		{"float type", []byte{0, 0, 0x0d, 3, 0, 0, 0, 1}, nil, []string{"0x00000d03", "0x00000803"}},
		{"inside header", twoImages[:9], nil, []string{"images", "truncated inside its 3 dimensions"}},
		{"truncated", twoImages[:20], nil, []string{"images", "truncated", "[2 2 3] = 12", "after 4"}},
		{"truncated gzip", zipped[:len(zipped)-12], nil, []string{"images", "truncated", "[2 2 3] = 12"}},
		{"gzip without its end", zipped[:len(zipped)-4], nil, []string{"images", "all its 12 values", "cut short"}},
		{"trailing", append(slices.Clone(twoImages), 0), nil, []string{"images", "trailing", "[2 2 3] = 12"}},
		{"no images", idxFile(nil, 0, 2, 3), nil, []string{"images", "0 images of 2 x 3"}},
		{"labels first", idxFile([]byte{4, 9}, 2), nil, []string{"images", "[2]", "0x00000801", "0x00000803"}},
		{"images as labels", twoImages, twoImages, []string{"labels", "[2 2 3]", "0x00000803", "0x00000801"}},
		{"label count", twoImages, idxFile([]byte{4, 9, 1}, 3), []string{"images", "labels", "3 labels for 2 images"}},
		{"truncated labels", twoImages, idxFile([]byte{4}, 2), []string{"labels", "truncated", "[2] = 2", "after 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels := ""
			if c.labels != nil {
				labels = writeFile(t, "labels", c.labels)
			}
			_, err := Read(writeFile(t, "images", c.images), labels)
			wantError(t, err, c.says...)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "absent"), "")
	wantError(t, err, "absent")
}

func TestGzipChecksumIsRead(t *testing.T) {
	spoiled := gzipped(t, twoImages)
	spoiled[len(spoiled)-8] ^= 1 // the CRC-32 begins eight bytes before the end
	_, err := Decode(bytes.NewReader(spoiled))
	wantError(t, err, "checksum")
}

// A header of 20 bytes must not make us reserve gigabytes.
func TestIDXHeaderThatLies(t *testing.T) {
	const huge = 1<<32 - 1
	for _, c := range []struct {
		name string
		dims []uint32
		says string
	}{
		{"one dimension", []uint32{huge, 1, 1}, "limit"},
		{"product", []uint32{1 << 20, 1 << 20, 1 << 20}, "limit"},
		{"product past 64 bits", []uint32{1 << 30, 1 << 30, 1 << 30, 1 << 30}, "limit"},
		{"under the limit", []uint32{1 << 10, 1 << 10, 1 << 10}, "truncated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(bytes.NewReader(idxFile(nil, c.dims...)))
			runtime.ReadMemStats(&after)
			wantError(t, err, c.says)
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("allocated %d bytes for a file of 20: want under 1 MiB", got)
			}
		})
	}
}

// FuzzDecode holds every file, and above all every gzip stream, to a limit: what
// is allocated is at most twice the limit (the buffer doubles), and the inner
// state of the unpacking.
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
