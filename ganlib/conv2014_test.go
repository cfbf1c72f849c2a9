package ganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// smallDeconv makes images of 5 × 8 in two channels, smallConv reads 7 × 7.
var (
	smallDeconv = DeconvMLP{
		MLP:      MLP{Hidden: []int{4}, Activation: "tanh", Output: []int{2, 3, 2}, OutputActivation: "sigmoid"},
		Channels: 2, Kernel: 2, Stride: 3,
	}
	smallConv = MaxoutConv{
		Layers: []MaxoutConvLayer{
			{Channels: 2, Pieces: 2, Kernel: 3, Padding: 2, Pool: 4, Stride: 2},
			{Channels: 3, Pieces: 2, Kernel: 2, Pool: 2, Stride: 2},
		},
		MLP:          MaxoutMLP{Units: []int{3}, Pieces: 2, InputDropout: .5, Dropout: .5},
		InputDropout: .2, Dropout: .5,
	}
)

// paperConv is the discriminator of the 2014 code's cifar10_convolutional.yaml.
var paperConv = MaxoutConv{
	Layers: []MaxoutConvLayer{
		{Channels: 32, Pieces: 2, Kernel: 8, Padding: 4, Pool: 4, Stride: 2},
		{Channels: 32, Pieces: 2, Kernel: 8, Padding: 3, Pool: 4, Stride: 2},
		{Channels: 192, Pieces: 2, Kernel: 5, Padding: 3, Pool: 2, Stride: 2},
	},
	MLP: MaxoutMLP{Units: []int{500}, Pieces: 5},
}

// TestSizes: on CIFAR-10 the convolutions make 33, 15 and 9 pixels a side; "partial_sum: 33" and
// "partial_sum: 15" of the first two layers in the file say the same. Rounded down, 9 would be pooled to 4.
func TestSizes(t *testing.T) {
	sizes, err := paperConv.Sizes(32)
	require.NoError(t, err)
	require.Equal(t, []int{33, 16, 15, 7, 9, 5}, sizes)
	sizes, err = smallConv.Sizes(7)
	require.NoError(t, err)
	require.Equal(t, []int{9, 4, 3, 2}, sizes)
	require.Equal(t, []int{5, 8, 2}, smallDeconv.Output(), "3·(2 − 1) + 2 and 3·(3 − 1) + 2")
	require.Nil(t, DeconvMLP{MLP: MLP{Output: []int{12}}}.Output())
}

// TestPoolingCoversTheImage: the largest value of an image is in the result, wherever it is; what is beyond the image,
// though more than −1, is not.
func TestPoolingCoversTheImage(t *testing.T) {
	l := MaxoutConvLayer{Channels: 1, Pieces: 1, Kernel: 1, Pool: 2, Stride: 2}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		_, err := store.CreateVariable("/weights", tensors.FromFlatDataAndDimensions([]float64{1}, 1, 1, 1, 1))
		require.NoError(t, err)
		exec := model.MustNewExec1(b, store, l.forward)
		for at := range 25 {
			x := make([]float64, 25)
			want := make([]float64, 9)
			for i := range x {
				x[i] = -2
			}
			for i := range want {
				want[i] = -2
			}
			x[at], want[at/5/2*3+at%5/2] = -1, -1
			got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, 1, 5, 5, 1))
			require.Equal(t, want, tensors.MustCopyFlatData[float64](got), "the largest at %d", at)
		}
	})
}

// TestMaxoutOverChannels: a channel of the result is the maximum of its two neighbours in the convolution's.
func TestMaxoutOverChannels(t *testing.T) {
	l := MaxoutConvLayer{Channels: 2, Pieces: 2, Kernel: 1, Pool: 1, Stride: 1}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		_, err := store.CreateVariable("/weights", tensors.FromFlatDataAndDimensions([]float64{1, -1, 3, 2}, 1, 1, 1, 4))
		require.NoError(t, err)
		exec := model.MustNewExec1(b, store, l.forward)
		got := exec.MustCall(tensors.FromFlatDataAndDimensions([]float64{5, -7}, 1, 1, 2, 1))
		require.Equal(t, []float64{5, 15, 7, -14}, tensors.MustCopyFlatData[float64](got))
	})
}

