package evaluate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/internal/gantest"
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

// small is a table of points in the plane. They are far apart, so few samples count for a point, which is fast.
func small() Table1 {
	validation := append(normals(1000, 0, 50, 1), normals(300, 0, 50, 2)...)
	return Table1{Validation: validation, Test: normals(400, 0, 50, 3), Dim: 2, Epoch: 50}
}

// TestTable1: σ is chosen on the first 1,000 validation rows, the checkpoint on the others, and the test rows choose
// nothing.
func TestTable1(t *testing.T) {
	t1 := small()
	wide, right := normals(Table1Samples, 0, 1000, 4), normals(Table1Samples, 0, 50, 5)
	samples := map[int][]float32{0: wide, 100: right, 200: wide}
	training := normals(Table1Samples, 0, 50, 6)
	r, err := t1.Score(t.Context(), []int{0, 100, 200}, func(step int) ([]float32, error) { return samples[step], nil }, training, nil)
	require.NoError(t, err)
	require.Len(t, r.Candidates, 3)
	for i, c := range r.Candidates {
		sigma, _, err := measure.ParzenSigma(samples[100*i], t1.Validation[:2000], 2)
		require.NoError(t, err)
		want, err := measure.Parzen(samples[100*i], t1.Validation[2000:], 2, sigma)
		require.NoError(t, err)
		require.Equal(t, Candidate{100 * i, sigma, want[0]}, c)
	}
	require.Equal(t, r.Candidates[1], r.Chosen)
	require.Equal(t, 50, r.Epoch)
	test, err := measure.Parzen(right, t1.Test, 2, r.Chosen.Sigma)
	require.NoError(t, err)
	require.Equal(t, test[0], r.Test)
	real, err := measure.Parzen(training, t1.Test, 2, r.RealSigma)
	require.NoError(t, err)
	require.Equal(t, real[0], r.Real)
}

// TestNewTable1: which images choose, which stand in for samples, and what is refused. Each image holds its own number.
func TestNewTable1(t *testing.T) {
	numbered := func(n int) *data.Images {
		set := &data.Images{Name: "numbers", N: n, Height: 1, Width: 3, Channels: 1}
		for i := range n {
			set.Pixels = append(set.Pixels, byte(i>>16), byte(i>>8), byte(i))
		}
		return set
	}
	number := func(x []float32) int {
		return int(math.Round(float64(x[0]*255)))<<16 + int(math.Round(float64(x[1]*255)))<<8 + int(math.Round(float64(x[2]*255)))
	}
	for _, of := range []struct{ n, first, lo int }{
		{60_000, 50_000, 50_000}, {60_000, 20_000, 50_000}, {60_000, 58_000, 58_000}, {12_000, 500, 10_000}, {12_000, 10_500, 10_500},
	} {
		t1, training, err := NewTable1(t.Context(), numbered(of.n), numbered(7), of.first)
		require.NoError(t, err)
		require.Len(t, training, 3*Table1Samples)
		require.Equal(t, []int{0, Table1Samples - 1}, []int{number(training), number(training[len(training)-3:])})
		require.Equal(t, of.lo, number(t1.Validation), "%+v", of)
		require.Len(t, t1.Validation, 3*(of.n-of.lo))
		require.Equal(t, []int{3, 21}, []int{t1.Dim, len(t1.Test)})
		require.NoError(t, t1.check([]int{1}, training))
	}
	for _, of := range []struct {
		n, first int
		key      string
	}{{60_000, 0, "data.first"}, {60_000, 58_999 + 1, "data.first"}, {12_000, -1, "data.first"}, {11_000, 5000, "data"}} {
		_, _, err := NewTable1(t.Context(), numbered(of.n), numbered(7), of.first)
		gantest.RequireInvalid(t, err, of.key)
	}
	_, _, err := NewTable1(t.Context(), numbered(60_000), numbered(7), 58_999)
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = NewTable1(cancelled, numbered(12_000), numbered(7), 500)
	require.ErrorIs(t, err, context.Canceled)
}

// TestTable1InTheMiddle: an error, or a cancelled context, after the first of three checkpoints leaves no result, and
// the next call starts again.
func TestTable1InTheMiddle(t *testing.T) {
	t1 := small()
	training, right := normals(Table1Samples, 0, 50, 6), normals(Table1Samples, 0, 50, 5)
	gone := errors.New("the checkpoint is gone")
	var asked []int
	r, err := t1.Score(t.Context(), []int{10, 20, 30}, func(step int) ([]float32, error) {
		if asked = append(asked, step); step == 20 {
			return nil, gone
		}
		return right, nil
	}, training, nil)
	require.ErrorIs(t, err, gone)
	require.Nil(t, r)
	require.Equal(t, []int{10, 20}, asked)

	ctx, cancel := context.WithCancel(t.Context())
	asked = nil
	r, err = t1.Score(ctx, []int{10, 20, 30}, func(step int) ([]float32, error) {
		asked = append(asked, step)
		cancel()
		return right, nil
	}, training, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, r)
	require.Equal(t, []int{10}, asked)

	r, err = t1.Score(t.Context(), []int{10}, func(int) ([]float32, error) { return right, nil }, training, nil)
	require.NoError(t, err)
	require.Len(t, r.Candidates, 1, "nothing is left of earlier calls")
}

// TestTable1Refuses what can be seen before any checkpoint is loaded.
func TestTable1Refuses(t *testing.T) {
	training := normals(Table1Samples, 0, 1, 1)
	score := func(t1 Table1, steps []int, training []float32) error {
		_, err := t1.Score(t.Context(), steps, func(int) ([]float32, error) { t.Error("samples were drawn"); return nil, nil }, training, nil)
		return err
	}
	gantest.RequireInvalid(t, score(small(), nil, training), "checkpoints")
	gantest.RequireInvalid(t, score(small(), []int{7}, training[2:]), "training")
	for _, size := range []int{0, 3} {
		uneven := small()
		uneven.Test = uneven.Test[:size]
		gantest.RequireInvalid(t, score(uneven, []int{7}, training), "test")
	}
	few, flat := small(), small()
	few.Validation, flat.Dim = few.Validation[:2000], 0
	gantest.RequireInvalid(t, score(few, []int{7}, training), "validation")
	gantest.RequireInvalid(t, score(flat, []int{7}, training), "Table1.Dim")

	_, err := small().Score(t.Context(), []int{7}, func(int) ([]float32, error) { return normals(10, 0, 1, 1), nil }, training, nil)
	gantest.RequireInvalid(t, err, "samples")
}
