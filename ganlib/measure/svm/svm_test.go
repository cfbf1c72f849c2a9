package svm

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// ints are an array of whole numbers.
func ints(t *testing.T, g *gantest.Golden, key string) []int {
	t.Helper()
	var all []int
	for _, v := range tensors.MustCopyFlatData[float32](g.Tensor(t, key, dtypes.Float32)) {
		all = append(all, int(v))
	}
	return all
}

// TestGolden: the weights are liblinear's, and so are the classes of rows not seen.
func TestGolden(t *testing.T) {
	g := gantest.OpenGolden(t, "../../../tests/golden", "svm")
	var about struct {
		Cases []struct {
			C       float64 `json:"c"`
			Classes int     `json:"classes"`
		} `json:"cases"`
	}
	g.About(t, &about)
	require.Len(t, about.Cases, 5)
	for i, c := range about.Cases {
		key := func(name string) string { return fmt.Sprintf("%d/%s", i, name) }
		x := tensors.MustCopyFlatData[float32](g.Tensor(t, key("x"), dtypes.Float32))
		test := tensors.MustCopyFlatData[float32](g.Tensor(t, key("test"), dtypes.Float32))
		dim := g.Dims(t, key("x"))[1]
		model, err := Train(t.Context(), x, dim, ints(t, g, key("labels")), Options{C: c.C, Tolerance: 1e-10, Passes: 1_000_000, Seed: 3})
		require.NoError(t, err)
		require.Zero(t, model.Stopped)
		require.Len(t, model.Weights, c.Classes)
		require.Equal(t, ints(t, g, key("predicted")), model.Classify(test), "case %d", i)
		weights := model.Weights
		if c.Classes == 2 { // liblinear keeps those of the second class alone
			require.InDeltaSlice(t, weights[1], negated(weights[0]), 1e-8)
			weights = weights[1:]
		}
		var flat []float64
		for _, w := range weights {
			flat = append(flat, w...)
		}
		g.Check(t, key("weights"), tensors.FromFlatDataAndDimensions(flat, len(weights), dim+1), 1e-8)
	}
	g.CheckAllSeen(t)
}

func negated(w []float64) []float64 {
	n := make([]float64, len(w))
	for i, v := range w {
		n[i] = -v
	}
	return n
}

// blobs draws rows of classes that overlap.
func blobs(n, dim, classes int) (x []float32, labels []int) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		labels = append(labels, i%classes)
		for j := range dim {
			v := rng.NormFloat64()
			if j == i%classes {
				v += 1.5
			}
			x = append(x, float32(v))
		}
	}
	return x, labels
}

// TestTwoRows has a closed form: of rows (1) and (−1) with labels 1 and 0, the bias is 0 by symmetry, and w minimises
// ½w² + 2C·(1−w)², so w = 4C/(1+4C).
func TestTwoRows(t *testing.T) {
	for _, c := range []float64{.01, .25, 10} {
		model, err := Train(t.Context(), []float32{1, -1}, 1, []int{1, 0}, Options{C: c, Tolerance: 1e-13, Passes: 100_000})
		require.NoError(t, err)
		w := 4 * c / (1 + 4*c)
		require.InDeltaSlice(t, []float64{w, 0}, model.Weights[1], 1e-12)
		require.InDeltaSlice(t, []float64{-w, 0}, model.Weights[0], 1e-12)
	}
}

// TestOptimality: at the end the gradients satisfy Karush, Kuhn and Tucker's conditions, w is the sum that it should be,
// and the primal is the dual's value with its sign turned: no weights are better.
func TestOptimality(t *testing.T) {
	x, labels := blobs(300, 8, 3)
	rows := rowsOf(x, 8)
	for _, c := range []float64{.001, .1, 2} {
		p := newProblem(rows, labels, 1, c)
		reached, err := p.descend(t.Context(), rand.New(rand.NewPCG(1, 1)), 1e-9, 1_000_000)
		require.NoError(t, err)
		require.True(t, reached)
		w := make([]float64, 9)
		primal, dual := 0., 0.
		for i, row := range rows {
			addScaled(w, p.alpha[i]*p.y[i], row)
			margin := p.y[i] * dot(p.w, row)
			gradient := margin - 1 + p.alpha[i]/(2*c)
			if p.alpha[i] > 0 {
				require.InDelta(t, 0, gradient, 1e-8)
			} else {
				require.GreaterOrEqual(t, gradient, -1e-8)
			}
			primal += c * math.Pow(max(0, 1-margin), 2)
			dual += p.alpha[i]*p.alpha[i]/(4*c) - p.alpha[i]
		}
		require.InDeltaSlice(t, w, p.w, 1e-9)
		for _, v := range p.w {
			primal += v * v / 2
			dual += v * v / 2
		}
		require.InDelta(t, primal, -dual, 1e-7*primal)
	}
}

