package data

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/gotype"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib/loop"
)

// imageBlocks are the minibatches of Batches for a loop on the device. A block holds what the minibatches differ in: their
// pixels as bytes, or with OnDevice the indices of their images; their labels; their coins.
type imageBlocks struct {
	*Batches
	labelled bool
	most     int
	pixels   *tensors.Tensor // uint8 [most, size, height, width, channels]; nil with OnDevice
	indices  *tensors.Tensor // int32 [most, size]; nil without OnDevice
	labels   *tensors.Tensor // int32 [most, size]; nil if not labelled
	coins    *tensors.Tensor // bool [most, size]; nil without Flip
}

// blocks returns minibatches for a loop, with their labels or without.
func (b *Batches) blocks(labelled bool) *imageBlocks {
	size := b.drawing.Size
	bytes := size * b.shape[0] * b.shape[1] * b.shape[2]
	if b.drawing.OnDevice {
		bytes = 4 * size
	}
	i := &imageBlocks{Batches: b, labelled: labelled, most: loop.MostOf(bytes)}
	room := func(dtype dtypes.DType, more ...int) *tensors.Tensor {
		return tensors.FromShape(shapes.Make(dtype, append([]int{i.most, size}, more...)...))
	}
	if b.drawing.OnDevice {
		i.indices = room(dtypes.Int32)
	} else {
		i.pixels = room(dtypes.Uint8, b.shape...)
	}
	if labelled {
		i.labels = room(dtypes.Int32)
	}
	if b.drawing.Flip {
		i.coins = room(dtypes.Bool)
	}
	return i
}

// Most implements loop.Blocks.
func (i *imageBlocks) Most() int { return i.most }

// Shared implements loop.Blocks: with OnDevice, all the images.
func (i *imageBlocks) Shared() int {
	if i.drawing.OnDevice {
		return 1
	}
	return 0
}

// Load implements loop.Blocks.
func (i *imageBlocks) Load(step, n int) ([]*tensors.Tensor, error) {
	if i.exec == nil {
		return nil, errClosed
	}
	var indices []int
	for s := range n {
		indices = append(indices, i.order.Batch(step+s)...)
	}
	var labels []int
	if i.drawing.OnDevice {
		labels = i.labelsOf(indices)
		if err := fill(i.indices, int32s(indices)); err != nil {
			return nil, err
		}
	} else {
		images, err := i.source.Choose(indices)
		if err != nil {
			return nil, fmt.Errorf("minibatches of steps %d to %d: %w", step, step+n-1, err)
		}
		if err := fill(i.pixels, images.Pixels); err != nil {
			return nil, err
		}
		labels = images.Labels
	}
	if i.labelled {
		if err := fill(i.labels, int32s(labels)); err != nil {
			return nil, err
		}
	}
	if i.drawing.Flip {
		var coins []bool
		for s := range n {
			coins = append(coins, i.Batches.coins(step+s)...)
		}
		if err := fill(i.coins, coins); err != nil {
			return nil, err
		}
	}
	return i.block(), nil
}

// fill writes the first elements of a tensor.
func fill[T gotype.Supported](t *tensors.Tensor, from []T) error {
	return tensors.MutableFlatData(t, func(to []T) { copy(to, from) })
}

// block lists the block's tensors, in the order in which Batch takes them.
func (i *imageBlocks) block() []*tensors.Tensor {
	var all []*tensors.Tensor
	for _, t := range []*tensors.Tensor{i.whole, i.indices, i.pixels, i.coins, i.labels} {
		if t != nil {
			all = append(all, t)
		}
	}
	return all
}

// Batch implements loop.Blocks: x float32 [size, height, width, channels] and, if labelled, int32 [size].
func (i *imageBlocks) Batch(block []*Node, at *Node) []*Node {
	var inputs []*Node
	if i.drawing.OnDevice {
		inputs, block = block[:1:1], block[1:]
	}
	for _, all := range block {
		inputs = append(inputs, loop.At(all, at))
	}
	if !i.labelled {
		return []*Node{i.graph(inputs)}
	}
	last := len(inputs) - 1
	return []*Node{i.graph(inputs[:last]), inputs[last]}
}
