package feature

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// npy is an .npy file of float64, in the order of the file.
func npy(shape string, numbers ...float64) []byte {
	file := array(header("<f8", shape), 0)
	for _, v := range numbers {
		file, _ = binary.Append(file, binary.LittleEndian, v)
	}
	return file
}

// npz writes an archive of arrays and returns its path.
func npz(t *testing.T, arrays ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stats.npz")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	w := zip.NewWriter(file)
	for i := 0; i < len(arrays); i += 2 {
		entry, err := w.Create(arrays[i].(string))
		require.NoError(t, err)
		_, err = entry.Write(arrays[i+1].([]byte))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return path
}

func TestReadStatistics(t *testing.T) {
	mu, sigma := npy("2,", 1e-3, 2), npy("2, 2", 3, .1, .1, 4)
	path := npz(t, "sigma.npy", sigma, "mu.npy", mu, "feats.npy", npy("1,", 7))
	mean, covariance, err := ReadStatistics(path)
	require.NoError(t, err)
	require.Equal(t, []float64{1e-3, 2}, mean) // float64, not rounded to float32
	require.Equal(t, []float64{3, .1, .1, 4}, covariance)
	_, _, err = ReadNPY(path)
	require.ErrorIs(t, err, ErrStatistics)

	for name, test := range map[string]struct {
		path string
		want error
		says string
	}{
		"no mu":          {npz(t, "sigma.npy", sigma), data.ErrMissing, "mu.npy"},
		"no sigma":       {npz(t, "mu.npy", mu), data.ErrMissing, "sigma.npy"},
		"other sizes":    {npz(t, "mu.npy", npy("3,", 1, 2, 3), "sigma.npy", sigma), data.ErrFormat, "mu has 3 numbers and sigma 2 rows"},
		"not square":     {npz(t, "mu.npy", mu, "sigma.npy", npy("1, 4", 1, 2, 3, 4)), data.ErrFormat, "a square covariance"},
		"not symmetric":  {npz(t, "mu.npy", mu, "sigma.npy", npy("2, 2", 3, .1, .2, 4)), data.ErrFormat, "not symmetric"},
		"negative":       {npz(t, "mu.npy", mu, "sigma.npy", npy("2, 2", 3, .1, .1, -4)), data.ErrFormat, "-4 at [1 1]"},
		"mu is a matrix": {npz(t, "mu.npy", sigma, "sigma.npy", sigma), data.ErrFormat, "one mean of each feature"},
		"no zip":         {os.Args[0], data.ErrFormat, "mu and sigma"},
		"cut short":      {npz(t, "mu.npy", mu[:len(mu)-1], "sigma.npy", sigma), data.ErrDamaged, "mu.npy"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ReadStatistics(test.path)
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.path)
			require.ErrorContains(t, err, test.says)
		})
	}
}

// TestCovarianceIsNotFeatures: a square matrix that is symmetric is not a row for each image. clean-fid's file of
// features for KID has one array.
func TestCovarianceIsNotFeatures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sigma.npy")
	require.NoError(t, os.WriteFile(path, npy("2, 2", 3, .1, .1, 4), 0o666))
	_, _, err := ReadNPY(path)
	require.ErrorIs(t, err, ErrStatistics)
	require.NoError(t, os.WriteFile(path, npy("2, 2", 3, .1, .2, 4), 0o666))
	_, dim, err := ReadNPY(path)
	require.NoError(t, err)
	require.Equal(t, 2, dim)
	_, dim, err = ReadNPY(npz(t, "feats.npy", npy("3, 2", 1, 2, 3, 4, 5, 6)))
	require.NoError(t, err)
	require.Equal(t, 2, dim)
}

// FuzzStatistics reads any bytes as an .npz of statistics: they are refused, or a mean and the covariance that goes with it.
func FuzzStatistics(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(written, "*.npz"))
	require.NoError(f, err)
	for _, path := range files {
		content, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		gantest.RequireAllocates(t, 16*maxDeflated*len(content)+1<<20, func() {
			mean, covariance, err := readStatistics(archive, int64(len(content)))
			require.True(t, err != nil || len(mean) > 0 && len(covariance) == len(mean)*len(mean))
		})
	})
}