// TestConvolutionalPlayers: shapes, weights from U(−irange, irange), biases of 0 and one for each value of the image,
// and dropout only in training.
func TestConvolutionalPlayers(t *testing.T) {
	g, d := smallDeconv, smallConv
	g.MLP.Output, g.IRange, g.MLP.IRange, d.IRange, d.MLP.IRange = []int{3, 3, 2}, .3, .3, .3, .3
	d.Layers = d.Layers[:1]
	require.Equal(t, []int{8, 8, 2}, g.Output())
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		play := func(training bool) (shape []int, first, second []float32) {
			exec := model.MustNewExec(b, store, func(root *model.Scope, graph *Graph) []*Node {
				root.SetTraining(graph, training)
				z := Sin(IotaFull(graph, shapes.Make(dtypes.Float32, 4, 6)))
				x := g.Forward(root.At(GeneratorScope), z, nil)
				D := root.At(DiscriminatorScope)
				return []*Node{x, d.Forward(D, x, nil), d.Forward(D, x, nil)}
			})
			out := exec.MustCall()
			return out[0].Shape().Dimensions, tensors.MustCopyFlatData[float32](out[1]), tensors.MustCopyFlatData[float32](out[2])
		}
		shape, first, second := play(false)
		require.Equal(t, []int{4, 8, 8, 2}, shape)
		require.Len(t, first, 4)
		require.Equal(t, first, second)
		_, first, second = play(true)
		require.NotEqual(t, first, second)
		// G: 6·4+4 + 4·18+18 + 2·2·2·2 + 8·8·2;  D: 3·3·2·4+4 + 4·4·2·6+6 + 3+1
		require.Equal(t, 28+90+16+128, store.Scope("/"+GeneratorScope).NumParameters())
		sizes, err := d.Sizes(8)
		require.NoError(t, err)
		require.Equal(t, []int{10, 4}, sizes)
		require.Equal(t, 76+4*4*2*6+6+4, store.Scope("/"+DiscriminatorScope).NumParameters())
		for v := range store.IterVariables() {
			if v.Name() == "weights" || v.Name() == "biases" {
				requireRange(t, v, map[string]float64{"weights": .3, "biases": 0}[v.Name()])
			}
		}
	})
}

// requireRange checks that a variable's numbers are in [−a, a], and their largest magnitude above a/2.
func requireRange(t *testing.T, v *model.Variable, a float64) {
	t.Helper()
	largest := 0.
	for _, w := range tensors.MustCopyFlatData[float32](v.MustValue()) {
		largest = max(largest, math.Abs(float64(w)))
	}
	require.LessOrEqual(t, largest, a+1e-6, v.Path())
	require.GreaterOrEqual(t, largest, a/2, v.Path())
}

// TestConvolutionalGradients: in the noise through G, and in the image through D, against finite differences. On XLA
// TestGoldenFacesAndObjects holds them.
func TestConvolutionalGradients(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		if !gantest.OnGo(t, b) && !gantest.Long() {
			t.Skip("in long tests")
		}
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		frozen := func(player func(root *model.Scope, x *Node) *Node, dims ...int) func(x *Node) *Node {
			// Make the variables once; the checks then use them as constants.
			x := tensors.FromShape(shapes.Make(dtypes.Float64, dims...))
			_, err := model.MustNewExec1(b, store, player).Call(x)
			require.NoError(t, err)
			return func(x *Node) *Node { return ReduceAllSum(Exp(player(store.RootScope(), x))) }
		}
		at := make([]float64, 2*7*7*2)
		for i := range at {
			at[i] = math.Sin(float64(i * i))
		}
		g := frozen(func(root *model.Scope, z *Node) *Node { return smallDeconv.Forward(root.At("g"), z, nil) }, 2, 6)
		d := frozen(func(root *model.Scope, x *Node) *Node { return smallConv.Forward(root.At("d"), x, nil) }, 2, 7, 7, 2)
		store.WithVariableAsConst(true)
		gantest.CheckGradient(t, b, at[:12], []int{2, 6}, 1e-7, g)
		gantest.CheckGradient(t, b, at, []int{2, 7, 7, 2}, 1e-7, d)
	})
}

