package measure

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/internal/gantest"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.6g: want %.6g within %g", what, got, want, within)
	}
}

// wantRefusal fails unless err wraps want, an error, or refuses the argument that want names.
func wantRefusal(t *testing.T, err error, want any) {
	t.Helper()
	switch want := want.(type) {
	case error:
		if !errors.Is(err, want) {
			t.Errorf("error %v: want %v", err, want)
		}
	case string:
		gantest.RequireInvalid(t, err, want)
	default:
		t.Fatalf("cannot look for %v in an error", want)
	}
}

func TestMeanPairwiseDistance(t *testing.T) {
	// A 3-4-5 triangle: mean of 3, 4 and 5.
	got, err := MeanPairwiseDistance([]float32{0, 0, 3, 0, 0, 4}, 2)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean side of the triangle", got, 4, 1e-7)

	// Equal rows: a collapsed generator.
	got, err = MeanPairwiseDistance(make([]float32, 50*7), 7)
	if err != nil || got != 0 {
		t.Errorf("equal rows: %g, %v: want 0", got, err)
	}
}

// Rows of independent normals differ by a normal of variance 2 in each of dim
// values: the mean distance is sqrt(2) times that of a chi distribution,
// 2 Γ((dim+1)/2) / Γ(dim/2).
func TestMeanPairwiseDistanceOfNormals(t *testing.T) {
	const n, dim = 1000, 300
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	got, err := MeanPairwiseDistance(x, dim)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := math.Lgamma((dim + 1) / 2.)
	b, _ := math.Lgamma(dim / 2.)
	near(t, "mean distance of normals", got, 2*math.Exp(a-b), .05)
}

func TestMeanPairwiseDistanceOfMNIST(t *testing.T) {
	const n = 1000
	set, err := mnist.Train()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, n*set.Size())
	order, err := data.NewOrder(set.N, n, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Fill(x, order.Batch(0), data.Unit); err != nil {
		t.Fatal(err)
	}
	got, err := MeanPairwiseDistance(x, set.Size())
	if err != nil {
		t.Fatal(err)
	}
	// 10.17 here. The spread of single distances is about 1.5, so other
	// thousands of images give the same to a few hundredths.
	near(t, "mean distance of MNIST images", got, 10.17, .1)
}

func TestMeanPairwiseDistanceSaysNaN(t *testing.T) {
	got, err := MeanPairwiseDistance([]float32{0, 1, float32(math.NaN())}, 1)
	if err != nil || !math.IsNaN(got) {
		t.Errorf("with a NaN: %g, %v: want NaN", got, err)
	}
}

func TestMeanPairwiseDistanceRefuses(t *testing.T) {
	for _, c := range []struct {
		n, dim int
		want   any
	}{
		{4, 0, "dim"},
		{0, 2, "len(x)"},
		{5, 2, "len(x)"},
		{2, 2, ErrTooFew},
	} {
		_, err := MeanPairwiseDistance(make([]float32, c.n), c.dim)
		wantRefusal(t, err, c.want)
	}
}

// Against a plain search in float64, with rows long enough to be cut short.
func TestNearestAgainstPlainSearch(t *testing.T) {
	const n, m, dim = 21, 300, 200
	rng := rand.New(rand.NewPCG(2, 2))
	samples, train := make([]float32, n*dim), make([]float32, m*dim)
	for _, x := range [][]float32{samples, train} {
		for i := range x {
			x[i] = rng.Float32()
		}
	}
	indices, distances, err := Nearest(samples, train, dim)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		want, at := math.Inf(1), -1
		for j := range m {
			var sum float64
			for d := range dim {
				diff := float64(samples[i*dim+d]) - float64(train[j*dim+d])
				sum += diff * diff
			}
			if sum < want {
				want, at = sum, j
			}
		}
		if indices[i] != at {
			t.Errorf("nearest to sample %d is row %d: want %d", i, indices[i], at)
		}
		near(t, "distance", distances[i], math.Sqrt(want), 1e-5)
	}
}

func TestNearestTakesTheFirstOfEquals(t *testing.T) {
	indices, distances, err := Nearest([]float32{5, 5}, []float32{0, 0, 5, 6, 5, 4, 5, 6}, 2)
	if err != nil || indices[0] != 1 || distances[0] != 1 {
		t.Errorf("nearest %v at %v, %v: want row 1 at 1", indices, distances, err)
	}
}

