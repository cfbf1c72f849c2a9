package mat

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
)

// part is one element with its padding.
func part(kind storage, size int, data []byte) []byte {
	raw := binary.LittleEndian.AppendUint32(nil, uint32(kind))
	raw = binary.LittleEndian.AppendUint32(raw, uint32(size))
	raw = append(raw, data...)
	return append(raw, make([]byte, padding(int64(len(data))))...)
}

// array is an array of bytes called "X" whose header may be false.
type array struct {
	flags     []byte
	dims      []uint32
	name      []byte
	kind      storage
	announced int // bytes of values
	values    []byte
}

func honest() array {
	return array{flags: []byte{byte(Uint8), 0, 0, 0, 0, 0, 0, 0}, dims: []uint32{2, 4}, name: []byte("X"),
		kind: asUint8, announced: 8, values: []byte{1, 2, 3, 4, 5, 6, 7, 8}}
}

func (a array) bytes() []byte {
	var dims []byte
	for _, d := range a.dims {
		dims = binary.LittleEndian.AppendUint32(dims, d)
	}
	body := part(asUint32, len(a.flags), a.flags)
	body = append(body, part(asInt32, len(dims), dims)...)
	body = append(body, part(asInt8, len(a.name), a.name)...)
	return append(body, part(a.kind, a.announced, a.values)...)
}

func packed(plain []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(plain)
	w.Close()
	return b.Bytes()
}

// fileOf is a MAT-file of these elements.
func fileOf(elements ...[]byte) []byte {
	raw := append(bytes.Repeat([]byte(" "), 124), 0, 1, 'I', 'M')
	for _, e := range elements {
		raw = append(raw, e...)
	}
	return raw
}

// packedElement is an element that holds other bytes, packed; unlike others it has no padding.
func packedElement(plain []byte) []byte {
	p := packed(plain)
	return part(asCompressed, len(p), p)[:tagSize+len(p)]
}

// readX reads the variable "X" of a file, under the limit.
func readX(raw []byte) ([]uint8, error) {
	f, err := parse(raw)
	if err != nil {
		return nil, err
	}
	v, err := f.Variable("X")
	if err != nil {
		return nil, err
	}
	return Values[uint8](context.Background(), v, limit)
}

// The sizes that a file announces are checked against its content before memory is reserved.
func TestLies(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*array)
		want  error
	}{
		{"more dimensions than values", func(a *array) { a.dims = []uint32{1 << 10, 1 << 9} }, data.ErrFormat},
		{"values beyond the array", func(a *array) { a.dims, a.announced = []uint32{1 << 10, 1 << 9}, 1<<19 }, data.ErrTruncated},
		{"product past 64 bits", func(a *array) { a.dims = []uint32{1 << 30, 1 << 30, 1 << 30} }, data.ErrFormat},
		{"negative", func(a *array) { a.dims = []uint32{1<<32 - 2, 4} }, data.ErrFormat},
		{"no dimensions", func(a *array) { a.dims = nil }, data.ErrFormat},
		{"too many dimensions", func(a *array) { a.dims = make([]uint32, 65) }, data.ErrFormat},
		{"long name", func(a *array) { a.name = make([]byte, 1025) }, data.ErrFormat},
		{"short flags", func(a *array) { a.flags = a.flags[:4] }, data.ErrFormat},
		{"half a value", func(a *array) { a.kind = asDouble; a.dims = []uint32{1, 1}; a.announced = 7 }, data.ErrFormat},
		{"no numbers", func(a *array) { a.kind = asUTF8 }, data.ErrFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := honest()
			c.spoil(&a)
			body := a.bytes()
			for _, raw := range [][]byte{
				fileOf(part(asMatrix, len(body), body)),
				fileOf(packedElement(part(asMatrix, len(body), body))),
			} {
				var err error
				used := allocated(func() { _, err = readX(raw) })
				wantError(t, err, c.want, "element at byte 128")
				if used > overhead {
					t.Errorf("a file of %d bytes took %d bytes of memory", len(raw), used)
				}
			}
		})
	}
}