// TestLayersOneByOne: hidden layers listed one by one build what Hidden and Activation do, and start with their own
// bias; the output starts with its own range, or sparse.
func TestLayersOneByOne(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		build := func(net MLP) (*model.Store, []float32) {
			store := model.NewStore()
			require.NoError(t, store.SetRNGStateFromSeed(1))
			exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
				return net.Forward(root, Sin(IotaFull(g, shapes.Make(dtypes.Float32, 2, 3))), nil)
			})
			return store, tensors.MustCopyFlatData[float32](exec.MustCall())
		}
		short := MLP{Hidden: []int{40, 30}, Activation: "tanh", Output: []int{20}, OutputActivation: "linear", IRange: .05}
		long := short
		long.Hidden, long.Activation = nil, ""
		long.Layers = []Layer{{40, "tanh", 0}, {30, "tanh", 0}}
		_, want := build(short)
		_, got := build(long)
		require.Equal(t, want, got)

		long.Layers = []Layer{{40, "relu", 0}, {30, "sigmoid", -2}}
		long.OutputIRange = .5
		store, _ := build(long)
		requireRange(t, store.GetVariable("/hidden_0/dense/weights"), .05)
		requireRange(t, store.GetVariable("/hidden_0/dense/biases"), 0)
		requireRange(t, store.GetVariable("/hidden_1/dense/weights"), .05)
		for _, bias := range tensors.MustCopyFlatData[float32](store.GetVariable("/hidden_1/dense/biases").MustValue()) {
			require.Equal(t, float32(-2), bias)
		}
		requireRange(t, store.GetVariable("/output/dense/weights"), .5)

		long.OutputIRange, long.OutputSparse = 0, 7
		store, _ = build(long)
		nonzero := 0
		for _, w := range tensors.MustCopyFlatData[float32](store.GetVariable("/output/dense/weights").MustValue()) {
			if w != 0 {
				nonzero++
			}
		}
		require.Equal(t, 7*20, nonzero)
	})
}

func TestLayersRefused(t *testing.T) {
	good := MLP{Layers: []Layer{{8, "relu", 0}, {6, "sigmoid", -2}}, Output: []int{5}, OutputActivation: "linear", OutputSparse: 6}
	require.NoError(t, good.Validate())
	for _, c := range []struct {
		key   string
		spoil func(c *MLP)
	}{
		{"layers", func(c *MLP) { c.Hidden = []int{3} }},
		{"layers", func(c *MLP) { c.Activation = "relu" }},
		{"layers[1].units", func(c *MLP) { c.Layers = []Layer{{8, "relu", 0}, {0, "relu", 0}} }},
		{"layers[0].activation", func(c *MLP) { c.Layers = []Layer{{8, "swish", 0}} }},
		{"output_sparse", func(c *MLP) { c.OutputSparse = 7 }},
		{"output_sparse", func(c *MLP) { c.OutputSparse = -1 }},
		{"output_sparse", func(c *MLP) { c.OutputIRange = .5 }},
	} {
		net := good
		c.spoil(&net)
		gantest.RequireInvalid(t, net.Validate(), c.key)
	}
}

func TestConvolutionalPlayersRefused(t *testing.T) {
	require.NoError(t, smallDeconv.Validate())
	for _, c := range []struct {
		key   string
		spoil func(c *DeconvMLP)
	}{
		{"mlp.output_activation", func(c *DeconvMLP) { c.MLP.OutputActivation = "swish" }},
		{"mlp.output", func(c *DeconvMLP) { c.MLP.Output = []int{12} }},
		{"channels", func(c *DeconvMLP) { c.Channels = 0 }},
		{"stride", func(c *DeconvMLP) { c.Stride = 0 }},
	} {
		net := smallDeconv
		c.spoil(&net)
		gantest.RequireInvalid(t, net.Validate(), c.key)
	}
	require.NoError(t, smallConv.Validate())
	for _, c := range []struct {
		key   string
		spoil func(c *MaxoutConv)
	}{
		{"layers", func(c *MaxoutConv) { c.Layers = nil }},
		{"layers[0].stride", func(c *MaxoutConv) { c.Layers = []MaxoutConvLayer{{Channels: 1, Pieces: 1, Kernel: 1, Pool: 1}} }},
		{"layers[0].padding", func(c *MaxoutConv) { c.Layers = []MaxoutConvLayer{{1, 1, 1, -1, 1, 1}} }},
		{"layers[0].stride", func(c *MaxoutConv) { c.Layers = []MaxoutConvLayer{{1, 1, 1, 0, 2, 3}} }}, // beyond the window
		{"input_dropout", func(c *MaxoutConv) { c.InputDropout = 1 }},
		{"mlp.pieces", func(c *MaxoutConv) { c.MLP.Pieces = 0 }},
		{"mlp.dropout", func(c *MaxoutConv) { c.MLP.Dropout = -.5 }},
	} {
		net := smallConv
		c.spoil(&net)
		gantest.RequireInvalid(t, net.Validate(), c.key)
	}
	require.NoError(t, smallConv.Reads([]int{7, 7, 2}))
	gantest.RequireInvalid(t, smallConv.Reads([]int{7, 6, 2}), "")
	gantest.RequireInvalid(t, smallConv.Reads([]int{49}), "")
	gantest.RequireInvalid(t, smallConv.Reads([]int{1, 1, 2}), "layers[0].kernel")
}
