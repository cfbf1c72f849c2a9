package latent

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

func TestArithmetic(t *testing.T) {
	y, err := Arithmetic([][]float32{{1, 0}, {3, 0}, {5, 3}}, [][]float32{{1, 1}}, [][]float32{{0, 4}, {.5, 4}})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float32{2.25, 4}, y, 1e-6)

	_, err = Arithmetic([][]float32{{1, 0}}, nil, [][]float32{{0, 4}})
	gantest.RequireInvalid(t, err, "b.z")
	_, err = Arithmetic([][]float32{{1, 0}, {1}}, [][]float32{{1, 0}}, [][]float32{{0, 4}})
	gantest.RequireInvalid(t, err, "a.z")
	_, err = Arithmetic([][]float32{{1, 0}}, [][]float32{{1, 0}}, [][]float32{{0}})
	gantest.RequireInvalid(t, err, "z")
}

// TestNeighbours: noise is U(−reach, reach), another for every number and every neighbour.
func TestNeighbours(t *testing.T) {
	y := make([]float32, 400)
	for i := range y {
		y[i] = float32(i)
	}
	near, err := Neighbours(y, 8, .25, 5)
	require.NoError(t, err)
	var noise []float64
	for _, row := range near {
		for i, v := range row {
			noise = append(noise, float64(v)-float64(y[i]))
		}
	}
	require.LessOrEqual(t, slices.Max(noise), .25+1e-4)
	require.GreaterOrEqual(t, slices.Min(noise), -.25-1e-4)
	mean, std := stat.MeanStdDev(noise, nil)
	require.InDelta(t, 0, mean, 4*.25/math.Sqrt(3*3200))
	require.InDelta(t, .25/math.Sqrt(3), std, .005)
	first, err := Neighbours(y, 2, .25, 5)
	require.NoError(t, err)
	require.Equal(t, near[:2], first)

	_, err = Neighbours(y, 0, .25, 5)
	gantest.RequireInvalid(t, err, "n")
	_, err = Neighbours(y, 1, -1, 5)
	gantest.RequireInvalid(t, err, "reach")
}

// TestDirection: where a label is the sign of one coordinate of Gaussian noise, the direction is that coordinate's, of
// twice the mean of half a normal distribution, √(2/π).
func TestDirection(t *testing.T) {
	const dim, n = 5, 4000
	z := Rows((&ganlib.Players{Algorithm1: &ganlib.Algorithm1{Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: dim}}}).NoiseFor(n, 1), dim)
	labels := make([]int, n)
	for i, row := range z {
		if row[3] > 0 {
			labels[i] = 1
		}
	}
	direction, err := Direction(z, labels, 0, 1)
	require.NoError(t, err)
	want := []float32{0, 0, 0, float32(2 * math.Sqrt(2/math.Pi)), 0}
	require.InDeltaSlice(t, want, direction, 4*2/math.Sqrt(n))

	unit, err := Unit(direction)
	require.NoError(t, err)
	require.InDelta(t, 1, length(unit), 1e-6)
	moved, err := Along(z[0], unit, -1, 0, 2)
	require.NoError(t, err)
	require.Equal(t, z[0], moved[1])
	require.InDelta(t, float64(z[0][3])+2*float64(unit[3]), float64(moved[2][3]), 1e-6)
	require.InDelta(t, float64(z[0][3])-float64(unit[3]), float64(moved[0][3]), 1e-6)

	_, err = Direction(z, labels[1:], 0, 1)
	gantest.RequireInvalid(t, err, "labels")
	_, err = Direction(z, labels, 0, 2)
	gantest.RequireInvalid(t, err, "to")
	_, err = Direction(z, labels, 7, 1)
	gantest.RequireInvalid(t, err, "from")
	_, err = Unit(make([]float32, 3))
	gantest.RequireInvalid(t, err, "direction")
	_, err = Along(z[0], unit[1:], 1)
	gantest.RequireInvalid(t, err, "z")
}

