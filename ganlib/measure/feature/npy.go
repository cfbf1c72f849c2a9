package feature

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes/float16"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/disk"
)

// ReadNPY reads features that were computed elsewhere: x of [n, dim], one row for each image. The file is one that
// NumPy's numpy.save writes (.npy), or numpy.savez or numpy.savez_compressed (.npz); its first bytes tell which.
//
// The array has two dimensions and is little-endian float16, float32 or float64, in C or Fortran order; x is always
// float32 in C order. Of the arrays in an .npz exactly one may have two dimensions, as in clean-fid's files for KID. A
// file of a mean and a covariance is not of features: [ReadStatistics] reads it.
//
// # Published FIDs
//
// Published FIDs are computed with one network, the Inception of 2015 that came with the FID paper's code. It and its
// weights are in the Python package torch-fidelity (Obukhov et al., 2020, doi:10.5281/zenodo.4957738), which downloads
// them. To compute its features of a folder of PNG or JPEG files, pip install torch-fidelity and run
//
//	import numpy
//	from torch_fidelity.utils import create_feature_extractor, extract_featuresdict_from_input_id
//
//	extractor = create_feature_extractor("inception-v3-compat", ["2048"], cuda=False)
//	features = extract_featuresdict_from_input_id(1, extractor, input1="samples", cuda=False)["2048"]
//	numpy.save("samples.npy", features.numpy())
//
// Then samples.npy is [images, 2048] of float32. The FID between it and the features of the training images, computed
// in the same way, equals the one that torch-fidelity computes. To compare it with a paper's, take the paper's number
// of images and its reference set.
//
// # Errors
//
// ReadNPY returns an error that names the file and wraps
//
//   - [ErrStatistics] if it holds arrays called mu or sigma, or a covariance: a square matrix that is symmetric;
//   - [data.ErrFormat] if it is not an array of NumPy's, if the array has other numbers or another number of dimensions, or
//     if a value is NaN, infinite or beyond float32;
//   - [data.ErrTruncated] or [data.ErrDamaged] if it is cut short, too long or fails its checksum;
//   - [data.ErrTooLarge] if its header is longer than NumPy itself reads.
//
// Memory is reserved only after the header's shape has been compared with the size of the file.
func ReadNPY(path string) (x []float32, dim int, err error) {
	return readFile("features", path, readFeatures)
}

// ReadRows is [ReadNPY] for rows of any meaning, such as noise, where a symmetric matrix is as good as another.
func ReadRows(path string) (x []float32, dim int, err error) { return readFile("rows", path, readRows) }

// readFile reads a file by one of the two functions below. Errors say of what they are, and name the file.
func readFile(what, path string, read func(io.ReaderAt, int64) ([]float32, int, error)) (x []float32, dim int, err error) {
	file, err := disk.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", what, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", what, err)
	}
	if x, dim, err = read(file, info.Size()); err != nil {
		return nil, 0, fmt.Errorf("%s in %s: %w", what, path, err)
	}
	return x, dim, nil
}

// readFeatures reads rows that are no covariance.
func readFeatures(file io.ReaderAt, size int64) (x []float32, dim int, err error) {
	x, dim, err = readRows(file, size)
	if err == nil && dim > 1 && len(x) == dim*dim && symmetric(x, dim) {
		err = fmt.Errorf("%w: a square matrix that is symmetric, [%d, %[2]d], is a covariance, not a row for each image", ErrStatistics, dim)
	}
	return x, dim, err
}

// readRows reads an .npy or .npz file of that size in bytes.
func readRows(file io.ReaderAt, size int64) (x []float32, dim int, err error) {
	first := make([]byte, len(npyMagic))
	if _, err := file.ReadAt(first, 0); err != nil && err != io.EOF {
		return nil, 0, err
	}
	if strings.HasPrefix(string(first), "PK") {
		return readNPZ(file, size)
	}
	return readArray(io.NewSectionReader(file, 0, size), size)
}

// readArray reads features: one array of two dimensions, which takes size bytes with its header.
func readArray(r io.Reader, size int64) (x []float32, dim int, err error) {
	header, x, err := readNumbers[float32](r, size, (*npyHeader).checkFeatures)
	if err != nil {
		return nil, 0, err
	}
	return x, header.shape[1], nil
}

