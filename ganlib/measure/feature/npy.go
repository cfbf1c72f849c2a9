package feature

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes/float16"
)

// ReadNPY reads features that were computed elsewhere: x of [n, dim], one row
// an image, as NumPy's numpy.save writes them (.npy), or numpy.savez and
// numpy.savez_compressed (.npz). It tells the two apart by their first bytes.
//
// The array has two dimensions and is little-endian float16, float32 or
// float64, in C or Fortran order; x is float32, in C order, whatever the file
// has. Of the arrays in an .npz exactly one may have two dimensions.
//
// # FID as it is published
//
// Published FIDs stand on one network, the Inception of 2015 that came with
// the FID paper's code. It and its weights are in the Python package
// torch-fidelity (Obukhov et al., 2020, doi:10.5281/zenodo.4957738), which
// fetches them itself. To have its features of a folder of PNG or JPEG files,
// pip install torch-fidelity and
//
//	import numpy
//	from torch_fidelity.utils import create_feature_extractor, extract_featuresdict_from_input_id
//
//	extractor = create_feature_extractor("inception-v3-compat", ["2048"], cuda=False)
//	features = extract_featuresdict_from_input_id(1, extractor, input1="samples", cuda=False)["2048"]
//	numpy.save("samples.npy", features.numpy())
//
// Then samples.npy is [images, 2048] of float32. A FID of it and of the training
// images' features, made in the same way, is what torch-fidelity itself
// computes; to compare it with a paper's, take as many images as the paper did,
// and the same ones as the reference.
//
// # Errors
//
// A file that is cut short or too long, an array of other numbers or another
// number of dimensions, and a value that is NaN, infinite or beyond float32
// are errors. Nothing is reserved because a header says so: an array is
// measured against its file first.
func ReadNPY(path string) (x []float32, dim int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("features: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("features: %w", err)
	}
	if x, dim, err = readFeatures(file, info.Size()); err != nil {
		return nil, 0, fmt.Errorf("features in %s: %w", path, err)
	}
	return x, dim, nil
}

// readFeatures reads an .npy or .npz file of that size in bytes.
func readFeatures(file io.ReaderAt, size int64) (x []float32, dim int, err error) {
	first := make([]byte, len(npyMagic))
	if _, err := file.ReadAt(first, 0); err != nil && err != io.EOF {
		return nil, 0, err
	}
	if strings.HasPrefix(string(first), "PK") {
		return readNPZ(file, size)
	}
	return readArray(io.NewSectionReader(file, 0, size), size)
}

// readArray reads one array, which takes size bytes with its header.
func readArray(r io.Reader, size int64) (x []float32, dim int, err error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in)
	if err != nil {
		return nil, 0, err
	}
	if err := header.check(size); err != nil {
		return nil, 0, err
	}
	if x, err = header.values(in); err != nil {
		return nil, 0, err
	}
	return x, header.shape[1], nil
}

const (
	npyMagic = "\x93NUMPY"
	// maxHeader bounds a header's length. NumPy itself reads none of over
	// 10,000 bytes unless told to.
	maxHeader = 10_000
	// maxDeflated is how many bytes one byte packed by deflate holds at most
	// (zlib's "Technical Details", Maximum Compression Factor).
	maxDeflated = 1032
)

// npyHeader is what stands before an array's values.
type npyHeader struct {
	size    int64 // bytes it takes
	dtype   string
	fortran bool
	shape   []int
}

