package dropping

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

// small is an untrained conditional G of 8 x 8 images, with filters [2, 2, 6], [4, 4, 4], and wide weights so that its
// images differ.
func small(t *testing.T, b compute.Backend) Generator {
	t.Helper()
	n := dcganlib.Networks{Size: 8, Channels: 1, Base: 2, Filters: []int{4, 6}, Classes: 3, BatchNorm: "none", Bias: true, Init: "glorot"}
	play := dcganlib.MNIST28().Play
	play.Noise.Dim = 5
	algorithm, err := play.Algorithm1(n.Generator, n.Discriminator, n.Classes)
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(4))
	p := &ganlib.Players{Algorithm1: algorithm, Backend: b, Store: store, Shape: []int{8, 8, 1}}
	_, err = p.Sample(1, 1) // makes the weights
	require.NoError(t, err)
	return Generator{n, p}
}

// weights are a variable's numbers and its sizes.
func weights(t *testing.T, p *ganlib.Players, path string) ([]float32, []int) {
	t.Helper()
	v := p.Store.GetVariable(path)
	require.NotNil(t, v, path)
	return tensors.MustCopyFlatData[float32](v.MustValue()), v.Shape().Dimensions
}

// TestDrop: without no filter the images are the same; without all of a layer's they are all alike; without one they are
// what they are whatever makes that one.
func TestDrop(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		g := small(t, b)
		require.Equal(t, []string{"projection", "up_0"}, g.Layers())
		want, err := g.Players.Sample(4, 2)
		require.NoError(t, err)
		same, err := g.Drop("up_0", nil)
		require.NoError(t, err)
		got, err := same.Sample(4, 2)
		require.NoError(t, err)
		require.Equal(t, want, got)

		none, err := g.Drop("up_0", []int{0, 1, 2, 3})
		require.NoError(t, err)
		got, err = none.Sample(2, 2, 1)
		require.NoError(t, err)
		require.Equal(t, got[:64], got[64:], "of z nothing is left")
		unchanged, err := g.Players.Sample(4, 2)
		require.NoError(t, err)
		require.Equal(t, want, unchanged, "the players themselves are as before")

		without, err := g.Drop("up_0", []int{2})
		require.NoError(t, err)
		dropped, err := without.Sample(4, 2)
		require.NoError(t, err)
		require.NotEqual(t, want, dropped)
		for _, name := range []string{"weights", "biases"} { // [5, 5, out, in] and [out]
			path := "/generator/up_0/" + name
			w, dims := weights(t, without, path)
			per := 1
			if name == "weights" {
				per = dims[3]
			}
			for i := range w {
				if i/per%4 == 2 {
					w[i] = 7
				}
			}
			require.NoError(t, without.Store.GetVariable(path).SetValue(tensors.FromFlatDataAndDimensions(w, dims...)))
		}
		got, err = without.Sample(4, 2)
		require.NoError(t, err)
		require.Equal(t, dropped, got, "nothing reads filter 2")
	})
}

// TestFindsTheFilter: where the attribute is a filter's own activity, the regression gives it the largest weight.
func TestFindsTheFilter(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		g := small(t, b)
		z, labels := g.Players.NoiseFor(50, 3), g.Players.LabelsFor(50)
		at, err := g.Activations("up_0", z, labels...)
		require.NoError(t, err)
		require.Equal(t, []int{50, 4, 4}, []int{at.N, at.Side, at.Filters})
		require.Len(t, at.Rows, 50*16*4)
		for wanted := range at.Filters {
			var column []float32
			for i := wanted; i < len(at.Rows); i += at.Filters {
				column = append(column, at.Rows[i])
			}
			sorted := slices.Sorted(slices.Values(column))
			limit := sorted[len(sorted)*3/4]
			if limit == 0 {
				continue // a filter that is silent nearly everywhere
			}
			attribute := make([]bool, len(column))
			for i, v := range column {
				attribute[i] = v > limit
			}
			r, err := Fit(at.Rows, at.Filters, attribute)
			require.NoError(t, err)
			require.Equal(t, wanted, slices.Index(r.Weights, slices.Max(r.Weights)), "%v", r.Weights)
			require.Contains(t, r.Positive(), wanted)
			require.Greater(t, r.Accuracy, .95)
			require.InDelta(t, .75, r.Share, .01)
		}
	})
}

// TestFitClosedForm: with one filter that is 0 or 1, the penalty aside, the fitted probabilities are the shares.
func TestFitClosedForm(t *testing.T) {
	rows, attribute := make([]float32, 2000), make([]bool, 2000)
	for i := range rows {
		rows[i] = float32(i % 2)
		attribute[i] = i%2 == 0 && i%10 == 0 || i%2 == 1 && i%10 < 8 // of zeros a fifth, of ones four fifths
	}
	r, err := Fit(rows, 1, attribute)
	require.NoError(t, err)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	require.InDelta(t, .2, sigmoid(r.Bias), .01)
	require.InDelta(t, .8, sigmoid(r.Bias+r.Weights[0]/.5), .01) // the deviation is 1/2
	require.InDelta(t, .8, r.Accuracy, 1e-9)
}

// TestFitGradient compares the gradient with finite differences, and finds none at the fitted weights.
func TestFitGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows, attribute := make([]float32, 60*3), make([]bool, 60)
	for i := range rows {
		rows[i] = rng.Float32()
	}
	for i := range attribute {
		attribute[i] = rng.Float32() < rows[3*i]
	}
	l := logistic{rows, 3, attribute, deviations(rows, 3)}
	w, gradient := []float64{.3, -.2, .5, .1}, make([]float64, 4)
	l.loss(w, gradient)
	want := fd.Gradient(nil, func(w []float64) float64 { return l.loss(w, nil) }, w, &fd.Settings{Formula: fd.Central})
	require.InDeltaSlice(t, want, gradient, 1e-8)
	r, err := Fit(rows, 3, attribute)
	require.NoError(t, err)
	l.loss(append(slices.Clone(r.Weights), r.Bias), gradient)
	require.InDeltaSlice(t, make([]float64, 4), gradient, 1e-5)
}

func TestRefused(t *testing.T) {
	g := small(t, gantest.Open(t, "go"))
	_, err := g.Activations("up_1", g.Players.NoiseFor(1, 1), 0)
	gantest.RequireInvalid(t, err, "layer")
	_, err = g.Activations("up_0", make([]float32, 7), 0)
	gantest.RequireInvalid(t, err, "z")
	_, err = g.Activations("up_0", make([]float32, 10), 0)
	gantest.RequireInvalid(t, err, "labels")
	_, err = g.Activations("up_0", make([]float32, 5), 9)
	gantest.RequireInvalid(t, err, "label")
	_, err = g.Drop("up_0", []int{4})
	gantest.RequireInvalid(t, err, "filters")
	_, err = Generator{Networks: g.Networks}.Drop("up_0", nil)
	gantest.RequireInvalid(t, err, "players")
	for key, fit := range map[string]func() (*Regression, error){
		"filters":   func() (*Regression, error) { return Fit(nil, 0, nil) },
		"rows":      func() (*Regression, error) { return Fit([]float32{1}, 1, []bool{true, false}) },
		"attribute": func() (*Regression, error) { return Fit([]float32{1, 2}, 1, []bool{true, true}) },
	} {
		_, err := fit()
		gantest.RequireInvalid(t, err, key)
	}
}
