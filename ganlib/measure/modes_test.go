package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/data"
)

func coverage(t *testing.T, labels []int, of []float64) Coverage {
	t.Helper()
	c, err := LabelCoverage(labels, of)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func alike(classes int) []float64 {
	shares := make([]float64, classes)
	for class := range shares {
		shares[class] = 1 / float64(classes)
	}
	return shares
}

// drawLabels draws n labels with the probabilities p.
func drawLabels(rng *rand.Rand, p []float64, n int) []int {
	labels := make([]int, n)
	for i := range labels {
		u := rng.Float64() - p[0]
		for u > 0 && labels[i] < len(p)-1 {
			labels[i]++
			u -= p[labels[i]]
		}
	}
	return labels
}

// Eight samples of four classes; the data lack one class and the samples another: p = (6, 2, 0)/8 against q = (1/2,
// 1/4, 1/4).
func TestLabelCoverageByHand(t *testing.T) {
	c := coverage(t, []int{0, 0, 2, 0, 0, 0, 2, 0}, []float64{.5, 0, .25, .25})
	if c.Of != 3 || c.Found != 2 || !slices.Equal(c.Missing, []int{3}) || !slices.Equal(c.Counts, []int{6, 0, 2, 0}) {
		t.Errorf("%+v: want 2 of 3 classes found, 3 missing, 6, 0, 2 and 0 samples", c)
	}
	near(t, "KL", c.KL.Value, .75*math.Log(1.5), 1e-12)
	near(t, "total variation", c.TotalVariation.Value, .25, 1e-12)
	// Expected 4, 2 and 2: chi-squared 1 + 0 + 2 with 2 degrees of freedom, whose
	// survival function is exp(-x/2).
	near(t, "p-value", c.PValue, math.Exp(-1.5), 1e-12)
}

// One class of K only: KL is log K, total variation 1 - 1/K, and all others are missing.
func TestLabelCoverageOfOneClass(t *testing.T) {
	c := coverage(t, make([]int, 100), alike(10))
	near(t, "KL", c.KL.Value, math.Log(10), 1e-12)
	near(t, "total variation", c.TotalVariation.Value, .9, 1e-12)
	if c.Found != 1 || !slices.Equal(c.Missing, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}) || c.PValue > 1e-100 {
		t.Errorf("%+v: want 1 class found, the others missing, a p-value of nearly 0", c)
	}
	// Data and samples of one class agree.
	if c := coverage(t, []int{0, 0}, []float64{1}); c.KL != (Estimate{}) || c.PValue != 1 || c.Found != 1 || c.Chance != (ByChance{Found: 1}) {
		t.Errorf("one class of one: %+v: want a KL of 0 and a p-value of 1", c)
	}
}

// A digit that is never drawn, the others as in the data: KL is log(1/.9), finite.
func TestLabelCoverageMissingOneDigit(t *testing.T) {
	var labels []int
	for range 1000 {
		labels = append(labels, 0, 1, 2, 3, 4, 5, 6, 8, 9)
	}
	c := coverage(t, labels, alike(10))
	near(t, "KL", c.KL.Value, -math.Log(.9), 1e-12)
	near(t, "total variation", c.TotalVariation.Value, .1, 1e-12)
	if !slices.Equal(c.Missing, []int{7}) || c.Found != 9 || c.PValue > 1e-10 {
		t.Errorf("%+v: want 7 missing and seen by the test", c)
	}
}

// The data's own scores, against a simulation, with many samples and with fewer than classes; and the formula for many
// samples.
func TestLabelCoverageByChance(t *testing.T) {
	steep := []float64{.5, .3, .15, .04, .01}
	for _, c := range []struct {
		of []float64
		n  int
	}{{alike(10), 500}, {alike(1000), 300}, {steep, 40}} {
		rng := rand.New(rand.NewPCG(1, 2))
		const draws = 400
		var kl, tv, found, square float64
		for range draws {
			got := coverage(t, drawLabels(rng, c.of, c.n), c.of)
			kl += got.KL.Value / draws
			tv += got.TotalVariation.Value / draws
			found += float64(got.Found) / draws
			square += got.KL.Value * got.KL.Value / draws
		}
		chance := byChance(c.n, c.of)
		spread := math.Sqrt((square - kl*kl) / draws) // of the mean
		near(t, "mean KL", kl, chance.KL, 4*spread)
		near(t, "mean total variation", tv, chance.TotalVariation, .02*tv)
		near(t, "mean of classes found", found, chance.Found, .01*found)
	}
	// Stacked MNIST: 999 degrees of freedom over twice 26,000 samples, to 2%.
	near(t, "KL by chance over (K-1)/2n", byChance(26_000, alike(1000)).KL/(999./52_000), 1, .02)
	near(t, "modes found by chance", byChance(26_000, alike(1000)).Found, 1000, 1e-6)
}

