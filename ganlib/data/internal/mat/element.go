package mat

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
)

const (
	tagSize = 8
	// maxPacked is the most bytes that zlib packs into one.
	maxPacked = 1032
	// maxName and maxDims bound what is read before the values: MATLAB's names have at most 63 letters, and SciPy's
	// arrays 64 dimensions.
	maxName = 1024
	maxDims = 64
)

// tag is the type and the length of an element.
type tag struct {
	kind storage
	size int64  // bytes, without the padding to a multiple of eight
	data []byte // of an element so small that it lies within its tag, else nil
}

// element is one of a file's own elements, which holds a variable.
type element struct {
	file   *File
	at     int64 // where its bytes begin, after the tag
	size   int64 // how many there are in the file
	packed bool  // by zlib
}

// element reads the tag of the element that begins at a byte of the file.
func (f *File) element(at int64) (*element, error) {
	t, err := f.readTag(io.NewSectionReader(f.at, at, f.size-at))
	if err != nil {
		return nil, err
	}
	left := f.size - at - tagSize
	switch {
	case t.data != nil || t.kind != asMatrix && t.kind != asCompressed:
		return nil, fmt.Errorf("%w: type %d: want %d, an array, or %d, a packed array", data.ErrFormat, t.kind, asMatrix, asCompressed)
	case t.size > left:
		return nil, fmt.Errorf("%w: the element has %d bytes, the file ends after %d", data.ErrTruncated, t.size, left)
	}
	return &element{file: f, at: at + tagSize, size: t.size, packed: t.kind == asCompressed}, nil
}

// padding is the number of bytes missing to a multiple of eight.
func padding(size int64) int64 { return -size & (tagSize - 1) }

// readTag reads a tag, and the data of an element that lies within it.
func (f *File) readTag(r io.Reader) (tag, error) {
	var raw [tagSize]byte
	if n, err := io.ReadFull(r, raw[:]); err != nil {
		return tag{}, fmt.Errorf("%w: a tag has %d bytes, only %d are left: %w", data.ErrTruncated, tagSize, n, err)
	}
	first := f.order.Uint32(raw[:])
	if small := first >> 16; small != 0 { // size and type share a word, and four bytes of data follow
		if small > 4 {
			return tag{}, fmt.Errorf("%w: tag 0x%x: an element within its tag has at most 4 bytes", data.ErrFormat, raw)
		}
		return tag{storage(first & 0xffff), int64(small), raw[4 : 4+small]}, nil
	}
	return tag{kind: storage(first), size: int64(f.order.Uint32(raw[4:]))}, nil
}

// open returns the bytes of the array in an element, unpacked, and their announced number.
func (e *element) open(u *unpacker) (r io.Reader, size int64, err error) {
	section := io.NewSectionReader(e.file.at, e.at, e.size)
	if !e.packed {
		return section, e.size, nil
	}
	unpacked, err := u.unpack(section)
	if err != nil {
		return nil, 0, fmt.Errorf("packed array is %w: %w", data.ErrDamaged, err)
	}
	t, err := e.file.readTag(unpacked)
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("packed array: %w", err)
	case t.kind != asMatrix || t.data != nil:
		return nil, 0, fmt.Errorf("%w: packed element has type %d: want %d, an array", data.ErrFormat, t.kind, asMatrix)
	case t.size > maxPacked*e.size:
		return nil, 0, fmt.Errorf("%w: array of %d bytes: %d packed bytes hold at most %d", data.ErrFormat, t.size, e.size, maxPacked*e.size)
	}
	return unpacked, t.size, nil
}

// unpacker unpacks one element after another with the same buffers.
type unpacker struct {
	packed *bufio.Reader
	plain  io.ReadCloser
}

func (u *unpacker) unpack(r io.Reader) (io.Reader, error) {
	if u.plain != nil {
		u.packed.Reset(r)
		return u.plain, u.plain.(zlib.Resetter).Reset(u.packed, nil)
	}
	u.packed = bufio.NewReaderSize(r, 1<<16)
	plain, err := zlib.NewReader(u.packed)
	if err == nil {
		u.plain = plain
	}
	return plain, err
}

