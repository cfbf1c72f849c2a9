package data

import (
	"slices"
	"testing"

	"github.com/gans-in-go/gans/internal/gantest"
)

func newOrder(t *testing.T, n, size int, seed uint64) *Order {
	t.Helper()
	o, err := NewOrder(n, size, seed)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrderCoversEachEpoch(t *testing.T) {
	const n, size = 12, 3
	o := newOrder(t, n, size, 1)
	for epoch := range 5 {
		var seen []int
		for s := range o.StepsPerEpoch() {
			seen = append(seen, o.Batch(epoch*o.StepsPerEpoch()+s)...)
		}
		slices.Sort(seen)
		for i := range n {
			if len(seen) != n || seen[i] != i {
				t.Fatalf("epoch %d sees %v: want each of 0 to %d once", epoch, seen, n-1)
			}
		}
	}
}

func TestOrderBatchesAreDistinctWithARemainder(t *testing.T) {
	const n, size = 10, 4 // two examples sit out each epoch
	o := newOrder(t, n, size, 3)
	counts := make([]int, n)
	for step := range 1000 {
		batch := o.Batch(step)
		for _, i := range batch {
			counts[i]++
		}
		slices.Sort(batch)
		if len(slices.Compact(batch)) != size {
			t.Fatalf("step %d repeats an example: %v", step, batch)
		}
	}
	// 500 epochs, each example in with probability .8: 400 expected, standard
	// deviation sqrt(500*.8*.2) = 8.9. No example is left out for good.
	for i, c := range counts {
		if c < 400-5*9 || c > 400+5*9 {
			t.Errorf("example %d seen %d times in 500 epochs: want about 400", i, c)
		}
	}
}

// A resumed run asks a new Order for step t; any order of steps is allowed.
func TestOrderIsAFunctionOfSeedAndStep(t *testing.T) {
	whole := newOrder(t, 100, 7, 42)
	var batches [][]int
	for step := range 60 {
		batches = append(batches, whole.Batch(step))
	}
	for _, step := range []int{59, 0, 31, 14, 13, 30} {
		if got := newOrder(t, 100, 7, 42).Batch(step); !slices.Equal(got, batches[step]) {
			t.Errorf("step %d after a restart sees %v: want %v", step, got, batches[step])
		}
		if got := whole.Batch(step); !slices.Equal(got, batches[step]) {
			t.Errorf("step %d asked for again sees %v: want %v", step, got, batches[step])
		}
	}
	if slices.Equal(newOrder(t, 100, 7, 43).Batch(0), batches[0]) {
		t.Error("another seed gives the same minibatch")
	}
}

func TestOrderBatchBelongsToTheCaller(t *testing.T) {
	o := newOrder(t, 10, 5, 1)
	want := o.Batch(0)
	clear(o.Batch(0))
	if got := o.Batch(0); !slices.Equal(got, want) {
		t.Errorf("writing to a minibatch changed the order: %v, was %v", got, want)
	}
}

// The numbers are what this code printed when it was written. If they change, runs begun before no longer resume with
// the same data.
func TestOrderGolden(t *testing.T) {
	o := newOrder(t, 60000, 5, 1)
	for step, want := range map[int][]int{
		0:     {46180, 16376, 34802, 52669, 42017},
		11999: {42089, 1420, 42919, 5346, 35895},
		12000: {34390, 42411, 52391, 6571, 40867},
	} {
		if got := o.Batch(step); !slices.Equal(got, want) {
			t.Errorf("seed 1, step %d: %v, was %v", step, got, want)
		}
	}
}

func TestNewOrderRefuses(t *testing.T) {
	for _, size := range []int{-1, 0, 11} {
		_, err := NewOrder(10, size, 0)
		gantest.RequireInvalid(t, err, "size")
	}
}

func BenchmarkBatch(b *testing.B) {
	o, err := NewOrder(60000, 128, 1)
	if err != nil {
		b.Fatal(err)
	}
	s := &Images{N: 60000, Height: 28, Width: 28, Channels: 1, Pixels: make([]uint8, 60000*784)}
	dst := make([]float32, 128*784)
	step := 0
	for b.Loop() {
		if err := s.Fill(dst, o.Batch(step), Symmetric); err != nil {
			b.Fatal(err)
		}
		step++
	}
}