// The entries of a header, which is a Python dict as text. The order of the
// keys is free, by NumPy's description of the format (NEP 1).
var (
	npyDtype   = regexp.MustCompile(`'descr':\s*'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// readHeader reads up to an array's first value.
func readHeader(r io.Reader) (*npyHeader, error) {
	start := make([]byte, len(npyMagic)+2) // and the format's version
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(npyMagic)]) != npyMagic {
		return nil, errors.New("not an array of NumPy's: want a file of numpy.save or numpy.savez")
	}
	length := make([]byte, 2)
	switch version := start[len(npyMagic)]; version {
	case 1:
	case 2, 3:
		length = make([]byte, 4)
	default:
		return nil, fmt.Errorf("format %d of NumPy's arrays: want 1, 2 or 3", version)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return nil, fmt.Errorf("the array's header is cut short: %w", err)
	}
	n := int64(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = int64(binary.LittleEndian.Uint32(length))
	}
	if n > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes: want %d at most", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, fmt.Errorf("the array's header is cut short: %w", err)
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, err
	}
	h.size = int64(len(start)+len(length)) + n
	return h, nil
}

// parseHeader takes a header's text apart.
func parseHeader(text string) (*npyHeader, error) {
	dtype, fortran, shape := npyDtype.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if dtype == nil || fortran == nil || shape == nil {
		return nil, fmt.Errorf("the array's header is %.200q: want descr (a plain type), fortran_order and shape", text)
	}
	h := &npyHeader{dtype: dtype[1], fortran: fortran[1] == "True"}
	for field := range strings.SplitSeq(shape[1], ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue // after the last comma
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("an array of shape (%s): %w", shape[1], err)
		}
		h.shape = append(h.shape, n)
	}
	return h, nil
}

// npyTypes are the types that can be read, by NumPy's names of them: bytes a
// number, and how to read one.
var npyTypes = map[string]struct {
	size int
	read func(b []byte) float64
}{
	"<f2": {2, func(b []byte) float64 { return float64(float16.FromBits(binary.LittleEndian.Uint16(b)).Float32()) }},
	"<f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"<f8": {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
}

// check tells whether the array holds features, and fills size bytes with its
// header.
func (h *npyHeader) check(size int64) error {
	dtype, ok := npyTypes[h.dtype]
	if !ok {
		return fmt.Errorf("numbers of type %q: want little-endian float32 ('<f4'), float64 or float16: save x.astype('<f4')", h.dtype)
	}
	if len(h.shape) != 2 || h.shape[0] < 1 || h.shape[1] < 1 {
		return fmt.Errorf("an array of shape %v: want two dimensions, [images, features], of at least 1", h.shape)
	}
	rows, dim, numbers := h.shape[0], h.shape[1], (size-h.size)/int64(dtype.size)
	// Divided, not multiplied: the product of two numbers out of a file may overflow.
	if int64(rows) > numbers/int64(dim) || int64(rows)*int64(dim)*int64(dtype.size) != size-h.size {
		return fmt.Errorf("an array of shape %v and type %q has %d bytes after its header: want as many as its shape says; the file is damaged",
			h.shape, h.dtype, size-h.size)
	}
	return nil
}

// values reads the array, [rows, dim], which check has held to its file.
func (h *npyHeader) values(r io.Reader) ([]float32, error) {
	rows, dim, dtype := h.shape[0], h.shape[1], npyTypes[h.dtype]
	x := make([]float32, rows*dim)
	number := make([]byte, dtype.size)
	for i := range x {
		if _, err := io.ReadFull(r, number); err != nil {
			return nil, fmt.Errorf("number %d of %d: %w", i, len(x), err)
		}
		row, column := i/dim, i%dim
		if h.fortran {
			row, column = i%rows, i/rows
		}
		v := float32(dtype.read(number))
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("row %d has %v in column %d: want finite numbers that a float32 can hold", row, dtype.read(number), column)
		}
		x[row*dim+column] = v
	}
	// The end of the data, where package zip compares its checksum.
	if _, err := io.ReadFull(r, number[:1]); err != io.EOF {
		return nil, fmt.Errorf("after the last number: want the end of the array, and no error: %v", err)
	}
	return x, nil
}

// readNPZ reads the only array of two dimensions in an .npz.
func readNPZ(file io.ReaderAt, size int64) (x []float32, dim int, err error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, 0, err
	}
	var found []*zip.File
	var names []string
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".npy" {
			continue
		}
		shape, err := shapeOf(entry)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", entry.Name, err)
		}
		names = append(names, fmt.Sprintf("%s %v", entry.Name, shape))
		if len(shape) == 2 {
			found = append(found, entry)
		}
	}
	if len(found) != 1 {
		return nil, 0, fmt.Errorf("the archive has the arrays [%s]: want exactly one of two dimensions", strings.Join(names, ", "))
	}
	if x, dim, err = readEntry(found[0], size); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", found[0].Name, err)
	}
	return x, dim, nil
}

// shapeOf is the shape of an archived array.
func shapeOf(entry *zip.File) ([]int, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	header, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	return header.shape, nil
}

// readEntry reads an array from an archive of that size. The length that the
// archive tells of the array is believed as far as so many bytes can hold it.
func readEntry(entry *zip.File, size int64) (x []float32, dim int, err error) {
	if packed := min(entry.CompressedSize64, uint64(size)); entry.UncompressedSize64/maxDeflated > packed {
		return nil, 0, fmt.Errorf("%d bytes are said to be packed into %d: the archive is damaged", entry.UncompressedSize64, packed)
	}
	r, err := entry.Open()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	return readArray(r, int64(entry.UncompressedSize64))
}