// The standard errors are the spread over many draws, with the data's own fractions and with others.
func TestLabelCoverageStandardErrors(t *testing.T) {
	const n, draws = 2000, 400
	for _, c := range []struct {
		name     string
		p, of    []float64
		tvWithin float64
	}{
		{"same", alike(50), alike(50), 1.5}, // where p = q the claim for total variation is an upper bound
		{"other", []float64{.4, .3, .2, .1}, alike(4), .15},
	} {
		rng := rand.New(rand.NewPCG(3, 4))
		var kl, tv, klClaimed, tvClaimed []float64
		for range draws {
			got := coverage(t, drawLabels(rng, c.p, n), c.of)
			kl, klClaimed = append(kl, got.KL.Value), append(klClaimed, got.KL.StdErr)
			tv, tvClaimed = append(tv, got.TotalVariation.Value), append(tvClaimed, got.TotalVariation.StdErr)
		}
		near(t, c.name+": standard error of KL over its spread", stat.Mean(klClaimed, nil)/stat.StdDev(kl, nil), 1, .15)
		ratio := stat.Mean(tvClaimed, nil) / stat.StdDev(tv, nil)
		if c.tvWithin > 1 && ratio < 1 {
			t.Errorf("%s: the standard error of total variation is %.2f of its spread: want no less", c.name, ratio)
		} else if c.tvWithin < 1 {
			near(t, c.name+": standard error of total variation over its spread", ratio, 1, c.tvWithin)
		}
	}
}

// Under the data's own fractions the p-value is uniform: a tenth are below .1.
func TestLabelCoveragePValueIsUniform(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	below := 0
	for range 500 {
		if coverage(t, drawLabels(rng, alike(10), 1000), alike(10)).PValue < .1 {
			below++
		}
	}
	near(t, "p-values below .1", float64(below), 50, 4*math.Sqrt(45))
}

func TestLabelCoverageRefuses(t *testing.T) {
	half := []float64{.5, .5}
	for _, c := range []struct {
		labels []int
		of     []float64
		want   any
	}{
		{nil, half, ErrTooFew},
		{[]int{0, 2}, half, "labels[1]"},
		{[]int{-1}, half, "labels[0]"},
		{[]int{0, 1}, []float64{1, 0}, "labels[1]"},
		{[]int{0}, nil, "of"},
		{[]int{0}, []float64{.5, .4}, "of"},
		{[]int{0}, []float64{1.5, -.5}, "of[0]"},
		{[]int{0}, []float64{math.NaN(), 1}, "of[0]"},
	} {
		_, err := LabelCoverage(c.labels, c.of)
		wantRefusal(t, err, c.want)
	}
}

func TestShares(t *testing.T) {
	got, err := Shares([]int{0, 2, 2, 2}, 4)
	if err != nil || !slices.Equal(got, []float64{.25, 0, .75, 0}) {
		t.Errorf("shares %v, %v: want .25, 0, .75, 0", got, err)
	}
	_, err = Shares(nil, 10)
	wantRefusal(t, err, ErrTooFew)
	_, err = Shares([]int{1}, 0)
	wantRefusal(t, err, "classes")
	_, err = Shares([]int{1, 10}, 10)
	wantRefusal(t, err, "labels[1]")
}

