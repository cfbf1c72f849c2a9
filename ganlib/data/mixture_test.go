package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gans-in-go/gans/internal/gantest"
)

// Means, worked out by hand.
func TestMixtureConstructors(t *testing.T) {
	h := math.Sqrt2 / 2
	for _, c := range []struct {
		name string
		got  Mixture
		want [][]float64
	}{
		{"ring", Ring(8, 2, .5), [][]float64{{2, 0}, {2 * h, 2 * h}, {0, 2}, {-2 * h, 2 * h}, {-2, 0}, {-2 * h, -2 * h}, {0, -2}, {2 * h, -2 * h}}},
		{"grid", Grid(2, 3, .5), [][]float64{{-1.5, -1.5}, {1.5, -1.5}, {-1.5, 1.5}, {1.5, 1.5}}},
		{"odd grid", Grid(3, 2, .5), [][]float64{{-2, -2}, {0, -2}, {2, -2}, {-2, 0}, {0, 0}, {2, 0}, {-2, 2}, {0, 2}, {2, 2}}},
	} {
		if c.got.Std != .5 || c.got.Weights != nil || c.got.Validate() != nil {
			t.Errorf("%s: std %v, weights %v, error %v", c.name, c.got.Std, c.got.Weights, c.got.Validate())
		}
		if !slices.EqualFunc(c.got.Means, c.want, func(a, b []float64) bool {
			return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Abs(a-b) < 1e-15 })
		}) {
			t.Errorf("%s: means %v: want %v", c.name, c.got.Means, c.want)
		}
	}
}

func TestMixtureOfOneIsNormal(t *testing.T) {
	m, normal := Mixture{Means: [][]float64{{1}}, Std: .5}, Normal1D{Mean: 1, Std: .5}
	for _, x := range []float64{-2, .3, 1, 5} {
		if got, want := m.Density([]float64{x}), normal.Density(x); math.Abs(got-want) > 1e-15 {
			t.Errorf("density at %v is %v: want %v", x, got, want)
		}
		if got, want := m.CDF(x), normal.CDF(x); got != want {
			t.Errorf("probability below %v is %v: want %v", x, got, want)
		}
	}
}

func TestMixtureCDFIntegratesTheDensity(t *testing.T) {
	density := func(x float64) float64 { return uneven.Density([]float64{x}) }
	for _, x := range []float64{-1.2, 0, .5, 2.1, 8} {
		got := quad.Fixed(density, -6, x, 400, quad.Legendre{}, 0)
		if want := uneven.CDF(x); math.Abs(got-want) > 1e-10 {
			t.Errorf("the density below %v is %.12f in all: want %.12f", x, got, want)
		}
	}
	if p := uneven.CDF(8); math.Abs(p-1) > 1e-15 {
		t.Errorf("probability of anything %v: want 1", p)
	}
	defer func() {
		if recover() == nil {
			t.Error("a mixture in the plane has a distribution function of one number")
		}
	}()
	Ring(8, 1, .05).CDF(0)
}

// Where the density is 0, its logarithm still points to the nearest mode.
func TestLogDensityFarAway(t *testing.T) {
	for name, d := range planes {
		at := func(r float64) float64 { return d.LogDensity([]float64{r * .6, r * .8}) }
		for _, r := range []float64{1e2, 1e4, 1e8} {
			near, far := at(r), at(2*r)
			if math.IsInf(near, 0) || !(far < near) {
				t.Errorf("%s: log density %g at distance %g, %g at %g: want finite and falling", name, near, r, far, 2*r)
			}
		}
		if p := d.Density([]float64{60, 80}); p != 0 {
			t.Errorf("%s: density %g at distance 100", name, p)
		}
		if p := d.LogDensity([]float64{math.NaN(), 0}); !math.IsNaN(p) {
			t.Errorf("%s: log density %v at NaN", name, p)
		}
		if p := d.LogDensity([]float64{math.Inf(1), 0}); !math.IsInf(p, -1) {
			t.Errorf("%s: log density %v at infinity", name, p)
		}
	}
}

