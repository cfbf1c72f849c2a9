package evaluate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/measure"
)

// normals are n points in the plane.
func normals(n int, mean, std float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, 2*n)
	for i := range x {
		x[i] = float32(mean + std*rng.NormFloat64())
	}
	return x
}

// TestTable1: σ is chosen on the first 1,000 validation rows, the checkpoint on the rest, and the test rows
// choose nothing.
func TestTable1(t *testing.T) {
	validation := append(normals(1000, .5, .1, 1), normals(300, .5, .1, 2)...)
	t1 := Table1{Validation: validation, Test: normals(400, .5, .1, 3), Dim: 2, Epoch: 50}
	wide, right := normals(Table1Samples, .5, .4, 4), normals(Table1Samples, .5, .1, 5)
	for step, samples := range [][]float32{wide, right, wide} {
		c, err := t1.Add(100*step, samples)
		require.NoError(t, err)
		sigma, _, err := measure.ParzenSigma(samples, validation[:2000], 2)
		require.NoError(t, err)
		want, err := measure.Parzen(samples, validation[2000:], 2, sigma)
		require.NoError(t, err)
		require.Equal(t, Candidate{100 * step, sigma, want[0]}, c)
	}
	training := normals(Table1Samples, .5, .1, 6)
	r, err := t1.Finish(training)
	require.NoError(t, err)
	require.Equal(t, 100, r.Chosen.Step)
	require.Len(t, r.Candidates, 3)
	require.Equal(t, 50, r.Epoch)
	test, err := measure.Parzen(right, t1.Test, 2, r.Chosen.Sigma)
	require.NoError(t, err)
	require.Equal(t, test[0], r.Test)
	real, err := measure.Parzen(training, t1.Test, 2, r.RealSigma)
	require.NoError(t, err)
	require.Equal(t, real[0], r.Real)
}

func TestTable1Refuses(t *testing.T) {
	t1 := Table1{Validation: normals(1000, 0, 1, 1), Test: normals(10, 0, 1, 1), Dim: 2}
	_, err := t1.Finish(nil)
	require.ErrorContains(t, err, "no checkpoint")
	_, err = t1.Add(7, normals(10, 0, 1, 1))
	require.ErrorContains(t, err, "step 7: 20 numbers: the protocol wants 10000 samples of 2")
	_, err = t1.Add(7, normals(Table1Samples, 0, 1, 1))
	require.ErrorContains(t, err, "want more than 1000 images of 2")
}