// Samples at chosen distances from the modes of a ring of 4, which are at (1, 0), (0, 1), (-1, 0) and (0, -1).
func TestModeCoverageByHand(t *testing.T) {
	x := []float64{
		1, 0, // mode 0, dead on
		1, .029, // mode 0, within 3 standard deviations
		1, .031, // mode 0, just outside
		0, 2, // mode 1, far outside
		-1, .01, // mode 2
	}
	m, err := ModeCoverage(x, data.Ring(4, 1, .01))
	if err != nil {
		t.Fatal(err)
	}
	if m.Of != 4 || m.Found != 2 || !slices.Equal(m.Counts, []int{2, 0, 1, 0}) || !slices.Equal(m.Missing, []int{1, 3}) {
		t.Errorf("%+v: want modes 0 and 2 of 4, with 2 and 1 samples", m)
	}
	near(t, "share of high quality", m.HighQuality.Value, .6, 1e-12)
	near(t, "its standard error", m.HighQuality.StdErr, math.Sqrt(.6*.4/5), 1e-12)
	if !slices.Equal(m.Nearest.Counts, []int{3, 1, 1, 0}) {
		t.Errorf("nearest to the modes are %v samples: want 3, 1, 1, 0", m.Nearest.Counts)
	}
	near(t, "KL", m.Nearest.KL.Value, .6*math.Log(2.4)+.4*math.Log(.8), 1e-12)
}

// The data's own samples, as many as the papers take: all modes, and the high quality and divergence expected by
// chance.
func TestModeCoverageOfTheDataItself(t *testing.T) {
	const n = 2500
	uneven := data.Mixture{Means: data.Ring(3, 2, .02).Means, Std: .02, Weights: []float64{.6, .3, .1}}
	for name, mixture := range map[string]data.Mixture{
		"ring": data.Ring(8, 1, .01), "grid": data.Grid(5, 2, .05), "uneven": uneven,
	} {
		m, err := ModeCoverage(mixture.Batch(1, 0, n), mixture)
		if err != nil {
			t.Fatal(err)
		}
		if m.Found != len(mixture.Means) || m.Missing != nil {
			t.Errorf("%s: %d modes found of the data itself, %v missing", name, m.Found, m.Missing)
		}
		near(t, name+": high quality by chance", m.HighQualityByChance, 1-math.Exp(-4.5), 1e-9) // in the plane
		near(t, name+": high quality", m.HighQuality.Value, m.HighQualityByChance, 4*math.Sqrt(.0111/n))
		near(t, name+": KL", m.Nearest.KL.Value, m.Nearest.Chance.KL, 4*m.Nearest.KL.StdErr)
		if m.Nearest.PValue < 1e-3 {
			t.Errorf("%s: p-value %.2g of the data itself", name, m.Nearest.PValue)
		}
	}
}

// Half of the ring, and a generator that is far from every mode: no mode is found, and the divergence is that of the
// nearest modes.
func TestModeCoverageOfBadGenerators(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	half := data.Mixture{Means: ring.Means[:4], Std: .05}
	m, err := ModeCoverage(half.Batch(1, 0, 2500), ring)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "KL of half the modes", m.Nearest.KL.Value, math.Log(2), .01)
	if m.Found != 4 || !slices.Equal(m.Missing, []int{4, 5, 6, 7}) {
		t.Errorf("half of the ring: %d found, %v missing", m.Found, m.Missing)
	}
	m, err = ModeCoverage([]float32{.3, 0, .3, .01}, ring)
	if err != nil || m.Found != 0 || m.HighQuality.Value != 0 || math.Abs(m.Nearest.KL.Value-math.Log(8)) > 1e-12 {
		t.Errorf("far from all: %+v, %v: want no mode, and log 8 for the nearest", m, err)
	}
}

func TestModeCoverageRefuses(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	for _, c := range []struct {
		x       []float32
		mixture data.Mixture
		want    any
	}{
		{nil, ring, "len(x)"},
		{[]float32{1, 2, 3}, ring, "len(x)"},
		{[]float32{1, 2, 3, float32(math.NaN())}, ring, ErrNotFinite},
		{[]float32{float32(math.Inf(1)), 2}, ring, ErrNotFinite},
		{[]float32{1, 2}, data.Mixture{}, "mixture.means"},
	} {
		_, err := ModeCoverage(c.x, c.mixture)
		wantRefusal(t, err, c.want)
	}
}
