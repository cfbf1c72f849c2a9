package feature

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
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
	for name, want := range map[string]error{
		"two.npz":         data.ErrFormat,
		"none.npz":        data.ErrFormat,
		"bytes.npy":       data.ErrFormat,
		"swapped.npy":     data.ErrFormat,
		"cube.npy":        data.ErrFormat,
		"empty.npy":       data.ErrFormat,
		"fields.npy":      data.ErrFormat,
		"nan.npy":         data.ErrFormat,
		"nan-fortran.npy": data.ErrFormat,
		"large.npy":       data.ErrFormat,
		"absent.npy":      fs.ErrNotExist,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(written, name)
			_, _, err := ReadNPY(path)
			require.ErrorIs(t, err, want)
			require.ErrorContains(t, err, path)
		})
	}
	_, _, err := ReadNPY(written)
	require.Error(t, err, "a folder")
	_, _, err = ReadNPY(filepath.Join(written, "nan-fortran.npy"))
	require.ErrorContains(t, err, "NaN at [3 0]") // it has another place in the file's order
}

// array is an .npy file with the given header and number of bytes after it.
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

// TestReadNPYMeasures gives files with false headers: none may be believed, or cost memory.
func TestReadNPYMeasures(t *testing.T) {
	_, dim, err := read(array("{'shape': (2,3), 'fortran_order': False, 'descr': '<f4'}", 24)) // another order of keys
	require.NoError(t, err)
	require.Equal(t, 3, dim)

	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"10¹² rows":     {array(header("<f4", "1000000000000, 2048"), 24), data.ErrDamaged},
		"overflow":      {array(header("<f4", "4294967296, 4294967296"), 0), data.ErrDamaged},
		"overflow to 8": {array(header("<f8", "2305843009213693953, 8"), 64), data.ErrDamaged},
		"beyond an int": {array(header("<f4", "99999999999999999999, 2"), 24), strconv.ErrRange},
		"cut short":     {array(header("<f4", "2, 3"), 23), data.ErrDamaged},
		"too long":      {array(header("<f4", "2, 3"), 25), data.ErrDamaged},
		"negative":      {array(header("<f4", "-2, 3"), 24), data.ErrFormat},
		"header cut":    {array(header("<f4", "2, 3"), 0)[:40], data.ErrTruncated},
		"header length": {append([]byte(npyMagic), 2, 0, 255, 255, 255, 255), data.ErrTooLarge},
		"version":       {append([]byte(npyMagic), 4, 0), data.ErrFormat},
		"magic":         {[]byte("pickled"), data.ErrFormat},
		"nothing":       {nil, data.ErrFormat},
		"zip":           {[]byte("PK\x03\x04"), zip.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := read(test.file)
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, err, test.want)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		})
	}
}

// TestReadNPZChecksum: a changed byte in an archive is found, even if it makes a valid number.
func TestReadNPZChecksum(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(written, "stored.npz"))
	require.NoError(t, err)
	last := binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.75))
	at := bytes.Index(file, last)
	require.Positive(t, at)
	file[at+5] ^= 1
	_, _, err = read(file)
	require.ErrorIs(t, err, data.ErrDamaged)
	require.ErrorIs(t, err, zip.ErrChecksum)
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
		var x []float32
		var dim int
		var err error
		gantest.RequireAllocates(t, 16*maxDeflated*len(file)+1<<20, func() { x, dim, err = read(file) })
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
