package ganlib

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

const dx = 1e-3

// grid covers ten standard deviations of every density used here.
var grid = func() []float64 {
	x := make([]float64, 20001)
	for i := range x {
		x[i] = -10 + dx*float64(i)
	}
	return x
}()

func gaussian(x []float64, mean, std float64) []float64 {
	p := make([]float64, len(x))
	for i, v := range x {
		u := (v - mean) / std
		p[i] = math.Exp(-u*u/2) / (std * math.Sqrt(2*math.Pi))
	}
	return p
}

// TestOptimalDiscriminator: for two Gaussians of equal spread σ at ±μ, D* is a logistic curve with
// slope 2μ/σ² at the middle.
func TestOptimalDiscriminator(t *testing.T) {
	d := OptimalDiscriminator(gaussian(grid, 1, 0.8), gaussian(grid, -1, 0.8))
	for i := 0; i < len(grid); i += 500 {
		if math.Abs(grid[i]) < 8 {
			require.InDelta(t, 1/(1+math.Exp(-2*grid[i]/0.64)), d[i], 1e-9, "x = %v", grid[i])
		}
	}
	require.Equal(t, []float64{0.5, 0, 1}, OptimalDiscriminator([]float64{0, 0, 2}, []float64{0, 1, 0}))
}

// TestDStarIsTheBestResponse: no nearby D reaches a higher V (Proposition 1).
func TestDStarIsTheBestResponse(t *testing.T) {
	p, q := gaussian(grid, 1, 0.5), gaussian(grid, 0, 1)
	d := OptimalDiscriminator(p, q)
	best := ValueOnGrid(d, p, q, dx)
	for _, nudge := range []float64{-0.1, -0.01, 0.01, 0.1} {
		other := make([]float64, len(d))
		for i := range d {
			logit := math.Log(d[i]/(1-d[i])) + nudge
			other[i] = sigmoid(logit)
		}
		require.Less(t, ValueOnGrid(other, p, q, dx), best)
	}
}

// TestTheorem1: V at D* is −log 4 + 2·JSD, and the lower bound on JSD is tight there only.
func TestTheorem1(t *testing.T) {
	p, q := gaussian(grid, 1, 0.5), gaussian(grid, 0, 1)
	d := OptimalDiscriminator(p, q)
	v := ValueOnGrid(d, p, q, dx)
	require.InDelta(t, Criterion(p, q, dx), v, 1e-9)
	require.InDelta(t, JSD(p, q, dx), JSDBound(v), 1e-9)
	half := make([]float64, len(d))
	for i := range half {
		half[i] = 0.5
	}
	require.InDelta(t, 0, JSDBound(ValueOnGrid(half, p, q, dx)), 1e-9, "D = 1/2 tells nothing")
	require.Greater(t, JSD(p, q, dx), 0.1)
}

func TestJSDInClosedForm(t *testing.T) {
	p := gaussian(grid, 0, 1)
	require.InDelta(t, 0, JSD(p, p, dx), 1e-12)
	require.InDelta(t, math.Ln2, JSD([]float64{1, 0}, []float64{0, 1}, 1), 1e-12, "disjoint")
	// Bernoulli(1/2) against a certainty: m = (3/4, 1/4), so JSD = ½[½·log⅔ + ½·log 2] + ½·log(4/3).
	want := (math.Log(2.0/3)+math.Log(2))/4 + math.Log(4.0/3)/2
	require.InDelta(t, want, JSD([]float64{0.5, 0.5}, []float64{1, 0}, 1), 1e-12)
	require.InDelta(t, JSD(p, gaussian(grid, 1, 2), dx), JSD(gaussian(grid, 1, 2), p, dx), 1e-12, "symmetric")
}

func TestDiscriminatorGap(t *testing.T) {
	pData, pG := []float64{0.5, 0.5, 0, 0.01}, []float64{0.5, 0, 0.5, 0}
	d := []float64{0.6, 1, 0.2, 0} // D* is 1/2, 1, 0, 1
	mean, worst := DiscriminatorGap(d, pData, pG)
	require.InDelta(t, (0.1*1+0.2*0.5+1*0.01)/2.01, mean, 1e-12)
	require.InDelta(t, 0.1, worst, 1e-12, "the last point is in the data's tail")
}
