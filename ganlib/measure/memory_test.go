package measure

import (
	"math"
	"slices"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

// digits are n images of MNIST in [0, 1]: every step-th one from first on.
func digits(t testing.TB, load func() (*data.Images, error), first, step, n int) (x []float32, dim int) {
	t.Helper()
	set, err := load()
	if err != nil {
		t.Fatal(err)
	}
	indices := make([]int, n)
	for i := range indices {
		indices[i] = first + i*step
	}
	x = make([]float32, n*set.Size())
	if err := set.Fill(x, indices, data.Unit); err != nil {
		t.Fatal(err)
	}
	return x, set.Size()
}

func TestMemorisationOnALine(t *testing.T) {
	train := []float32{0, 100}
	heldOut := []float32{1, 101, 2, 97} // at distances 1, 1, 2 and 3
	got, err := Memorisation([]float32{0, 101, 102, 98.5, 50}, train, heldOut, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{0, 1, 1, 1, 0}; !slices.Equal(got.Nearest, want) {
		t.Errorf("nearest rows %v: want %v", got.Nearest, want)
	}
	if want := []float64{0, 1, 2, 1.5, 50}; !slices.Equal(got.Distances, want) {
		t.Errorf("distances %v: want %v", got.Distances, want)
	}
	// Below 1: none, and half of two. Below 2: two, and half of one. Below 1.5: two.
	if want := []float64{0, 25, 62.5, 50, 100}; !slices.Equal(got.Percentiles, want) {
		t.Errorf("percentiles %v: want %v", got.Percentiles, want)
	}
	near(t, "median", got.Median, 50, 0)
	near(t, "copies", got.Copies.Value, 1./5, 0)
	near(t, "error of copies", got.Copies.StdErr, math.Sqrt(.2*.8/5), 1e-15)
	near(t, "chance", got.Chance, 1./5, 0) // of being the nearest of five
}

// Each of 200 held-out distances is half a percent.
func TestMemorisationCountsCopies(t *testing.T) {
	var heldOut []float32
	for d := range 200 {
		heldOut = append(heldOut, float32(d+1))
	}
	got, err := Memorisation([]float32{.5, 1.5, 2.5, 3.5}, []float32{0}, heldOut, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0, .5, 1, 1.5}; !slices.Equal(got.Percentiles, want) {
		t.Errorf("percentiles %v: want %v", got.Percentiles, want)
	}
	near(t, "copies", got.Copies.Value, 2./4, 0)
	near(t, "chance", got.Chance, 2./201, 1e-15)
}

// Images that are as new as the held-out ones: all percentiles are equally likely. In 99 of 100 cases their largest
// deviation from that is below .073 (two-sample Kolmogorov-Smirnov, a thousand each).
func TestMemorisationOfNewImages(t *testing.T) {
	const n = 1000
	train, dim := digits(t, mnist.Train, 0, 1, 4000)
	samples, _ := digits(t, mnist.Test, 0, 2, n)
	heldOut, _ := digits(t, mnist.Test, 1, 2, n) // the other half of the first 2000: later ones are harder to read
	got, err := Memorisation(samples, train, heldOut, dim)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.
	for i, percentile := range slices.Sorted(slices.Values(got.Percentiles)) {
		worst = max(worst, math.Abs(percentile/100-(float64(i)+.5)/n))
	}
	near(t, "largest deviation from uniform percentiles", worst, 0, .073)
	near(t, "median percentile", got.Median, 50, 5)
	near(t, "chance", got.Chance, 10./1001, 1e-15)
	near(t, "copies", got.Copies.Value, got.Chance, 4*math.Sqrt(2*.01*.99/n)) // both sets' chance
}

// A copycat, and one that shifts the grey of its copies a little.
func TestMemorisationFindsCopies(t *testing.T) {
	train, dim := digits(t, mnist.Train, 0, 1, 2000)
	heldOut, _ := digits(t, mnist.Test, 0, 1, 500)
	for _, shift := range []float32{0, .02} {
		samples := slices.Clone(train[500*dim : 700*dim])
		for i := range samples {
			samples[i] = min(1, samples[i]+shift)
		}
		got, err := Memorisation(samples, train, heldOut, dim)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range got.Nearest {
			if at != 500+i || got.Percentiles[i] != 0 {
				t.Errorf("copy %d is nearest to row %d, percentile %g: want row %d, 0", i, at, got.Percentiles[i], 500+i)
			}
		}
		near(t, "median of copies", got.Median, 0, 0)
		near(t, "copies", got.Copies.Value, 1, 0)
	}
}

// If the held-out rows are copies themselves, a copy is not unusual.
func TestMemorisationOfEqualDistances(t *testing.T) {
	x := make([]float32, 40)
	got, err := Memorisation(x, x, x, 2)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "median", got.Median, 50, 0)
	near(t, "copies", got.Copies.Value, 0, 0)
}

func TestMemorisationRefuses(t *testing.T) {
	good, bad := make([]float32, 4), []float32{0, 0, 0, float32(math.Inf(1))}
	for _, c := range []struct {
		samples, train, heldOut []float32
		want                    any
	}{
		{bad, good, good, ErrNotFinite},
		{good, bad, good, ErrNotFinite},
		{good, good, bad, ErrNotFinite},
		{good, good, nil, "len(heldOut)"},
		{nil, good, good, "len(samples)"},
	} {
		_, err := Memorisation(c.samples, c.train, c.heldOut, 2)
		wantRefusal(t, err, c.want)
	}
}
