package mat

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// golden is where SciPy's files are; its README says what is in them.
var golden = filepath.Join("..", "..", "..", "..", "tests", "golden", "mat")

// limit is more than any small file here needs.
const limit = 1 << 20

// overhead is the documented memory beside the values.
const overhead = 4 << 20

func open(t testing.TB, name string) *File {
	t.Helper()
	f, err := Open(filepath.Join(golden, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func variable(t testing.TB, f *File, name string) *Variable {
	t.Helper()
	v, err := f.Variable(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// content returns the bytes of a golden file.
func content(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(golden, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// parse opens a file of these bytes.
func parse(raw []byte) (*File, error) { return NewFile(bytes.NewReader(raw), int64(len(raw))) }

// wantError fails unless err is of a kind and contains the names.
func wantError(t *testing.T, err, kind error, names ...string) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	for _, name := range names {
		require.ErrorContains(t, err, name)
	}
}

// wantValues fails unless a variable has these values.
func wantValues[T Number](t *testing.T, f *File, name string, dims []int, want []T) {
	t.Helper()
	v := variable(t, f, name)
	if !slices.Equal(v.Dims, dims) {
		t.Errorf("%s has dimensions %v: want %v", name, v.Dims, dims)
	}
	got, err := Values[T](t.Context(), v, limit)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s is %v: want %v", name, got, want)
	}
}

// allocated is how many bytes f allocates in total.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// counting is 0, 1 ... 23, except that the first is the type's least value and the last its greatest.
func counting[T Number](least, greatest T) []T {
	values := make([]T, 24)
	for i := range values {
		values[i] = T(i)
	}
	values[0], values[23] = least, greatest
	return values
}

func TestClasses(t *testing.T) {
	for _, name := range []string{"classes.mat", "classes-compressed.mat"} {
		t.Run(name, func(t *testing.T) {
			f := open(t, name)
			dims := []int{2, 3, 4}
			wantValues(t, f, "int8", dims, counting[int8](math.MinInt8, math.MaxInt8))
			wantValues(t, f, "uint8", dims, counting[uint8](0, math.MaxUint8))
			wantValues(t, f, "int16", dims, counting[int16](math.MinInt16, math.MaxInt16))
			wantValues(t, f, "uint16", dims, counting[uint16](0, math.MaxUint16))
			wantValues(t, f, "int32", dims, counting[int32](math.MinInt32, math.MaxInt32))
			wantValues(t, f, "uint32", dims, counting[uint32](0, math.MaxUint32))
			wantValues(t, f, "int64", dims, counting[int64](math.MinInt64, math.MaxInt64))
			wantValues(t, f, "uint64", dims, counting[uint64](0, math.MaxUint64))
			wantValues(t, f, "single", dims, counting[float32](-math.MaxFloat32, math.MaxFloat32))
			wantValues(t, f, "double", dims, counting[float64](-math.MaxFloat64, math.MaxFloat64))
			wantValues(t, f, "logical", []int{2, 3}, []uint8{1, 0, 0, 1, 0, 1})
			wantValues(t, f, "scalar", []int{1, 1}, []float64{7.5})
			wantValues(t, f, "empty", []int{0, 3}, []float64{})
			wantValues(t, f, "last", []int{1, 3}, []uint8{1, 2, 3})
		})
	}
}

func TestString(t *testing.T) {
	const want = "int8 int8 [2 3 4], uint8 uint8 [2 3 4], int16 int16 [2 3 4], uint16 uint16 [2 3 4], " +
		"int32 int32 [2 3 4], uint32 uint32 [2 3 4], int64 int64 [2 3 4], uint64 uint64 [2 3 4], " +
		"single single [2 3 4], double double [2 3 4], logical logical [2 3], scalar double [1 1], " +
		"empty double [0 3], letters char [1 4], cells cell [1 2], fields struct [1 1], thin sparse [3 3], " +
		"imaginary complex double [1 2], last uint8 [1 3]"
	for _, name := range []string{"classes.mat", "classes-compressed.mat"} {
		if got := open(t, name).String(); got != want {
			t.Errorf("%s has %s: want %s", name, got, want)
		}
	}
	list, err := List(filepath.Join(golden, "svhn.mat"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(list); got != "[X uint8 [32 32 3 12] y uint8 [12 1]]" {
		t.Errorf("svhn.mat has %s", got)
	}
}

// MATLAB stores doubles in the narrowest type that holds them.
func TestNarrow(t *testing.T) {
	whole, below, quarters := make([]float64, 24), make([]float64, 24), make([]float64, 24)
	small := make([]int8, 24)
	for i := range 24 {
		whole[i], below[i], quarters[i], small[i] = float64(i), float64(i-12), float64(i)/4, int8(i-12)
	}
	dims := []int{2, 3, 4}
	for _, name := range []string{"narrow-little.mat", "narrow-big.mat"} {
		for _, packed := range []string{"", "z"} {
			t.Run(name+packed, func(t *testing.T) {
				f := open(t, name)
				wantValues(t, f, "bytes"+packed, dims, whole)
				wantValues(t, f, "shorts"+packed, dims, below)
				wantValues(t, f, "shorts"+packed, dims, small)
				wantValues(t, f, "doubles"+packed, dims, quarters)
				wantValues(t, f, "u"+packed, []int{1, 3}, []uint8{5, 6, 7})
			})
		}
	}
}

func TestPieces(t *testing.T) {
	f := open(t, "classes-compressed.mat")
	v := variable(t, f, "int16")
	var all []int
	var sizes []int
	for piece, err := range Pieces[int](t.Context(), v, 10) {
		if err != nil {
			t.Fatal(err)
		}
		all, sizes = append(all, piece...), append(sizes, len(piece))
	}
	if !slices.Equal(all, counting[int](math.MinInt16, math.MaxInt16)) || !slices.Equal(sizes, []int{10, 10, 4}) {
		t.Errorf("pieces of %v values: %v", sizes, all)
	}
	for piece := range Pieces[int](t.Context(), v, 10) {
		if len(piece) != 10 {
			t.Errorf("first piece %v", piece)
		}
		break
	}
	for _, err := range Pieces[int](t.Context(), v, 0) {
		wantError(t, err, data.ErrFormat, "int16")
	}
	for _, err := range Pieces[int](t.Context(), variable(t, f, "letters"), 1) {
		wantError(t, err, data.ErrFormat, "letters char")
	}
}

// A packed array of 251,904,000 bytes: SVHN's training part has 225 million, and libraries stop at 100.
func TestBig(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks a quarter of a gigabyte twice")
	}
	packed, err := gzip.NewReader(bytes.NewReader(content(t, "big.mat.gz")))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	x := variable(t, f, "X")
	if got := x.String(); got != "X uint8 [32 32 3 82000]" {
		t.Fatalf("the array is %s", got)
	}
	var pixels []uint8
	used := allocated(func() { pixels, err = Values[uint8](t.Context(), x, 256<<20) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes of values took %d bytes of memory", len(pixels), used)
	if used > uint64(len(pixels))+overhead {
		t.Errorf("%d bytes of values took %d bytes of memory: want at most %d more", len(pixels), used, overhead)
	}
	for i, p := range pixels {
		if p != uint8(i%251+1) {
			t.Fatalf("value %d is %d: want %d", i, p, i%251+1)
		}
	}
	n := 0
	used = allocated(func() {
		for piece, pieceErr := range Pieces[uint8](t.Context(), x, 32*32*3) {
			if pieceErr != nil {
				t.Fatal(pieceErr)
			}
			if !bytes.Equal(piece, pixels[n:n+len(piece)]) {
				t.Fatalf("piece at value %d differs", n)
			}
			n += len(piece)
		}
	})
	if n != len(pixels) || used > overhead {
		t.Errorf("pieces had %d values and took %d bytes of memory: want %d, and at most %d", n, used, len(pixels), overhead)
	}
	wantValues(t, f, "y", []int{1, 3}, []uint8{5, 5, 5})
}

func TestCannotBeRead(t *testing.T) {
	for _, name := range []string{"classes.mat", "classes-compressed.mat"} {
		f := open(t, name)
		for _, kind := range []string{"letters char", "cells cell", "fields struct", "thin sparse", "imaginary complex double"} {
			variableName, _, _ := strings.Cut(kind, " ")
			_, err := Values[float64](t.Context(), variable(t, f, variableName), limit)
			wantError(t, err, data.ErrFormat, "variable "+kind)
		}
		_, err := f.Variable("absent")
		wantError(t, err, data.ErrMissing, `"absent"`, "int8 int8 [2 3 4]", "last uint8 [1 3]")
		_, err = Values[float64](t.Context(), variable(t, f, "uint8"), 24*8-1)
		wantError(t, err, data.ErrTooLarge, "uint8 uint8 [2 3 4]", "191")
		_, err = Values[uint8](t.Context(), variable(t, f, "uint16"), limit)
		wantError(t, err, data.ErrFormat, "uint16 uint16 [2 3 4]", "65535")
		_, err = Values[int](t.Context(), variable(t, f, "scalar"), limit)
		wantError(t, err, data.ErrFormat, "scalar double", "7.5")
	}
}

func TestExactly(t *testing.T) {
	check := func(name string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s fits: %v", name, got)
		}
	}
	fits := func(_ any, ok bool) bool { return ok }
	check("-1 as uint8", fits(exactly[uint8](int8(-1))), false)
	check("2^64-1 as int64", fits(exactly[int64](uint64(math.MaxUint64))), false)
	check("-1 as uint64", fits(exactly[uint64](int64(-1))), false)
	check("127 as int8", fits(exactly[int8](uint64(127))), true)
	check("2^53-1 as float64", fits(exactly[float64](int64(1<<53-1))), true)
	check("2^53+1 as float64", fits(exactly[float64](int64(1<<53+1))), false)
	check("2^24+1 as float32", fits(exactly[float32](int32(1<<24+1))), false)
	check("2^63 as int64", fits(exactly[int64](float64(1<<63))), false)
	check("2^31 as int32", fits(exactly[int32](float32(1<<31))), false)
	check("256 as uint8", fits(exactly[uint8](256.)), false)
	check("-3 as int8", fits(exactly[int8](-3.)), true)
	check("NaN as int", fits(exactly[int](math.NaN())), false)
	check("infinity as int", fits(exactly[int](math.Inf(1))), false)
	check("a third as float32", fits(exactly[float32](1./3)), true)
	check("NaN as float32", fits(exactly[float32](math.NaN())), true)
}

func TestOtherFormats(t *testing.T) {
	version7 := make([]byte, 600)
	copy(version7, "MATLAB 7.3 MAT-file, Platform: GLNXA64")
	signature := make([]byte, 600)
	copy(signature[512:], "\x89HDF\r\n\x1a\n")
	spoilt := func(at int, value byte) []byte {
		raw := content(t, "svhn.mat")
		raw[at] = value
		return raw
	}
	v4 := content(t, "version4.mat")
	v4big := slices.Clone(v4)
	binary.BigEndian.PutUint32(v4big, 1000)
	for i := 4; i < 20; i += 4 {
		binary.BigEndian.PutUint32(v4big[i:], binary.LittleEndian.Uint32(v4[i:]))
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want error
		says []string // how to convert another format
	}{
		{"empty", nil, data.ErrTruncated, nil},
		{"short", content(t, "svhn.mat")[:127], data.ErrTruncated, nil},
		{"text", bytes.Repeat([]byte("words "), 40), data.ErrFormat, nil},
		{"7.3", version7, data.ErrFormat, []string{"MATLAB 7.3", "HDF5", "'-v7'", "h5py", "scipy.io.savemat"}},
		{"7.3 by its signature", signature, data.ErrFormat, []string{"MATLAB 7.3", "-v7"}},
		{"HDF5", signature[512:], data.ErrFormat, []string{"MATLAB 7.3", "HDF5"}},
		{"4", v4, data.ErrFormat, []string{"MATLAB 4", "-v7"}},
		{"4, big-endian", v4big, data.ErrFormat, []string{"MATLAB 4", "-v7"}},
		{"zeros", make([]byte, 200), data.ErrFormat, nil},
		{"version", spoilt(125, 3), data.ErrFormat, []string{"0x0300", "0x0100"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file.mat")
			if err := os.WriteFile(path, c.raw, 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path)
			wantError(t, err, c.want, append(c.says, path)...)
		})
	}
	_, err := Open(filepath.Join(golden, "absent.mat"))
	wantError(t, err, fs.ErrNotExist, "absent.mat")
	_, err = Open(golden)
	wantError(t, err, data.ErrFormat, golden)
	_, err = List(filepath.Join(golden, "README.md"))
	wantError(t, err, data.ErrFormat, "README.md")
}

// A file that is cut anywhere: its last variable is never read as if whole.
func TestTruncated(t *testing.T) {
	for name, last := range map[string]string{
		"classes.mat": "last", "classes-compressed.mat": "last", "narrow-little.mat": "uz", "narrow-big.mat": "uz",
		"svhn.mat": "y", "version4.mat": "X",
	} {
		raw := content(t, name)
		for cut := range raw {
			f, err := parse(raw[:cut])
			if err != nil {
				continue
			}
			v, err := f.Variable(last)
			if err != nil {
				continue
			}
			if values, err := Values[uint8](t.Context(), v, limit); err == nil {
				t.Errorf("%s cut after %d of %d bytes: %s is %v", name, cut, len(raw), last, values)
			}
		}
	}
}

// Any corrupted byte of a packed variable is found by zlib's checksum or an earlier check, unless the unpacked bytes
// are the same: some bits mean nothing.
func TestSpoilt(t *testing.T) {
	raw := content(t, "svhn.mat")
	read := func(raw []byte) (x, y []uint8, err error) {
		f, err := parse(raw)
		if err != nil {
			return nil, nil, err
		}
		for name, values := range map[string]*[]uint8{"X": &x, "y": &y} {
			v, err := f.Variable(name)
			if err != nil {
				return nil, nil, err
			}
			if *values, err = Values[uint8](t.Context(), v, limit); err != nil {
				return nil, nil, err
			}
		}
		return x, y, nil
	}
	x, y, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for at := headerSize; at < len(raw); at++ {
		spoilt := slices.Clone(raw)
		spoilt[at] ^= 0x10
		spoiltX, spoiltY, err := read(spoilt)
		if err != nil {
			told++
		} else if !bytes.Equal(x, spoiltX) || !bytes.Equal(y, spoiltY) {
			t.Errorf("byte %d of %d spoilt: other values are read", at, len(raw))
		}
	}
	if told < len(raw)-headerSize-10 {
		t.Errorf("of %d spoilt bytes %d were told", len(raw)-headerSize, told)
	}
}

func TestCancelled(t *testing.T) {
	f := open(t, "svhn.mat")
	x := variable(t, f, "X")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	pieces := 0
	var err error
	for _, err = range Pieces[uint8](ctx, x, 1024) {
		pieces++
		stop()
	}
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, pieces, "one, and then the error")
	_, err = Values[uint8](ctx, x, limit)
	require.ErrorIs(t, err, context.Canceled)
}
