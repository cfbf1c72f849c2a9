package latent

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

// untrained are the players of a small DCGAN as it is made: images of 8 x 8 from 4 numbers of noise.
func untrained(t *testing.T, b compute.Backend, noise ganlib.Noise, classes int) *ganlib.Players {
	t.Helper()
	networks := dcganlib.Networks{Size: 8, Channels: 1, Filters: []int{8}, Init: "glorot", Classes: classes}
	require.NoError(t, networks.Validate())
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(3))
	return &ganlib.Players{
		Algorithm1: &ganlib.Algorithm1{Game: ganlib.Game{
			Generator: networks.Generator, Discriminator: networks.Discriminator, Prior: ganlib.Prior{Noise: noise, Dim: 4}, Classes: classes,
		}},
		Backend: b, Store: store, Shape: []int{8, 8, 1},
	}
}

// variance is that of the numbers of examples [n, size] about their mean example: the error of a blind guess.
func variance(x []float32, size int) float64 {
	total := 0.0
	for i := range size {
		var column []float64
		for j := i; j < len(x); j += size {
			column = append(column, float64(x[j]))
		}
		total += stat.PopVariance(column, nil)
	}
	return total / float64(size)
}

// TestInvert: what G made is found again, to a thousandth of the error of a blind guess, with the label it was made by.
func TestInvert(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, game := range []struct {
			noise   ganlib.Noise
			classes int
			edge    bool
		}{{ganlib.Uniform, 3, false}, {ganlib.Gaussian, 0, false}, {ganlib.UnitUniform, 0, true}} {
			p := untrained(t, b, game.noise, game.classes)
			x, err := p.Sample(50, 1)
			require.NoError(t, err)
			example, blind := x[64*7:64*8], variance(x, 64)
			require.Greater(t, blind, 1e-4, "G's examples differ")
			found, err := Inversion{Seed: 2, Edge: game.edge, Restarts: 9, Steps: 150}.Invert(t.Context(), p, example)
			require.NoError(t, err)
			require.Len(t, found, 9)
			require.Less(t, found[0].MSE, blind/1000)
			if game.classes > 0 {
				require.Equal(t, 7%3, found[0].Label)
			}
			for i, f := range found {
				require.GreaterOrEqual(t, f.MSE, found[max(0, i-1)].MSE, "the best comes first")
				for _, z := range f.Z {
					require.LessOrEqual(t, math.Abs(float64(z)), min(p.Algorithm1.Prior.Bound(), gaussianRange)+1e-6)
				}
				requireError(t, p, f, example)
			}
		}
	})
}

// requireError requires that what was found has the error it says.
func requireError(t *testing.T, p *ganlib.Players, f Found, example []float32) {
	t.Helper()
	var labels []int
	if p.Classes() > 0 {
		labels = []int{f.Label}
	}
	x, err := p.Generate(f.Z, labels...)
	require.NoError(t, err)
	require.InDeltaSlice(t, x, f.X, 1e-5)
	mse := 0.0
	for i := range x {
		mse += (float64(x[i]) - float64(example[i])) * (float64(x[i]) - float64(example[i])) / float64(len(x))
	}
	require.InDelta(t, mse, f.MSE, 1e-5*(1+mse))
	require.InDelta(t, -10*math.Log10(f.MSE/4), f.PSNR(2), 1e-9)
}

// TestInvertGradient holds the gradient of the error in z to finite differences, in float64, label by label.
func TestInvertGradient(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := untrained(t, b, ganlib.Gaussian, 3)
		exec, err := model.NewExec(b, p.Store, squaredError(p.Algorithm1))
		require.NoError(t, err)
		defer exec.Finalize()
		z := []float64{.3, -.8, 1.2, .1, -.4, .9, .05, -1.1}
		example := make([]float64, 64)
		for i := range example {
			example[i] = math.Sin(float64(i))
		}
		call := func(z []float64) [][]float64 {
			results, err := exec.Call(tensors.FromFlatDataAndDimensions(slices.Clone(z), 2, 4), example, []int32{2, 0})
			require.NoError(t, err)
			return [][]float64{tensors.MustCopyFlatData[float64](results[0]), tensors.MustCopyFlatData[float64](results[1])}
		}
		got := call(z)
		for row := range 2 {
			want := fd.Gradient(nil, func(z []float64) float64 { return call(z)[0][row] }, z, &fd.Settings{Formula: fd.Central})
			for i, v := range want {
				if i/4 == row {
					require.InDelta(t, v, got[1][i], 1e-8)
				} else {
					require.InDelta(t, 0, v, 1e-12, "rows do not meet")
				}
			}
		}
	})
}

