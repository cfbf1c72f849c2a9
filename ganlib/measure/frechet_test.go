package measure

import (
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGoldenFidelity compares FID, KID and the Inception score with torch-fidelity's on the same features.
func TestGoldenFidelity(t *testing.T) {
	golden := gantest.OpenGolden(t, "../../tests/golden", "fidelity")
	var about struct {
		Dim, Classes, Splits int
		FID, KID             float64
		Whole                float64 `json:"inception_score_whole"`
		InSplits             float64 `json:"inception_score"`
	}
	golden.About(t, &about)
	rows := func(key string) []float32 {
		return tensors.MustCopyFlatData[float32](golden.Tensor(t, key, dtypes.Float32))
	}
	x, y, p := rows("x"), rows("y"), rows("p")
	check := func(what string, want float64) func(Estimate, error) {
		return func(got Estimate, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			near(t, what, got.Value, want, 1e-6*want)
		}
	}
	check("FID", about.FID)(FID(x, y, about.Dim))
	check("Inception score in splits", about.InSplits)(InceptionScore(p, about.Classes, about.Splits))
	check("Inception score", about.Whole)(InceptionScore(p, about.Classes, 1))

	size := golden.Dims(t, "kid_indices")[2] // [subsets, x and y, size]
	var subsets []subset
	for pair := range slices.Chunk(rows("kid_indices"), 2*size) {
		subsets = append(subsets, subset{whole(pair[:size]), whole(pair[size:])})
	}
	check("KID", about.KID)(kidOn(x, y, about.Dim, subsets))
	golden.CheckAllSeen(t)
}

func whole(x []float32) []int {
	indices := make([]int, len(x))
	for i, v := range x {
		indices[i] = int(v)
	}
	return indices
}

// normals are n rows of independent normals, of these means and standard deviations.
func normals(rng *rand.Rand, n int, means, stds []float64) []float32 {
	x := make([]float32, 0, n*len(means))
	for range n {
		for j, mean := range means {
			x = append(x, float32(mean+stds[j]*rng.NormFloat64()))
		}
	}
	return x
}

// features are n rows of dim correlated numbers, none negative, as from a layer of a network.
func features(rng *rand.Rand, n, dim int, shift float64) []float32 {
	mixing := rand.New(rand.NewPCG(uint64(dim), 0))
	weights := make([]float64, dim*dim)
	for i := range weights {
		weights[i] = mixing.NormFloat64() / float64(1+i%dim)
	}
	x := make([]float32, 0, n*dim)
	hidden := make([]float64, dim)
	for range n {
		for j := range hidden {
			hidden[j] = rng.NormFloat64()
		}
		for j := range dim {
			v := shift
			for k, h := range hidden {
				v += weights[j*dim+k] * h
			}
			x = append(x, float32(max(0, v)))
		}
	}
	return x
}

func mustFID(t *testing.T, x, y []float32, dim int) Estimate {
	t.Helper()
	e, err := FID(x, y, dim)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// FID is 0 of a set with itself, and symmetric, with fewer rows than dimensions or more.
func TestFIDOfItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, n := range []int{25, 40, 300} {
		const dim = 40
		x, y := features(rng, n, dim, .5), features(rng, 70, dim, .3)
		there, back := mustFID(t, x, y, dim).Value, mustFID(t, y, x, dim).Value
		itself := mustFID(t, x, x, dim).Value
		near(t, "FID of a set with itself", itself, 0, 1e-10*there)
		if itself < 0 {
			t.Errorf("FID of a set with itself is %g, below 0", itself)
		}
		near(t, "FID from the other side", back, there, 1e-10*there)
		if there < .1 {
			t.Errorf("FID of different sets %g: want one to compare with", there)
		}
	}
}

// Rows in the order of their labels, or with labels in turn, have the standard errors of the same rows mixed.
func TestStandardErrorsOfOrderedRows(t *testing.T) {
	const n, dim, labels = 2000, 2, 20
	rng := rand.New(rand.NewPCG(9, 0))
	var sorted, turns []float32
	for i := range n {
		sorted = append(sorted, normals(rng, 1, []float64{float64(i * labels / n), 0}, []float64{1, 1})...)
		turns = append(turns, normals(rng, 1, []float64{float64(i % labels), 0}, []float64{1, 1})...)
	}
	mixed := pick(sorted, dim, rng.Perm(n))
	y := normals(rng, n, []float64{3, 0}, []float64{2, 1})
	for name, measure := range map[string]func(x []float32) (Estimate, error){
		"FID": func(x []float32) (Estimate, error) { return FID(x, y, dim) },
		"KID": func(x []float32) (Estimate, error) { return KID(x, y, dim, KIDOptions{Subsets: 20, Size: 200}) },
	} {
		want, err := measure(mixed)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range [][]float32{sorted, turns} {
			got, err := measure(x)
			if err != nil {
				t.Fatal(err)
			}
			// Ten to twenty parts give a standard error to about a fifth.
			between(t, name+" of rows in order", got.StdErr, want.StdErr, .4, 2.5)
		}
	}
}

// Rotating and shifting both sets changes no distance.
func TestFIDOfTurnedSets(t *testing.T) {
	const dim = 6
	rng := rand.New(rand.NewPCG(2, 0))
	x, y := features(rng, 200, dim, .5), features(rng, 150, dim, .1)
	random := mat.NewDense(dim, dim, nil)
	random.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, random)
	var qr mat.QR
	qr.Factorize(random)
	var turn mat.Dense
	qr.QTo(&turn)
	moved := func(x []float32) []float32 {
		out := make([]float32, len(x))
		for i := range out {
			row, j := i/dim*dim, i%dim
			v := float64(j) - 3
			for k := range dim {
				v += turn.At(j, k) * float64(x[row+k])
			}
			out[i] = float32(v)
		}
		return out
	}
	want := mustFID(t, x, y, dim)
	got := mustFID(t, moved(x), moved(y), dim)
	near(t, "FID of turned sets", got.Value, want.Value, 1e-5*want.Value)
	near(t, "its standard error", got.StdErr, want.StdErr, 1e-4*want.StdErr)
}

