package latent

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

func TestLinear(t *testing.T) {
	a, b := []float32{0, .1}, []float32{1, .3}
	way, err := Linear(a, b, 5)
	require.NoError(t, err)
	require.Len(t, way, 5)
	require.Equal(t, a, way[0])
	require.Equal(t, b, way[4])
	require.InDeltaSlice(t, []float32{.25, .15}, way[1], 1e-7)
	way[0][0], way[4][0] = 9, 9
	require.Equal(t, []float32{0, .1}, a, "the ends are copies")
	require.Equal(t, []float32{1, .3}, b)
}

// TestSpherical: between vectors of one length a spherical way keeps it, at one angular speed. Weights depend on the
// angle alone, so that other lengths only scale them.
func TestSpherical(t *testing.T) {
	way, err := Spherical([]float32{2, 0}, []float32{0, 2}, 7)
	require.NoError(t, err)
	for i, z := range way {
		at := float64(i) * math.Pi / 12
		require.InDeltaSlice(t, []float64{2 * math.Cos(at), 2 * math.Sin(at)}, []float64{float64(z[0]), float64(z[1])}, 1e-6)
	}
	way, err = Spherical([]float32{1, 0}, []float32{0, 3}, 3)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float32{math.Sqrt2 / 2, 3 * math.Sqrt2 / 2}, way[1], 1e-6)
}

// TestGoldenSpherical holds great circles to SciPy's: see tests/golden/slerp.py.
func TestGoldenSpherical(t *testing.T) {
	file, err := os.ReadFile("../../tests/golden/slerp.json")
	require.NoError(t, err)
	var ways []struct {
		A, B   []float32
		Points [][]float32
	}
	require.NoError(t, json.Unmarshal(file, &ways))
	require.Len(t, ways, 5)
	for _, want := range ways {
		require.Len(t, want.Points, 7)
		got, err := Spherical(want.A, want.B, len(want.Points))
		require.NoError(t, err)
		for i, point := range want.Points {
			require.InDeltaSlice(t, point, got[i], 1e-6)
		}
	}
}

// TestSphericalEnds: the ends are exact, to the last bit, however long the vectors.
func TestSphericalEnds(t *testing.T) {
	points := Rows((&ganlib.Players{Algorithm1: &ganlib.Algorithm1{Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 100}}}).NoiseFor(2, 3), 100)
	way, err := Spherical(points[0], points[1], 12)
	require.NoError(t, err)
	require.Equal(t, points[0], way[0])
	require.Equal(t, points[1], way[11])
}

