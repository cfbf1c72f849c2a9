package data

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Order says which examples each step sees. It is safe for use by several goroutines.
//
// [NewOrder] deals examples out in shuffled epochs, cut into minibatches. Epoch e is a permutation of all examples that
// depends on (seed, e) alone. It is cut into as many whole minibatches as it holds. The few examples left over are not
// used in that epoch, so the examples of a minibatch are distinct. Another permutation leaves out others.
//
// [NewIndependent] draws each example by itself from all of them: with replacement.
type Order struct {
	n, size     int
	seed        uint64
	independent bool

	mu    sync.Mutex // guards the permutation drawn last
	epoch int
	perm  []int
}

// NewOrder returns the order of minibatches of size examples out of n. A seed gives the same order on every machine. It
// returns an error unless 1 <= size <= n.
func NewOrder(n, size int, seed uint64) (*Order, error) {
	if size < 1 || size > n {
		return nil, invalid.Value("size", size, "a minibatch of 1 to %d distinct examples", n)
	}
	return &Order{n: n, size: size, seed: seed}, nil
}

// NewIndependent returns minibatches of size examples, each drawn by itself from n. It returns an error unless both are
// at least 1.
func NewIndependent(n, size int, seed uint64) (*Order, error) {
	if n < 1 {
		return nil, fmt.Errorf("%w to draw minibatches from", ErrEmpty)
	}
	if size < 1 {
		return nil, invalid.Value("size", size, "a minibatch of at least 1 example")
	}
	return &Order{n: n, size: size, seed: seed, independent: true}, nil
}

// StepsPerEpoch is the number of minibatches that an epoch is cut into; of independent draws, the number of steps that
// draw n examples in all, at least 1.
func (o *Order) StepsPerEpoch() int { return max(1, o.n/o.size) }

// Batch returns the examples of a step, counted from 0: numbers from 0 to n-1, distinct ones unless they are drawn
// independently. It depends on the seed and the step alone, so steps may be asked for in any order. It panics if step
// is negative.
func (o *Order) Batch(step int) []int {
	if step < 0 {
		panic(fmt.Sprintf("data: minibatch of step %d: steps are counted from 0", step))
	}
	batch := make([]int, o.size)
	if o.independent {
		rng := stream(o.seed, step)
		for i := range batch {
			batch[i] = rng.IntN(o.n)
		}
		return batch
	}
	epoch, first := step/o.StepsPerEpoch(), step%o.StepsPerEpoch()*o.size
	copy(batch, o.permutation(epoch)[first:])
	return batch
}

// permutation returns the examples in the order of an epoch. Drawing one for each step would give the same numbers, but
// slower. The caller must not write to it.
func (o *Order) permutation(epoch int) []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.perm == nil || o.epoch != epoch {
		o.perm = stream(o.seed, epoch).Perm(o.n)
		o.epoch = epoch
	}
	return o.perm
}

// stream returns the random numbers that belong to (seed, at).
func stream(seed uint64, at int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(at)))
}