// dense is the Fréchet distance by its definition, from the eigenvalues of Σ₁Σ₂.
func dense(a, b Gaussian) float64 {
	var product mat.Dense
	product.Mul(a.Covariance, b.Covariance)
	var eigen mat.Eigen
	eigen.Factorize(&product, mat.EigenNone)
	total := mat.Trace(a.Covariance) + mat.Trace(b.Covariance)
	for _, value := range eigen.Values(nil) {
		total -= 2 * real(cmplx.Sqrt(value))
	}
	for i, mean := range a.Mean {
		total += (mean - b.Mean[i]) * (mean - b.Mean[i])
	}
	return total
}

// Fewer rows than dimensions, more, and one of each: the same number as from the matrices themselves.
func TestFIDAgainstDenseMatrices(t *testing.T) {
	const dim = 30
	rng := rand.New(rand.NewPCG(3, 0))
	for _, sizes := range [][2]int{{100, 80}, {20, 80}, {80, 20}, {22, 28}, {30, 31}} {
		x, y := features(rng, sizes[0], dim, .5), features(rng, sizes[1], dim, .2)
		a, err := FitGaussian(x, dim)
		if err != nil {
			t.Fatal(err)
		}
		b, err := FitGaussian(y, dim)
		if err != nil {
			t.Fatal(err)
		}
		want := dense(a, b)
		// If Σ is singular, the plain number includes roots of rounding errors.
		near(t, "FID against dense matrices", mustFID(t, x, y, dim).Value, want, 2e-6*want)
		got, err := Frechet(a, b)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "Fréchet distance of the fits", got, want, 2e-6*want)
	}
}

// Blocks of rows and strips of columns, with remainders, give gonum's covariance.
func TestFitGaussianInBlocks(t *testing.T) {
	const n, dim = 2100, 300
	x := features(rand.New(rand.NewPCG(4, 0)), n, dim, .5)
	got, err := FitGaussian(x, dim)
	if err != nil {
		t.Fatal(err)
	}
	all := mat.NewDense(n, dim, nil)
	all.Apply(func(i, j int, _ float64) float64 { return float64(x[i*dim+j]) }, all)
	want := mat.NewSymDense(dim, nil)
	stat.CovarianceMatrix(want, all, nil)
	for i := range dim {
		for j := range dim {
			near(t, "covariance", got.Covariance.At(i, j), want.At(i, j), 1e-12*mat.Max(want))
		}
	}
}

