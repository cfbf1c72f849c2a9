package data

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// SwissRoll is a spiral in the plane, blurred: a toy with one long, curved mode. A point is c(u) plus Gaussian noise in
// both directions, where u is uniform in [0, 1] and the spiral
//
//	c(u) = Radius (1+2u)/3 (cos θ, sin θ),  θ = 3π/2 (1+2u)
//
// makes one and a half turns outwards from a third of Radius.
//
// It is scikit-learn's make_swiss_roll seen along its axis, where Radius is 9π/2 = 14.14. Gulrajani et al. 2017
// ("Improved Training of Wasserstein GANs") play on one of Radius 9π/15 = 1.885 and Std 1/30.
//
// The methods expect what [SwissRoll.Validate] accepts.
type SwissRoll struct {
	Radius float64 // of the outer end; positive
	Std    float64 // of the noise in each direction; more than a millionth of Radius
}

// Validate returns an error unless Radius is positive and finite, and Std is finite and more than a millionth of it,
// which float32 can just resolve.
func (s SwissRoll) Validate() error {
	if !(s.Radius > 0) || !finite(s.Radius) {
		return invalid.Value("radius", s.Radius, "a positive number")
	}
	if !(s.Std > 1e-6*s.Radius) || !finite(s.Std) {
		return invalid.Value("std", s.Std, "a number above %v, a millionth of the radius", 1e-6*s.Radius)
	}
	return nil
}

// Dim is 2.
func (s SwissRoll) Dim() int { return 2 }

// turn is how fast the angle θ grows with u: one and a half turns.
const turn = 3 * math.Pi

// polar is the spiral's distance from 0 and its angle at u.
func (s SwissRoll) polar(u float64) (r, theta float64) {
	return s.Radius * (1 + 2*u) / 3, math.Pi*3/2 + turn*u
}

// Point is the point of the spiral itself at u, from 0 at its inner end to 1 at its outer one.
func (s SwissRoll) Point(u float64) []float64 {
	r, theta := s.polar(u)
	sin, cos := math.Sincos(theta)
	return []float64{r * cos, r * sin}
}

// speed is the length of dc/du at u. It grows with u.
func (s SwissRoll) speed(u float64) float64 {
	r, _ := s.polar(u)
	return math.Hypot(s.Radius*2/3, r*turn)
}

// sigmas is how far x is from the spiral's point at u, in standard deviations.
func (s SwissRoll) sigmas(x []float64, u float64) float64 {
	c := s.Point(u)
	return math.Hypot(x[0]-c[0], x[1]-c[1]) / s.Std
}

// Nearest returns the place along the spiral, from 0 to 1, of its point nearest to x, and the distance to it in
// standard deviations. The data's u are uniform: a generator whose u are not favours some part of the roll. A NaN in x
// makes the distance NaN.
func (s SwissRoll) Nearest(x []float64) (u, sigmas float64) {
	const pieces = 64 // of a seventh of a radian: one turn of the distance in each
	sigmas = s.sigmas(x, 0)
	consider := func(at float64) {
		if d := s.sigmas(x, at); d < sigmas {
			u, sigmas = at, d
		}
	}
	receding := s.receding(x, 0)
	for i := range pieces {
		lo, hi := float64(i)/pieces, float64(i+1)/pieces
		before := receding
		if receding = s.receding(x, hi); receding && !before {
			consider(s.turning(x, lo, hi))
		}
	}
	consider(1)
	return u, sigmas
}

// receding reports whether the spiral moves away from x at u: the sign of (c - x)·dc/du.
func (s SwissRoll) receding(x []float64, u float64) bool {
	r, theta := s.polar(u)
	sin, cos := math.Sincos(theta)
	along := (r*cos-x[0])*cos + (r*sin-x[1])*sin
	across := (r*sin-x[1])*cos - (r*cos-x[0])*sin
	return s.Radius*2/3*along+r*turn*across > 0
}

// turning is where between lo and hi the spiral stops drawing near to x, by bisection.
func (s SwissRoll) turning(x []float64, lo, hi float64) float64 {
	for range 50 {
		if middle := (lo + hi) / 2; s.receding(x, middle) {
			hi = middle
		} else {
			lo = middle
		}
	}
	return lo
}

// Density is the probability density at the point x = (x, y):
//
//	p(x) = ∫ N(x; c(u), Std² I) du over u from 0 to 1
//
// by quadrature, to a relative error of about 1e-9.
func (s SwissRoll) Density(x []float64) float64 { return math.Exp(s.LogDensity(x)) }

// LogDensity is the logarithm, in nats, of the density at the point x. Beyond a million standard deviations from the
// spiral, it is that of noise around the nearest point alone.
func (s SwissRoll) LogDensity(x []float64) float64 {
	_, nearest := s.Nearest(x)
	peak := -nearest*nearest/2 - math.Log(2*math.Pi*s.Std*s.Std)
	if !(nearest < 1e6) { // or NaN; rounding would drown the differences of distances
		return peak
	}
	return peak + math.Log(s.integral(x, nearest, 0, 1))
}

// integral is ∫ exp((nearest² - d²)/2) du from lo to hi, where d is the distance of x from c(u), and nearest the least
// d, in standard deviations. It halves the range until there is nothing to integrate, or the exponent is so shallow and
// so nearly a parabola that one Gauss-Legendre rule is enough.
func (s SwissRoll) integral(x []float64, nearest, lo, hi float64) float64 {
	const nothing, shallow, nodes = 40, 12, 12
	exponent := func(d float64) float64 { return (nearest - d) * (nearest + d) / 2 }
	middle := (lo + hi) / 2
	at := s.sigmas(x, middle)
	reach := s.speed(hi) * (hi - lo) / 2 / s.Std // no point is farther from the middle than that
	if at > reach && exponent(at-reach) < -nothing {
		return 0
	}
	first, mid, last := exponent(s.sigmas(x, lo)), exponent(at), exponent(s.sigmas(x, hi))
	if reach <= 1 && math.Abs(first-last) <= shallow && math.Abs(first+last-2*mid) <= shallow {
		return quad.Fixed(func(u float64) float64 { return math.Exp(exponent(s.sigmas(x, u))) }, lo, hi, nodes, quad.Legendre{}, 0)
	}
	return s.integral(x, nearest, lo, middle) + s.integral(x, nearest, middle, hi)
}

// Sample draws n points, [n, 2], with the given source of random numbers.
func (s SwissRoll) Sample(rng *rand.Rand, n int) []float64 {
	x := make([]float64, 0, 2*n)
	for range n {
		for _, v := range s.Point(rng.Float64()) {
			x = append(x, v+s.Std*rng.NormFloat64())
		}
	}
	return x
}

// Batch draws the n points that belong to a step, [n, 2]: the same ones whenever (seed, step) is the same.
func (s SwissRoll) Batch(seed uint64, step, n int) []float32 {
	return float32s(s.Sample(stream(seed, step), n))
}