func TestNearestFindsItself(t *testing.T) {
	set, err := mnist.Test()
	if err != nil {
		t.Fatal(err)
	}
	dim := set.Size()
	train, samples := make([]float32, 2000*dim), make([]float32, 3*dim)
	all := make([]int, 2000)
	for i := range all {
		all[i] = i
	}
	picked := []int{1999, 0, 1234}
	if err := set.Fill(train, all, data.Unit); err != nil {
		t.Fatal(err)
	}
	if err := set.Fill(samples, picked, data.Unit); err != nil {
		t.Fatal(err)
	}
	indices, distances, err := Nearest(samples, train, dim)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range picked {
		if indices[i] != want || distances[i] != 0 {
			t.Errorf("nearest to image %d is %d at %g: want itself at 0", want, indices[i], distances[i])
		}
	}
}

func TestNearestRefuses(t *testing.T) {
	_, _, err := Nearest(make([]float32, 3), make([]float32, 4), 2)
	wantRefusal(t, err, "len(samples)")
	_, _, err = Nearest(make([]float32, 2), nil, 2)
	wantRefusal(t, err, "len(train)")
	_, _, err = Nearest([]float32{1, 1, 1, float32(math.NaN())}, make([]float32, 4), 2)
	wantRefusal(t, err, ErrNotFinite)
}

// numbers draws n rows of normal numbers around a centre.
func numbers(seed uint64, n, dim int, centre, deviation float64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(centre + deviation*rng.NormFloat64())
	}
	return x
}

// The bounds from the float32 product must hold even where they are wide: far from zero, and among numbers whose
// squares overflow or vanish.
func TestBoundsHold(t *testing.T) {
	for _, c := range []struct {
		name              string
		centre, deviation float64
		width             float64 // of the bounds at most, as a fraction of the distance
	}{
		{"standard", 0, 1, 1e-3},
		{"features", .4, .4, 1e-3},
		{"far from zero", 100, .01, math.Inf(1)},
		{"huge", 0, 1e30, math.Inf(1)},
		{"nearly too large", 0, 5e17, 1e-3},
		{"tiny", 0, 1e-25, math.Inf(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			const dim = 1000
			a, err := newPoints("a", numbers(1, 70, dim, c.centre, c.deviation), dim)
			if err != nil {
				t.Fatal(err)
			}
			b, err := newPoints("b", append(numbers(2, 65, dim, c.centre, c.deviation), a.at(3)...), dim)
			if err != nil {
				t.Fatal(err)
			}
			next := make([]int, a.n)
			var once sync.Once // thousands of pairs may fail alike
			scan(a, b, func(p pair) {
				if p.j != next[p.i] {
					once.Do(func() { t.Errorf("row %d of a meets row %d of b: want %d", p.i, p.j, next[p.i]) })
				}
				next[p.i]++
				d := p.squared()
				if !(p.low <= d && d <= p.high) {
					once.Do(func() { t.Errorf("rows %d and %d: squared distance %g is not in [%g, %g]", p.i, p.j, d, p.low, p.high) })
				}
				if d > 0 && !(p.high-p.low <= c.width*d) {
					once.Do(func() { t.Errorf("rows %d and %d: [%g, %g] is too wide for %g", p.i, p.j, p.low, p.high, d) })
				}
			})
			for i, n := range next {
				if n != b.n {
					t.Errorf("row %d of a met %d rows: want %d", i, n, b.n)
				}
			}
		})
	}
}

// Distances in float32 would all be the same here, and their order random.
func TestNearestDecidesInFloat64(t *testing.T) {
	const n, dim = 130, 20
	x := numbers(3, n, dim, 1000, .001)
	indices, _, err := Nearest(x[:10*dim], x[10*dim:], dim)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range indices {
		want, best := -1, math.Inf(1)
		for j := range n - 10 {
			if d := squared(x[i*dim:(i+1)*dim], x[(10+j)*dim:(11+j)*dim]); d < best {
				want, best = j, d
			}
		}
		if got != want {
			t.Errorf("nearest to row %d is %d: want %d", i, got, want)
		}
	}
}

// Ten samples against all of MNIST, as under a sample grid.
func BenchmarkNearest(b *testing.B) {
	set, err := mnist.Train()
	if err != nil {
		b.Fatal(err)
	}
	test, err := mnist.Test()
	if err != nil {
		b.Fatal(err)
	}
	dim := set.Size()
	train, samples := make([]float32, set.N*dim), make([]float32, 10*dim)
	all := make([]int, set.N)
	for i := range all {
		all[i] = i
	}
	if err := set.Fill(train, all, data.Unit); err != nil {
		b.Fatal(err)
	}
	if err := test.Fill(samples, all[:10], data.Unit); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := Nearest(samples, train, dim); err != nil {
			b.Fatal(err)
		}
	}
}