// diagonal is a normal distribution of independent numbers.
func diagonal(means, stds []float64) Gaussian {
	c := mat.NewSymDense(len(stds), nil)
	for i, std := range stds {
		c.SetSym(i, i, std*std)
	}
	return Gaussian{means, c}
}

// closedForm is the squared Fréchet distance of two such: of their means plus of their standard deviations.
func closedForm(a, b Gaussian) float64 {
	var total float64
	for i := range a.Mean {
		mean := a.Mean[i] - b.Mean[i]
		std := math.Sqrt(a.Covariance.At(i, i)) - math.Sqrt(b.Covariance.At(i, i))
		total += mean*mean + std*std
	}
	return total
}

func TestFrechetClosedForm(t *testing.T) {
	for _, c := range []struct{ a, b Gaussian }{
		{diagonal([]float64{0, 1, 2}, []float64{1, 2, 3}), diagonal([]float64{1, 1, 0}, []float64{3, 2, .5})},
		{diagonal([]float64{0, 1, 2}, []float64{0, 2, 0}), diagonal([]float64{1, 1, 0}, []float64{3, 0, 0})},
		{diagonal([]float64{0, 1, 2}, []float64{0, 0, 0}), diagonal([]float64{1, 1, 0}, []float64{0, 0, 0})},
		{diagonal([]float64{5}, []float64{1e-9}), diagonal([]float64{5}, []float64{1e9})},
	} {
		got, err := Frechet(c.a, c.b)
		if err != nil {
			t.Fatal(err)
		}
		want := closedForm(c.a, c.b)
		near(t, "Fréchet distance", got, want, 1e-12*want)
	}
}

func TestFrechetRefuses(t *testing.T) {
	good := diagonal([]float64{0, 0}, []float64{1, 1})
	// Eigenvalues 1 and -1, and one a little below 0.
	indefinite := Gaussian{[]float64{0, 0}, mat.NewSymDense(2, []float64{0, 1, 1, 0})}
	slightly := Gaussian{[]float64{0, 0}, mat.NewSymDense(2, []float64{1, 0, 0, -1e-6})}
	for _, c := range []struct {
		a, b Gaussian
		want any
	}{
		{good, diagonal([]float64{0}, []float64{1}), "b.Mean"},
		{Gaussian{}, good, "a.Mean"},
		{good, Gaussian{[]float64{1}, good.Covariance}, "b.Mean"},
		{diagonal([]float64{0, math.NaN()}, []float64{1, 1}), good, ErrNotFinite},
		{good, diagonal([]float64{0, 0}, []float64{1, math.Inf(1)}), ErrNotFinite},
		{indefinite, good, "a.Covariance"},
		{good, slightly, "b.Covariance"},
	} {
		_, err := Frechet(c.a, c.b)
		wantRefusal(t, err, c.want)
	}
}

var (
	near0 = diagonal([]float64{0, 0, 0, 0}, []float64{1, 1, 1, 1})
	off   = diagonal([]float64{.5, 0, 0, 0}, []float64{1, .6, 1, 1.3})
)

func draw(rng *rand.Rand, n int, g Gaussian) []float32 {
	stds := make([]float64, len(g.Mean))
	for i := range stds {
		stds[i] = math.Sqrt(g.Covariance.At(i, i))
	}
	return normals(rng, n, g.Mean, stds)
}

// redraws measures many independent draws: the values' mean and spread, and the mean of their standard errors.
func redraws(t *testing.T, times int, measure func(rng *rand.Rand) (Estimate, error)) (mean, spread, told float64) {
	t.Helper()
	var values, errors []float64
	for i := range times {
		e, err := measure(rand.New(rand.NewPCG(uint64(i), 77)))
		if err != nil {
			t.Fatal(err)
		}
		values, errors = append(values, e.Value), append(errors, e.StdErr)
	}
	mean, spread = stat.MeanStdDev(values, nil)
	return mean, spread, stat.Mean(errors, nil)
}

// between checks a standard error against the spread over 200 redraws, which is known to a twentieth.
func between(t *testing.T, what string, told, spread, lo, hi float64) {
	t.Helper()
	if ratio := told / spread; !(ratio > lo && ratio < hi) {
		t.Errorf("%s: a standard error of %.3g for a spread of %.3g, %.2f of it: want %g to %g", what, told, spread, ratio, lo, hi)
	}
}