// TestTolerance: at the default one nearly every row gets the class that the exact solution gives it.
func TestTolerance(t *testing.T) {
	x, labels := blobs(600, 12, 4)
	exact, err := Train(t.Context(), x, 12, labels, Options{C: .1, Tolerance: 1e-10, Passes: 100_000})
	require.NoError(t, err)
	rough, err := Train(t.Context(), x, 12, labels, Options{C: .1})
	require.NoError(t, err)
	same := rough.Accuracy(x, exact.Classify(x))
	require.Greater(t, same, .98)
	require.Greater(t, exact.Accuracy(x, labels), .6) // by chance .25
	require.InDelta(t, exact.Accuracy(x, labels), float64(exact.Right(x, labels))/600, 1e-12)
}

// TestSeed: one seed is one classifier to the bit, and few passes are said to be too few.
func TestSeed(t *testing.T) {
	x, labels := blobs(200, 6, 3)
	train := func(seed uint64, passes int) *Model {
		model, err := Train(t.Context(), x, 6, labels, Options{C: 1, Seed: seed, Passes: passes})
		require.NoError(t, err)
		return model
	}
	require.Equal(t, train(1, 0), train(1, 0))
	require.NotEqual(t, train(1, 0).Weights, train(2, 0).Weights)
	require.Zero(t, train(1, 0).Stopped)
	require.Equal(t, 3, train(1, 1).Stopped)
}

// TestCrossValidate: where labels are noise on top of few rows and many features, a small C wins; the accuracies are those
// of rows not seen.
func TestCrossValidate(t *testing.T) {
	x, labels := blobs(120, 40, 3)
	cs := []float64{10, .001}
	calls := 0
	best, trials, err := CrossValidate(t.Context(), x, 40, labels, cs, 4, Options{Seed: 1, Watch: func() { calls++ }})
	require.NoError(t, err)
	require.Equal(t, .001, best)
	require.Equal(t, cs, []float64{trials[0].C, trials[1].C})
	require.Greater(t, trials[1].Accuracy, trials[0].Accuracy)
	require.Equal(t, 2*4*3, calls)
	fits, err := Train(t.Context(), x, 40, labels, Options{C: 10})
	require.NoError(t, err)
	require.Greater(t, fits.Accuracy(x, labels), trials[0].Accuracy+.1, "rows seen are no test")

	again, _, err := CrossValidate(t.Context(), x, 40, labels, []float64{.5, .5000001}, 2, Options{Seed: 1})
	require.NoError(t, err)
	require.Equal(t, .5, again, "the smaller of equals")
}

func TestRefused(t *testing.T) {
	ctx := t.Context()
	two := []float32{1, -1}
	for _, c := range []struct {
		key    string
		x      []float32
		dim    int
		labels []int
		o      Options
	}{
		{"values", []float32{1, 2, 3}, 2, []int{0, 1}, Options{C: 1}},
		{"values", []float32{1, float32(math.NaN())}, 1, []int{0, 1}, Options{C: 1}},
		{"labels", two, 1, []int{0}, Options{C: 1}},
		{"labels", two, 1, []int{1, 1}, Options{C: 1}},
		{"labels", two, 1, []int{0, -1}, Options{C: 1}},
		{"C", two, 1, []int{0, 1}, Options{}},
		{"tolerance", two, 1, []int{0, 1}, Options{C: 1, Tolerance: -1}},
		{"passes", two, 1, []int{0, 1}, Options{C: 1, Passes: -1}},
	} {
		_, err := Train(ctx, c.x, c.dim, c.labels, c.o)
		gantest.RequireInvalid(t, err, c.key)
	}
	_, _, err := CrossValidate(ctx, two, 1, []int{0, 1}, nil, 2, Options{})
	gantest.RequireInvalid(t, err, "cs")
	_, _, err = CrossValidate(ctx, two, 1, []int{0, 1}, []float64{1}, 3, Options{})
	gantest.RequireInvalid(t, err, "folds")
	ended, stop := context.WithCancel(ctx)
	stop()
	_, err = Train(ended, two, 1, []int{0, 1}, Options{C: 1})
	require.ErrorIs(t, err, context.Canceled)
}
