package data

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Drawing says how minibatches are drawn from a [Source], and how a network sees them.
type Drawing struct {
	// Size is the number of images per step.
	Size int
	// Seed decides which images are drawn, and which of them are mirrored.
	Seed uint64
	// Replacement draws each image independently from all of them, so that one may occur twice; otherwise [Order] deals
	// them out in shuffled epochs.
	Replacement bool
	// Flip mirrors each image left to right with probability 1/2.
	Flip bool
	// Scale is the range of the numbers.
	Scale Scale
	// OnDevice puts the whole set into the device's memory, once, as bytes; a step then sends only the indices of its
	// images. The minibatches are the same.
	OnDevice bool
}

// Batches draws minibatches as tensors on a device. What a step sees is a function of (Seed, step) alone. Its methods
// are for one goroutine at a time.
type Batches struct {
	backend compute.Backend
	source  Source
	drawing Drawing
	shape   []int
	order   *Order
	whole   *tensors.Tensor // with OnDevice: uint8 [n, height, width, channels]
	labels  []int           // with OnDevice: the labels of the whole set
	exec    *Exec
}

// errClosed ends minibatches whose feed is closed.
var errClosed = fmt.Errorf("minibatches of a closed feed: %w", fs.ErrClosed)

// coinStream separates the coins of Flip from the order of the images.
const coinStream = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio: any odd constant would do

// NewBatches prepares to draw. It returns an error if the drawing asks for what the source does not have, or if its
// first image cannot be read.
func NewBatches(ctx context.Context, backend compute.Backend, s Source, d Drawing) (*Batches, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := d.Scale.check(); err != nil {
		return nil, err
	}
	order, err := NewOrder(s.Len(), d.Size, d.Seed)
	if d.Replacement {
		order, err = NewIndependent(s.Len(), d.Size, d.Seed)
	}
	if err != nil {
		return nil, err
	}
	first, err := s.Choose([]int{0})
	if err != nil {
		return nil, err
	}
	b := &Batches{backend: backend, source: s, drawing: d, order: order, shape: []int{first.Height, first.Width, first.Channels}}
	if d.OnDevice {
		all, err := All(ctx, s)
		if err != nil {
			return nil, err
		}
		b.whole = pixelTensor(all)
		if err := b.whole.MaterializeOnDevice(backend, true, 0); err != nil {
			return nil, err
		}
		b.labels = all.Labels
	}
	b.exec, err = NewExec(backend, b.graph)
	return b, err
}

// Shape is that of one image: [height, width, channels].
func (b *Batches) Shape() []int { return b.shape }

// graph turns pixels uint8 [n, height, width, channels] into numbers, after it has picked the images of the step
// (OnDevice) and mirrored some (Flip).
func (b *Batches) graph(inputs []*Node) *Node {
	pixels, inputs := inputs[0], inputs[1:]
	if b.drawing.OnDevice {
		pixels, inputs = Gather(pixels, InsertAxes(inputs[0], -1)), inputs[1:]
	}
	x := b.drawing.Scale.scaled(pixels)
	if b.drawing.Flip {
		x = Where(inputs[0], Reverse(x, 2), x)
	}
	return x
}

// Draw returns the images of a step, counted from 0, as float32 [Size, height, width, channels], and their labels as
// int32 [Size], or nil for a source without labels. The tensors are the caller's. It panics if step is negative.
func (b *Batches) Draw(step int) (x, labels *tensors.Tensor, err error) {
	if b.exec == nil {
		return nil, nil, errClosed
	}
	indices := b.order.Batch(step)
	inputs := []any{b.whole}
	var chosen []int
	if b.drawing.OnDevice {
		inputs, chosen = append(inputs, int32s(indices)), b.labelsOf(indices)
	} else {
		images, err := b.source.Choose(indices)
		if err != nil {
			return nil, nil, fmt.Errorf("minibatch of step %d: %w", step, err)
		}
		chosen = images.Labels
		pixels := pixelTensor(images)
		defer pixels.MustFinalizeAll()
		inputs[0] = pixels
	}
	if b.drawing.Flip {
		inputs = append(inputs, b.coins(step))
	}
	if x, err = b.exec.Call1(inputs...); err != nil {
		return nil, nil, err
	}
	if chosen != nil {
		labels = labelTensor(chosen)
	}
	return x, labels, nil
}

// labelsOf are the labels of images of the whole set, with OnDevice; nil for a source without labels.
func (b *Batches) labelsOf(indices []int) []int {
	if b.labels == nil {
		return nil
	}
	labels := make([]int, len(indices))
	for to, i := range indices {
		labels[to] = b.labels[i]
	}
	return labels
}

// coins says which images of a step are mirrored.
func (b *Batches) coins(step int) []bool {
	rng, coins := stream(b.drawing.Seed^coinStream, step), make([]bool, b.drawing.Size)
	for i := range coins {
		coins[i] = rng.IntN(2) == 1
	}
	return coins
}

// Finalize frees what Batches holds on the device. To draw afterwards is an error that wraps [fs.ErrClosed].
func (b *Batches) Finalize() {
	if b.exec == nil {
		return
	}
	b.exec.Finalize()
	b.exec = nil
	if b.whole != nil {
		b.whole.MustFinalizeAll()
	}
}

// pixelTensor holds the pixels of images, uint8 [n, height, width, channels].
func pixelTensor(s *Images) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(s.Pixels, s.N, s.Height, s.Width, s.Channels)
}

// labelTensor holds labels, int32 [n].
func labelTensor(labels []int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(int32s(labels), len(labels))
}

func int32s(numbers []int) []int32 {
	out := make([]int32, len(numbers))
	for i, n := range numbers {
		out[i] = int32(n)
	}
	return out
}