// FID of samples of two normal distributions is their closed form's, and its standard error the spread over redraws of
// x. Without a difference it is about three times too large, as documented.
func TestFIDOfNormals(t *testing.T) {
	y := draw(rand.New(rand.NewPCG(5, 0)), 100_000, near0)
	fid := func(g Gaussian) func(rng *rand.Rand) (Estimate, error) {
		return func(rng *rand.Rand) (Estimate, error) { return FID(draw(rng, 2000, g), y, 4) }
	}
	mean, spread, told := redraws(t, 200, fid(off))
	// The bias is about 4·5/(2·2000), the mean's own standard error spread/14.
	near(t, "mean FID", mean, closedForm(off, near0), .01)
	between(t, "FID of different sets", told, spread, .85, 1.3)

	mean, spread, told = redraws(t, 200, fid(near0))
	near(t, "mean FID of equal distributions", mean, 0, .01)
	between(t, "FID of equal distributions", told, spread, 1, 4)
}

// FID falls towards FID∞ as 1/n, and FID∞ is the closed form's within its standard error.
func TestFIDInfinity(t *testing.T) {
	y := draw(rand.New(rand.NewPCG(6, 0)), 200_000, near0)
	sizes := []int{50, 100, 200, 500, 1000}
	want := closedForm(off, near0)
	var first []float64
	mean, spread, told := redraws(t, 200, func(rng *rand.Rand) (Estimate, error) {
		curve, err := FIDInfinity(draw(rng, 1000, off), y, 4, sizes, rng.Uint64())
		if err != nil {
			return Estimate{}, err
		}
		first = append(first, curve.Values[0])
		return curve.Infinity, nil
	})
	near(t, "mean FID∞", mean, want, 4*spread/math.Sqrt(200))
	between(t, "FID∞", told, spread, .8, 1.5)
	// At 50 samples chance adds some 4·5/(2·50) to the true .5.
	if bias := stat.Mean(first, nil) - want; bias < .1 {
		t.Errorf("FID of 50 samples is %.3g above the truth: want a bias that FID∞ takes away", bias)
	}

	x := draw(rand.New(rand.NewPCG(7, 0)), 1000, near0)
	curve, err := FIDInfinity(x, y, 4, sizes, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(sizes); i++ {
		if curve.Values[i] >= curve.Values[i-1] {
			t.Errorf("FID %v at sizes %v: want it to fall", curve.Values, curve.Sizes)
		}
	}
	near(t, "FID∞ of equal distributions", curve.Infinity.Value, 0, 3*curve.Infinity.StdErr)
	all := mustFID(t, x, y, 4)
	near(t, "FID at all rows", curve.Values[4], all.Value, 1e-12)
	again, err := FIDInfinity(x, y, 4, sizes, 1)
	if err != nil || again.Infinity != curve.Infinity {
		t.Errorf("FID∞ of the same seed %v, %v: want %v", again.Infinity, err, curve.Infinity)
	}
	other, err := FIDInfinity(x, y, 4, sizes, 2)
	if err != nil || other.Infinity == curve.Infinity {
		t.Errorf("FID∞ of another seed %v, %v: want another number", other.Infinity, err)
	}
}

// The line through points of an exact law.
func TestFIDCurveFit(t *testing.T) {
	c := FIDCurve{Sizes: []int{10, 20, 40}, Values: []float64{3.5, 3.25, 3.125}}
	c.fit(.25)
	near(t, "value at 1/n = 0", c.Infinity.Value, 3, 1e-12)
	near(t, "slope", c.Slope, 5, 1e-10)
	near(t, "standard error of points on the line", c.Infinity.StdErr, .25, 1e-12)

	// 1/n of 1, 1/2, 1/4 and 1/5 and points off the line: numpy.polyfit(1/n, v, 1, cov=True) gives these.
	c = FIDCurve{Sizes: []int{1, 2, 4, 5}, Values: []float64{4, 2, 2, 1}}
	c.fit(0)
	near(t, "value at 1/n = 0", c.Infinity.Value, 0.657853810264, 1e-9)
	near(t, "slope", c.Slope, 3.265940902022, 1e-9)
	near(t, "standard error", c.Infinity.StdErr, 0.441550919849, 1e-9)
}

// Rows that are all alike have a mean and no spread.
func TestFIDOfConstantRows(t *testing.T) {
	const dim = 4
	constant := func(n int, v float32) []float32 { return slices.Repeat([]float32{v}, n*dim) }
	for _, n := range []int{fidRows, 100} {
		got := mustFID(t, constant(n, 2), constant(n, 2), dim)
		if got != (Estimate{}) {
			t.Errorf("FID of equal constant rows %v: want 0 ± 0", got)
		}
		got = mustFID(t, constant(n, 2), constant(3, 5), dim)
		near(t, "FID of constant rows", got.Value, dim*9, 1e-12)
		near(t, "its standard error", got.StdErr, 0, 1e-12)
	}
	// One feature that is always 0, as of a dead unit, in a covariance of more rows than dimensions.
	rng := rand.New(rand.NewPCG(8, 0))
	x := normals(rng, 500, []float64{1, 0, 2}, []float64{1, 0, 1})
	y := normals(rng, 400, []float64{0, 0, 2}, []float64{1, 0, 2})
	a, _ := FitGaussian(x, 3)
	b, _ := FitGaussian(y, 3)
	near(t, "FID with a dead feature", mustFID(t, x, y, 3).Value, dense(a, b), 1e-7)
}

func TestFIDRefuses(t *testing.T) {
	ok := make([]float32, 2*fidRows)
	bad := slices.Clone(ok)
	bad[7] = float32(math.NaN())
	for _, c := range []struct {
		x, y []float32
		want any
	}{
		{ok[:2], ok, ErrTooFew},
		{ok, ok[:2], ErrTooFew},
		{bad, ok, ErrNotFinite},
		{ok, bad, ErrNotFinite},
		{ok[:3], ok, "len(x)"},
	} {
		_, err := FID(c.x, c.y, 2)
		wantRefusal(t, err, c.want)
		_, err = FIDInfinity(c.x, c.y, 2, []int{2, 3, 4}, 1)
		wantRefusal(t, err, c.want)
	}
	_, err := FIDInfinity(ok, ok, 2, []int{5, 10, 21}, 1)
	wantRefusal(t, err, "sizes")
	_, err = FIDInfinity(ok, ok, 2, []int{1, 10, 20}, 1)
	wantRefusal(t, err, "sizes")
	_, err = FIDInfinity(ok, ok, 2, []int{5, 10, 5}, 1)
	wantRefusal(t, err, "sizes")
	_, err = FitGaussian(ok[:2], 2)
	wantRefusal(t, err, ErrTooFew)
}

// As many samples and features as published FIDs have: under a minute on two cores. It reports processor time beside
// the clock's.
func BenchmarkFID(b *testing.B) {
	const n, dim = 10_000, 2048
	x, y := largeFeatures(n, dim, 1), largeFeatures(n, dim, 2)
	for b.Loop() {
		if _, err := FID(x, y, dim); err != nil {
			b.Fatal(err)
		}
	}
}

// largeFeatures are rows of features that cost little to make: each number after the first depends on the one before.
func largeFeatures(n, dim int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n*dim)
	for row := range n {
		var v float32
		for j := range dim {
			v = .9*v + float32(rng.NormFloat64())
			x[row*dim+j] = max(0, v)
		}
	}
	return x
}

// TestFIDTo: an FID needs no more of the reference than its mean and covariance.
func TestFIDTo(t *testing.T) {
	const dim = 5
	rng := rand.New(rand.NewPCG(1, 2))
	rows := func(n int) []float32 {
		x := make([]float32, n*dim)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * float64(1+i%dim))
		}
		return x
	}
	x, y := rows(300), rows(400)
	reference, err := FitGaussian(y, dim)
	if err != nil {
		t.Fatal(err)
	}
	want := mustFID(t, x, y, dim)
	got, err := FIDTo(x, reference)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "FID", got.Value, want.Value, 1e-9)
	near(t, "standard error", got.StdErr, want.StdErr, 1e-9)

	_, err = FIDTo(x, Gaussian{Mean: reference.Mean[:2], Covariance: reference.Covariance})
	gantest.RequireInvalid(t, err, "reference.Mean")
	if _, err = FIDTo(x[:dim*19], reference); !errors.Is(err, ErrTooFew) {
		t.Errorf("19 rows: %v", err)
	}
}
