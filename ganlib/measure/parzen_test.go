package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/internal/gantest"
)

func mustParzen(t testing.TB, samples, x []float32, dim int, sigmas ...float64) []Estimate {
	t.Helper()
	got, err := Parzen(samples, x, dim, sigmas...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The GAN paper's protocol, by its formula in NumPy.
func TestParzenAgainstNumPy(t *testing.T) {
	g := gantest.OpenGolden(t, "../../tests/golden", "parzen")
	samples, dim := goldenRows(t, g, "samples")
	validation, _ := goldenRows(t, g, "validation")
	test, _ := goldenRows(t, g, "test")
	sigmas := goldenNumbers(t, g, "sigmas")
	if len(sigmas) != 10 || len(ParzenSigmas()) != 10 {
		t.Fatalf("%d and %d sigmas: want 10", len(sigmas), len(ParzenSigmas()))
	}
	sigma, of, err := ParzenSigma(samples, validation, dim)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "chosen sigma", sigma, goldenNumbers(t, g, "sigma")[0], 1e-15)
	got := mustParzen(t, samples, test, dim, ParzenSigmas()...)
	onValidation, onTest := goldenNumbers(t, g, "validation/mean"), goldenNumbers(t, g, "test/mean")
	errors := goldenNumbers(t, g, "test/standard error")
	for s := range sigmas {
		near(t, "sigma", ParzenSigmas()[s], sigmas[s], 1e-15)
		near(t, "mean on validation rows", of[s].Value, onValidation[s], 1e-10*math.Abs(onValidation[s]))
		near(t, "mean on test rows", got[s].Value, onTest[s], 1e-10*math.Abs(onTest[s]))
		near(t, "standard error", got[s].StdErr, errors[s], 1e-10*errors[s])
	}
	g.CheckAllSeen(t)
}

// One sample is one Gaussian, at any distance of the rows.
func TestParzenOfOneSample(t *testing.T) {
	const sigma = .3
	got := mustParzen(t, []float32{1, 2, 2}, []float32{1, 2, 2, 0, 0, 0, 4001, 2, 2}, 3, sigma)[0]
	peak := -3 * math.Log(sigma*math.Sqrt(2*math.Pi))
	far := 16e6 / (2 * sigma * sigma)
	near(t, "mean", got.Value, peak-(0+9/(2*sigma*sigma)+far)/3, 1e-12*far)
}

// On the line a Parzen window is a mixture with known density.
func TestParzenIsAMixture(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range []int{2, 63, 64, 65, 200} { // around the size of a tile
		var means [][]float64
		samples, x := make([]float32, m), make([]float32, 70)
		for i := range samples {
			samples[i] = float32(rng.NormFloat64())
			means = append(means, []float64{float64(samples[i])})
		}
		for i := range x {
			x[i] = float32(2 * rng.NormFloat64())
		}
		for _, sigma := range []float64{.01, .2, 1} {
			mixture, want := data.Mixture{Means: means, Std: sigma}, 0.
			for _, v := range x {
				want += mixture.LogDensity([]float64{float64(v)}) / float64(len(x))
			}
			near(t, "mean", mustParzen(t, samples, x, 1, sigma)[0].Value, want, 1e-11*math.Abs(want))
		}
	}
}

// Summands are relative to the nearest sample so far, in any order of the samples.
func TestParzenInAnyOrder(t *testing.T) {
	const dim = 7
	samples, x := numbers(1, 300, dim, 0, 3), numbers(2, 20, dim, 0, 3)
	want := mustParzen(t, samples, x, dim, .05, 1)
	var turned []float32
	for row := range slices.Chunk(samples, dim) {
		turned = append(slices.Clone(row), turned...)
	}
	for s, got := range mustParzen(t, turned, x, dim, .05, 1) {
		near(t, "mean", got.Value, want[s].Value, 1e-12*math.Abs(want[s].Value))
	}
}

// Theis et al. 2016 (arXiv:1511.01844) warn of this: the estimate ranks models of blurred digits above real ones, and
// copies equal to them.
func TestParzenIsFooled(t *testing.T) {
	const m, n = 1000, 500
	real, dim := digits(t, mnist.Train, 0, 1, m)
	more, _ := digits(t, mnist.Train, 0, 1, 6*m)
	validation, _ := digits(t, mnist.Train, 50_000, 1, n)
	test, _ := digits(t, mnist.Test, 0, 1, n)
	score := func(samples []float32) Estimate {
		sigma, _, err := ParzenSigma(samples, validation, dim)
		if err != nil {
			t.Fatal(err)
		}
		return mustParzen(t, samples, test, dim, sigma)[0]
	}
	truth := score(real)

	// Blurred means, as many as the real images that they are compared with.
	centres, err := KMeans(more, dim, m, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	blurred := score(centres)
	// A copycat of a training set, against unseen digits.
	unseen, _ := digits(t, mnist.Train, 30_000, 1, m)
	copies, fresh := truth, score(unseen)
	// Real images again, but six times as many.
	sixfold := score(more)

	t.Logf("real images %v, k-means centres %v, unseen images %v, six times as many %v", truth, blurred, fresh, sixfold)
	if !(blurred.Value > truth.Value+5*(blurred.StdErr+truth.StdErr)) {
		t.Errorf("k-means centres score %v: want far more than real images' %v", blurred, truth)
	}
	near(t, "difference of copies and unseen images", copies.Value, fresh.Value, 2*(copies.StdErr+fresh.StdErr))
	if !(sixfold.Value > truth.Value+4*(sixfold.StdErr+truth.StdErr)) {
		t.Errorf("six times as many images score %v: want far more than %v", sixfold, truth)
	}
}

func TestParzenRefuses(t *testing.T) {
	good, nan := []float32{0, 1, 2, 3}, []float32{0, 1, float32(math.NaN()), 3}
	for _, c := range []struct {
		samples, x []float32
		sigmas     []float64
		want       any
	}{
		{good, good, nil, "sigmas"},
		{good, good, []float64{.1, 0}, "sigmas"},
		{good, good, []float64{math.NaN()}, "sigmas"},
		{good, good, []float64{math.Inf(1)}, "sigmas"},
		{good, []float32{5, 6, 7, 8}, []float64{1e-170}, "sigmas"},
		{nan, good, []float64{1}, ErrNotFinite},
		{good, nan, []float64{1}, ErrNotFinite},
		{nil, good, []float64{1}, "len(samples)"},
		{good, good[:2], []float64{1}, ErrTooFew},
	} {
		_, err := Parzen(c.samples, c.x, 2, c.sigmas...)
		wantRefusal(t, err, c.want)
	}
	_, _, err := ParzenSigma(good, nan, 2)
	wantRefusal(t, err, ErrNotFinite)
}

// Table 1's size: 10,000 samples, 10,000 test images, ten widths.
func BenchmarkParzen(b *testing.B) {
	samples, dim := digits(b, mnist.Train, 0, 1, 10_000)
	test, _ := digits(b, mnist.Test, 0, 1, 10_000)
	for b.Loop() {
		mustParzen(b, samples, test, dim, ParzenSigmas()...)
	}
}
