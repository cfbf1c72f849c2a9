package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// plain is the squared maximum mean discrepancy of the rows by two loops, without those of one group.
func plain(x, y [][]float64, xGroups, yGroups []int, without int, k func(a, b []float64) float64) float64 {
	mean := func(a, b [][]float64, aGroups, bGroups []int, same bool) float64 {
		var sum, pairs float64
		for i := range a {
			for j := range b {
				if same && i == j || aGroups[i] == without || bGroups[j] == without {
					continue
				}
				sum += k(a[i], b[j])
				pairs++
			}
		}
		return sum / pairs
	}
	return mean(x, x, xGroups, xGroups, true) + mean(y, y, yGroups, yGroups, true) - 2*mean(x, y, xGroups, yGroups, false)
}

// plainEstimate is plain with the jackknife's standard error.
func plainEstimate(x, y []float32, dim int, k func(a, b []float64) float64) Estimate {
	groups := min(20, len(x)/dim, len(y)/dim)
	xGroups, yGroups := deal(len(x)/dim, groups), deal(len(y)/dim, groups)
	xs, ys := rowsOf(x, dim), rowsOf(y, dim)
	var without []float64
	var mean float64
	for g := range groups {
		without = append(without, plain(xs, ys, xGroups, yGroups, g, k))
		mean += without[g] / float64(groups)
	}
	var total float64
	for _, v := range without {
		total += (v - mean) * (v - mean)
	}
	share := float64(groups-1) / float64(groups)
	return Estimate{plain(xs, ys, xGroups, yGroups, -1, k), math.Sqrt(share * total)}
}

func rowsOf(x []float32, dim int) [][]float64 {
	var rows [][]float64
	for row := range slices.Chunk(x, dim) {
		to := make([]float64, dim)
		for j, v := range row {
			to[j] = float64(v)
		}
		rows = append(rows, to)
	}
	return rows
}

func cubicKernel(a, b []float64) float64 {
	var dot float64
	for i := range a {
		dot += a[i] * b[i]
	}
	return math.Pow(dot/float64(len(a))+1, 3)
}

func gaussianKernel(bandwidth float64) func(a, b []float64) float64 {
	return func(a, b []float64) float64 {
		var square float64
		for i := range a {
			square += (a[i] - b[i]) * (a[i] - b[i])
		}
		return math.Exp(-square / (2 * bandwidth * bandwidth))
	}
}

func nearEstimate(t *testing.T, what string, got, want Estimate, tolerance float64) {
	t.Helper()
	near(t, what, got.Value, want.Value, tolerance*math.Abs(want.Value))
	near(t, what+"'s standard error", got.StdErr, want.StdErr, tolerance*want.StdErr)
}

// KID on one subset of all rows, and MMD, against plain loops: few rows, as many as groups, and several blocks.
func TestKernelsAgainstPlainLoops(t *testing.T) {
	const dim = 5
	rng := rand.New(rand.NewPCG(1, 0))
	for _, n := range []int{3, 4, 20, 37, 520} {
		x, y := features(rng, n, dim, .5), features(rng, n, dim, .2)
		kid, err := KID(x, y, dim, KIDOptions{Size: n, Subsets: 1})
		if err != nil {
			t.Fatal(err)
		}
		nearEstimate(t, "KID", kid, plainEstimate(x, y, dim, cubicKernel), 1e-9)
	}
	for _, sizes := range [][2]int{{3, 7}, {40, 23}, {510, 90}} {
		x, y := features(rng, sizes[0], dim, .5), features(rng, sizes[1], dim, .2)
		mmd, err := MMD(x, y, dim, .7)
		if err != nil {
			t.Fatal(err)
		}
		nearEstimate(t, "MMD", mmd, plainEstimate(x, y, dim, gaussianKernel(.7)), 1e-9)
	}
}