// readNumbers reads one array of any shape that check accepts. It takes size bytes with its header.
func readNumbers[T float32 | float64](r io.Reader, size int64, check func(*npyHeader) error) (*npyHeader, []T, error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in)
	if err != nil {
		return nil, nil, err
	}
	if err := check(header); err != nil {
		return nil, nil, err
	}
	if err := header.checkSize(size); err != nil {
		return nil, nil, err
	}
	x, err := values[T](header, in)
	return header, x, err
}

const (
	npyMagic = "\x93NUMPY"
	// maxHeader bounds a header's length. NumPy itself refuses headers longer than 10,000 bytes by default.
	maxHeader = 10_000
	// maxDeflated is the largest number of bytes that deflate packs into one (zlib's "Technical Details", Maximum
	// Compression Factor).
	maxDeflated = 1032
)

// npyHeader is the header of an array.
type npyHeader struct {
	size    int64 // of the header itself, in bytes
	dtype   string
	fortran bool
	shape   []int
}

// The entries of a header, which is a Python dict as text. The order of the keys is free, by NumPy's description of the
// format (NEP 1).
var (
	npyDtype   = regexp.MustCompile(`'descr':\s*'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([0-9, ]*)\)`)
)

// readHeader reads a header and stops at the array's first value.
func readHeader(r io.Reader) (*npyHeader, error) {
	start := make([]byte, len(npyMagic)+2) // and the format's version
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(npyMagic)]) != npyMagic {
		return nil, fmt.Errorf("%w: not an array of NumPy's: want a file of numpy.save or numpy.savez", data.ErrFormat)
	}
	length := make([]byte, 2)
	switch version := start[len(npyMagic)]; version {
	case 1:
	case 2, 3:
		length = make([]byte, 4)
	default:
		return nil, fmt.Errorf("%w: version %d of NumPy's format: want 1, 2 or 3", data.ErrFormat, version)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return nil, fmt.Errorf("%w: the array's header: %w", data.ErrTruncated, err)
	}
	n := int64(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = int64(binary.LittleEndian.Uint32(length))
	}
	if n > maxHeader {
		return nil, fmt.Errorf("%w: a header of %d bytes: want at most %d", data.ErrTooLarge, n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, fmt.Errorf("%w: the array's header: %w", data.ErrTruncated, err)
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, err
	}
	h.size = int64(len(start)+len(length)) + n
	return h, nil
}

// parseHeader parses the text of a header.
func parseHeader(text string) (*npyHeader, error) {
	dtype, fortran, shape := npyDtype.FindStringSubmatch(text), npyFortran.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	if dtype == nil || fortran == nil || shape == nil {
		return nil, fmt.Errorf("%w: the array's header is %.200q: want descr (a plain type), fortran_order and shape", data.ErrFormat, text)
	}
	h := &npyHeader{dtype: dtype[1], fortran: fortran[1] == "True"}
	for field := range strings.SplitSeq(shape[1], ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue // after the last comma
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("%w: an array of shape (%s): %w", data.ErrFormat, shape[1], err)
		}
		h.shape = append(h.shape, n)
	}
	return h, nil
}

// npyTypes are the types that can be read, by NumPy's names: the number of bytes of a value, and how to read one.
var npyTypes = map[string]struct {
	size int
	read func(b []byte) float64
}{
	"<f2": {2, func(b []byte) float64 { return float64(float16.FromBits(binary.LittleEndian.Uint16(b)).Float32()) }},
	"<f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"<f8": {8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }},
}

// checkFeatures refuses an array that does not hold features.
func (h *npyHeader) checkFeatures() error {
	if _, ok := npyTypes[h.dtype]; !ok {
		return fmt.Errorf("%w: numbers of type %q: want little-endian float32 ('<f4'), float64 or float16: save x.astype('<f4')", data.ErrFormat, h.dtype)
	}
	if len(h.shape) != 2 || h.shape[0] < 1 || h.shape[1] < 1 {
		return fmt.Errorf("%w: an array of shape %v: want two dimensions, [images, features], of at least 1", data.ErrFormat, h.shape)
	}
	return nil
}