func TestEachClass(t *testing.T) {
	rows, labels, err := EachClass([][]float32{{1}, {2}}, 3)
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1}, {1}, {1}, {2}, {2}, {2}}, rows)
	require.Equal(t, []int{0, 1, 2, 0, 1, 2}, labels)
	_, _, err = EachClass([][]float32{{1}}, 0)
	gantest.RequireInvalid(t, err, "classes")
}

// identity are the examples themselves as features.
func identity(dim int) Features {
	return func(x []float32) ([]float32, int, error) { return x, dim, nil }
}

// TestPathLengthOfLinear: a linear G goes along a straight way at the speed ‖(b − a)W‖, whatever the time; over pairs of
// U(−1, 1) the square's mean is ⅔‖W‖².
func TestPathLengthOfLinear(t *testing.T) {
	w := [][]float32{{1, 2, 0}, {0, -1, .5}}
	p := linear(t, ganlib.Uniform, w)
	const pairs = 90 // too few for a hundredth to be left out
	got, err := PathLength(p, identity(3), pairs, 4)
	require.NoError(t, err)
	var lengths []float64
	for pair := range slices.Chunk(Rows(p.NoiseFor(2*pairs, 4), 2), 2) {
		lengths = append(lengths, squaredSpeed(w, weighted(pair[1], pair[0], 1, -1)))
	}
	mean, std := stat.MeanStdDev(lengths, nil)
	require.InEpsilon(t, mean, got.Value, 2e-3, "float32 holds a step of ε to three digits")
	require.InEpsilon(t, std/math.Sqrt(pairs), got.StdErr, 2e-3)

	many, err := PathLength(p, identity(3), 20_000, 1)
	require.NoError(t, err)
	expected := 2. / 3 * (1 + 4 + 1 + .25)
	require.InEpsilon(t, expected, many.Value, .05)
	require.Less(t, many.Value, .98*expected, "the heavier tail is the upper one, so less is left without both")
}

// squaredSpeed is ‖v·W‖².
func squaredSpeed(w [][]float32, v []float32) float64 {
	total := 0.0
	for j := range w[0] {
		sum := 0.0
		for i := range w {
			sum += float64(v[i]) * float64(w[i][j])
		}
		total += sum * sum
	}
	return total
}

// TestPathLengthOfCircle: between Gaussian draws a linear G goes along the circle, whose speed is its derivative,
// (−cos((1−t)Ω)·a + cos(tΩ)·b)·Ω/sin Ω.
func TestPathLengthOfCircle(t *testing.T) {
	w := [][]float32{{1, 0}, {.5, 2}, {0, 1}}
	p := linear(t, ganlib.Gaussian, w)
	const pairs, seed = 90, 6
	got, err := PathLength(p, identity(2), pairs, seed)
	require.NoError(t, err)
	times := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	total := 0.0
	for pair := range slices.Chunk(Rows(p.NoiseFor(2*pairs, seed), 3), 2) {
		at, angle := times.Float64(), angleBetween(pair[0], pair[1])
		factor := angle / math.Sin(angle)
		total += squaredSpeed(w, weighted(pair[0], pair[1], -factor*math.Cos((1-at)*angle), factor*math.Cos(at*angle))) / pairs
	}
	require.InEpsilon(t, total, got.Value, 2e-3)
}

func TestPathLengthRefuses(t *testing.T) {
	p := linear(t, ganlib.Uniform, [][]float32{{1, 2, 0}})
	_, err := PathLength(p, identity(3), 1, 1)
	gantest.RequireInvalid(t, err, "pairs")
	_, err = PathLength(p, identity(4), 5, 1)
	gantest.RequireInvalid(t, err, "features")
	_, err = PathLength(p, identity(3), 5, 1, 2)
	gantest.RequireInvalid(t, err, "label")
	broken := errors.New("broken")
	_, err = PathLength(p, func([]float32) ([]float32, int, error) { return nil, 0, broken }, 5, 1)
	require.ErrorIs(t, err, broken)
}
