package main

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestModelsInTheBox: a model's name stands where a run's directory does, and what is written lies here under its name.
func TestModelsInTheBox(t *testing.T) {
	t.Chdir(t.TempDir())
	out := must(t, "models")
	for _, name := range models.Names() {
		require.Contains(t, out, "\n"+name+" ")
		require.Contains(t, must(t, "info", name), "go run ./cmd/train-models "+name)
	}
	for _, engine := range []string{"go", "xla:cpu"} {
		gantest.Open(t, engine) // skips the rest where XLA is not there
		out := must(t, "sample", "digits", "--label", "7", "-n", "6", "--backend", engine)
		require.Regexp(t, `^6 samples after \d+ iterations: digits-samples.png\n$`, out)
		require.False(t, decode(t, "digits-samples.png").Bounds().Empty())
	}
	must(t, "sample", "digits", "-n", "3", "--folder", "digits-apart")
	require.FileExists(t, filepath.Join("digits-apart", "000002.png"))

	out = must(t, "eval", "figure1", "-n", "200")
	require.Contains(t, out, "200 samples, seed 1")
	require.FileExists(t, "figure1-eval.json")
	must(t, "eval", "figure1", "-n", "100") // its own report it replaces
	must(t, "probe", "figure1", "--steps", "1")
}

// TestNamesAndPaths: what exists is a path, whatever a model is called, and ./ makes a path of a name.
func TestNamesAndPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	status, _, errs := gan(t, "sample", "./digits")
	require.Equal(t, misused, status)
	require.Contains(t, errs, "./digits: no such directory, and no model")
	require.NoError(t, os.Mkdir("digits", 0o777))
	_, _, errs = gan(t, "sample", "digits")
	require.Contains(t, errs, "digits is not a run: it has no config.json")
	require.NoError(t, os.Remove("digits"))
	for _, name := range []string{"digits-samples.png", "digits-eval.json"} {
		require.NoError(t, os.WriteFile(name, []byte("my own"), 0o666))
	}
	for _, command := range []string{"sample", "eval"} {
		status, _, errs := gan(t, command, "digits", "-n", "4")
		require.Equal(t, failed, status)
		require.Contains(t, errs, "is there already, and this program did not write it")
	}
	kept, err := os.ReadFile("digits-samples.png")
	require.NoError(t, err)
	require.Equal(t, "my own", string(kept))
}

// rowsIn are the rows of a file of noise, and how long they are.
func rowsIn(t *testing.T, path string) (rows [][]float32) {
	t.Helper()
	z, err := numpy.FromNpyFile(path)
	require.NoError(t, err)
	require.Equal(t, 2, z.Rank())
	dim := z.Shape().Dimensions[1]
	flat := tensors.MustCopyFlatData[float32](z)
	for i := 0; i < len(flat); i += dim {
		rows = append(rows, flat[i:i+dim])
	}
	return rows
}

// TestNoiseGivenAndSaved: noise that was saved draws the same picture, and walks, grids and truncation change the noise as
// they say.
func TestNoiseGivenAndSaved(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, "sample", "digits", "-n", "9", "--label", "3", "-o", "plain.png")
	must(t, "sample", "digits", "-n", "9", "--label", "3", "--save-z", "z.npy", "-o", "saved.png")
	must(t, "sample", "digits", "--label", "3", "--z", "z.npy", "-o", "given.png")
	require.Len(t, rowsIn(t, "z.npy"), 9)
	require.Len(t, rowsIn(t, "z.npy")[0], 100)
	same := func(a, b string) bool { return samePixels(decode(t, a), decode(t, b)) }
	require.True(t, same("plain.png", "saved.png"))
	require.True(t, same("saved.png", "given.png"))

	must(t, "sample", "digits", "-n", "9", "--truncate", ".5", "--save-z", "near.npy", "-o", "near.png")
	for i, row := range rowsIn(t, "near.npy") {
		for j, v := range row {
			require.InDelta(t, .5*rowsIn(t, "z.npy")[i][j], v, 1e-6, "uniform noise is scaled")
		}
	}
	out := must(t, "sample", "digits", "-n", "16", "--walk", "--gif", "walk.gif", "--save-z", "walk.npy", "-o", "walk.png")
	require.Contains(t, out, "16 samples")
	require.FileExists(t, "walk.gif")
	walk, ends := rowsIn(t, "walk.npy"), rowsIn(t, "z.npy")
	require.Equal(t, ends[0], walk[0])
	require.Equal(t, ends[1], walk[legSteps])
	require.InDelta(t, (ends[0][5]+ends[1][5])/2, walk[legSteps/2][5], 1e-6, "straight in the box of uniform noise")

	must(t, "sample", "digits", "-n", "9", "--grid", "--save-z", "grid.npy", "-o", "grid.png")
	grid := rowsIn(t, "grid.npy")
	require.Len(t, grid, 9)
	for corner, at := range []int{0, 2, 6, 8} {
		require.Equal(t, ends[corner], grid[at])
	}
}

// samePixels reports whether two pictures are equal.
func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