// Each mode, moved by a known distance in each of 12 directions.
func TestModeOfConstructedPoints(t *testing.T) {
	for name, m := range map[string]Mixture{"ring": Ring(8, 1, .05), "grid": Grid(5, 2, .05)} {
		for k, mean := range m.Means {
			for direction := range 12 {
				sin, cos := math.Sincos(math.Pi / 6 * float64(direction))
				x := []float64{mean[0] + 2.5*m.Std*cos, mean[1] + 2.5*m.Std*sin}
				if mode, sigmas := m.Mode(x); mode != k || math.Abs(sigmas-2.5) > 1e-12 {
					t.Errorf("%s: %v is of mode %d, %.3f off: want mode %d, 2.5 off", name, x, mode, sigmas, k)
				}
			}
		}
	}
	// The border between two modes is in the middle, whatever their weights.
	for _, c := range []struct {
		x      float64
		mode   int
		sigmas float64
	}{{-.26, 0, .74 / .3}, {-.24, 1, .74 / .3}, {1.24, 1, .74 / .3}, {1.26, 2, .74 / .3}, {-9, 0, 8 / .3}} {
		if mode, sigmas := uneven.Mode([]float64{c.x}); mode != c.mode || math.Abs(sigmas-c.sigmas) > 1e-12 {
			t.Errorf("%v is of mode %d, %.3f off: want mode %d, %.3f off", c.x, mode, sigmas, c.mode, c.sigmas)
		}
	}
	if _, sigmas := uneven.Mode([]float64{math.NaN()}); !math.IsNaN(sigmas) {
		t.Errorf("NaN is %v off: want NaN", sigmas)
	}
}

// The ring's modes are 15 standard deviations apart, so every sample is assigned to the mode it came from: modes occur
// by their weights, and the distances r have P(r) = 1 - exp(-r²/2).
func TestModeOfSamples(t *testing.T) {
	const n = 40_000
	weighted := Ring(8, 1, .05)
	weighted.Weights = []float64{.3, .2, .15, .1, .1, .05, .05, .05}
	even := Ring(8, 1, .05)
	for name, c := range map[string]struct {
		Mixture
		weights []float64
	}{
		"even":     {even, []float64{.125, .125, .125, .125, .125, .125, .125, .125}},
		"weighted": {weighted, weighted.Weights},
	} {
		x := c.Sample(rand.New(rand.NewPCG(1, 2)), n)
		counts, distances := make([]int, 8), make([]float64, n)
		for i := range n {
			mode, sigmas := c.Mode(x[2*i : 2*i+2])
			counts[mode]++
			distances[i] = sigmas
		}
		checkCounts(t, name, counts, c.weights)
		checkCDF(t, name, distances, func(r float64) float64 { return -math.Expm1(-r * r / 2) })

		// What the literature calls high quality: 98.9% of the data are.
		share := distuv.Binomial{N: n, P: 1 - math.Exp(-4.5)}
		high := float64(len(slices.DeleteFunc(distances, func(r float64) bool { return r > 3 })))
		if off := math.Abs(high - share.Mean()); off > 4*share.StdDev() {
			t.Errorf("%s: %v of %d samples within 3 standard deviations: want %.0f", name, high, n, share.Mean())
		}
	}
}

func TestMixtureValidate(t *testing.T) {
	two := [][]float64{{0, 0}, {1, 1}}
	for _, c := range []struct {
		m   Mixture
		key string
	}{
		{Mixture{Std: 1}, "means"},
		{Ring(0, 1, .1), "means"},
		{Grid(-1, 1, .1), "means"},
		{Mixture{Means: [][]float64{{}}, Std: 1}, "means"},
		{Mixture{Means: [][]float64{{0, 0}, {1}}, Std: 1}, "means"},
		{Mixture{Means: [][]float64{{0}, {math.NaN()}}, Std: 1}, "means"},
		{Ring(8, math.Inf(1), .1), "means"},
		{Mixture{Means: two}, "std"},
		{Ring(8, 1, -.1), "std"},
		{Ring(8, 1, math.NaN()), "std"},
		{Ring(8, 1, math.Inf(1)), "std"},
		{Mixture{two, 1, []float64{1}}, "weights"},
		{Mixture{two, 1, []float64{}}, "weights"},
		{Mixture{two, 1, []float64{.5, .4}}, "weights"},
		{Mixture{two, 1, []float64{1, 0}}, "weights"},
		{Mixture{two, 1, []float64{1.5, -.5}}, "weights"},
		{Mixture{two, 1, []float64{math.NaN(), .5}}, "weights"},
	} {
		gantest.RequireInvalid(t, c.m.Validate(), c.key)
	}
	if err := (Mixture{two, 1, []float64{.1, .9}}).Validate(); err != nil {
		t.Error(err)
	}
}
