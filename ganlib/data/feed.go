package data

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/loop"
)

// Feed is what a game learns from: examples of p_data as minibatches. What a step sees is a function of the feed's seed
// and the step alone. Its methods are for one goroutine at a time.
type Feed interface {
	// Shape is that of one example.
	Shape() []int
	// Len is the number of examples, [math.MaxInt] if they have no end.
	Len() int
	// Classes is the number of classes of the minibatches' labels, or 0 where minibatches have none.
	Classes() int
	// Batches returns what each step sees: n examples [n, ...] and, in a conditional game, their labels, int32 [n]. The
	// tensors are the caller's.
	Batches(ctx context.Context, b compute.Backend, n int) (func(step int) (train.Batch, error), error)
	// Blocks returns the same minibatches for a loop on the device, which takes many at once.
	Blocks(ctx context.Context, b compute.Backend, n int) (loop.Blocks, error)
	// Close releases what the feed holds, on the device too. No minibatch can be drawn afterwards.
	Close() error
}

// ImageFeed is a [Feed] of the images of a [Source].
type ImageFeed struct {
	source   Source
	one      *Images // one image of it
	drawing  Drawing
	labelled bool
	drawn    []*Batches
	closed   bool
}

// NewFeed returns a feed of the images of a source, drawn as d says; d.Size does not matter, since Batches sets it.
// With labelled, minibatches hold the labels too, for a conditional game. The feed takes over the source: its Close
// closes the source. NewFeed returns an error, and closes the source, if the first image cannot be read, or has no label
// and should have one.
func NewFeed(source Source, d Drawing, labelled bool) (*ImageFeed, error) {
	one, err := source.Choose([]int{0})
	if err != nil {
		return nil, errors.Join(err, source.Close())
	}
	if labelled && one.Labels == nil {
		err := fmt.Errorf("%w: image set %q has no labels: want some, for a conditional game", ErrUnfit, one.Name)
		return nil, errors.Join(err, source.Close())
	}
	return &ImageFeed{source: source, one: one, drawing: d, labelled: labelled}, nil
}

// Shape is [height, width, channels].
func (f *ImageFeed) Shape() []int { return []int{f.one.Height, f.one.Width, f.one.Channels} }

// Len is the number of images.
func (f *ImageFeed) Len() int { return f.source.Len() }

// Classes is the number of classes of the source, or 0 if minibatches are without labels.
func (f *ImageFeed) Classes() int {
	if !f.labelled {
		return 0
	}
	return f.source.Classes()
}

// Source is what the images are drawn from. The feed closes it.
func (f *ImageFeed) Source() Source { return f.source }

// Batches prepares minibatches of n images, as [NewBatches] does.
func (f *ImageFeed) Batches(ctx context.Context, b compute.Backend, n int) (func(step int) (train.Batch, error), error) {
	drawn, err := f.draw(ctx, b, n)
	if err != nil {
		return nil, err
	}
	return func(step int) (train.Batch, error) {
		x, labels, err := drawn.Draw(step)
		if err != nil {
			return train.Batch{}, err
		}
		inputs := []*tensors.Tensor{x}
		if f.labelled {
			inputs = append(inputs, labels)
		}
		return train.Batch{Inputs: inputs}, nil
	}, nil
}

// Blocks prepares the same minibatches for a loop. The images travel to the device as bytes.
func (f *ImageFeed) Blocks(ctx context.Context, b compute.Backend, n int) (loop.Blocks, error) {
	drawn, err := f.draw(ctx, b, n)
	if err != nil {
		return nil, err
	}
	return drawn.blocks(f.labelled), nil
}

// draw returns minibatches of n images, the same for the same n and backend.
func (f *ImageFeed) draw(ctx context.Context, b compute.Backend, n int) (*Batches, error) {
	if f.closed {
		return nil, errClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, drawn := range f.drawn {
		if drawn.backend == b && drawn.drawing.Size == n {
			return drawn, nil
		}
	}
	drawing := f.drawing
	drawing.Size = n
	drawn, err := NewBatches(ctx, b, f.source, drawing)
	if err != nil {
		return nil, err
	}
	f.drawn = append(f.drawn, drawn)
	return drawn, nil
}

// MeanLogits is the logit of each pixel's mean over the set, for pixels scaled to [0, 1]: with this bias a generator
// that ends in a sigmoid starts at the data's mean. The means are clipped away from 0 and 1, where pixels that never
// change would need an infinite bias.
func (f *ImageFeed) MeanLogits(ctx context.Context) ([]float32, error) {
	const clip = 1e-7 // as Pylearn2's init_sigmoid_bias_from_marginals
	n := f.source.Len()
	sums := make([]float64, f.one.Size())
	for lo := 0; lo < n; lo += atOnce {
		some, err := chooseRange(ctx, f.source, lo, min(lo+atOnce, n))
		if err != nil {
			return nil, err
		}
		for i := range some.N {
			for j, v := range some.At(i) {
				sums[j] += float64(v)
			}
		}
	}
	logits := make([]float32, len(sums))
	for j, sum := range sums {
		mean := min(max(sum/255/float64(n), clip), 1-clip)
		logits[j] = float32(math.Log(mean / (1 - mean)))
	}
	return logits, nil
}

// Close frees the minibatches and closes the source. To draw afterwards is an error that wraps [fs.ErrClosed].
func (f *ImageFeed) Close() error {
	for _, b := range f.drawn {
		b.Finalize()
	}
	f.drawn, f.closed = nil, true
	return f.source.Close()
}

// PointFeed is a [Feed] of points of a [Distribution].
type PointFeed struct {
	// Distribution is p_data.
	Distribution Distribution
	seed         uint64
}

// Points returns a feed of the points of a distribution.
func Points(d Distribution, seed uint64) *PointFeed { return &PointFeed{d, seed} }

// Shape is [Dim].
func (p *PointFeed) Shape() []int { return []int{p.Distribution.Dim()} }

// Len is [math.MaxInt]: every point is drawn anew.
func (p *PointFeed) Len() int { return math.MaxInt }

// Classes is 0: points have no labels.
func (p *PointFeed) Classes() int { return 0 }

// Batches draws n points [n, Dim] a step, at least 1.
func (p *PointFeed) Batches(ctx context.Context, _ compute.Backend, n int) (func(step int) (train.Batch, error), error) {
	if n < 1 {
		return nil, invalid.Value("size", n, "a minibatch of at least 1 point")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return func(step int) (train.Batch, error) {
		x := tensors.FromFlatDataAndDimensions(p.Distribution.Batch(p.seed, step, n), n, p.Distribution.Dim())
		return train.Batch{Inputs: []*tensors.Tensor{x}}, nil
	}, nil
}

// Blocks prepares the same points for a loop.
func (p *PointFeed) Blocks(ctx context.Context, b compute.Backend, n int) (loop.Blocks, error) {
	batches, err := p.Batches(ctx, b, n)
	if err != nil {
		return nil, err
	}
	return loop.FromBatches(batches)
}

// Close does nothing and returns nil.
func (p *PointFeed) Close() error { return nil }
