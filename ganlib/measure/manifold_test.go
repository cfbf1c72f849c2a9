package measure

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/internal/gantest"
)

// golden reads float32 rows from a golden file.
func goldenRows(t *testing.T, g *gantest.Golden, key string) (x []float32, dim int) {
	t.Helper()
	return tensors.MustCopyFlatData[float32](g.Tensor(t, key, dtypes.Float32)), g.Dims(t, key)[1]
}

// goldenNumbers reads float64 numbers from a golden file.
func goldenNumbers(t *testing.T, g *gantest.Golden, key string) []float64 {
	t.Helper()
	return tensors.MustCopyFlatData[float64](g.Tensor(t, key, dtypes.Float64))
}

func (p PRDC) all() map[string]Estimate {
	return map[string]Estimate{"precision": p.Precision, "recall": p.Recall, "density": p.Density, "coverage": p.Coverage}
}

func mustManifold(t *testing.T, real, fake []float32, dim, k int) PRDC {
	t.Helper()
	got, err := Manifold(real, fake, dim, k)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The published package of the authors of density and coverage decides alike on every row: the tolerance is that of a
// division, and one count changes the result by at least 1/1000.
func TestManifoldAgainstPRDC(t *testing.T) {
	g := gantest.OpenGolden(t, "../../tests/golden", "prdc")
	var about struct{ K map[string]int }
	g.About(t, &about)
	if len(about.K) == 0 {
		t.Fatal("the golden file names no sets")
	}
	for name, k := range about.K {
		real, dim := goldenRows(t, g, name+"/real")
		fake, _ := goldenRows(t, g, name+"/fake")
		for measure, got := range mustManifold(t, real, fake, dim, k).all() {
			near(t, name+": "+measure, got.Value, goldenNumbers(t, g, name+"/"+measure)[0], 1e-12)
		}
	}
	g.CheckAllSeen(t)
}

// On a line every ball can be drawn. Real 0, 1, 3, 7 reach 1, 1, 2, 4: balls (-1, 1), (0, 2), (1, 5), (3, 11), open at
// both ends. Fake 1, 4, 4.5, 20 reach 3, .5, .5, 15.5: balls (-2, 4), (3.5, 4.5), (4, 5), (4.5, 35.5).
func TestManifoldOnALine(t *testing.T) {
	got := mustManifold(t, []float32{0, 1, 3, 7}, []float32{1, 4, 4.5, 20}, 1, 1)
	near(t, "precision", got.Precision.Value, 3./4, 0)     // 1, 4 and 4.5
	near(t, "recall", got.Recall.Value, 1, 0)              // 7 by the ball of 20 alone
	near(t, "density", got.Density.Value, (1+2+2+0)/4., 0) // 1 only in its own: 1 is at the edges of (-1, 1) and (1, 5)
	near(t, "coverage", got.Coverage.Value, 3./4, 0)       // not 0: 1 is at its edge
	near(t, "error of precision", got.Precision.StdErr, math.Sqrt(.75*.25/4), 1e-15)
	near(t, "error of recall", got.Recall.StdErr, 0, 0)
	near(t, "error of density", got.Density.StdErr, math.Sqrt((.0625+.5625+.5625+1.5625)/3/4), 1e-15)
	near(t, "error of coverage", got.Coverage.StdErr, math.Sqrt(.75*.25/4), 1e-15)
}

func TestManifoldOfEqualSets(t *testing.T) {
	x := numbers(1, 300, 10, 0, 1)
	for measure, got := range mustManifold(t, x, x, 10, 5).all() {
		near(t, measure, got.Value, 1, 1e-12) // density too: k rows are inside each ball, its own among them
	}
}

// Rows of one distribution: on average density is 1 and coverage 1 - Π (n-i)/(n+m-i), i from 1 to k (Naeem et al. 2020,
// section 3.3). Rows share balls, so the spread is wider than the standard errors.
func TestManifoldOfOneDistribution(t *testing.T) {
	const n, m, dim, k = 1500, 1000, 4, 5
	missed := 1.
	for i := range k {
		missed *= float64(n-1-i) / float64(n+m-1-i)
	}
	got := mustManifold(t, numbers(1, n, dim, 0, 1), numbers(2, m, dim, 0, 1), dim, k)
	near(t, "density", got.Density.Value, 1, 5*got.Density.StdErr)
	near(t, "coverage", got.Coverage.Value, 1-missed, 5*got.Coverage.StdErr)
}

// Each failure has its own sign.
func TestManifoldTellsFailures(t *testing.T) {
	const n, dim, k = 400, 6, 5
	real := numbers(1, n, dim, 0, 1)
	collapsed := slices.Repeat(make([]float32, dim), n) // the same sample, in the middle, every time
	for _, c := range []struct {
		name      string
		fake      []float32
		precision float64
		recall    float64
	}{
		{"collapsed", collapsed, 1, 0},
		{"far away", numbers(2, n, dim, 100, 1), 0, 0},
	} {
		got := mustManifold(t, real, c.fake, dim, k)
		near(t, c.name+": precision", got.Precision.Value, c.precision, 0)
		near(t, c.name+": recall", got.Recall.Value, c.recall, 0)
	}
	narrow := mustManifold(t, real, numbers(2, n, dim, 0, .3), dim, k)
	wide := mustManifold(t, real, numbers(2, n, dim, 0, 3), dim, k)
	if !(narrow.Precision.Value > .95 && narrow.Recall.Value < .2 && narrow.Density.Value > 1.5) {
		t.Errorf("narrow samples: %+v: want high precision, low recall", narrow)
	}
	if !(wide.Precision.Value < .2 && wide.Recall.Value > .95) {
		t.Errorf("wide samples: %+v: want low precision, high recall", wide)
	}
}

// Units do not matter, even if squares would not fit in a float32.
func TestManifoldInOtherUnits(t *testing.T) {
	const dim = 5
	real, fake := numbers(1, 90, dim, 0, 1), numbers(2, 80, dim, .2, 1)
	want := mustManifold(t, real, fake, dim, 3)
	for _, unit := range []float32{0x1p-100, 0x1p-70, 0x1p61, 0x1p100} {
		scaled := func(x []float32) []float32 {
			x = slices.Clone(x)
			for i := range x {
				x[i] *= unit
			}
			return x
		}
		if got := mustManifold(t, scaled(real), scaled(fake), dim, 3); got != want {
			t.Errorf("in units of %g: %+v: want %+v", unit, got, want)
		}
	}
}

// Columns that do not vary change no distance.
func TestManifoldOfConstantColumns(t *testing.T) {
	pad := func(x []float32) (padded []float32) {
		for row := range slices.Chunk(x, 3) {
			padded = append(append(padded, 7, -2), row...)
		}
		return padded
	}
	real, fake := numbers(1, 90, 3, 0, 1), numbers(2, 80, 3, .2, 1)
	if got, want := mustManifold(t, pad(real), pad(fake), 5, 3), mustManifold(t, real, fake, 3, 3); got != want {
		t.Errorf("with constant columns %+v: want %+v", got, want)
	}
}

func TestManifoldRefuses(t *testing.T) {
	good, constant, nan := numbers(1, 10, 2, 0, 1), make([]float32, 20), numbers(1, 10, 2, 0, 1)
	nan[7] = float32(math.NaN())
	for _, c := range []struct {
		real, fake []float32
		k          int
		want       any
	}{
		{good, good, 0, "k"},
		{good[:10], good, 5, ErrTooFew},
		{good, good[:10], 5, ErrTooFew},
		{nan, good, 5, ErrNotFinite},
		{good, nan, 5, ErrNotFinite},
		{good[:9], good, 2, "len(real)"},
		{constant, good, 5, ErrAlike},
		{constant, constant, 5, ErrAlike},
	} {
		_, err := Manifold(c.real, c.fake, 2, c.k)
		wantRefusal(t, err, c.want)
	}
}

// As many features of as many images as in the literature: 3e8 distances of 2048 numbers.
func BenchmarkManifold(b *testing.B) {
	const n, dim = 10_000, 2048
	real, fake := numbers(1, n, dim, .4, .4), numbers(2, n, dim, .4, .4)
	for b.Loop() {
		if _, err := Manifold(real, fake, dim, 5); err != nil {
			b.Fatal(err)
		}
	}
}