// TestInvertLeavesWeights: an inversion changes no weight and makes none, and can be followed on its way.
func TestInvertLeavesWeights(t *testing.T) {
	p := untrained(t, gantest.Open(t, "go"), ganlib.Uniform, 0)
	x, err := p.Sample(1, 1)
	require.NoError(t, err)
	weights := func() map[string][]float32 {
		all := map[string][]float32{}
		for v := range p.Store.IterVariables() {
			if v.DType() == dtypes.Float32 {
				all[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
			}
		}
		return all
	}
	before := weights()
	require.NotEmpty(t, before)
	var way [][]float32
	follow := func(step int, z []float32) {
		require.Len(t, way, step)
		way = append(way, z)
	}
	found, err := Inversion{Steps: 3, Restarts: 2, Seed: 5, Follow: follow}.Invert(t.Context(), p, x)
	require.NoError(t, err)
	require.Equal(t, before, weights())
	require.Len(t, way, 4, "three steps, and where they end")
	require.Equal(t, p.NoiseFor(2, 5), way[0])
	require.NotEqual(t, way[2], way[3])
	for _, f := range found {
		restart := slices.ContainsFunc(way, func(z []float32) bool { return slices.Equal(f.Z, Rows(z, 4)[f.Restart]) })
		require.True(t, restart, "the best point lies on its restart's way")
	}
}

func TestInvertRefuses(t *testing.T) {
	b := gantest.Open(t, "go")
	p := untrained(t, b, ganlib.Uniform, 3)
	example := make([]float32, 64)
	for key, o := range map[string]Inversion{
		"restarts": {Restarts: mostRestarts + 1}, "steps": {Steps: -1}, "rate": {Rate: math.NaN()},
	} {
		_, err := o.Invert(t.Context(), p, example)
		gantest.RequireInvalid(t, err, key)
	}
	_, err := Inversion{}.Invert(t.Context(), p, example[1:])
	gantest.RequireInvalid(t, err, "example")
	_, err = Inversion{}.Invert(t.Context(), p, example, 3)
	gantest.RequireInvalid(t, err, "label")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	_, err = Inversion{}.Invert(stopped, p, example)
	require.ErrorIs(t, err, context.Canceled)
}

// TestEdge: what leaves the range ends on its edge or anew inside, and what is inside stays.
func TestEdge(t *testing.T) {
	p := untrained(t, gantest.Open(t, "go"), ganlib.Uniform, 0)
	onEdge, anew := Inversion{Restarts: 1, Edge: true}.begin(p, nil), Inversion{Restarts: 1}.begin(p, nil)
	for _, z := range []float64{-1, -.3, 0, 1} {
		require.Equal(t, z, onEdge.inside(z))
		require.Equal(t, z, anew.inside(z))
	}
	require.Equal(t, -1., onEdge.inside(-1.01))
	require.Equal(t, 1., onEdge.inside(7))
	drawn := make([]float64, 2000)
	for i := range drawn {
		drawn[i] = anew.inside(1.5)
		require.LessOrEqual(t, math.Abs(drawn[i]), 1.)
	}
	mean, std := stat.MeanStdDev(drawn, nil)
	require.InDelta(t, 0, mean, 4*math.Sqrt(1./3/2000))
	require.InDelta(t, math.Sqrt(1./3), std, .03)
}

// linear are players whose G is z·W, with W [dim, out] as given.
func linear(t *testing.T, noise ganlib.Noise, w [][]float32) *ganlib.Players {
	t.Helper()
	dim, out := len(w), len(w[0])
	generator := func(_ *model.Scope, z, _ *Node) *Node { return MatMul(z, Const(z.Graph(), w)) }
	discriminator := func(_ *model.Scope, x, _ *Node) *Node {
		return Zeros(x.Graph(), shapes.Make(dtypes.Float32, x.Shape().Dimensions[0], 1))
	}
	return &ganlib.Players{
		Algorithm1: &ganlib.Algorithm1{Game: ganlib.Game{Generator: generator, Discriminator: discriminator, Prior: ganlib.Prior{Noise: noise, Dim: dim}}},
		Backend:    gantest.Open(t, "go"), Store: model.NewStore(), Shape: []int{out},
	}
}
