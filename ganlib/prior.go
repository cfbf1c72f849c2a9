package ganlib

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Noise is the shape of a noise prior p_z: one of the three below, each coordinate independent.
type Noise string

const (
	// Uniform is U(−1, 1), DCGAN's.
	Uniform Noise = "uniform"
	// UnitUniform is U(−√3, √3), which has variance 1: the 2014 code's "uniform".
	UnitUniform Noise = "unit-uniform"
	// Gaussian is N(0, 1), what most people use.
	Gaussian Noise = "gaussian"
)

// Prior is the noise prior p_z(z).
type Prior struct {
	Noise Noise `json:"noise"`
	// Dim is the number of coordinates of z.
	Dim int `json:"dim"`
}

// Validate refuses a prior that cannot be drawn from.
func (p Prior) Validate() error {
	switch p.Noise {
	case Uniform, UnitUniform, Gaussian:
	default:
		return invalid.Value("noise", string(p.Noise), "%q, %q or %q", Uniform, UnitUniform, Gaussian)
	}
	if p.Dim < 1 {
		return invalid.Value("dim", p.Dim, "at least 1")
	}
	return nil
}

// Sample draws m fresh noise vectors z, [m, Dim], in the graph, from the random state kept in the model's store. That
// state is a variable: a checkpoint saves it, so a resumed run draws what an uninterrupted one would have drawn. Seed
// it with model.Store.SetRNGStateFromSeed.
func (p Prior) Sample(scope *model.Scope, g *Graph, dtype dtypes.DType, m int) *Node {
	p.mustBeValid()
	shape := shapes.Make(dtype, m, p.Dim)
	if p.Noise == Gaussian {
		return layer.StandardNormal(scope, g, shape)
	}
	a := p.Bound()
	return AddScalar(MulScalar(scope.RandomUniform(g, shape), 2*a), -a)
}

func (p Prior) mustBeValid() {
	if err := p.Validate(); err != nil {
		Panicf("ganlib.Prior: %v", err)
	}
}

// Bound is the largest magnitude of a number in z: infinite for a Gaussian prior.
func (p Prior) Bound() float64 {
	switch p.Noise {
	case UnitUniform:
		return math.Sqrt(3)
	case Uniform:
		return 1
	}
	return math.Inf(1)
}

// Draw returns n noise vectors, a float32 tensor [n, Dim] that depends on nothing but the prior, n and the seed: the
// same on every backend, and the first n of any longer draw. It is the fixed noise of sample grids. It panics on a
// prior that Validate refuses.
func (p Prior) Draw(n int, seed uint64) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(p.drawer(seed)(n), n, p.Dim)
}

// drawer returns a function that draws the next n noise vectors of a seed.
func (p Prior) drawer(seed uint64) func(n int) []float32 {
	p.mustBeValid()
	rng := rand.New(rand.NewPCG(seed, 0))
	return func(n int) []float32 {
		z := make([]float32, n*p.Dim)
		for i := range z {
			if p.Noise == Gaussian {
				z[i] = float32(rng.NormFloat64())
			} else {
				z[i] = float32((2*rng.Float64() - 1) * p.Bound())
			}
		}
		return z
	}
}
