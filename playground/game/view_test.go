package game

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// everyToy are distributions of all kinds.
func everyToy() []data.Toy {
	toys := []data.Toy{
		{Set: data.Normal, Mean: 1, Std: .5},
		{Cloud: &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{-1}, {1}}, Std: .2, Weights: []float64{.25, .75}}}},
	}
	for _, name := range data.Toys() {
		toys = append(toys, data.Toy{Set: name})
	}
	return toys
}

// TestEye: on the grid p_data has all of its mass but the tails, and samples of the data itself are as good as the data:
// a small Jensen-Shannon divergence, D* near 1/2 where there is something.
func TestEye(t *testing.T) {
	for _, toy := range everyToy() {
		t.Run(toy.String(), func(t *testing.T) {
			d, err := toy.Distribution()
			require.NoError(t, err)
			e := newEye(d)
			mass := 0.
			for _, p := range e.pData {
				mass += p * e.board.area()
			}
			require.InDelta(t, 1, mass, .01)
			pG, outside := e.board.density(d.Batch(5, 0, 20_000))
			require.Less(t, outside, .005)
			require.Less(t, ganlib.JSD(e.pData, pG, e.board.area()), .01)
			best := ganlib.OptimalDiscriminator(felt(e.pData, e.pData), felt(pG, e.pData))
			peak := slices.Max(e.pData)
			for i, p := range e.pData {
				if p > peak/3 {
					require.InDelta(t, .5, best[i], .1)
				}
			}
		})
	}
}

// TestDensityIsTheBlurred: the blurred density of samples at one point is a Gaussian around it, wherever in a cell it is.
func TestDensityIsTheBlurred(t *testing.T) {
	for dim := 1; dim <= 2; dim++ {
		b := Board{Dim: dim, Cells: 40, Lo: -2, Hi: 2, LoY: -2, HiY: 2, Blur: .2}
		x := []float32{.33, -.41}[:dim]
		p, outside := b.density(x)
		require.InDelta(t, 0, outside, 1e-4)
		for i, point := range b.points() {
			want := 1.
			for c, v := range point {
				u := (v - float64(x[c])) / b.Blur
				want *= math.Exp(-u*u/2) / (b.Blur * math.Sqrt(2*math.Pi))
			}
			peak := math.Pow(b.Blur*math.Sqrt(2*math.Pi), -float64(dim))
			require.InDelta(t, want, p[i], .05*peak) // a sample is divided among the cells around it
		}
		_, outside = b.density(slices.Repeat([]float32{3}, dim))
		require.InDelta(t, 1, outside, 1e-9)
	}
}

// TestFarAndNothing: samples far from the data are as far as can be, and where there is neither, D* is 1/2.
func TestFarAndNothing(t *testing.T) {
	g, err := Open(ring())
	require.NoError(t, err)
	v := &View{D: make([]float32, cells2D*cells2D), Samples: slices.Repeat([]float32{-1.7}, 2*samples)}
	g.compare(v)
	require.InDelta(t, math.Ln2, v.JSD, .01)
	require.InDelta(t, 0, v.DStar[0], .05, "the samples' corner")
	require.InDelta(t, .5, v.DStar[cells2D-1], .01, "an empty corner")
	require.Greater(t, slices.Max(v.DStar), float32(.99))
}

// TestViewAgrees: what a view says of V, of the scores and of the modes is what packages ganlib and measure say of the same
// samples and examples.
func TestViewAgrees(t *testing.T) {
	g, err := Open(ring())
	require.NoError(t, err)
	for range 50 {
		_, _, err := g.Iterate()
		require.NoError(t, err)
	}
	v, err := g.View()
	require.NoError(t, err)
	made, err := g.players.Generate(g.noise()[:samples*2])
	require.NoError(t, err)
	require.InDeltaSlice(t, made, v.Samples, 1e-6)
	real, err := g.players.Discriminate(g.eye.real)
	require.NoError(t, err)
	fake, err := g.players.Discriminate(made[:2*judged])
	require.NoError(t, err)
	var realTerm, fakeTerm, score float64
	for i := range real {
		realTerm += math.Log(float64(real[i])) / judged
		fakeTerm += math.Log(1-float64(fake[i])) / judged
		score += float64(real[i]) / judged
	}
	require.InDelta(t, realTerm, *v.RealTerm, 1e-5)
	require.InDelta(t, fakeTerm, *v.FakeTerm, 1e-5)
	require.InDelta(t, realTerm+fakeTerm, *v.V, 1e-5)
	require.InDelta(t, (*v.V+ganlib.Log4)/2, *v.Bound, 1e-12)
	require.InDelta(t, score, v.DReal, 1e-5)
	modes, err := measure.ModeCoverage(made, data.Ring(8, 1, .05))
	require.NoError(t, err)
	require.Equal(t, modes.Found, v.Found)
}

// TestSlopesArePulls: where a sample is pulled is where G's loss falls: a finite difference of the loss agrees.
func TestSlopesArePulls(t *testing.T) {
	for _, o := range []ganlib.Objective{ganlib.Minimax, ganlib.NonSaturating, ganlib.LeastSquares, ganlib.Wasserstein} {
		scene := ring()
		scene.Objective.Name = o.Name
		scene.Discriminator.MLP.Activation = "tanh"
		g, err := Open(scene)
		require.NoError(t, err)
		v, err := g.View()
		require.NoError(t, err)
		loss := func(x []float32) float64 { // of one example
			logits, err := g.rows(judge, x, 2)
			require.NoError(t, err)
			a := float64(logits[0])
			switch o.Name {
			case ganlib.Minimax.Name:
				return -softplus(a)
			case ganlib.NonSaturating.Name:
				return softplus(-a)
			case ganlib.LeastSquares.Name:
				return (1 - a) * (1 - a) / 2
			}
			return -a
		}
		const h = 1e-2
		for c := range 2 {
			up, down := slices.Clone(v.Samples[:2]), slices.Clone(v.Samples[:2])
			up[c] += h
			down[c] -= h
			require.InDelta(t, -(loss(up)-loss(down))/(2*h), float64(v.Slopes[c]), 1e-3, o.Name)
		}
	}
}