// checkSize refuses an array that does not take exactly size bytes with its header.
func (h *npyHeader) checkSize(size int64) error {
	left := (size - h.size) / int64(npyTypes[h.dtype].size)
	whole := left*int64(npyTypes[h.dtype].size) == size-h.size
	// Divided, not multiplied: the product of numbers out of a file may overflow.
	for _, d := range h.shape {
		if whole = whole && d > 0 && left%int64(d) == 0; whole {
			left /= int64(d)
		}
	}
	if !whole || left != 1 {
		return fmt.Errorf("%w: an array of shape %v and type %q has %d bytes after its header: want as many as its shape says",
			data.ErrDamaged, h.shape, h.dtype, size-h.size)
	}
	return nil
}

// values reads the array, whose size has been checked, in C order.
func values[T float32 | float64](h *npyHeader, r io.Reader) ([]T, error) {
	n, dtype := 1, npyTypes[h.dtype]
	for _, d := range h.shape {
		n *= d
	}
	x, at := make([]T, n), make([]int, len(h.shape))
	number := make([]byte, dtype.size)
	for i := range x {
		if _, err := io.ReadFull(r, number); err != nil {
			return nil, fmt.Errorf("%w: number %d of %d: %w", data.ErrDamaged, i, len(x), err)
		}
		v := T(dtype.read(number))
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%w: %v at %v: want finite numbers in the range of %T", data.ErrFormat, dtype.read(number), at, v)
		}
		x[h.offset(at)] = v
		h.next(at)
	}
	// The end of the data, where package zip compares its checksum.
	switch _, err := io.ReadFull(r, number[:1]); err {
	case io.EOF:
	case nil:
		return nil, fmt.Errorf("%w: the array goes on after its last number", data.ErrDamaged)
	default:
		return nil, fmt.Errorf("%w: after the last number: %w", data.ErrDamaged, err)
	}
	return x, nil
}

// offset is where the number at an index is in C order: the last index varies fastest.
func (h *npyHeader) offset(at []int) (offset int) {
	for axis, d := range h.shape {
		offset = offset*d + at[axis]
	}
	return offset
}

// next moves an index on to the next number in the order of the file.
func (h *npyHeader) next(at []int) {
	for k := range at {
		axis := len(at) - 1 - k
		if h.fortran {
			axis = k
		}
		if at[axis]++; at[axis] < h.shape[axis] {
			return
		}
		at[axis] = 0
	}
}

// readNPZ reads the only array of two dimensions in an .npz.
func readNPZ(file io.ReaderAt, size int64) (x []float32, dim int, err error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", data.ErrDamaged, err)
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
		if entry.Name == meanEntry || entry.Name == covarianceEntry {
			return nil, 0, fmt.Errorf("%w: the archive has %s %v", ErrStatistics, entry.Name, shape)
		}
		names = append(names, fmt.Sprintf("%s %v", entry.Name, shape))
		if len(shape) == 2 {
			found = append(found, entry)
		}
	}
	if len(found) != 1 {
		return nil, 0, fmt.Errorf("%w: the archive has the arrays [%s]: want exactly one of two dimensions", data.ErrFormat, strings.Join(names, ", "))
	}
	header, x, err := readEntry[float32](found[0], size, (*npyHeader).checkFeatures)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", found[0].Name, err)
	}
	return x, header.shape[1], nil
}

// shapeOf is the shape of an archived array.
func shapeOf(entry *zip.File) ([]int, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", data.ErrDamaged, err)
	}
	defer r.Close()
	header, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	return header.shape, nil
}

// readEntry reads an array from an archive of size bytes. It refuses an array whose listed length is more than the
// archive could hold.
func readEntry[T float32 | float64](entry *zip.File, size int64, check func(*npyHeader) error) (*npyHeader, []T, error) {
	if packed := min(entry.CompressedSize64, uint64(size)); entry.UncompressedSize64/maxDeflated > packed {
		return nil, nil, fmt.Errorf("%w: the archive lists %d bytes as packed into %d", data.ErrDamaged, entry.UncompressedSize64, packed)
	}
	r, err := entry.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", data.ErrDamaged, err)
	}
	defer r.Close()
	return readNumbers[T](r, int64(entry.UncompressedSize64), check)
}
