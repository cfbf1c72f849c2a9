package data

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestNormalDensityAndCDF(t *testing.T) {
	d := Normal1D{Mean: 1, Std: .5}
	// The peak is 1/(.5 sqrt(2 pi)); one standard deviation away it has fallen
	// by exp(-1/2). The probability below mean + 1.959964 std is .975.
	peak := math.Sqrt2 / math.Sqrt(math.Pi)
	for _, c := range []struct{ got, want float64 }{
		{d.Density(1), peak},
		{d.Density(1.5), peak * math.Exp(-.5)},
		{d.Density(.5), peak * math.Exp(-.5)},
		{d.CDF(1), .5},
		{d.CDF(1 + .5*1.959964), .975},
		{d.CDF(1 - .5*1.959964), .025},
	} {
		if math.Abs(c.got-c.want) > 1e-7 {
			t.Errorf("got %.9f: want %.9f", c.got, c.want)
		}
	}
}

func TestNormalSampleMoments(t *testing.T) {
	const n = 100_000
	d := Normal1D{Mean: 1, Std: .5}
	var sum, squares float64
	for _, x := range d.Sample(rand.New(rand.NewPCG(1, 2)), n) {
		sum += x
		squares += (x - d.Mean) * (x - d.Mean)
	}
	// Standard errors: .5/sqrt(n) = .0016 of the mean, .5/sqrt(2n) = .0011 of
	// the standard deviation. The bounds are five of them.
	if mean := sum / n; math.Abs(mean-1) > .008 {
		t.Errorf("mean of %d samples %.4f: want 1", n, mean)
	}
	if std := math.Sqrt(squares / n); math.Abs(std-.5) > .006 {
		t.Errorf("standard deviation of %d samples %.4f: want .5", n, std)
	}
}
