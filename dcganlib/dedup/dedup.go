package dedup

import (
	"context"
	"fmt"
	"math"
	"math/bits"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Side is that of the images to compare, by the paper. Others work too.
const Side = 32

// codeBits is the size of the code, the paper's.
const codeBits = 128

// Options say how the autoencoder is trained. Zero values are the defaults.
type Options struct {
	// Steps of Adam, at rate 1e-3 and minibatches of 128 images or all there are; 0 means 1,000.
	Steps int
	// Drop is the share of pixels that each step drops from the images, to be restored; 0 means .2.
	Drop float64
	// Seed draws weights, minibatches and what is dropped.
	Seed uint64
	// Watch is called after each step with its number, counted from 1, the number of all steps, and the mean squared
	// error of the restored pixels, in [0, 1]. Nil means no calls.
	Watch func(step, steps int, loss float64)
}

const (
	defaultSteps = 1000
	defaultDrop  = .2
	most         = 128 // images a minibatch
)

// Code is the hash of an image: bit i says whether unit i of the code is above zero.
type Code [codeBits / 64]uint64

// Distance is the number of bits in which two codes differ.
func (c Code) Distance(other Code) int {
	n := 0
	for i := range c {
		n += bits.OnesCount64(c[i] ^ other[i])
	}
	return n
}

// Coder is a trained autoencoder's first half.
type Coder struct {
	shape []int // of an image
	exec  *model.Exec
}

// Train trains the autoencoder on all images of a source, which must be of one size. Cancelling the context ends it after
// the step in progress with an error that wraps the context's.
func Train(ctx context.Context, b compute.Backend, source data.Source, o Options) (*Coder, error) {
	o, err := o.orDefault()
	if err != nil {
		return nil, err
	}
	batches, err := data.NewBatches(ctx, b, source, data.Drawing{Size: min(most, source.Len()), Seed: o.Seed, Scale: data.Unit})
	if err != nil {
		return nil, err
	}
	first, err := source.Choose([]int{0})
	if err != nil {
		return nil, err
	}
	mean, err := meanImage(source)
	if err != nil {
		return nil, err
	}
	centred := func(x *Node) *Node {
		return Sub(Reshape(x, x.Shape().Dimensions[0], -1), ExpandAxes(Const(x.Graph(), mean), 0))
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(int64(o.Seed)); err != nil {
		return nil, err
	}
	trainer := train.NewTrainer(b, store, func(scope *model.Scope, inputs []*Node) *Node {
		x := centred(inputs[0])
		kept := layers.DropoutStatic(scope, x, o.Drop)
		restored := layer.Dense(wide(scope.At("decoder"), codeBits), code(scope, kept), x.Shape().Dimensions[1], true)
		return ReduceAllMean(Square(Sub(restored, x)))
	}, func(_, predictions []*Node) *Node { return predictions[0] }, &optim.Adam{LearningRate: 1e-3, Beta1: .9, Beta2: .999, Epsilon: 1e-8}, nil, nil)
	for step := range o.Steps {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d steps: %w", step, o.Steps, err)
		}
		x, _, err := batches.Draw(step)
		if err != nil {
			return nil, err
		}
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}})
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", step, err)
		}
		if o.Watch != nil {
			o.Watch(step+1, o.Steps, float64(tensors.ToScalar[float32](metrics[0])))
		}
	}
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) *Node {
		return ConvertDType(GreaterThan(code(scope, centred(x)), ScalarZero(x.Graph(), x.DType())), x.DType())
	})
	if err != nil {
		return nil, err
	}
	return &Coder{shape: []int{first.Height, first.Width, first.Channels}, exec: exec}, nil
}

func (o Options) orDefault() (Options, error) {
	if o.Steps == 0 {
		o.Steps = defaultSteps
	}
	if o.Drop == 0 {
		o.Drop = defaultDrop
	}
	switch {
	case o.Steps < 0:
		return o, invalid.Value("steps", o.Steps, "at least 1, or 0 for %d", defaultSteps)
	case !(o.Drop > 0 && o.Drop < 1):
		return o, invalid.Value("drop", o.Drop, "between 0 and 1, or 0 for %g", defaultDrop)
	}
	return o, nil
}

