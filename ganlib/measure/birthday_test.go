package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

func birthday(t *testing.T, samples, heldOut []float32, dim int) Support {
	t.Helper()
	s, err := Birthday(samples, heldOut, dim)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// evenly are n different numbers over [0, 1e6), 1e6/n apart.
func evenly(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i) * 1e6 / float32(n)
	}
	return x
}

// normalRows are rows of independent standard normals, [n, dim].
func normalRows(rng *rand.Rand, n, dim int) []float32 {
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// Four samples show two pictures, three of them the first: 3 of 6 pairs.
func TestBirthdayByHand(t *testing.T) {
	s := birthday(t, []float32{7, 9000, 7.5, 6}, evenly(1000), 1)
	if s.Pairs != 3 || s.Size.Value != 2 {
		t.Errorf("%d pairs, size %g: want 3, and 6 pairs over 3 = 2", s.Pairs, s.Size.Value)
	}
	want := []Duplicate{{0, 2, .5}, {0, 3, 1}, {2, 3, 1.5}}
	if !slices.Equal(s.Closest, want) {
		t.Errorf("closest %v: want %v", s.Closest, want)
	}
	if s.Distance != 1000 {
		t.Errorf("near is %g: want 1000, how far held-out rows are apart", s.Distance)
	}
}

// A generator of 300 pictures in 16 dimensions, with jitter of a tenth of their spread, beside data that fill the
// space.
func TestBirthdayFindsTheSupport(t *testing.T) {
	const pictures, n, dim = 300, 2000, 16
	rng := rand.New(rand.NewPCG(1, 2))
	centres := normalRows(rng, pictures, dim)
	samples := normalRows(rng, n, dim)
	for i := range n {
		centre := centres[rng.IntN(pictures)*dim:]
		for d := range dim {
			samples[i*dim+d] = centre[d] + .1*samples[i*dim+d]
		}
	}
	s := birthday(t, samples, normalRows(rng, n, dim), dim)
	if !(s.Low <= pictures && pictures <= s.High) {
		t.Errorf("support %v [%g, %g]: want %d in it", s.Size, s.Low, s.High, pictures)
	}
	near(t, "support", s.Size.Value, pictures, 30) // 3 standard errors of √(2·300/2000²)·300 ≈ 6, and the jitter
	if len(s.Closest) != shownPairs {
		t.Errorf("%d closest pairs: want %d", len(s.Closest), shownPairs)
	}
}

// Rows are near within the distance of one pair in 200 rows, so 1000 held-out rows have 5 near pairs and count as a
// support of 1000·999/10. Other rows of the same data have about as many.
func TestBirthdayOfRealDataIsThatOfHeldOutData(t *testing.T) {
	const n, dim, draws = 1000, 8, 20
	rng := rand.New(rand.NewPCG(3, 4))
	pairs := 0
	for range draws {
		s := birthday(t, normalRows(rng, n, dim), normalRows(rng, n, dim), dim)
		near(t, "support of held-out rows", s.HeldOut, n*(n-1)/2/5., 1e-6)
		pairs += s.Pairs
	}
	// 5 expected of each draw. The fifth smallest distance itself is off by √5 pairs, and so is its count: √(10·20) =
	// 14 over all draws.
	near(t, "near pairs of real data", float64(pairs), 5*draws, 3*14)
}

// Pictures of MNIST: 500 of them repeated with a little noise, and unseen test images.
func TestBirthdayOfMNIST(t *testing.T) {
	const n, pictures = 1500, 500
	test, err := mnist.Test()
	if err != nil {
		t.Fatal(err)
	}
	dim := test.Size()
	rng := rand.New(rand.NewPCG(5, 6))
	order := rng.Perm(test.N)
	heldOut, fresh := make([]float32, n*dim), make([]float32, n*dim)
	copies, picked := make([]float32, n*dim), make([]int, n)
	for i := range picked {
		picked[i] = order[2*n+rng.IntN(pictures)]
	}
	for _, fill := range []struct {
		x       []float32
		indices []int
	}{{heldOut, order[:n]}, {fresh, order[n : 2*n]}, {copies, picked}} {
		if err := test.Fill(fill.x, fill.indices, data.Unit); err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range copies {
		copies[i] = min(1, max(0, v+.02*float32(rng.NormFloat64())))
	}

	s := birthday(t, copies, heldOut, dim)
	if !(s.Low <= pictures && pictures <= s.High && s.High < 600) {
		t.Errorf("support of %d pictures %v [%g, %g]", pictures, s.Size, s.Low, s.High)
	}
	s = birthday(t, fresh, heldOut, dim)
	// 8 near pairs of the held-out images, 14 of the others here.
	if !(s.Low <= 2*s.HeldOut && s.High >= s.HeldOut/2) {
		t.Errorf("support of test images %v [%g, %g]: want about %g, as of other test images", s.Size, s.Low, s.High, s.HeldOut)
	}
}

// The interval has the true size in 95 of 100 draws, for pictures that are equally likely, and for others, whose size
// is 1/Σp².
func TestBirthdayIntervalIsHonest(t *testing.T) {
	even := make([]float64, 100)
	for i := range even {
		even[i] = .01
	}
	uneven := make([]float64, 101) // one picture in a quarter of the samples
	uneven[0] = .25
	for i := range 100 {
		uneven[1+i] = .0075
	}
	for _, c := range []struct {
		name   string
		p      []float64
		n      int
		within []float64 // of 300 draws, 285 expected
	}{
		{"few pairs", even, 20, []float64{280, 300}}, // the exact interval of a count of 2 encloses more
		{"many pairs", even, 300, []float64{270, 299}},
		{"uneven", uneven, 300, []float64{270, 299}},
	} {
		rng := rand.New(rand.NewPCG(7, 8))
		size := 0.
		for _, p := range c.p {
			size += p * p
		}
		size = 1 / size
		held, values, claimed := 0, 0., 0.
		const draws = 300
		for range draws {
			s := support(partnersOf(rng, c.p, c.n))
			if s.Low <= size && size <= s.High {
				held++
			}
			values += (s.Size.Value - size) * (s.Size.Value - size)
			claimed += s.Size.StdErr
		}
		if float64(held) < c.within[0] || float64(held) > c.within[1] {
			t.Errorf("%s: %d of %d intervals hold the size %.1f: want %v", c.name, held, draws, size, c.within)
		}
		if c.n == 300 {
			near(t, c.name+": claimed standard error over the true one", claimed/draws/math.Sqrt(values/draws), 1, .2)
		}
	}
}

// partnersOf draws n pictures with probabilities p. For each it counts how many others are the same.
func partnersOf(rng *rand.Rand, p []float64, n int) []int {
	drawn, counts := make([]int, n), make([]int, len(p))
	for i := range drawn {
		u := rng.Float64()
		for u -= p[drawn[i]]; u > 0 && drawn[i] < len(p)-1; u -= p[drawn[i]] {
			drawn[i]++
		}
		counts[drawn[i]]++
	}
	partners := make([]int, n)
	for i, picture := range drawn {
		partners[i] = counts[picture] - 1
	}
	return partners
}

// No repetition: a lower bound. With no pair among 100 samples the mean number of pairs is at most 3.689 = -ln .025.
func TestBirthdayWithoutRepetitions(t *testing.T) {
	samples := evenly(100)
	s := birthday(t, samples, evenly(1000), 1)
	want := 100 * 99 / 2 / -math.Log(.025)
	near(t, "lower bound", s.Low, want, 1e-6)
	if s.Pairs != 0 || s.Closest != nil || s.Size != (Estimate{s.Low, 0}) || !math.IsInf(s.High, 1) {
		t.Errorf("without repetitions %+v: want the lower bound, no pair and no upper bound", s)
	}
}

// The same picture every time is a support of 1, also if the data are one picture too; with equal held-out rows only
// equal samples count.
func TestBirthdayOfConstants(t *testing.T) {
	one := make([]float32, 50*3)
	s := birthday(t, one, normalRows(rand.New(rand.NewPCG(1, 1)), 100, 3), 3)
	if s.Pairs != 50*49/2 || s.Size.Value != 1 || s.Low != 1 {
		t.Errorf("one picture: %+v: want a support of 1", s)
	}
	s = birthday(t, evenly(60), make([]float32, 50), 1)
	if s.Pairs != 0 || s.Distance != 0 || s.HeldOut != 1 {
		t.Errorf("different samples beside equal data: %+v: want none near, within 0, and 1 for the data", s)
	}
	s = birthday(t, one, one, 3)
	if s.Size.Value != 1 || s.HeldOut != 1 {
		t.Errorf("equal samples beside equal data: %+v: want 1 for both", s)
	}
}

func TestBirthdayRefuses(t *testing.T) {
	two, nan := []float32{1, 2}, []float32{1, float32(math.NaN())}
	for _, c := range []struct {
		samples, heldOut []float32
		want             any
	}{
		{two[:1], two, ErrTooFew},
		{two, two[:1], ErrTooFew},
		{nil, two, "len(samples)"},
		{nan, two, ErrNotFinite},
		{two, nan, ErrNotFinite},
	} {
		_, err := Birthday(c.samples, c.heldOut, 1)
		wantRefusal(t, err, c.want)
	}
}

func BenchmarkBirthday(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, dim = 10_000, 784
	samples, heldOut := normalRows(rng, n, dim), normalRows(rng, n, dim)
	for b.Loop() {
		if _, err := Birthday(samples, heldOut, dim); err != nil {
			b.Fatal(err)
		}
	}
}
