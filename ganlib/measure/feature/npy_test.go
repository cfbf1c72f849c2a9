package feature

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// written is the folder of files that NumPy wrote; tests/golden/npy_files.py makes them.
const written = "../../../tests/golden/npy"

func TestReadNPY(t *testing.T) {
	for _, name := range []string{
		"float16.npy", "float32.npy", "float64.npy", "fortran.npy", "version2.npy", "stored.npz", "packed.npz",
	} {
		t.Run(name, func(t *testing.T) {
			x, dim, err := ReadNPY(filepath.Join(written, name))
			require.NoError(t, err)
			require.Equal(t, 3, dim)
			require.Len(t, x, 15)
			for i, v := range x {
				require.Equal(t, float32(i)/8-1, v, "value %d", i)
			}
		})
	}
}

func TestReadNPYRefuses(t *testing.T) {
	for name, want := range map[string]string{
		"two.npz":         "x.npy [5 3], y.npy [5 3]]: want exactly one of two dimensions",
		"none.npz":        "labels.npy [5]]: want exactly one of two dimensions",
		"bytes.npy":       `numbers of type "|u1": want`,
		"swapped.npy":     `numbers of type ">f4": want little-endian`,
		"cube.npy":        "shape [5 3 1]: want two dimensions",
		"empty.npy":       "shape [0 3]: want two dimensions, [images, features], of at least 1",
		"fields.npy":      "want descr (a plain type)",
		"nan.npy":         "row 3 has NaN in column 0",
		"nan-fortran.npy": "row 3 has NaN in column 0",
		"large.npy":       "row 3 has 1e+39 in column 0",
		"absent.npy":      "no such file",
		"":                "is a directory",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(written, name)
			_, _, err := ReadNPY(path)
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, path)
		})
	}
}

// array is an .npy file with that header and so many bytes of numbers.
func array(header string, numbers int) []byte {
	file := append([]byte(npyMagic), 1, 0)
	file = binary.LittleEndian.AppendUint16(file, uint16(len(header)))
	return append(append(file, header...), make([]byte, numbers)...)
}

// header is one as NumPy writes it.
func header(dtype, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", dtype, shape)
}

func read(file []byte) (x []float32, dim int, err error) {
	return readFeatures(bytes.NewReader(file), int64(len(file)))
}

// TestReadNPYMeasures gives files whose headers do not tell the truth: none may be believed, or cost memory.
func TestReadNPYMeasures(t *testing.T) {
	_, dim, err := read(array("{'shape': (2,3), 'fortran_order': False, 'descr': '<f4'}", 24)) // another order of keys
	require.NoError(t, err)
	require.Equal(t, 3, dim)

	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"10¹² rows":     {array(header("<f4", "1000000000000, 2048"), 24), "has 24 bytes after its header"},
		"overflow":      {array(header("<f4", "4294967296, 4294967296"), 0), "has 0 bytes after its header"},
		"overflow to 8": {array(header("<f8", "2305843009213693953, 8"), 64), "has 64 bytes after its header"},
		"beyond an int": {array(header("<f4", "99999999999999999999, 2"), 24), "value out of range"},
		"cut short":     {array(header("<f4", "2, 3"), 23), "has 23 bytes after its header"},
		"too long":      {array(header("<f4", "2, 3"), 25), "has 25 bytes after its header"},
		"negative":      {array(header("<f4", "-2, 3"), 24), "want descr"},
		"header cut":    {array(header("<f4", "2, 3"), 0)[:40], "header is cut short"},
		"header length": {append([]byte(npyMagic), 2, 0, 255, 255, 255, 255), "a header of 4294967295 bytes"},
		"version":       {append([]byte(npyMagic), 4, 0), "format 4"},
		"magic":         {[]byte("pickled"), "not an array of NumPy's"},
		"nothing":       {nil, "not an array of NumPy's"},
		"zip":           {[]byte("PK\x03\x04"), "zip"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := read(test.file)
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, test.want)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
}

// TestReadNPZChecksum: a byte that turned over in an archive is found, also where it makes a fine number.
func TestReadNPZChecksum(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(written, "stored.npz"))
	require.NoError(t, err)
	last := binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.75))
	at := bytes.Index(file, last)
	require.Positive(t, at)
	file[at+5] ^= 1
	_, _, err = read(file)
	require.ErrorContains(t, err, "checksum")
}

func FuzzReadNPY(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(written, "*"))
	require.NoError(f, err)
	for _, path := range files {
		file, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		x, dim, err := read(file)
		if err != nil {
			return
		}
		if dim < 1 || len(x) == 0 || len(x)%dim != 0 {
			t.Fatalf("%d numbers in rows of %d", len(x), dim)
		}
		if len(x) > maxDeflated*len(file) {
			t.Fatalf("%d numbers from %d bytes", len(x), len(file))
		}
		for i, v := range x {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				t.Fatalf("value %d is %v", i, v)
			}
		}
	})
}