// code is the code of images x [n, pixels], [n, codeBits].
func code(scope *model.Scope, x *Node) *Node {
	return MaxScalar(layer.Dense(wide(scope.At("encoder"), x.Shape().Dimensions[1]), x, codeBits, true), 0)
}

// wide draws the weights of a layer of so many inputs from N(0, 1/inputs).
func wide(scope *model.Scope, inputs int) *model.Scope {
	return scope.WithInitializer(layer.Normal(scope, 1/math.Sqrt(float64(inputs))))
}

// meanImage is the mean of up to a thousand images, evenly spread over the source: what all have in common would hide in
// the code what they have not.
func meanImage(source data.Source) ([]float32, error) {
	n := min(1000, source.Len())
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i * source.Len() / n
	}
	images, err := source.Choose(indices)
	if err != nil {
		return nil, err
	}
	x, err := images.Numbers(data.Unit)
	if err != nil {
		return nil, err
	}
	mean := make([]float32, images.Size())
	for i, v := range x {
		mean[i%len(mean)] += v / float32(n)
	}
	return mean, nil
}

// Codes hashes every image of a source, in order. It returns an error if they are of another size than those that the
// coder was trained on.
func (c *Coder) Codes(ctx context.Context, source data.Source) ([]Code, error) {
	codes := make([]Code, 0, source.Len())
	for lo := 0; lo < source.Len(); lo += most {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d images: %w", lo, source.Len(), err)
		}
		from := max(0, min(lo, source.Len()-most)) // the last part reaches back rather than be compiled anew
		indices := make([]int, min(most, source.Len()))
		for i := range indices {
			indices[i] = from + i
		}
		images, err := source.Choose(indices)
		if err != nil {
			return nil, err
		}
		of, err := c.hash(images)
		if err != nil {
			return nil, err
		}
		codes = append(codes, of[lo-from:]...)
	}
	return codes, nil
}

// hash hashes a few images.
func (c *Coder) hash(images *data.Images) ([]Code, error) {
	if got := [3]int{images.Height, images.Width, images.Channels}; got != [3]int(c.shape) {
		return nil, fmt.Errorf("%w: images of shape %v: want %v, as those the coder was trained on", data.ErrUnfit, got, c.shape)
	}
	x, err := images.Numbers(data.Unit)
	if err != nil {
		return nil, err
	}
	results, err := c.exec.Call(tensors.FromFlatDataAndDimensions(x, images.N, images.Height, images.Width, images.Channels))
	if err != nil {
		return nil, err
	}
	above, err := tensors.CopyFlatData[float32](results[0])
	if err != nil {
		return nil, err
	}
	codes := make([]Code, images.N)
	for i, v := range above {
		if v > 0 {
			bit := i % codeBits
			codes[i/codeBits][bit/64] |= 1 << (bit % 64)
		}
	}
	return codes, nil
}

// Groups are the images, by number, whose codes differ in at most so many bits, directly or by way of others: each group
// of two or more in order, the groups in the order of their first. With 0 bits, the paper's way, it takes time in
// proportion to the number of images; otherwise to its square, some seconds for 60,000.
func Groups(codes []Code, mostBits int) [][]int {
	parent := make([]int, len(codes))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	join := func(i, j int) {
		i, j = find(i), find(j)
		parent[max(i, j)] = min(i, j)
	}
	first := make(map[Code]int)
	for i, c := range codes {
		if j, seen := first[c]; seen {
			join(i, j)
			continue
		}
		if mostBits > 0 {
			for other, j := range first {
				if c.Distance(other) <= mostBits {
					join(i, j)
				}
			}
		}
		first[c] = i
	}
	members := make(map[int][]int)
	for i := range codes {
		members[find(i)] = append(members[find(i)], i)
	}
	var groups [][]int
	for i := range codes {
		if len(members[i]) > 1 {
			groups = append(groups, members[i])
		}
	}
	return groups
}