// TestSphericalStraight: where there is no one great circle the way is straight.
func TestSphericalStraight(t *testing.T) {
	for name, ends := range map[string][2][]float32{
		"parallel": {{1, 2}, {2, 4}}, "equal": {{.3, .4}, {.3, .4}}, "opposite": {{1, -2}, {-1, 2}}, "zero": {{0, 0}, {1, 2}},
	} {
		want, err := Linear(ends[0], ends[1], 4)
		require.NoError(t, err)
		got, err := Spherical(ends[0], ends[1], 4)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}

func TestPath(t *testing.T) {
	points := [][]float32{{0, 1}, {4, 1}, {4, 5}}
	path, err := Path(points, 4, Linear)
	require.NoError(t, err)
	require.Len(t, path, 9)
	require.Equal(t, []float32{1, 1}, path[1])
	require.Equal(t, []float32{4, 2}, path[5])
	for i, point := range points {
		require.Equal(t, point, path[4*i])
	}
}

// TestGrid: corners are where they were put, and on a plane, rows and columns are at equal distances.
func TestGrid(t *testing.T) {
	corners := [4][]float32{{0, 0}, {3, 0}, {0, 2}, {3, 2}}
	grid, err := Grid(corners, 3, 4, Linear)
	require.NoError(t, err)
	require.Len(t, grid, 12)
	for row := range 3 {
		for col := range 4 {
			require.InDeltaSlice(t, []float32{float32(col), float32(row)}, grid[4*row+col], 1e-6)
		}
	}
	grid, err = Grid(corners, 2, 2, Spherical)
	require.NoError(t, err)
	require.Equal(t, corners[:], grid)
}

func TestWayOf(t *testing.T) {
	a, b := []float32{1, 0}, []float32{0, 1}
	for noise, want := range map[ganlib.Noise]float64{ganlib.Gaussian: 1, ganlib.Uniform: math.Sqrt2 / 2, ganlib.UnitUniform: math.Sqrt2 / 2} {
		way, err := WayOf(ganlib.Prior{Noise: noise, Dim: 2})(a, b, 3)
		require.NoError(t, err)
		require.InDelta(t, want, length(way[1]), 1e-6, noise)
	}
}

// TestTruncate: a Gaussian cut at psi has the truncated normal's standard deviation and no number beyond; a uniform
// prior is scaled.
func TestTruncate(t *testing.T) {
	gaussian := ganlib.Prior{Noise: ganlib.Gaussian, Dim: 10}
	const n, psi = 2000, .5
	z, err := Truncate(gaussian, n, psi, 7)
	require.NoError(t, err)
	largest, squares := 0.0, 0.0
	for _, v := range slices.Concat(z...) {
		largest = max(largest, math.Abs(float64(v)))
		squares += float64(v) * float64(v)
	}
	require.LessOrEqual(t, largest, psi)
	require.Greater(t, largest, .99*psi)
	// The variance of N(0, 1) cut at ±ψ is 1 − 2ψφ(ψ)/(2Φ(ψ) − 1).
	variance := 1 - 2*psi*math.Exp(-psi*psi/2)/math.Sqrt(2*math.Pi)/math.Erf(psi/math.Sqrt2)
	require.InDelta(t, variance, squares/(n*10), 4*variance/math.Sqrt(n*10))

	first, err := Truncate(gaussian, 3, psi, 7)
	require.NoError(t, err)
	require.Equal(t, z[:3], first)
	whole, err := Truncate(gaussian, 3, math.Inf(1), 7)
	require.NoError(t, err)
	players := &ganlib.Players{Algorithm1: &ganlib.Algorithm1{Prior: gaussian}}
	require.Equal(t, Rows(players.NoiseFor(3, 7), 10), whole, "nothing is cut")

	players.Algorithm1.Prior.Noise = ganlib.UnitUniform
	half, err := Truncate(players.Algorithm1.Prior, 3, .5, 7)
	require.NoError(t, err)
	for i, v := range players.NoiseFor(3, 7) {
		require.Equal(t, v/2, half[i/10][i%10])
	}
}

func TestWalkRefuses(t *testing.T) {
	a, b := []float32{1, 2}, []float32{3, 4}
	prior := ganlib.Prior{Noise: ganlib.Uniform, Dim: 2}
	refused := func(key string) func(_ [][]float32, err error) {
		return func(_ [][]float32, err error) { t.Helper(); gantest.RequireInvalid(t, err, key) }
	}
	refused("n")(Linear(a, b, 1))
	refused("z")(Spherical(a, b[:1], 3))
	refused("z")(Linear(nil, nil, 3))
	refused("points")(Path([][]float32{a}, 3, Linear))
	refused("steps")(Path([][]float32{a, b}, 0, Linear))
	refused("z")(Path([][]float32{a, b, a[:1]}, 2, Linear))
	refused("rows")(Grid([4][]float32{a, b, a, b}, 1, 2, Linear))
	refused("cols")(Grid([4][]float32{a, b, a, b}, 2, 1, Linear))
	refused("z")(Grid([4][]float32{a, b, a, nil}, 2, 2, Linear))
	refused("n")(Truncate(prior, 0, 1, 1))
	refused("psi")(Truncate(prior, 1, 1.5, 1))
	refused("psi")(Truncate(prior, 1, math.NaN(), 1))
	refused("psi")(Truncate(ganlib.Prior{Noise: ganlib.Gaussian, Dim: 2}, 1, 0, 1))
	refused("dim")(Truncate(ganlib.Prior{Noise: ganlib.Gaussian}, 1, 1, 1))
}
