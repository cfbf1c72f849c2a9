package data

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// The tests of samples have fixed seeds. For a correct sampler, one seed in 10,000 would fail.
const falseAlarms = 1e-4

// inPlane is what the tests of distributions in the plane need.
type inPlane interface {
	Distribution
	Density(x []float64) float64
	LogDensity(x []float64) float64
	Sample(rng *rand.Rand, n int) []float64
	Validate() error
}

var (
	uneven = Mixture{Means: [][]float64{{-1}, {.5}, {2}}, Std: .3, Weights: []float64{.2, .5, .3}}
	// planes are blurred enough to be integrated over a coarse grid.
	planes = map[string]inPlane{
		"ring":           Ring(8, 1, .15),
		"grid":           Grid(3, .8, .15),
		"uneven mixture": Mixture{Means: [][]float64{{-.5, -.5}, {.5, 0}, {0, .7}}, Std: .2, Weights: []float64{.2, .5, .3}},
		"Swiss roll":     SwissRoll{Radius: 1, Std: .1},
		"moons":          Moons(.09),
	}
)

// The golden values are SciPy's: see tests/golden/toys.py.
func TestLogDensityIsSciPys(t *testing.T) {
	type known struct {
		Points     [][]float64
		LogDensity []float64 `json:"log_density"`
	}
	var toys struct {
		Mixtures []struct {
			Mixture
			known
		}
		SwissRolls []struct {
			SwissRoll
			known
		} `json:"swiss_rolls"`
	}
	file, err := os.ReadFile("../../tests/golden/toys.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &toys); err != nil {
		t.Fatal(err)
	}
	check := func(d inPlane, known known) {
		if err := d.Validate(); err != nil || len(known.Points) < 3 {
			t.Fatalf("%+v: %v, known at %d points", d, err, len(known.Points))
		}
		for i, x := range known.Points {
			// Some points are so far off that the density itself is 0, and rounding shows.
			if got, want := d.LogDensity(x), known.LogDensity[i]; math.Abs(got-want) > 1e-9+3e-14*math.Abs(want) {
				t.Errorf("%+v: log density at %v is %.12g: want %.12g", d, x, got, want)
			}
		}
	}
	for _, m := range toys.Mixtures {
		check(m.Mixture, m.known)
	}
	for _, s := range toys.SwissRolls {
		check(s.SwissRoll, s.known)
	}
	if len(toys.Mixtures) != 4 || len(toys.SwissRolls) != 4 {
		t.Errorf("%d mixtures and %d Swiss rolls in the golden file: want 4 of each", len(toys.Mixtures), len(toys.SwissRolls))
	}
}

// cellProbability integrates a density over the square of the given side whose
// lower left corner is (x, y).
func cellProbability(d inPlane, x, y, side float64) float64 {
	const nodes = 8 // for squares of at most two standard deviations
	return quad.Fixed(func(y float64) float64 {
		return quad.Fixed(func(x float64) float64 { return d.Density([]float64{x, y}) }, x, x+side, nodes, quad.Legendre{}, 0)
	}, y, y+side, nodes, quad.Legendre{}, 0)
}

// cells are squares over [-2, 2) x [-2, 2), which hold all but 1e-8 of planes.
const cellSide, cellsAcross = .2, 20

// cellProbabilities are the probabilities of each plane's cells, row by row.
var cellProbabilities = sync.OnceValue(func() map[string][]float64 {
	all := map[string][]float64{}
	for name, d := range planes {
		for row := range cellsAcross {
			for column := range cellsAcross {
				all[name] = append(all[name], cellProbability(d, -2+cellSide*float64(column), -2+cellSide*float64(row), cellSide))
			}
		}
	}
	return all
})

func TestDensityIntegratesToOne(t *testing.T) {
	for name, probabilities := range cellProbabilities() {
		total := 0.
		for _, p := range probabilities {
			total += p
		}
		if math.Abs(total-1) > 1e-8 {
			t.Errorf("%s: the density's integral is %.10f: want 1", name, total)
		}
	}
}

// checkCounts compares counts with expected ones by Pearson's chi-square; cells where fewer than 5 are expected are
// merged.
func checkCounts(t *testing.T, what string, counts []int, probabilities []float64) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	var chi2, rareWant, rareGot float64
	cells := 0
	add := func(got, want float64) {
		chi2 += (got - want) * (got - want) / want
		cells++
	}
	for i, p := range probabilities {
		got, want := float64(counts[i]), p*float64(n)
		if want < 5 {
			rareGot, rareWant = rareGot+got, rareWant+want
			continue
		}
		add(got, want)
	}
	if rareWant >= 5 {
		add(rareGot, rareWant)
	} else if rareGot > 20 { // where less than 5 are expected: one seed in a million
		t.Errorf("%s: %v of %d samples are where %.2f are expected", what, rareGot, n, rareWant)
	}
	if limit := (distuv.ChiSquared{K: float64(cells - 1)}).Quantile(1 - falseAlarms); !(chi2 < limit) || cells < 2 {
		t.Errorf("%s: chi-square of %d samples over %d cells is %.1f: want less than %.1f", what, n, cells, chi2, limit)
	}
}