// The value is the mean over subsets, each computed alone.
func TestKIDIsTheMeanOverSubsets(t *testing.T) {
	const dim = 4
	rng := rand.New(rand.NewPCG(2, 0))
	x, y := features(rng, 60, dim, .5), features(rng, 50, dim, .2)
	same := []int{0, 3, 5, 6, 7, 20, 21, 22, 40, 49} // one slice for both sets
	subsets := []subset{{rng.Perm(60)[:10], rng.Perm(50)[:10]}, {same, same}, {rng.Perm(60)[:10], rng.Perm(50)[:10]}}
	var want float64
	for _, s := range subsets {
		none := make([]int, 10)
		want += plain(rowsOf(pick(x, dim, s.x), dim), rowsOf(pick(y, dim, s.y), dim), none, none, -1, cubicKernel) / 3
	}
	got, err := kidOn(x, y, dim, subsets)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "KID over subsets", got.Value, want, 1e-9*math.Abs(want))
}

func TestKIDDrawsByItsSeed(t *testing.T) {
	const dim = 4
	rng := rand.New(rand.NewPCG(3, 0))
	x, y := features(rng, 200, dim, .5), features(rng, 150, dim, .2)
	kid := func(seed uint64) Estimate {
		e, err := KID(x, y, dim, KIDOptions{Subsets: 5, Size: 50, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if kid(1) != kid(1) || kid(1) == kid(2) {
		t.Errorf("KID %v and %v of seed 1, %v of seed 2: want the same, and another", kid(1), kid(1), kid(2))
	}
	// By default subsets are the smaller set's 150 rows, 100 times: all of y, and x's in turn.
	e, err := KID(x, y, dim, KIDOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := plainEstimate(x, y, dim, cubicKernel)
	near(t, "KID of many subsets against that of all rows", e.Value, all.Value, e.StdErr)
}

// Two halves of one set have one distribution: KID and MMD are 0 within their errors, and scatter around it.
func TestKIDAndMMDOfHalves(t *testing.T) {
	const dim, n = 16, 400
	below := [2]int{}
	for seed := range uint64(20) {
		x := features(rand.New(rand.NewPCG(seed, 5)), 2*n, dim, .5)
		kid, err := KID(x[:n*dim], x[n*dim:], dim, KIDOptions{Subsets: 20, Size: 100, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		mmd, err := MMD(x[:n*dim], x[n*dim:], dim, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range []Estimate{kid, mmd} {
			near(t, "discrepancy of halves", e.Value, 0, 3*e.StdErr)
			if e.Value < 0 {
				below[i]++
			}
		}
	}
	for i, name := range []string{"KID", "MMD"} {
		if below[i] < 3 || below[i] > 19 {
			t.Errorf("%s of halves is below 0 for %d of 20 seeds: want about half", name, below[i])
		}
	}
}

// The standard errors of KID and MMD are the spread over redraws of both sets if these differ, and too large by about a
// half if not. The subsets' own spread would be far from it: they share rows.
func TestKIDAndMMDStandardErrors(t *testing.T) {
	const n = 160
	kid := func(x, y []float32) (Estimate, error) {
		return KID(x, y, 4, KIDOptions{Subsets: 40, Size: 60, Seed: 1})
	}
	mmd := func(x, y []float32) (Estimate, error) { return MMD(x, y, 4, 2) }
	for name, measure := range map[string]func(x, y []float32) (Estimate, error){"KID": kid, "MMD": mmd} {
		of := func(g Gaussian) func(rng *rand.Rand) (Estimate, error) {
			return func(rng *rand.Rand) (Estimate, error) { return measure(draw(rng, n, g), draw(rng, n, near0)) }
		}
		mean, spread, told := redraws(t, 200, of(off))
		if mean < 2*spread {
			t.Errorf("mean %s of different sets %.3g, spread %.3g: want it well above 0", name, mean, spread)
		}
		between(t, name+" of different sets", told, spread, .8, 1.35)
		mean, spread, told = redraws(t, 200, of(near0))
		near(t, "mean "+name+" of equal distributions", mean, 0, 4*spread/math.Sqrt(200))
		between(t, name+" of equal distributions", told, spread, 1, 2)
	}
}

// Rows that are all alike: the kernels' closed forms, without error.
func TestKIDAndMMDOfConstantRows(t *testing.T) {
	const dim = 2
	a, b := slices.Repeat([]float32{1}, 30*dim), slices.Repeat([]float32{2}, 25*dim)
	kid, err := KID(a, b, dim, KIDOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "KID", kid.Value, math.Pow(2, 3)+math.Pow(5, 3)-2*math.Pow(3, 3), 1e-9)
	near(t, "its standard error", kid.StdErr, 0, 1e-9)
	mmd, err := MMD(a, b, dim, 2)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MMD", mmd.Value, 2-2*math.Exp(-2./8), 1e-12)
	if kid, err = KID(a, a, dim, KIDOptions{}); err != nil || kid.Value != 0 {
		t.Errorf("KID of equal constant rows %v, %v: want 0", kid, err)
	}
	_, err = MMD(a, a, dim, 0)
	wantRefusal(t, err, ErrAlike)
}

func TestMedianBandwidth(t *testing.T) {
	// Points 0, 1, 3 and 10, 14, 20 on a line: fifteen distances, of which 10 is the eighth.
	got, err := MedianBandwidth([]float32{0, 1, 3}, []float32{10, 14, 20}, 1)
	if err != nil || got != 10 {
		t.Errorf("median distance %g, %v: want 10", got, err)
	}
	// Many rows of two numbers from two normals: distances are Rayleigh's, √2 times, median √2·√(2 log 2).
	x := normals(rand.New(rand.NewPCG(4, 0)), 3000, []float64{0, 0}, []float64{1, 1})
	got, err = MedianBandwidth(x, x, 2)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "median distance of normals", got, 2*math.Sqrt(math.Ln2), .1)
	at, err := MMD(x[:200], x[200:500], 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	median, err := MedianBandwidth(x[:200], x[200:500], 2)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := MMD(x[:200], x[200:500], 2, median); err != nil || at != want {
		t.Errorf("MMD at bandwidth 0 %v, at the median distance %v, %v: want the same", at, want, err)
	}
}

func TestKIDAndMMDRefuse(t *testing.T) {
	ok := features(rand.New(rand.NewPCG(5, 0)), 50, 2, .5)
	bad := slices.Clone(ok)
	bad[9] = float32(math.Inf(-1))
	for _, c := range []struct {
		x, y []float32
		want any
	}{
		{ok[:4], ok, ErrTooFew},
		{ok, ok[:2], ErrTooFew},
		{bad, ok, ErrNotFinite},
		{ok, bad, ErrNotFinite},
	} {
		_, err := KID(c.x, c.y, 2, KIDOptions{})
		wantRefusal(t, err, c.want)
		_, err = MMD(c.x, c.y, 2, 0)
		wantRefusal(t, err, c.want)
	}
	for _, bandwidth := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := MMD(ok, ok, 2, bandwidth)
		wantRefusal(t, err, "bandwidth")
	}
	for _, c := range []struct {
		o    KIDOptions
		want any
	}{
		{KIDOptions{Size: 51}, "KIDOptions.Size"},
		{KIDOptions{Size: 1}, "KIDOptions.Size"},
		{KIDOptions{Subsets: -1}, "KIDOptions.Subsets"},
		{KIDOptions{Subsets: 1, Size: 2}, ErrTooFew},
	} {
		_, err := KID(ok, ok, 2, c.o)
		wantRefusal(t, err, c.want)
	}
}

// A tenth of the customary hundred subsets of a thousand, with as many features as Inception.
func BenchmarkKID(b *testing.B) {
	const n, dim = 10_000, 2048
	x, y := largeFeatures(n, dim, 1), largeFeatures(n, dim, 2)
	for b.Loop() {
		if _, err := KID(x, y, dim, KIDOptions{Subsets: 10}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMMD(b *testing.B) {
	const n, dim = 2000, 784
	x, y := largeFeatures(n, dim, 1), largeFeatures(n, dim, 2)
	for b.Loop() {
		if _, err := MMD(x, y, dim, 0); err != nil {
			b.Fatal(err)
		}
	}
}
