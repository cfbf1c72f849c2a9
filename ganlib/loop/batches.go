package loop

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
)

// MostOf is the number of minibatches in a block where each takes the given bytes: as many as 8 MiB hold, which is nothing
// to copy in a quarter of a second, but at most 1024.
func MostOf(bytes int) int { return max(1, min(1024, 8<<20/max(1, bytes))) }

// FromBatches makes blocks of single minibatches, by copying them beside each other on the host. A minibatch is its
// inputs, then its labels. Their tensors are freed.
func FromBatches(batch func(step int) (train.Batch, error)) (Blocks, error) {
	s := &stack{batch: batch}
	first, err := batch(0)
	if err != nil {
		return nil, err
	}
	size := 0
	all := slices.Concat(first.Inputs, first.Labels)
	for _, t := range all {
		size += int(t.Shape().ByteSize())
	}
	s.most = MostOf(size)
	for _, t := range all {
		shape := t.Shape().Clone()
		shape.Dimensions = append([]int{s.most}, shape.Dimensions...)
		s.block = append(s.block, tensors.FromShape(shape))
		t.MustFinalizeAll()
	}
	return s, nil
}

type stack struct {
	batch func(step int) (train.Batch, error)
	most  int
	block []*tensors.Tensor // [most, ...] each
}

func (s *stack) Most() int { return s.most }

func (s *stack) Shared() int { return 0 }

func (s *stack) Load(step, n int) ([]*tensors.Tensor, error) {
	for i := range n {
		batch, err := s.batch(step + i)
		if err != nil {
			return nil, fmt.Errorf("minibatch of step %d: %w", step+i, err)
		}
		if err := s.put(i, slices.Concat(batch.Inputs, batch.Labels)); err != nil {
			return nil, err
		}
	}
	return s.block, nil
}

// put copies the tensors of a minibatch to their place, and frees them.
func (s *stack) put(i int, minibatch []*tensors.Tensor) error {
	for j, t := range minibatch {
		var copied error
		err := t.ConstBytes(func(from []byte) {
			copied = s.block[j].MutableBytes(func(to []byte) { copy(to[i*len(from):], from) })
		})
		if err != nil || copied != nil {
			return fmt.Errorf("%w%w", err, copied)
		}
		if err := t.FinalizeAll(); err != nil {
			return err
		}
	}
	return nil
}

func (s *stack) Batch(block []*Node, i *Node) []*Node {
	batch := make([]*Node, len(block))
	for j, all := range block {
		batch[j] = At(all, i)
	}
	return batch
}

// At is the i-th element of x along its first axis, for use in [Blocks.Batch]: [n, ...] to [...]. i is an int32 scalar.
func At(x, i *Node) *Node {
	start := []*Node{i}
	sizes := []int{1}
	for _, n := range x.Shape().Dimensions[1:] {
		start, sizes = append(start, Const(x.Graph(), int32(0))), append(sizes, n)
	}
	return Reshape(DynamicSlice(x, start, sizes), sizes[1:]...)
}
