// Package idx reads the IDX format, in which MNIST and its relatives come (Fashion-MNIST, KMNIST, EMNIST, QMNIST): one
// file of images and one of labels, gzipped or not.
//
//	set, err := idx.Read(ctx, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
package idx

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/cancel"
)

// The IDX format, as its authors describe it beside MNIST: two zero bytes, a byte for the type of the values, a byte
// for the number of dimensions, the dimensions as big-endian uint32, then the values with the last dimension varying
// fastest.
const (
	typeUint8 = 0x08 // type byte: values are unsigned bytes
	typeInt32 = 0x0c // values are big-endian int32, as in QMNIST's labels
	labelDims = 1    // dimensions of a file of labels: magic 0x00000801
	imageDims = 3    // dimensions of a file of images: magic 0x00000803
)

// Limit is the most values that one file may hold: 45 times MNIST, and far from where the product of the dimensions
// overflows an int on 32-bit machines.
const Limit = 1<<31 - 2

// Array is one array of bytes with its shape, as an IDX file holds it.
type Array struct {
	Dims   []int
	Values []uint8 // the last dimension varies fastest
}

// Decode reads one IDX file of unsigned bytes, gzipped or not. It reads r to its end. It returns an error if the magic
// number is wrong, if there are fewer or more values than the header announces or more than [Limit], and once ctx is
// done. Memory grows with what is really there, not with what the header announces.
//
// QMNIST's labels, int32 [n, 8], become the first of the eight, [n]: the class. The others say who wrote the digit, and
// where.
func Decode(ctx context.Context, r io.Reader) (*Array, error) {
	return decode(cancel.Reader(ctx, r), Limit)
}

func decode(r io.Reader, limit int) (*Array, error) {
	plain, err := gunzip(r)
	if err != nil {
		return nil, err
	}
	kind, dims, err := header(plain, limit)
	if err != nil {
		return nil, err
	}
	want := 1
	if kind == typeInt32 {
		want = 4
	}
	for _, d := range dims {
		if d > 0 && want > limit/d {
			return nil, fmt.Errorf("%w: the header announces %v values, more than the limit of %d", data.ErrTooLarge, dims, limit)
		}
		want *= d
	}
	values, err := readUpTo(plain, want+1)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF): // that one is a gzip stream cut short
		return nil, err
	case len(values) < want:
		return nil, fmt.Errorf("%w: the header announces %v = %d values, the file ends after %d", data.ErrTruncated, dims, want, len(values))
	case len(values) > want:
		return nil, fmt.Errorf("%w: bytes follow the %v = %d values that the header announces", data.ErrFormat, dims, want)
	case err != nil:
		return nil, fmt.Errorf("%w: all %d values are there, but the gzip stream has no end: %w", data.ErrTruncated, want, err)
	}
	if kind == typeInt32 {
		return classes(dims, values)
	}
	return &Array{Dims: dims, Values: values}, nil
}

// classes are the first numbers of rows of big-endian int32, [n, k].
func classes(dims []int, values []byte) (*Array, error) {
	if len(dims) != 2 || dims[1] < 1 {
		return nil, fmt.Errorf("%w: int32 of shape %v: want rows that begin with a class, [n, 8], as QMNIST's labels", data.ErrFormat, dims)
	}
	first := make([]uint8, dims[0])
	for i := range first {
		class := int32(binary.BigEndian.Uint32(values[4*i*dims[1]:]))
		if class < 0 || class > math.MaxUint8 {
			return nil, fmt.Errorf("%w: row %d begins with %d: want a class, 0 to %d", data.ErrFormat, i, class, math.MaxUint8)
		}
		first[i] = uint8(class)
	}
	return &Array{Dims: dims[:1], Values: first}, nil
}

// gunzip returns the bytes of r, unpacked if they begin as gzip does.
func gunzip(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	start, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}

