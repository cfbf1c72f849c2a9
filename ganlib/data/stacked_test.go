package data

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// manyDigits are tiny images, n of each digit. Those of different digits differ if each n is even and all together are
// at most 500.
func manyDigits(n ...int) *Images {
	s := &Images{Name: "digits", License: "free", Source: "here", Height: 2, Width: 3, Channels: 1}
	for digit, n := range n {
		for range n {
			for p := range s.Size() {
				s.Pixels = append(s.Pixels, uint8(s.N/2+p*p))
			}
			s.Labels = append(s.Labels, digit)
			s.N++
		}
	}
	return s
}

func newStacked(t *testing.T, digits *Images, n int, seed uint64) *Stacked {
	t.Helper()
	s, err := NewStacked(digits, n, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each channel is a whole digit, the one that the label says.
func TestStackedChannelsAreTheDigitsOfTheLabel(t *testing.T) {
	digits := manyDigits(50, 50, 50, 50, 50, 50, 50, 50, 50, 50)
	set, err := newStacked(t, digits, 1000, 5).Choose([]int{999, 0, 17, 400, 17})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	if set.N != 5 || set.Height != 2 || set.Width != 3 || set.Channels != 3 || set.Classes() != 1000 ||
		set.Name != "stacked digits" || set.License != "free" || set.Source != "here" {
		t.Errorf("chosen set is %+v", set)
	}
	for i := range set.N {
		red, green, blue := StackedDigits(set.Labels[i])
		for channel, digit := range []int{red, green, blue} {
			var plain []uint8
			for p := range digits.Size() {
				plain = append(plain, set.At(i)[3*p+channel])
			}
			found := false
			for j := range digits.N {
				found = found || digits.Labels[j] == digit && slices.Equal(digits.At(j), plain)
			}
			if !found {
				t.Errorf("image %d, labelled %d: no digit %d looks as channel %d does: %v", i, set.Labels[i], digit, channel, plain)
			}
		}
	}
	if !slices.Equal(set.At(2), set.At(4)) || slices.Equal(set.At(1), set.At(2)) {
		t.Error("an image depends on more than its number, or not on that")
	}
}

func TestStackedDigits(t *testing.T) {
	for label, want := range map[int][3]int{0: {0, 0, 0}, 7: {0, 0, 7}, 305: {3, 0, 5}, 999: {9, 9, 9}} {
		if a, b, c := StackedDigits(label); [3]int{a, b, c} != want {
			t.Errorf("label %d is %d, %d, %d: want %d", label, a, b, c, want)
		}
	}
}

// All 1000 modes occur, each at the rate of its three digits.
func TestStackedModesAtTheExpectedRate(t *testing.T) {
	const n = 128_000 // of the literature
	of := []int{4, 6, 5, 5, 7, 3, 6, 4, 5, 5}
	stacked := newStacked(t, manyDigits(of...), n, 1)
	all, err := All(t.Context(), stacked)
	if err != nil {
		t.Fatal(err)
	}
	counts, rates := make([]int, 1000), make([]float64, 1000)
	for _, label := range all.Labels {
		counts[label]++
	}
	for label := range rates {
		a, b, c := StackedDigits(label)
		rates[label] = float64(of[a]) * float64(of[b]) * float64(of[c]) / 50 / 50 / 50
	}
	if sum := floats.Sum(rates); sum < 1-1e-9 || slices.Min(counts) == 0 || stacked.Classes() != 1000 || stacked.Len() != n {
		t.Errorf("rates sum to %v, the rarest mode occurs %d times, %d classes", sum, slices.Min(counts), stacked.Classes())
	}
	checkCounts(t, "modes", counts, rates)

	// Neighbours are independent: pairs of red digits at the rate of both.
	pairs, rates := make([]int, 100), make([]float64, 100)
	for i := 0; i+1 < n; i += 2 {
		pairs[all.Labels[i]/100*10+all.Labels[i+1]/100]++
	}
	for p := range rates {
		rates[p] = float64(of[p/10]) * float64(of[p%10]) / 50 / 50
	}
	checkCounts(t, "red digits of neighbours", pairs, rates)
}

// A run that is resumed with another version of this package must see the same images.
func TestStackedStays(t *testing.T) {
	digits := manyDigits(50, 50, 50, 50, 50, 50, 50, 50, 50, 50)
	first := []int{507, 918, 767, 569, 121, 579, 767, 514}
	for _, c := range []struct {
		seed uint64
		n    int
		want []int
	}{{1, 8, first}, {1, 1000, first}, {2, 8, []int{683, 4, 196, 601, 317, 100, 636, 442}}} {
		set, err := newStacked(t, digits, c.n, c.seed).Choose([]int{0, 1, 2, 3, 4, 5, 6, 7})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(set.Labels, c.want) {
			t.Errorf("the first labels of seed %d are %v: want %v", c.seed, set.Labels, c.want)
		}
	}
}

func TestStackedErrors(t *testing.T) {
	good := manyDigits(1, 1, 1)
	colour, plain, letters, broken := *good, *good, *good, *good
	colour.Channels, colour.Pixels = 3, make([]uint8, 3*len(good.Pixels))
	plain.Labels = nil
	letters.Labels = []int{0, 26, 1}
	broken.Pixels = nil
	_, err := NewStacked(good, 0, 1)
	gantest.RequireInvalid(t, err, "n")
	for _, digits := range []*Images{&colour, &plain, &letters} {
		_, err := NewStacked(digits, 1, 1)
		require.ErrorIs(t, err, ErrUnfit)
		require.ErrorContains(t, err, `"digits"`)
	}
	_, err = NewStacked(&broken, 1, 1)
	require.ErrorIs(t, err, ErrFormat)

	stacked := newStacked(t, good, 5, 1)
	_, err = stacked.Choose(nil)
	require.ErrorIs(t, err, ErrEmpty)
	for _, indices := range [][]int{{0, 5}, {-1}} {
		_, err = stacked.Choose(indices)
		require.ErrorIs(t, err, ErrIndex)
	}
	require.NoError(t, stacked.Close())
}

func BenchmarkStackedChoose(b *testing.B) {
	digits := &Images{N: 10, Height: 28, Width: 28, Channels: 1, Pixels: make([]uint8, 10*28*28), Labels: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	s, err := NewStacked(digits, 128_000, 1)
	if err != nil {
		b.Fatal(err)
	}
	order, err := NewOrder(s.Len(), 128, 1)
	if err != nil {
		b.Fatal(err)
	}
	step := 0
	for b.Loop() {
		if _, err := s.Choose(order.Batch(step)); err != nil {
			b.Fatal(err)
		}
		step++
	}
}
