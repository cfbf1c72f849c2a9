package measure

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

func mustKMeans(t *testing.T, x []float32, dim, k, iterations int, seed uint64) []float32 {
	t.Helper()
	centres, err := KMeans(x, dim, k, iterations, seed)
	if err != nil {
		t.Fatal(err)
	}
	if len(centres) != k*dim {
		t.Fatalf("%d values: want %d centres of %d", len(centres), k, dim)
	}
	return centres
}

// spread is the mean squared distance of the rows from their nearest centres.
func spread(t *testing.T, x, centres []float32, dim int) float64 {
	t.Helper()
	_, distances, err := Nearest(x, centres, dim)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, d := range distances {
		sum += d * d
	}
	return sum / float64(len(distances))
}

func TestKMeansFindsClusters(t *testing.T) {
	x := append(numbers(1, 60, 2, 0, .1), numbers(2, 40, 2, 10, .1)...)
	for seed := range uint64(5) {
		centres := mustKMeans(t, x, 2, 2, 20, seed)
		if centres[0] > centres[2] {
			centres = append(centres[2:], centres[:2]...)
		}
		for c, rows := range [][]float32{x[:120], x[120:]} {
			for d := range 2 {
				var mean float64
				for i := d; i < len(rows); i += 2 {
					mean += float64(rows[i]) / float64(len(rows)/2)
				}
				near(t, "coordinate", float64(centres[2*c+d]), mean, 1e-6)
			}
		}
	}
}

// Each iteration brings the centres nearer to the rows, until nothing changes.
func TestKMeansImproves(t *testing.T) {
	const dim = 5
	x := numbers(1, 500, dim, 0, 1)
	last := math.Inf(1)
	for iterations := 1; iterations <= 10; iterations++ {
		now := spread(t, x, mustKMeans(t, x, dim, 20, iterations, 1), dim)
		if !(now < last) {
			t.Errorf("spread after iteration %d is %g, before it %g: want less", iterations, now, last)
		}
		last = now
	}
	settled := mustKMeans(t, x, dim, 20, 200, 1)
	if again := mustKMeans(t, x, dim, 20, 1000, 1); !slices.Equal(settled, again) {
		t.Error("the centres never settle")
	}
}

// Most rows are equal: most centres begin without rows of their own.
func TestKMeansFillsEmptyCentres(t *testing.T) {
	x := make([]float32, 100)
	x[7], x[50], x[98] = 5, 9, 12
	for seed := range uint64(5) {
		once := mustKMeans(t, x, 1, 4, 1, seed)
		slices.Sort(once)
		if len(slices.Compact(once)) != 4 {
			t.Errorf("after one iteration some of the centres %v are equal", once)
		}
		centres := mustKMeans(t, x, 1, 4, 10, seed)
		slices.Sort(centres)
		if want := []float32{0, 5, 9, 12}; !slices.Equal(centres, want) {
			t.Errorf("centres %v: want %v", centres, want)
		}
	}
	// More centres than different rows: some must be equal.
	if got := spread(t, x, mustKMeans(t, x, 1, 30, 10, 1), 1); got != 0 {
		t.Errorf("30 centres of 4 different rows are %g away: want 0", got)
	}
}

func TestKMeansRepeats(t *testing.T) {
	const dim = 9
	x := numbers(1, 700, dim, 0, 1)
	want := mustKMeans(t, x, dim, 30, 7, 3)
	if slices.Equal(want, mustKMeans(t, x, dim, 30, 7, 4)) {
		t.Error("another seed gives the same centres")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !slices.Equal(want, mustKMeans(t, x, dim, 30, 7, 3)) {
		t.Error("one core gives other centres than many")
	}
}

func TestKMeansRefuses(t *testing.T) {
	x := numbers(1, 10, 2, 0, 1)
	for _, c := range []struct {
		x             []float32
		k, iterations int
		want          any
	}{
		{x, 0, 1, "k"},
		{x, 11, 1, "k"},
		{x, 2, 0, "iterations"},
		{x[:19], 2, 1, "len(x)"},
		{[]float32{1, 2, float32(math.Inf(-1)), 3}, 1, 1, ErrNotFinite},
	} {
		_, err := KMeans(c.x, 2, c.k, c.iterations, 1)
		wantRefusal(t, err, c.want)
	}
	same := mustKMeans(t, x, 2, 10, 5, 1) // as many centres as rows
	if got := spread(t, x, same, 2); got != 0 {
		t.Errorf("ten centres of ten rows are %g away: want 0", got)
	}
}
