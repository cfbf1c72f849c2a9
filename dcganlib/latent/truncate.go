package latent

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// leastTruncation is the smallest ψ of Truncate. Below, redrawing takes hundreds of draws for each number kept.
const leastTruncation = .01

// Truncate draws n noise vectors nearer to the middle of the prior than [ganlib.Prior.Draw]: samples get more typical
// and less varied (Brock et al. 2019, arXiv:1809.11096, section 3.1).
//
// Of a Gaussian, each number whose magnitude is above psi is drawn again until it is not, which is the truncated normal
// distribution; psi is at least .01. Of a uniform prior the range is scaled: psi, .01 to 1, times what Draw returns.
//
// Draws depend on nothing but the arguments, and the first n are those of any larger n.
func Truncate(prior ganlib.Prior, n int, psi float64, seed uint64) ([][]float32, error) {
	if err := prior.Validate(); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, invalid.Value("n", n, "at least 1")
	}
	if !(psi >= leastTruncation) {
		return nil, invalid.Value("psi", psi, "at least %v", leastTruncation)
	}
	if prior.Noise == ganlib.Gaussian {
		return truncatedNormal(prior.Dim, n, psi, seed), nil
	}
	if psi > 1 {
		return nil, invalid.Value("psi", psi, "%v to 1, with uniform noise", leastTruncation)
	}
	z := tensors.MustCopyFlatData[float32](prior.Draw(n, seed))
	for i, v := range z {
		z[i] = float32(psi * float64(v))
	}
	return Rows(z, prior.Dim), nil
}

// truncatedNormal draws n rows of numbers from N(0, 1) between −psi and psi.
func truncatedNormal(dim, n int, psi float64, seed uint64) [][]float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	z := make([]float32, n*dim)
	for i := range z {
		v := rng.NormFloat64()
		for math.Abs(v) > psi {
			v = rng.NormFloat64()
		}
		z[i] = float32(v)
	}
	return Rows(z, dim)
}

// Rows cuts noise as [ganlib.Players.NoiseFor] draws it, [n, dim], into its vectors. slices.Concat puts them together
// again, as [ganlib.Players.Generate] wants them.
func Rows(z []float32, dim int) [][]float32 { return slices.Collect(slices.Chunk(z, dim)) }
