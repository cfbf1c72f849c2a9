package mat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

// headerSize is the number of bytes before the first variable.
const headerSize = 128

// maxElements bounds the list of variables.
const maxElements = 1024

// File is a MAT-file with the list of its variables. Several goroutines may read its variables at once.
type File struct {
	// Variables are those of the file, in its order.
	Variables []*Variable

	at    io.ReaderAt
	size  int64
	order binary.ByteOrder
	close func() error
}

// Open opens the MAT-file at path and lists its variables. It returns an error that names the file if it is a file of
// MATLAB 7.3 or 4, or not a MAT-file, if it is cut short, or if it contradicts itself. Close it after use.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err // it names the path already
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: not a regular file: want a MAT-file", data.ErrFormat)
	}
	var file *File
	if err == nil {
		file, err = NewFile(f, info.Size())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file.close = f.Close
	return file, nil
}

// NewFile lists the variables of a MAT-file of size bytes, as [Open] does.
func NewFile(r io.ReaderAt, size int64) (*File, error) {
	f := &File{at: r, size: size, close: func() error { return nil }}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	if err := f.readVariables(); err != nil {
		return nil, err
	}
	return f, nil
}

// readVariables lists what the elements after the header hold.
func (f *File) readVariables() error {
	var unpack unpacker
	at := int64(headerSize)
	for range maxElements {
		if at >= f.size {
			return nil
		}
		e, err := f.element(at)
		if err != nil {
			return fmt.Errorf("element at byte %d: %w", at, err)
		}
		v, err := e.variable(&unpack)
		if err != nil {
			return fmt.Errorf("element at byte %d: %w", at, err)
		}
		if v.Name != "" { // MATLAB's own workspace has none, and cannot be asked for
			f.Variables = append(f.Variables, v)
		}
		at = e.at + e.size // unlike the parts of an array, an element has no padding
	}
	return fmt.Errorf("%w: more than %d variables: that is the limit", data.ErrTooLarge, maxElements-1)
}

// Close closes the file that [Open] opened.
func (f *File) Close() error { return f.close() }

// Variable returns the variable of that name. If the file has no such variable, the error wraps [data.ErrMissing] and
// lists those it has.
func (f *File) Variable(name string) (*Variable, error) {
	for _, v := range f.Variables {
		if v.Name == name {
			return v, nil
		}
	}
	return nil, fmt.Errorf("variable %q is %w: the file has %s", name, data.ErrMissing, f)
}

// String lists the variables, such as "X uint8 [32 32 3 73257], y uint8 [73257 1]".
func (f *File) String() string {
	if len(f.Variables) == 0 {
		return "none"
	}
	all := make([]string, len(f.Variables))
	for i, v := range f.Variables {
		all[i] = v.String()
	}
	return strings.Join(all, ", ")
}

// List returns the variables of the MAT-file at path, for their names and dimensions: their values cannot be read,
// since the file is closed again. Errors are those of [Open].
func List(path string) ([]*Variable, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Variables, nil
}

// readHeader finds out the byte order, and refuses what is another format.
func (f *File) readHeader() error {
	start := make([]byte, min(f.size, 1<<10))
	if _, err := f.at.ReadAt(start, 0); err != nil && err != io.EOF {
		return err
	}
	switch {
	case isHDF5(start):
		return fmt.Errorf("%w: a file of MATLAB 7.3, which is HDF5 and cannot be read here: "+
			"save it in MATLAB by save('new.mat', 'NAME', '-v7'), or in Python read the arrays by h5py, "+
			"which shows them with their dimensions reversed, and write them by "+
			"scipy.io.savemat('new.mat', {'NAME': array.T}, do_compression=True)", data.ErrFormat)
	case isVersion4(start):
		return fmt.Errorf("%w: a file of MATLAB 4, which cannot be read here: "+
			"load it in MATLAB and save it by save('new.mat', '-v7'), or in Python by "+
			"scipy.io.savemat('new.mat', scipy.io.loadmat('old.mat'), do_compression=True)", data.ErrFormat)
	case len(start) < headerSize:
		return fmt.Errorf("%w: %d bytes: a MAT-file begins with a header of %d", data.ErrTruncated, len(start), headerSize)
	}
	switch string(start[126:128]) { // the letters "MI" as one number of two bytes
	case "IM":
		f.order = binary.LittleEndian
	case "MI":
		f.order = binary.BigEndian
	default:
		return fmt.Errorf("%w: not a MAT-file: bytes 126 and 127 are %q, want %q or %q", data.ErrFormat, start[126:128], "IM", "MI")
	}
	if version := f.order.Uint16(start[124:126]); version != 0x0100 {
		return fmt.Errorf("%w: MAT-file of version 0x%04x: want 0x0100", data.ErrFormat, version)
	}
	return nil
}

// isHDF5 recognises a file of MATLAB 7.3 by its text or by the signature of HDF5, which comes first or, after MATLAB's
// own header, at byte 512.
func isHDF5(start []byte) bool {
	const signature = "\x89HDF\r\n\x1a\n"
	return bytes.HasPrefix(start, []byte("MATLAB 7.3 MAT-file")) || bytes.HasPrefix(start, []byte(signature)) ||
		len(start) > 512 && bytes.HasPrefix(start[512:], []byte(signature))
}

// isVersion4 recognises a file of MATLAB 4 by its first matrix: five numbers of four bytes, the type as decimal digits
// M0PT, rows, columns, whether it is complex, and the length of the name. In a later file none of the first four bytes,
// which are text, is zero.
func isVersion4(start []byte) bool {
	if len(start) < 20 || bytes.IndexByte(start[:4], 0) < 0 {
		return false
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		kind, complex, name := order.Uint32(start), order.Uint32(start[12:]), order.Uint32(start[16:])
		if kind/1000 <= 4 && kind/100%10 == 0 && kind/10%10 <= 5 && kind%10 <= 2 && complex <= 1 && name >= 1 && name <= 64 {
			return true
		}
	}
	return false
}

// product multiplies dimensions; ok is false if one is negative, or if the product is more than an int holds.
func product(dims []int) (n int, ok bool) {
	n = 1
	for _, d := range dims {
		if d < 0 {
			return 0, false
		}
		if d > 0 && n > math.MaxInt/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}