func TestLyingElements(t *testing.T) {
	body := honest().bytes()
	matrix := part(asMatrix, len(body), body)
	bomb := honest()
	bomb.dims, bomb.announced = []uint32{1 << 10, 1 << 18}, 1<<28
	bombBody := bomb.bytes()
	short := honest()
	short.dims, short.announced = []uint32{2, 8}, 16
	shortBody := append(short.bytes(), make([]byte, 8)...)
	shortBody = shortBody[:len(shortBody)-8] // the values announced are not there
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"beyond the file", fileOf(part(asMatrix, len(body)+8, body)), data.ErrTruncated},
		{"half a tag", fileOf(matrix, []byte{1, 2, 3}), data.ErrTruncated},
		{"another type", fileOf(part(asUint8, len(body), body)), data.ErrFormat},
		{"within its tag", fileOf([]byte{14, 0, 4, 0, 1, 2, 3, 4}), data.ErrFormat},
		{"five bytes within a tag", fileOf([]byte{14, 0, 5, 0, 1, 2, 3, 4}), data.ErrFormat},
		{"not packed", fileOf(part(asCompressed, len(body), body)), data.ErrDamaged},
		{"packed in packed", fileOf(packedElement(packedElement(matrix))), data.ErrFormat},
		{"more than can be packed", fileOf(packedElement(part(asMatrix, 1<<28+56, bombBody))), data.ErrFormat},
		{"values that are not there", fileOf(packedElement(part(asMatrix, len(shortBody)+8, shortBody))), data.ErrTruncated},
		{"goes on", fileOf(packedElement(append(matrix, 1))), data.ErrFormat},
		{"too many variables", fileOf(bytes.Repeat(matrix, 1024)), data.ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			used := allocated(func() { _, err = readX(c.raw) })
			wantError(t, err, c.want)
			if used > overhead {
				t.Errorf("a file of %d bytes took %d bytes of memory", len(c.raw), used)
			}
		})
	}
	for _, raw := range [][]byte{fileOf(matrix), fileOf(packedElement(matrix))} {
		if x, err := readX(raw); err != nil || !bytes.Equal(x, honest().values) {
			t.Errorf("the honest array is %v, error %v", x, err)
		}
	}
}

// A file whose bytes really unpack to a thousand times as much: the limit holds.
func TestBomb(t *testing.T) {
	a := honest()
	a.values = make([]byte, 64<<20)
	a.dims, a.announced = []uint32{64 << 10, 1 << 10}, 64<<20
	body := a.bytes()
	raw := fileOf(packedElement(part(asMatrix, len(body), body)))
	var err error
	used := allocated(func() { _, err = readX(raw) })
	wantError(t, err, data.ErrTooLarge, "67108864", "1048576")
	if used > overhead {
		t.Errorf("%d bytes of memory", used)
	}
}

// FuzzRead checks every read against its limit and the documented overhead. Few changes to a packed array get past
// zlib, so an input is either a file or what is packed in one.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"classes.mat", "classes-compressed.mat", "narrow-little.mat", "narrow-big.mat",
		"svhn.mat", "tfd48.mat", "version4.mat"} {
		f.Add(content(f, name), false)
	}
	body := honest().bytes()
	matrix := part(asMatrix, len(body), body)
	f.Add(fileOf(matrix), false)
	f.Add(fileOf(packedElement(matrix)), false)
	f.Add(matrix, true)
	f.Add(content(f, "classes.mat")[headerSize:], true)
	f.Fuzz(func(t *testing.T, raw []byte, pack bool) {
		if pack {
			raw = fileOf(packedElement(raw))
		}
		var file *File
		var err error
		if used := allocated(func() { file, err = parse(raw) }); used > overhead {
			t.Fatalf("opening took %d bytes of memory", used)
		}
		if err != nil {
			return
		}
		for _, v := range file.Variables {
			fuzzValues[uint8](t, v)
			fuzzValues[float64](t, v)
		}
	})
}

func fuzzValues[T Number](t *testing.T, v *Variable) {
	const limit = 1 << 16
	var values []T
	var err error
	if used := allocated(func() { values, err = Values[T](context.Background(), v, limit) }); used > limit+overhead {
		t.Fatalf("%s took %d bytes of memory", v, used)
	}
	if err == nil && len(values) != v.Len() {
		t.Fatalf("%s has %d values", v, len(values))
	}
	n := 0
	used := allocated(func() {
		for piece, pieceErr := range Pieces[T](context.Background(), v, 1000) {
			if pieceErr != nil {
				if err == nil {
					t.Fatalf("%s is read as one piece, but not as many: %v", v, pieceErr)
				}
				return
			}
			n += len(piece)
		}
	})
	if used > overhead || err == nil && n != v.Len() {
		t.Fatalf("%s in pieces has %d values and took %d bytes of memory", v, n, used)
	}
}
