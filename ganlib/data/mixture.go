package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Mixture is a mixture of Gaussians with one standard deviation in all directions: the toy on which a GAN's missing
// modes can be counted.
//
// Fill the fields or start from [Ring] or [Grid]; the methods expect what [Mixture.Validate] accepts.
type Mixture struct {
	Means   [][]float64 `json:"means"`             // of the modes, each with as many coordinates as a point
	Std     float64     `json:"std"`               // of every mode, in every direction; positive
	Weights []float64   `json:"weights,omitempty"` // the probability of each mode, positive and 1 in all; nil: all the same
}

// Ring is a mixture in the plane whose modes are spread evenly over a circle around 0, equally likely. They are counted
// anticlockwise from (radius, 0).
//
// Rings of 8 in the literature: radius 2 and std .02 (Metz et al. 2017, "Unrolled Generative Adversarial Networks"),
// radius 1 and std .01 (Lin et al. 2018, "PacGAN"). Radius 1 and std .05 is kinder to small networks.
func Ring(modes int, radius, std float64) Mixture {
	m := Mixture{Std: std}
	for k := range modes {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(modes))
		m.Means = append(m.Means, []float64{radius * cos, radius * sin})
	}
	return m
}

// Grid is a mixture in the plane of side x side modes around 0, spacing apart and equally likely. They are counted from
// the lowest row upwards, each row from the left.
//
// The literature's grid of 25 has side 5, spacing 2 and std .05 (Lin et al. 2018, "PacGAN").
func Grid(side int, spacing, std float64) Mixture {
	m := Mixture{Std: std}
	first := -spacing * float64(side-1) / 2
	for row := range side {
		for column := range side {
			m.Means = append(m.Means, []float64{first + spacing*float64(column), first + spacing*float64(row)})
		}
	}
	return m
}

// Validate returns an error unless there are modes, with finite means of one number of coordinates, Std is positive and
// finite, and Weights are nil or positive, one per mode, with sum 1.
func (m Mixture) Validate() error {
	if len(m.Means) == 0 || len(m.Means[0]) == 0 {
		return invalid.Value("means", m.Means, "at least one, with at least one coordinate")
	}
	for k, mean := range m.Means {
		if len(mean) != m.Dim() {
			return invalid.Value("means", m.Means, "%d coordinates in each, as in the first; mean %d has %d", m.Dim(), k, len(mean))
		}
		for _, v := range mean {
			if !finite(v) {
				return invalid.Value("means", mean, "finite numbers in mean %d", k)
			}
		}
	}
	if !(m.Std > 0) || !finite(m.Std) {
		return invalid.Value("std", m.Std, "a positive number")
	}
	return m.validateWeights()
}

func (m Mixture) validateWeights() error {
	if m.Weights == nil {
		return nil
	}
	if len(m.Weights) != len(m.Means) {
		return invalid.Value("weights", m.Weights, "%d, one per mean, or none at all", len(m.Means))
	}
	for k, w := range m.Weights {
		if !(w > 0) {
			return invalid.Value("weights", m.Weights, "positive numbers; weight %d is %v", k, w)
		}
	}
	if sum := floats.Sum(m.Weights); !(math.Abs(sum-1) < 1e-9) {
		return invalid.Value("weights", m.Weights, "a sum of 1, not %v", sum)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Dim is the number of coordinates of a point.
func (m Mixture) Dim() int {
	if len(m.Means) == 0 {
		return 0
	}
	return len(m.Means[0])
}

// weight is the probability of mode k.
func (m Mixture) weight(k int) float64 {
	if m.Weights == nil {
		return 1 / float64(len(m.Means))
	}
	return m.Weights[k]
}

// Density is the probability density at the point x, which has Dim coordinates: Σ w_k N(x; μ_k, σ²I). Far from all
// modes it is 0, where [Mixture.LogDensity] still tells near from far.
func (m Mixture) Density(x []float64) float64 { return math.Exp(m.LogDensity(x)) }

// LogDensity is the logarithm, in nats, of the density at the point x.
func (m Mixture) LogDensity(x []float64) float64 {
	terms := make([]float64, len(m.Means))
	for k := range terms {
		sigmas := m.sigmas(x, k)
		terms[k] = math.Log(m.weight(k)) - sigmas*sigmas/2
	}
	return floats.LogSumExp(terms) - float64(m.Dim())*math.Log(m.Std*math.Sqrt(2*math.Pi))
}

// sigmas is the distance of x from the mean of mode k, in standard deviations.
func (m Mixture) sigmas(x []float64, k int) float64 {
	return floats.Distance(x, m.Means[k], 2) / m.Std
}

// CDF is the probability of a value of at most x. It panics unless the mixture is on the line.
func (m Mixture) CDF(x float64) float64 {
	if m.Dim() != 1 {
		panic(fmt.Sprintf("data: CDF of a mixture with %d coordinates: want 1", m.Dim()))
	}
	p := 0.
	for k, mean := range m.Means {
		p += m.weight(k) * Normal1D{mean[0], m.Std}.CDF(x)
	}
	return p
}

// Span is from six standard deviations below the lowest mean to six above the highest. It panics unless the mixture is on
// the line.
func (m Mixture) Span() (lo, hi float64) {
	if m.Dim() != 1 {
		panic(fmt.Sprintf("data: Span of a mixture with %d coordinates: want 1", m.Dim()))
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, mean := range m.Means {
		lo, hi = min(lo, mean[0]-tails*m.Std), max(hi, mean[0]+tails*m.Std)
	}
	return lo, hi
}

// Mode returns the mode whose mean is nearest to the point x, and its distance in standard deviations. The literature
// counts a sample within 3 of them as of high quality, and a mode with no such sample as missed (Lin et al. 2018,
// "PacGAN"). A NaN in x makes the distance NaN.
func (m Mixture) Mode(x []float64) (mode int, sigmas float64) {
	sigmas = m.sigmas(x, 0)
	for k := 1; k < len(m.Means); k++ {
		if s := m.sigmas(x, k); s < sigmas {
			mode, sigmas = k, s
		}
	}
	return mode, sigmas
}

// Sample draws n points, [n, Dim], with the given source of random numbers.
func (m Mixture) Sample(rng *rand.Rand, n int) []float64 {
	x := make([]float64, 0, n*m.Dim())
	for range n {
		for _, mean := range m.Means[m.draw(rng)] {
			x = append(x, mean+m.Std*rng.NormFloat64())
		}
	}
	return x
}

// draw chooses a mode by its weight.
func (m Mixture) draw(rng *rand.Rand) int {
	if m.Weights == nil {
		return rng.IntN(len(m.Means))
	}
	last := len(m.Weights) - 1
	u := rng.Float64()
	for k, w := range m.Weights[:last] {
		if u -= w; u < 0 {
			return k
		}
	}
	return last
}

// Batch draws the n points that belong to a step, [n, Dim]: the same ones whenever (seed, step) is the same.
func (m Mixture) Batch(seed uint64, step, n int) []float32 {
	return float32s(m.Sample(stream(seed, step), n))
}
