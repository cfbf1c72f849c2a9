package data

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gans-in-go/gans/internal/gantest"
)

func wantPoint(t *testing.T, what string, got []float64, x, y float64) {
	t.Helper()
	if len(got) != 2 || math.Abs(got[0]-x)+math.Abs(got[1]-y) > 1e-12 {
		t.Errorf("%s is at %v: want (%v, %v)", what, got, x, y)
	}
}

// The roll begins below 0, passes above it after half a turn, and ends above.
func TestSwissRollPoint(t *testing.T) {
	s := SwissRoll{Radius: 3, Std: .1}
	wantPoint(t, "the inner end", s.Point(0), 0, -1)
	wantPoint(t, "a third of the way", s.Point(1./3), 0, 5./3)
	wantPoint(t, "the outer end", s.Point(1), 0, 3)
	// scikit-learn's: t (cos t, sin t) for t = 3π/2 (1 + 2u).
	s.Radius = 4.5 * math.Pi
	for _, u := range []float64{.1, .77} {
		angle := 1.5 * math.Pi * (1 + 2*u)
		wantPoint(t, "scikit-learn's", s.Point(u), angle*math.Cos(angle), angle*math.Sin(angle))
	}
}

// A point moved at a right angle to the spiral, by less than half the distance to the next turn, is nearest to its
// origin.
func TestSwissRollNearestOfConstructedPoints(t *testing.T) {
	s := SwissRoll{Radius: 2, Std: .05}
	const h = 1e-6
	for u := .01; u < 1; u += .0173 {
		at, before, after := s.Point(u), s.Point(u-h), s.Point(u+h)
		dx, dy := after[0]-before[0], after[1]-before[1]
		length := math.Hypot(dx, dy)
		for _, off := range []float64{-4, -1, 0, .5, 3} {
			x := []float64{at[0] - off*s.Std*dy/length, at[1] + off*s.Std*dx/length}
			if got, sigmas := s.Nearest(x); math.Abs(got-u) > 1e-7 || math.Abs(sigmas-math.Abs(off)) > 1e-7 {
				t.Errorf("%v, %v off at u = %.4f, is %.6f off at %.6f", x, off, u, sigmas, got)
			}
		}
	}
}

// No point of the spiral is nearer, from anywhere in the plane: its ends, its middle, between two equally near turns,
// far away.
func TestSwissRollNearestIsNearest(t *testing.T) {
	s := SwissRoll{Radius: 1, Std: .1}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		reach := []float64{.1, 1, 3, 100}[i%4]
		x := []float64{reach * rng.NormFloat64(), reach * rng.NormFloat64()}
		u, sigmas := s.Nearest(x)
		if u < 0 || u > 1 || math.Abs(s.sigmas(x, u)-sigmas) > 1e-12*sigmas {
			t.Fatalf("%v is nearest to u = %v, %v off: that is %v off", x, u, sigmas, s.sigmas(x, u))
		}
		for v := 0.; v <= 1; v += 1. / 4096 {
			if d := s.sigmas(x, v); d < sigmas-1e-12 {
				t.Fatalf("%v is %v off at u = %v: want %v at %v, or less", x, sigmas, u, d, v)
			}
		}
	}
}

// The data are uniform along the roll, apart from the blur.
func TestSwissRollSamplesAreUniformAlongIt(t *testing.T) {
	const n = 20_000
	s := SwissRoll{Radius: 2, Std: .005}
	x := s.Sample(rand.New(rand.NewPCG(3, 4)), n)
	along := make([]float64, n)
	for i := range along {
		u, sigmas := s.Nearest(x[2*i : 2*i+2])
		along[i] = u
		if sigmas > 7 { // one sample in 10^11 is
			t.Fatalf("sample %d is %v standard deviations off", i, sigmas)
		}
	}
	checkCDF(t, "place along the roll", along, func(u float64) float64 { return u })
}

func TestSwissRollValidate(t *testing.T) {
	for _, c := range []struct {
		s   SwissRoll
		key string
	}{
		{SwissRoll{Std: .1}, "radius"},
		{SwissRoll{-1, .1}, "radius"},
		{SwissRoll{math.NaN(), .1}, "radius"},
		{SwissRoll{math.Inf(1), .1}, "radius"},
		{SwissRoll{Radius: 1}, "std"},
		{SwissRoll{1, -.1}, "std"},
		{SwissRoll{1, 1e-7}, "std"},
		{SwissRoll{1, math.NaN()}, "std"},
		{SwissRoll{1, math.Inf(1)}, "std"},
	} {
		gantest.RequireInvalid(t, c.s.Validate(), c.key)
	}
	if err := (SwissRoll{1.885, 1. / 30}).Validate(); err != nil {
		t.Error(err)
	}
}

func BenchmarkSwissRollDensity(b *testing.B) {
	s := SwissRoll{Radius: 2, Std: .05}
	for b.Loop() {
		s.Density([]float64{1.4, -.6})
	}
}