// Small batches of many steps, so that steps must also be independent of each other.
func TestBatchesFollowTheDensity(t *testing.T) {
	const steps, n = 5000, 20
	for name, d := range planes {
		counts := make([]int, cellsAcross*cellsAcross)
		for step := range steps {
			x := d.Batch(7, step, n)
			for ; len(x) > 0; x = x[2:] {
				column, row := math.Floor((float64(x[0])+2)/cellSide), math.Floor((float64(x[1])+2)/cellSide)
				if min(column, row) < 0 || max(column, row) >= cellsAcross {
					t.Fatalf("%s: sample (%v, %v) is where none should be", name, x[0], x[1])
				}
				counts[int(row)*cellsAcross+int(column)]++
			}
		}
		checkCounts(t, name, counts, cellProbabilities()[name])
	}
}

// checkCDF compares samples with a distribution function by the Kolmogorov-Smirnov test: P(√n D > d) is about 2
// exp(-2d²).
func checkCDF(t *testing.T, what string, x []float64, cdf func(float64) float64) {
	t.Helper()
	n := float64(len(x))
	slices.Sort(x)
	worst := 0.
	for i, v := range x {
		p := cdf(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	if limit := math.Sqrt(-math.Log(falseAlarms/2) / 2 / n); !(worst < limit) {
		t.Errorf("%s: the distribution function of %d samples is off by %.5f: want less than %.5f", what, len(x), worst, limit)
	}
}

func TestBatchesOnTheLineFollowTheCDF(t *testing.T) {
	const steps, n = 5000, 20
	normal := Normal1D{Mean: 1, Std: .5}
	for name, d := range map[string]interface {
		Distribution
		CDF(float64) float64
	}{"normal": normal, "uneven mixture": uneven, "even mixture": Mixture{Means: [][]float64{{-1}, {1}, {3}}, Std: .1}} {
		var x []float64
		for step := range steps {
			for _, v := range d.Batch(7, step, n) {
				x = append(x, float64(v))
			}
		}
		checkCDF(t, name, x, d.CDF)
	}
}

func TestSpanHoldsNearlyAll(t *testing.T) {
	for name, d := range map[string]Line{"normal": Normal1D{Mean: 1, Std: .5}, "uneven mixture": uneven, "cloud": Cloud{uneven}} {
		lo, hi := d.Span()
		if out := d.CDF(lo) + 1 - d.CDF(hi); !(out > 0 && out < 2.1e-9) {
			t.Errorf("%s: %v is outside of %v to %v: want two in a billion at most", name, out, lo, hi)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a mixture in the plane has a span of numbers")
		}
	}()
	Ring(8, 1, .05).Span()
}

func TestBatchIsAFunctionOfSeedAndStep(t *testing.T) {
	all := map[string]Distribution{"normal": Normal1D{1, .5}, "line": uneven, "space": Mixture{Means: [][]float64{{0, 0, 0}, {1, -1, 2}}, Std: 1}}
	for name, d := range planes {
		all[name] = d
	}
	for name, d := range all {
		first := d.Batch(7, 3, 100)
		if len(first) != 100*d.Dim() {
			t.Errorf("%s: 100 points are %d numbers: want %d each", name, len(first), d.Dim())
		}
		if !slices.Equal(first, d.Batch(7, 3, 100)) {
			t.Errorf("%s: the same seed and step give other points", name)
		}
		if slices.Equal(first, d.Batch(7, 4, 100)) || slices.Equal(first, d.Batch(8, 3, 100)) {
			t.Errorf("%s: another seed or step gives the same points", name)
		}
	}
}

// A run that is resumed with another version of this package must see the same data.
func TestBatchesStay(t *testing.T) {
	for _, c := range []struct {
		d    Distribution
		want []float32
	}{
		{Normal1D{Mean: 1, Std: .5}, []float32{1.1897228, 1.037369, 1.1000342, .4373428}},
		{uneven, []float32{.5224214, .16240567, 1.0743868, 2.5178394}},
		{Ring(8, 1, .05), []float32{1.0037369, .0100034205, -.020029416, .84573114}},
		{SwissRoll{Radius: 2, Std: .05}, []float32{.14824998, -1.551933, -.9981172, .6074785}},
		{Moons(.1), []float32{.19644073, .4947996, -.2894063, .4095394}},
	} {
		got := c.d.Batch(1, 2, 4)[:4]
		for i := range got {
			if math.Abs(float64(got[i]-c.want[i])) > 1e-6 {
				t.Errorf("%+v: step 2 of seed 1 begins %v: want %v", c.d, got, c.want)
				break
			}
		}
	}
}

func ExampleDistribution() {
	for _, d := range []Distribution{Normal1D{Mean: 1, Std: .5}, Ring(8, 1, .05), SwissRoll{Radius: 2, Std: .05}} {
		fmt.Println(d.Dim(), len(d.Batch(1, 0, 256)))
	}
	// Output:
	// 1 256
	// 2 512
	// 2 512
}

func BenchmarkDistribution(b *testing.B) {
	for name, d := range map[string]Distribution{"normal": Normal1D{1, .5}, "ring": Ring(8, 1, .05), "uneven": planes["uneven mixture"], "Swiss roll": SwissRoll{2, .05}} {
		b.Run(name, func(b *testing.B) {
			step := 0
			for b.Loop() {
				d.Batch(1, step, 256)
				step++
			}
		})
	}
}
