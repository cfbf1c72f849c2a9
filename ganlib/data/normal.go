package data

import (
	"math"
	"math/rand/v2"
)

// Normal1D is the normal distribution on the line, with its mean and standard deviation: the p_data of Figure 1 in
// Goodfellow et al. 2014.
type Normal1D struct {
	Mean, Std float64 // Std must be positive
}

// Dim is 1: a Normal1D is a [Distribution].
func (d Normal1D) Dim() int { return 1 }

// Density is the probability density at x.
func (d Normal1D) Density(x float64) float64 {
	u := (x - d.Mean) / d.Std
	return math.Exp(-u*u/2) / (d.Std * math.Sqrt(2*math.Pi))
}

// CDF is the probability of a value of at most x.
func (d Normal1D) CDF(x float64) float64 {
	return math.Erfc((d.Mean-x)/(d.Std*math.Sqrt2)) / 2
}

// Span is from six standard deviations below the mean to six above it.
func (d Normal1D) Span() (lo, hi float64) { return d.Mean - tails*d.Std, d.Mean + tails*d.Std }

// Sample draws n values with the given source of random numbers.
func (d Normal1D) Sample(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = d.Mean + d.Std*rng.NormFloat64()
	}
	return x
}

// Batch draws the n values that belong to a step, [n, 1]: the same ones whenever (seed, step) is the same.
func (d Normal1D) Batch(seed uint64, step, n int) []float32 {
	return float32s(d.Sample(stream(seed, step), n))
}
