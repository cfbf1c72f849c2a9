package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// The IDX format, as its authors describe it beside MNIST: two zero bytes, a
// byte for the type of the values, a byte for the number of dimensions, the
// dimensions as big-endian uint32, then the values with the last dimension
// varying fastest.
const (
	idxUint8  = 0x08 // type byte: values are unsigned bytes
	idxLabels = 1    // dimensions of a file of labels: magic 0x00000801
	idxImages = 3    // dimensions of a file of images: magic 0x00000803

	// idxLimit bounds the values of one file: 45 times MNIST, and far from
	// where the product of the dimensions overflows an int on 32-bit machines.
	idxLimit = 1<<31 - 2
)

// IDX is one array of bytes with its shape, as an IDX file holds it.
type IDX struct {
	Dims   []int
	Values []uint8 // the last dimension varies fastest
}

// DecodeIDX reads one IDX file of unsigned bytes, gzipped or not. It reads r to
// its end and returns an error if the magic number is another, or if there
// are fewer or more values than the header announces. Memory grows with what
// is really there, not with what the header promises.
func DecodeIDX(r io.Reader) (*IDX, error) {
	plain, err := gunzip(r)
	if err != nil {
		return nil, err
	}
	dims, err := idxHeader(plain)
	if err != nil {
		return nil, err
	}
	want := 1
	for _, d := range dims {
		if d > 0 && want > idxLimit/d {
			return nil, fmt.Errorf("IDX header announces %v values: more than the limit of %d", dims, idxLimit)
		}
		want *= d
	}
	values, err := readUpTo(plain, want+1)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF): // that one is a gzip stream cut short
		return nil, err
	case len(values) < want:
		return nil, fmt.Errorf("IDX file is truncated: its header announces %v = %d values, it ends after %d", dims, want, len(values))
	case len(values) > want:
		return nil, fmt.Errorf("IDX file has trailing bytes after the %v = %d values its header announces", dims, want)
	case err != nil:
		return nil, fmt.Errorf("IDX file has all its %d values, but its gzip stream is cut short: %w", want, err)
	}
	return &IDX{Dims: dims, Values: values}, nil
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

// idxHeader reads the magic number and the dimensions.
func idxHeader(r io.Reader) ([]int, error) {
	var magic [4]byte
	if n, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, fmt.Errorf("IDX file is truncated: its magic number has 4 bytes, it ends after %d: %w", n, err)
	}
	if magic[0] != 0 || magic[1] != 0 || magic[2] != idxUint8 || magic[3] == 0 {
		return nil, fmt.Errorf("magic number is 0x%x: an IDX file of images begins with 0x00000803, one of labels with 0x00000801", magic)
	}
	raw := make([]uint32, magic[3])
	if err := binary.Read(r, binary.BigEndian, raw); err != nil {
		return nil, fmt.Errorf("IDX file is truncated inside its %d dimensions: %w", magic[3], err)
	}
	dims := make([]int, len(raw))
	for i, d := range raw {
		if d > idxLimit {
			return nil, fmt.Errorf("IDX header announces %v values: more than the limit of %d", raw, idxLimit)
		}
		dims[i] = int(d)
	}
	return dims, nil
}

// readUpTo reads at most limit bytes. Its buffer doubles, so a header that lies
// about a short file costs little. The end of r is not an error.
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

// ImagesFromIDX makes an image set of images [n, height, width] and labels
// [n]; labels may be nil. It returns an error if either has another shape or
// their counts differ. The set shares the images' bytes.
func ImagesFromIDX(images, labels *IDX) (*Images, error) {
	if len(images.Dims) != idxImages {
		return nil, fmt.Errorf("images have shape %v (magic 0x%08x): want [n, height, width] (magic 0x00000803)",
			images.Dims, idxUint8<<8|len(images.Dims))
	}
	set := &Images{
		N: images.Dims[0], Height: images.Dims[1], Width: images.Dims[2],
		Channels: 1, Pixels: images.Values,
	}
	if labels == nil {
		return set, set.Validate()
	}
	if len(labels.Dims) != idxLabels {
		return nil, fmt.Errorf("labels have shape %v (magic 0x%08x): want [n] (magic 0x00000801)",
			labels.Dims, idxUint8<<8|len(labels.Dims))
	}
	if labels.Dims[0] != set.N {
		return nil, fmt.Errorf("%d labels for %d images: want as many of one as of the other", labels.Dims[0], set.N)
	}
	set.Labels = make([]int, set.N)
	for i, v := range labels.Values {
		set.Labels[i] = int(v)
	}
	return set, set.Validate()
}

// ReadIDX reads an image set from an IDX file of images and one of labels,
// gzipped or not; labelsPath may be "". Errors name the file. Name and Source
// are taken from the path of the images.
func ReadIDX(imagesPath, labelsPath string) (*Images, error) {
	images, err := readIDXFile(imagesPath)
	if err != nil {
		return nil, err
	}
	what := imagesPath
	var labels *IDX
	if labelsPath != "" {
		if labels, err = readIDXFile(labelsPath); err != nil {
			return nil, err
		}
		what += " with labels " + labelsPath
	}
	set, err := ImagesFromIDX(images, labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	set.Name, set.Source = filepath.Base(imagesPath), imagesPath
	return set, nil
}

func readIDXFile(path string) (*IDX, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err // it names the path already
	}
	defer f.Close()
	idx, err := DecodeIDX(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return idx, nil
}
