package measure

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
)

func TestHistogram(t *testing.T) {
	// Eight samples, bins [-1, 0), [0, 1), [1, 2): two are outside, and each
	// edge belongs to the bin above it.
	got, err := Histogram([]float32{-1.5, -1, -.25, 0, .5, .999, 1, 2}, -1, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	for b, want := range []float64{2. / 8, 3. / 8, 1. / 8} {
		near(t, "share", got[b], want, 1e-15)
	}
	if len(got) != 3 {
		t.Errorf("%d bins: want 3", len(got))
	}
	if fine, err := Histogram([]float64{0}, -1, 3, .1); err != nil || len(fine) != 40 {
		t.Errorf("%d bins of .1 from -1 to 3, %v: want 40", len(fine), err)
	}
}

func TestHistogramRefuses(t *testing.T) {
	one := []float64{1}
	for _, c := range []struct{ lo, hi, width float64 }{
		{0, 1, 0}, {0, 1, -.1}, {1, 0, .1}, {0, 1, .3}, {0, 1, math.NaN()}, {0, math.Inf(1), 1}, {0, 1, 1e-12},
	} {
		_, err := Histogram(one, c.lo, c.hi, c.width)
		wantRefusal(t, err, "width")
	}
	_, err := Histogram([]float64{}, 0, 1, .5)
	wantRefusal(t, err, ErrTooFew)
	_, err = Histogram([]float64{1, math.NaN()}, 0, 1, .5)
	wantRefusal(t, err, ErrNotFinite)
}

// uniform is the CDF of the uniform distribution on [0, 1).
func uniform(x float64) float64 { return min(1, max(0, x)) }

func TestHistogramJSD(t *testing.T) {
	quarter, three := .25, .75
	for _, c := range []struct {
		name string
		x    []float64
		want float64
	}{
		{"one sample a bin: the distribution itself", []float64{.1, .3, .6, .9}, 0},
		{"no bin in common", []float64{-3.3, 7, 1e12}, math.Ln2},
		// p = (1, 0, 0, 0) against q = 1/4 each: m = 5/8 in the first bin.
		{"one bin of four", []float64{.1, .2, .01},
			(math.Log(8/5.) + quarter*math.Log(2/5.) + three*math.Ln2) / 2},
		// p = (1/2, 1/2, 0, 0): m = 3/8 in two bins.
		{"two bins of four", []float64{.1, .3}, (math.Log(4/3.) + .5*math.Log(2/3.) + .5*math.Ln2) / 2},
		// Half on target in one bin, half outside: m = 3/8, and 1/4 outside.
		{"half outside", []float64{.1, 3}, (.5*math.Log(4/3.) + .5*math.Ln2 + quarter*math.Log(2/3.) + three*math.Ln2) / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := HistogramJSD(c.x, uniform, .25)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "JSD", got, c.want, 1e-12)
		})
	}
}

// 40,000 samples of N(1, .5) itself, over some 40 bins of .1: only chance is left, about 1e-4. Of N(1.5, .5) instead:
// the JSD of two normals a standard deviation apart, integrated here from their densities.
func TestHistogramJSDOfNormals(t *testing.T) {
	target := data.Normal1D{Mean: 1, Std: .5}
	rng := rand.New(rand.NewPCG(5, 5))

	got, err := HistogramJSD(target.Sample(rng, 40_000), target.CDF, .1)
	if err != nil {
		t.Fatal(err)
	}
	if got <= 0 || got > 3e-4 {
		t.Errorf("JSD of samples of the target %.2g: want about 1e-4", got)
	}

	other := data.Normal1D{Mean: 1.5, Std: .5}
	var want float64
	const dx = 1e-3
	for x := -3.; x < 6; x += dx {
		p, q := other.Density(x), target.Density(x)
		want += dx * (relative(p, (p+q)/2) + relative(q, (p+q)/2)) / 2
	}
	got, err = HistogramJSD(other.Sample(rng, 40_000), target.CDF, .1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "JSD of normals a standard deviation apart", got, want, .005)
}

func TestHistogramJSDRefuses(t *testing.T) {
	for _, width := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err := HistogramJSD([]float64{1}, uniform, width)
		wantRefusal(t, err, "width")
	}
	_, err := HistogramJSD([]float32{}, uniform, .1)
	wantRefusal(t, err, ErrTooFew)
	_, err = HistogramJSD([]float32{1, float32(math.Inf(-1))}, uniform, .1)
	wantRefusal(t, err, ErrNotFinite)
}
