package main

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/loop"
)

// convolution is a layer of 5×5 kernels and stride 2 between a large image and one of half its side. A discriminator
// goes down, from large to small; a generator goes up.
type convolution struct {
	name                    string
	up                      bool
	batch, side             int // side of the small image
	smallChannels, channels int
}

// convolutions are those of the two DCGANs; layers.py has the same.
var convolutions = []convolution{
	{"lsun64 G 1024→512 4→8", true, 32, 4, 1024, 512}, {"lsun64 G 512→256 8→16", true, 32, 8, 512, 256},
	{"lsun64 G 256→128 16→32", true, 32, 16, 256, 128}, {"lsun64 G 128→3 32→64", true, 32, 32, 128, 3},
	{"lsun64 D 3→128 64→32", false, 32, 32, 128, 3}, {"lsun64 D 128→256 32→16", false, 32, 16, 256, 128},
	{"lsun64 D 256→512 16→8", false, 32, 8, 512, 256}, {"lsun64 D 512→1024 8→4", false, 32, 4, 1024, 512},
	{"mnist28 G 138→64 7→14", true, 128, 7, 138, 64}, {"mnist28 G 74→1 14→28", true, 128, 14, 74, 1},
	{"mnist28 D 11→64 28→14", false, 128, 14, 64, 11}, {"mnist28 D 74→128 14→7", false, 128, 7, 128, 74},
}

const kernel, stride = 5, 2

// benchLayers prints the GFLOP/s of each layer in its three passes: forward, gradient of the input, gradient of the
// kernel. They run inside a loop, as in training, where XLA's CPU compiler takes other ways than outside.
func benchLayers() error {
	for _, c := range convolutions {
		down := func(x, w, y *Node) *Node { return layer.Conv2D(x, w, stride, layer.SameTorch) }
		up := func(x, w, y *Node) *Node { return layer.ConvTranspose2D(y, w, stride, layer.SameTorch) }
		kernels := func(x, w, y *Node) *Node { return Gradient(ReduceAllSum(Mul(down(x, w, y), y)), w)[0] }
		passes := []func(x, w, y *Node) *Node{down, up, kernels}
		if c.up {
			passes[0], passes[1] = up, down
		}
		work := 2 * kernel * kernel * float64(c.smallChannels*c.channels*c.side*c.side*c.batch)
		var rates []float64
		for _, pass := range passes {
			ms, err := c.time(pass)
			if err != nil {
				return err
			}
			rates = append(rates, work/ms/1e6)
		}
		if err := say(map[string]any{"layer": c.name, "batch": c.batch, "gflops": rates}); err != nil {
			return err
		}
	}
	return nil
}

// time is the time of one pass in milliseconds.
func (c convolution) time(pass func(x, w, y *Node) *Node) (float64, error) {
	large, small := []int{c.batch, 2 * c.side, 2 * c.side, c.channels}, []int{c.batch, c.side, c.side, c.smallChannels}
	operands := [][]int{large, {kernel, kernel, c.channels, c.smallChannels}, small}
	return inLoop("xla:cpu", operands, func(at []*Node) *Node { return pass(at[0], at[1], at[2]) })
}

// inLoop is the time in milliseconds of a function of variables of the given shapes.
func inLoop(engine string, dims [][]int, f func(at []*Node) *Node) (float64, error) {
	some, err := looped(engine, dims, f)
	if err != nil {
		return 0, err
	}
	for range 2 {
		if _, err := some(); err != nil {
			return 0, err
		}
	}
	return median(.3, some)
}

// looped makes a function of variables into iterations, of a loop where the engine has loops. There the largest number of
// the result goes into every operand, so that no iteration can be left out.
func looped(engine string, dims [][]int, f func(at []*Node) *Node) (some func() (int, error), err error) {
	b, err := backend.Open(engine)
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	step := func(root *model.Scope, g *Graph) *Node {
		var at []*Node
		for i, d := range dims {
			scope := root.At("operand_%d", i)
			v := scope.WithInitializer(layer.Normal(scope, 1)).VariableWithShape("x", shapes.Make(dtypes.Float32, d...))
			at = append(at, v.NodeValue(g))
		}
		most := ReduceAllMax(f(at))
		if loop.Supported(b) {
			for i, x := range at {
				store.RootScope().At("operand_%d", i).GetVariable("x").SetNodeValue(withFirst(x, MulScalar(most, 1e-6)))
			}
		}
		return most
	}
	if !loop.Supported(b) {
		exec, err := model.NewExec(b, store, step)
		return func() (int, error) {
			out, err := exec.Call()
			if err == nil {
				out[0].MustFinalizeAll()
			}
			return 1, err
		}, err
	}
	blocks, err := loop.FromBatches(func(int) (train.Batch, error) {
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromValue(int32(0))}}, nil
	})
	if err != nil {
		return nil, err
	}
	l, err := loop.New(b, store, func(root *model.Scope, batch []*Node) []*Node {
		return []*Node{step(root, batch[0].Graph())}
	}, blocks)
	return func() (int, error) {
		rows, err := l.Some(0, math.MaxInt)
		return len(rows), err
	}, err
}

// withFirst is x with another first number.
func withFirst(x, first *Node) *Node {
	dims, corner := make([]int, x.Rank()), make([]*Node, x.Rank())
	for i := range dims {
		dims[i], corner[i] = 1, Const(x.Graph(), int32(0))
	}
	return DynamicUpdateSlice(x, Reshape(first, dims...), corner)
}

// benchProduct takes turns with a product of two matrices of 2048×2048, and says by ms how long it takes.
func benchProduct(engine string) error {
	const n = 2048
	some, err := looped(engine, [][]int{{n, n}, {n, n}}, func(at []*Node) *Node { return Dot(at[0], at[1]).Product() })
	if err != nil {
		return err
	}
	if _, err := some(); err != nil {
		return err
	}
	if err := say(map[string]any{"who": "GANs in Go, " + engine}); err != nil {
		return err
	}
	return turns(some)
}