// variable reads an array's name, class and dimensions, and where its values are.
func (e *element) variable(u *unpacker) (*Variable, error) {
	body, size, err := e.open(u)
	if err != nil {
		return nil, err
	}
	r := &matrixReader{file: e.file, r: body, left: size}
	v := &Variable{element: e}
	if err := r.flags(v); err != nil {
		return nil, fmt.Errorf("flags of an array: %w", err)
	}
	if v.Class != Opaque { // that one alone has no dimensions
		if err := r.dims(v); err != nil {
			return nil, fmt.Errorf("dimensions of an array: %w", err)
		}
	}
	name, err := r.small(maxName, asInt8, asUint8, asUTF8)
	if err != nil {
		return nil, fmt.Errorf("name of an array: %w", err)
	}
	v.Name = string(bytes.TrimRight(name, "\x00"))
	if v.Class.Numeric() {
		if err := r.values(v); err != nil {
			return nil, fmt.Errorf("variable %s: %w", v, err)
		}
	}
	return v, nil
}

// matrixReader reads the parts of an array, each an element of its own.
type matrixReader struct {
	file *File
	r    io.Reader
	left int64 // bytes of the array still to read
	read int64 // bytes of it read
}

// tag reads the next part's tag, and checks that the part lies within the array.
func (r *matrixReader) tag() (tag, error) {
	t, err := r.file.readTag(r.r)
	if err != nil {
		return tag{}, err
	}
	r.left, r.read = r.left-tagSize, r.read+tagSize
	if t.data == nil && t.size > r.left || r.left < 0 {
		return tag{}, fmt.Errorf("%w: a part of %d bytes, where the array has only %d left", data.ErrTruncated, t.size, max(r.left, 0))
	}
	return t, nil
}

// small reads the next part, which must have one of the given types and at most that many bytes.
func (r *matrixReader) small(most int64, kinds ...storage) ([]byte, error) {
	t, err := r.tag()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(kinds, t.kind) {
		return nil, fmt.Errorf("%w: type %d: want one of %d", data.ErrFormat, t.kind, kinds)
	}
	if t.size > most {
		return nil, fmt.Errorf("%w: %d bytes: want at most %d", data.ErrFormat, t.size, most)
	}
	if t.data != nil {
		return t.data, nil
	}
	raw := make([]byte, t.size+padding(t.size))
	if n, err := io.ReadFull(r.r, raw); err != nil {
		return nil, fmt.Errorf("%w: %d bytes, of which %d are there: %w", data.ErrTruncated, len(raw), n, err)
	}
	r.left, r.read = r.left-int64(len(raw)), r.read+int64(len(raw))
	return raw[:t.size], nil
}

// flags reads the first part: the class, and a bit each for complex and logical.
func (r *matrixReader) flags(v *Variable) error {
	raw, err := r.small(8, asUint32)
	if err != nil {
		return err
	}
	if len(raw) != 8 {
		return fmt.Errorf("%w: %d bytes: want 8", data.ErrFormat, len(raw))
	}
	word := r.file.order.Uint32(raw)
	v.Class, v.Complex, v.Logical = Class(word&0xff), word&0x0800 != 0, word&0x0200 != 0
	return nil
}

// dims reads the second part.
func (r *matrixReader) dims(v *Variable) error {
	raw, err := r.small(4*maxDims, asInt32, asUint32)
	if err != nil {
		return err
	}
	if len(raw) == 0 || len(raw)%4 != 0 {
		return fmt.Errorf("%w: %d bytes: want 4 per dimension", data.ErrFormat, len(raw))
	}
	for ; len(raw) > 0; raw = raw[4:] {
		v.Dims = append(v.Dims, int(int32(r.file.order.Uint32(raw))))
	}
	if _, ok := product(v.Dims); !ok {
		return fmt.Errorf("%w: %v: one is negative, or their product is more than an int holds", data.ErrFormat, v.Dims)
	}
	return nil
}

// values reads the tag of the real part, and checks that it holds as many values as the dimensions ask for. The values
// themselves are left alone.
func (r *matrixReader) values(v *Variable) error {
	t, err := r.tag()
	if err != nil {
		return err
	}
	size := t.kind.size()
	if size == 0 {
		return fmt.Errorf("%w: values have type %d: want a type of numbers", data.ErrFormat, t.kind)
	}
	if n := int64(v.Len()); n != t.size/size || t.size%size != 0 {
		return fmt.Errorf("%w: %d bytes of values: want %d of %d bytes each", data.ErrFormat, t.size, n, size)
	}
	v.stored, v.at, v.rest = t.kind, r.read, r.left-t.size
	if t.data != nil { // within the tag, whose last four bytes they begin
		v.at, v.rest = r.read-4, r.left+4-t.size
	}
	return nil
}

// finish reads what follows the values of a packed array, at most that many bytes: zlib's checksum comes last.
func finish(r io.Reader, most int64) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r, most+1))
	if err == nil && n > most {
		return fmt.Errorf("%w: a packed array goes on after its end", data.ErrFormat)
	}
	return err
}