// header reads the magic number, whose third byte is the type of the values, and the dimensions.
func header(r io.Reader, limit int) (kind byte, dims []int, err error) {
	var magic [4]byte
	if n, err := io.ReadFull(r, magic[:]); err != nil {
		return 0, nil, fmt.Errorf("%w: the magic number has 4 bytes, the file ends after %d: %w", data.ErrTruncated, n, err)
	}
	if magic[0] != 0 || magic[1] != 0 || magic[2] != typeUint8 && magic[2] != typeInt32 || magic[3] == 0 {
		return 0, nil, fmt.Errorf("%w: the magic number is 0x%x: an IDX file of images begins with 0x00000803, one of labels with 0x00000801", data.ErrFormat, magic)
	}
	raw := make([]uint32, magic[3])
	if err := binary.Read(r, binary.BigEndian, raw); err != nil {
		return 0, nil, fmt.Errorf("%w: the file ends within its %d dimensions: %w", data.ErrTruncated, magic[3], err)
	}
	dims = make([]int, len(raw))
	for i, d := range raw {
		if uint64(d) > uint64(limit) {
			return 0, nil, fmt.Errorf("%w: the header announces %v values, more than the limit of %d", data.ErrTooLarge, raw, limit)
		}
		dims[i] = int(d)
	}
	return magic[2], dims, nil
}

// readUpTo reads at most limit bytes. Its buffer doubles, so a false header of a short file costs little. The end of r
// is not an error.
func readUpTo(r io.Reader, limit int) ([]byte, error) {
	buf := make([]byte, 0, min(limit, 1<<16))
	for len(buf) < limit {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(cap(buf), limit-len(buf)))
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), limit)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// Images makes an image set of images [n, height, width] and labels [n]; labels may be nil. It returns an error if
// either has another shape or their counts differ. The set shares the images' bytes.
func Images(images, labels *Array) (*data.Images, error) {
	if len(images.Dims) != imageDims {
		return nil, fmt.Errorf("%w: images have shape %v (magic 0x%08x): want [n, height, width] (magic 0x00000803)",
			data.ErrFormat, images.Dims, typeUint8<<8|len(images.Dims))
	}
	set := &data.Images{
		N: images.Dims[0], Height: images.Dims[1], Width: images.Dims[2],
		Channels: 1, Pixels: images.Values,
	}
	if labels == nil {
		return set, set.Validate()
	}
	if len(labels.Dims) != labelDims {
		return nil, fmt.Errorf("%w: labels have shape %v (magic 0x%08x): want [n] (magic 0x00000801)",
			data.ErrFormat, labels.Dims, typeUint8<<8|len(labels.Dims))
	}
	if labels.Dims[0] != set.N {
		return nil, fmt.Errorf("%w: %d labels for %d images: want one label per image", data.ErrFormat, labels.Dims[0], set.N)
	}
	set.Labels = make([]int, set.N)
	for i, v := range labels.Values {
		set.Labels[i] = int(v)
	}
	return set, set.Validate()
}

// Read reads an image set from an IDX file of images and one of labels, gzipped or not; labelsPath may be "". Errors
// name the file. Name and Source are taken from the path of the images. A file that has the name of one of EMNIST's is
// set right, as [Settle] says.
func Read(ctx context.Context, imagesPath, labelsPath string) (*data.Images, error) {
	return read(ctx, func(path string) (fs.File, error) { return os.Open(path) }, imagesPath, labelsPath)
}

// ReadFS is [Read] from a file system, such as an embedded one.
func ReadFS(ctx context.Context, fsys fs.FS, images, labels string) (*data.Images, error) {
	return read(ctx, fsys.Open, images, labels)
}

func read(ctx context.Context, open func(path string) (fs.File, error), imagesPath, labelsPath string) (*data.Images, error) {
	images, err := readFile(ctx, open, imagesPath)
	if err != nil {
		return nil, err
	}
	what := imagesPath
	var labels *Array
	if labelsPath != "" {
		if labels, err = readFile(ctx, open, labelsPath); err != nil {
			return nil, err
		}
		what += " with labels " + labelsPath
	}
	set, err := Images(images, labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	set.Name, set.Source = filepath.Base(imagesPath), imagesPath
	return Settle(set, set.Name)
}

func readFile(ctx context.Context, open func(path string) (fs.File, error), path string) (*Array, error) {
	f, err := open(path)
	if err != nil {
		return nil, err // it names the path already
	}
	defer f.Close()
	idx, err := Decode(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return idx, nil
}
