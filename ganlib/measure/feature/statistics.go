package feature

import (
	"archive/zip"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/gans-in-go/gans/ganlib/data"
)

// ErrStatistics refuses the mean and the covariance of features where the features themselves are asked for.
var ErrStatistics = errors.New("statistics of features, not features")

// The arrays of a file of statistics.
const (
	meanEntry       = "mu.npy"
	covarianceEntry = "sigma.npy"
)

// ReadStatistics reads the mean, [dim], and the covariance, [dim, dim], of features that were computed elsewhere: what
// an FID needs of a reference. The file is an .npz with the arrays mu and sigma, as the FID paper's code, pytorch-fid and
// clean-fid write it; other arrays are passed over. Numbers are of the types that [ReadNPY] reads.
//
// It returns an error that names the file and wraps [data.ErrMissing] if an array is not there, [data.ErrFormat] if their
// shapes do not fit each other, if sigma is not symmetric or has a negative variance, or if a number is not finite, and
// otherwise the errors of [ReadNPY].
func ReadStatistics(path string) (mean, covariance []float64, err error) {
	archive, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, nil, fmt.Errorf("statistics in %s: %w: not an archive: a matrix that is square and symmetric is a covariance, not a row "+
			"for each image: want features, or an .npz with the arrays mu and sigma", path, data.ErrFormat)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("statistics in %s: %w: want an .npz with the arrays mu and sigma", path, err)
	}
	defer archive.Close()
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("statistics: %w", err)
	}
	if mean, covariance, err = readStatistics(&archive.Reader, info.Size()); err != nil {
		return nil, nil, fmt.Errorf("statistics in %s: %w", path, err)
	}
	return mean, covariance, nil
}

// readStatistics reads the two arrays of an archive of size bytes.
func readStatistics(archive *zip.Reader, size int64) (mean, covariance []float64, err error) {
	for _, part := range []struct {
		name string
		dims int
		into *[]float64
	}{{meanEntry, 1, &mean}, {covarianceEntry, 2, &covariance}} {
		entry := entryOf(archive, part.name)
		if entry == nil {
			return nil, nil, fmt.Errorf("%s is %w: want mu and sigma, the mean and the covariance of features", part.name, data.ErrMissing)
		}
		_, *part.into, err = readEntry[float64](entry, size, func(h *npyHeader) error { return h.checkStatistics(part.dims) })
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	dim := len(mean)
	if len(covariance) != dim*dim {
		return nil, nil, fmt.Errorf("%w: mu has %d numbers and sigma %.0f rows: want as many", data.ErrFormat, dim, math.Sqrt(float64(len(covariance))))
	}
	if !symmetric(covariance, dim) {
		return nil, nil, fmt.Errorf("%w: sigma is not symmetric, so it is not a covariance", data.ErrFormat)
	}
	for i := range dim {
		if variance := covariance[i*dim+i]; variance < 0 {
			return nil, nil, fmt.Errorf("%w: sigma has %v at [%d %[3]d]: want a variance, at least 0", data.ErrFormat, variance, i)
		}
	}
	return mean, covariance, nil
}

// entryOf is the entry of that name, nil if there is none.
func entryOf(archive *zip.Reader, name string) *zip.File {
	for _, entry := range archive.File {
		if entry.Name == name {
			return entry
		}
	}
	return nil
}

// checkStatistics refuses an array that is not a mean, of one dimension, or a covariance, square.
func (h *npyHeader) checkStatistics(dims int) error {
	if _, ok := npyTypes[h.dtype]; !ok {
		return fmt.Errorf("%w: numbers of type %q: want little-endian float64 ('<f8'), float32 or float16", data.ErrFormat, h.dtype)
	}
	if len(h.shape) != dims || h.shape[0] < 1 || h.shape[dims-1] != h.shape[0] {
		return fmt.Errorf("%w: an array of shape %v: want %s", data.ErrFormat, h.shape, []string{"one mean of each feature, [dim]", "a square covariance, [dim, dim]"}[dims-1])
	}
	return nil
}

// symmetric reports whether a square matrix [dim, dim] is the same when it is transposed, but for rounding.
func symmetric[T float32 | float64](x []T, dim int) bool {
	var largest float64
	for _, v := range x {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i := range dim {
		for j := range i {
			if math.Abs(float64(x[i*dim+j])-float64(x[j*dim+i])) > 1e-5*largest {
				return false
			}
		}
	}
	return true
}
