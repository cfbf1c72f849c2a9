package dcganlib

import (
	"iter"
	"maps"
	"math"
	"math/bits"
	"math/rand/v2"
	"path"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/internal/gantest"
)

// half is one of the two players, as the function that builds its layers.
type half = func(n Networks, scope *model.Scope, x, y *Node) []*Node

var generator, discriminator half = Networks.GeneratorLayers, Networks.DiscriminatorLayers

// build makes the graph of a player in training, on inputs of the given shapes; nil labels mean none. Nothing is
// compiled or run.
func build(t *testing.T, n Networks, player half, in, labels []int) (*model.Store, []*Node) {
	t.Helper()
	store := model.NewStore()
	return store, layersBelow(t, store.RootScope(), dtypes.Float32, n, player, in, labels)
}

func layersBelow(t *testing.T, scope *model.Scope, dtype dtypes.DType, n Networks, player half, in, labels []int) []*Node {
	t.Helper()
	g := NewGraph(gantest.Open(t, "go"), t.Name())
	x := Parameter(g, "x", shapes.Make(dtype, in...))
	var y *Node
	if labels != nil {
		y = Parameter(g, "y", shapes.Make(dtype, labels...))
	}
	scope.SetTraining(g, true)
	return player(n, scope, x, y)
}

// pair builds both players of a recipe for a batch of two, each in a store of its own.
func pair(t *testing.T, c Config) (gStore, dStore *model.Store, gLayers, dLayers []*Node) {
	t.Helper()
	var labels []int
	if c.Classes > 0 {
		labels = []int{2, c.Classes}
	}
	gStore, gLayers = build(t, c.Networks, generator, []int{2, c.Noise.Dim}, labels)
	dStore, dLayers = build(t, c.Networks, discriminator, []int{2, c.Size, c.Size, c.Channels}, labels)
	return
}

var presets = map[string]Config{
	"LSUN64": LSUN64(), "CIFAR32": CIFAR32(), "MNIST28": MNIST28(), "MNIST28Unconditional": MNIST28Unconditional(),
	"Torch64": Torch64(), "Flowers64": Flowers64(),
}

// trainable counts the numbers a player learns. Moving averages are not among them.
func trainable(variables interface {
	IterVariables() iter.Seq[*model.Variable]
}) int {
	total := 0
	for v := range variables.IterVariables() {
		if v.Trainable {
			total += v.Shape().Size()
		}
	}
	return total
}

// TestParameterCounts pins the presets. Weights first, then γ and β in brackets; layers in order.
//
//	LSUN64    G  100·16384 [+ 2·16384] + 25·1024·512 [+ 2·512] + 25·512·256 [+ 2·256] + 25·256·128 [+ 2·128]
//	             + 25·128·3                                                                     = 18,885,760
//	          D  25·3·128 + 25·128·256 [+ 2·256] + 25·256·512 [+ 2·512] + 25·512·1024 [+ 2·1024]
//	             + 16384                                                                        = 17,232,768
//	CIFAR32   G  100·16384 [+ 2·16384] + 25·1024·512 [+ 2·512] + 25·512·256 [+ 2·256] + 25·256·3 = 18,075,904
//	          D  25·3·256 + 25·256·512 [+ 2·512] + 25·512·1024 [+ 2·1024] + 16384               = 16,422,656
//	MNIST28   G  110·1024 + 1034·6272 + 25·138·64 + 25·74·1       (10 labels in every input)    =  6,820,538
//	          D  25·11·64 + 25·74·128 + 6282·1024 + 1034                                        =  6,688,202
//	without   G  100·1024 + 1024·6272 + 25·128·64 + 25·64·1                                     =  6,731,328
//	labels    D  25·1·64 + 25·64·128 + 6272·1024 + 1024                                         =  6,629,952
//	Torch64   G  100·8192 [+ 2·512] + 16·512·256 [+ 2·256] + 16·256·128 [+ 2·128] + 16·128·64 [+ 2·64]
//	             + 16·64·3                                                                      =  3,576,704
//	          D  16·3·64 + 16·64·128 [+ 2·128] + 16·128·256 [+ 2·256] + 16·256·512 [+ 2·512]
//	             + 8192                                                                         =  2,765,568
//	Flowers64 G  100·8192+8192 + 25·512·256+256 [+ 2·256] + 25·256·128+128 [+ 2·128] + 25·128·64+64 [+ 2·64]
//	             + 25·64·3+3                                                                    =  5,134,339
//	          D  25·3·64+64 + 25·64·128+128 [+ 2·128] + 25·128·256+256 [+ 2·256] + 25·256·512+512 [+ 2·512]
//	             + 8192+1                                                                       =  4,316,545
func TestParameterCounts(t *testing.T) {
	for name, want := range map[string][2]int{
		"LSUN64": {18_885_760, 17_232_768}, "CIFAR32": {18_075_904, 16_422_656},
		"MNIST28": {6_820_538, 6_688_202}, "MNIST28Unconditional": {6_731_328, 6_629_952},
		"Torch64": {3_576_704, 2_765_568}, "Flowers64": {5_134_339, 4_316_545},
	} {
		gStore, dStore, _, _ := pair(t, presets[name])
		require.Equal(t, want, [2]int{trainable(gStore), trainable(dStore)}, name)
	}
}

// TestFigure1 pins the shapes of the paper's Figure 1.
func TestFigure1(t *testing.T) {
	require.Equal(t, []Stage{
		{"projection", []int{4, 4, 1024}}, {"up_0", []int{8, 8, 512}}, {"up_1", []int{16, 16, 256}},
		{"up_2", []int{32, 32, 128}}, {"up_3", []int{64, 64, 3}},
	}, LSUN64().GeneratorStages())
	require.Equal(t, []Stage{
		{"down_0", []int{32, 32, 128}}, {"down_1", []int{16, 16, 256}}, {"down_2", []int{8, 8, 512}},
		{"down_3", []int{4, 4, 1024}}, {"output", []int{1}},
	}, LSUN64().DiscriminatorStages())
	require.Equal(t, []Stage{
		{"hidden", []int{1024}}, {"projection", []int{7, 7, 128}}, {"up_0", []int{14, 14, 64}}, {"up_1", []int{28, 28, 1}},
	}, MNIST28().GeneratorStages())
	require.Equal(t, []Stage{
		{"down_0", []int{14, 14, 64}}, {"down_1", []int{7, 7, 128}}, {"hidden", []int{1024}}, {"output", []int{1}},
	}, MNIST28().DiscriminatorStages())
}

// TestShapes compares the built layers with the predicted ones, for the presets and for every size, grey and colour.
func TestShapes(t *testing.T) {
	configs := slices.Collect(maps.Values(presets))
	for size, base := range map[int]int{8: 4, 16: 4, 32: 4, 64: 4, 128: 4, 14: 7, 28: 7, 56: 7} {
		for _, channels := range []int{1, 3} {
			filters := []int{2, 3, 4, 5, 6}[:bits.Len(uint(size/base))-1]
			configs = append(configs, recipe(Networks{Size: size, Channels: channels, Base: base, Filters: filters}))
		}
	}
	configs = append(configs, recipe(Networks{Size: 16, Channels: 3, Filters: []int{2, 3}, Classes: 5}))
	for _, c := range configs {
		_, _, gLayers, dLayers := pair(t, c)
		for _, player := range []struct {
			built     []*Node
			predicted []Stage
		}{{gLayers, c.GeneratorStages()}, {dLayers, c.DiscriminatorStages()}} {
			require.Len(t, player.built, len(player.predicted))
			for i, stage := range player.predicted {
				require.Equal(t, append([]int{2}, stage.Shape...), player.built[i].Shape().Dimensions, stage.Name)
			}
		}
		require.Equal(t, []int{2, c.Size, c.Size, c.Channels}, last(gLayers).Shape().Dimensions)
	}
}

// TestMirror: the paper's D is its G backwards, layer for layer.
func TestMirror(t *testing.T) {
	for name, c := range presets {
		up, down := c.GeneratorStages(), c.DiscriminatorStages()
		slices.Reverse(down)
		down = down[1:] // the logit
		require.Equal(t, len(up)-1, len(down), name)
		for i := range down {
			require.Equal(t, up[i].Shape, down[i].Shape, name)
		}
	}
}

// variables are the paths of a player's variables that end in the given name, without that name.
func variables(store *model.Store, name string) []string {
	var found []string
	for v := range store.IterVariables() {
		if v.Name() == name {
			found = append(found, path.Base(v.Scope()))
		}
	}
	slices.Sort(found)
	return found
}

// TestBatchNormStandsWhereThePaperSays: not at G's output, at D's input or at the logit; and without γ and β on MNIST.
func TestBatchNormStandsWhereThePaperSays(t *testing.T) {
	for _, c := range []struct {
		config      Config
		inG, inD    []string
		gamma, bias bool
	}{
		{LSUN64(), []string{"projection", "up_0", "up_1", "up_2"}, []string{"down_1", "down_2", "down_3"}, true, false},
		{Torch64(), []string{"projection", "up_0", "up_1", "up_2"}, []string{"down_1", "down_2", "down_3"}, true, false},
		{Flowers64(), []string{"up_0", "up_1", "up_2"}, []string{"down_1", "down_2", "down_3"}, true, true},
		{MNIST28(), []string{"hidden", "projection", "up_0"}, []string{"down_1", "hidden"}, false, false},
		{recipe(Networks{Size: 8, Channels: 1, BatchNorm: "none"}), nil, nil, false, false},
	} {
		gStore, dStore, gLayers, dLayers := pair(t, c.config)
		for store, where := range map[*model.Store][]string{gStore: c.inG, dStore: c.inD} {
			require.Equal(t, where, variables(store, "mean"))
			require.Equal(t, where, variables(store, "variance"))
			if !c.gamma {
				where = nil
			}
			require.Equal(t, where, variables(store, "gamma"))
			require.Equal(t, where, variables(store, "beta"))
		}
		for store, layers := range map[*model.Store][]*Node{gStore: gLayers, dStore: dLayers} {
			require.Len(t, variables(store, "weights"), len(layers))
			require.Len(t, variables(store, "biases"), map[bool]int{true: len(layers)}[c.bias])
		}
	}
}

// TestNormOfTheProjection: the released code normalises each of the Base²·C units separately, PyTorch's example each of
// the C channels.
func TestNormOfTheProjection(t *testing.T) {
	for projection, want := range map[string]int{"unit": 4 * 4 * 2, "channel": 2} {
		store, _ := build(t, Networks{Size: 8, Channels: 1, Filters: []int{2}, Projection: projection}, generator, []int{2, 5}, nil)
		require.Equal(t, []int{want}, store.GetVariable("/projection/gamma").Shape().Dimensions)
	}
}

// TestUncroppedStart: MathWorks' first transposed convolution has stride 1 and no cropping. On ones, with a constant
// kernel, each pixel counts the pixels under it: 1, 2, 3, 4, 4, 3, 2, 1 along each axis for a kernel of 5 over 4
// pixels.
func TestUncroppedStart(t *testing.T) {
	const weight = .01
	n := Flowers64().Networks
	n.Size, n.Channels, n.Filters = 8, 1, []int{1}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		for name, value := range map[string]*tensors.Tensor{
			"/projection/weights": tensors.FromShape(shapes.Make(dtypes.Float32, 5, 4*4)),
			"/projection/biases":  tensors.FromValue(slices.Repeat([]float32{1}, 4*4)),
			"/up_0/weights":       tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{weight}, 5*5), 5, 5, 1, 1),
			"/up_0/biases":        tensors.FromShape(shapes.Make(dtypes.Float32, 1)),
		} {
			_, err := store.CreateVariable(name, value)
			require.NoError(t, err)
		}
		exec := model.MustNewExec1(b, store, func(root *model.Scope, z *Node) *Node { return n.Generator(root, z, nil) })
		count := []float64{1, 2, 3, 4, 4, 3, 2, 1}
		for i, pixel := range tensors.MustCopyFlatData[float32](exec.MustCall(noise(1, 5))) {
			require.InDelta(t, math.Tanh(weight*count[i/8]*count[i%8]), pixel, 1e-6)
		}
	})
}

// TestPadding: with a kernel that reads only its first tap, the second pixel of each axis shows how many zeros come
// before the image: it reads pixel 2 − 2 = 0 with the padding of PyTorch's users, 2 − 1 = 1 with TensorFlow's.
func TestPadding(t *testing.T) {
	for padding, want := range map[string]float32{"pytorch": 0*8 + 0, "tensorflow": 1*8 + 1} {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			n := Networks{Size: 8, Channels: 1, Filters: []int{1}, Padding: padding}
			store := model.NewStore()
			_, err := store.CreateVariable("/down_0/weights", tensors.FromFlatDataAndDimensions(append([]float32{1}, make([]float32, 24)...), 5, 5, 1, 1))
			require.NoError(t, err)
			exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
				return n.DiscriminatorLayers(root, IotaFull(g, shapes.Make(dtypes.Float32, 1, 8, 8, 1)), nil)[0]
			})
			pixels := tensors.MustCopyFlatData[float32](exec.MustCall())
			require.Equal(t, want, pixels[1*4+1], padding)
		})
	}
}

// initial returns a player's initial weights: its variables by path.
func initial(t *testing.T, b compute.Backend, store *model.Store) map[string][]float64 {
	t.Helper()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	require.NoError(t, store.InitializeVariables(b, nil))
	values := make(map[string][]float64)
	for v := range store.IterVariables() {
		if v.DType() != dtypes.Float32 {
			continue // the random state
		}
		for _, number := range tensors.MustCopyFlatData[float32](v.MustValue()) {
			values[v.Path()] = append(values[v.Path()], float64(number))
		}
	}
	return values
}

// TestFirstWeights: weights from N(0, .02), γ from N(1, .02) and not from N(0, .02), as a scope-wide initialiser would
// draw it; Glorot's where MATLAB's are requested.
func TestFirstWeights(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		n := Networks{Size: 16, Channels: 3, Filters: []int{60, 80}, Bias: true}
		for _, c := range []struct {
			init     string
			gammaStd float64
		}{{"normal", .02}, {"glorot", 0}} {
			n.Init = c.init
			for player, in := range map[*half][]int{&generator: {2, 100}, &discriminator: {2, 16, 16, 3}} {
				store, _ := build(t, n, *player, in, nil)
				for name, values := range initial(t, b, store) {
					mean, std := stat.MeanStdDev(values, nil)
					v := store.GetVariable(name)
					switch path.Base(name) {
					case "weights":
						want := .02
						if c.init == "glorot" { // a uniform's deviation is its half width over √3
							want = math.Sqrt(2 / float64(fans(v.Shape())))
						}
						// ±4 standard errors
						require.InDelta(t, want, std, 4*want/math.Sqrt(2*float64(len(values))), name)
						require.InDelta(t, 0, mean, 4*want/math.Sqrt(float64(len(values))), name)
					case "gamma":
						require.InDelta(t, 1, mean, 4*c.gammaStd/math.Sqrt(float64(len(values))), name)
						require.InDelta(t, c.gammaStd, std, 4*c.gammaStd/math.Sqrt(2*float64(len(values))), name)
					case "biases", "beta", "mean":
						require.Equal(t, make([]float64, len(values)), values, name)
					}
				}
			}
		}
	})
}

// fans is in + out of a layer, from the shape of its weights.
func fans(shape shapes.Shape) int {
	field := 1
	for _, n := range shape.Dimensions[:shape.Rank()-2] {
		field *= n
	}
	return field * (shape.Dimensions[shape.Rank()-2] + shape.Dimensions[shape.Rank()-1])
}

// tiny is a network for numbers: 8×8, two stages.
var tiny = Networks{Size: 8, Channels: 1, Base: 2, Filters: []int{3, 4}}

// run builds and runs a player on float32 inputs, in training or not, with weights of seed 1.
func run(t *testing.T, b compute.Backend, n Networks, player half, training bool, inputs ...*tensors.Tensor) (*model.Store, [][]float32) {
	t.Helper()
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	exec := model.MustNewExec(b, store, func(root *model.Scope, in []*Node) []*Node {
		root.SetTraining(in[0].Graph(), training)
		var y *Node
		if len(in) > 1 {
			y = OneHot(in[1], n.Classes, in[0].DType())
		}
		return []*Node{last(player(n, root, in[0], y)), last(player(n, root, in[0], y))}
	})
	defer exec.Finalize()
	var args []any
	for _, input := range inputs {
		args = append(args, input)
	}
	var results [][]float32
	for _, output := range exec.MustCall(args...) {
		results = append(results, tensors.MustCopyFlatData[float32](output))
	}
	return store, results
}

func noise(rows, dim int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(floats(rows*dim), rows, dim)
}

func images(n Networks, rows int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(floats(rows*n.Size*n.Size*n.Channels), rows, n.Size, n.Size, n.Channels)
}

// floats are numbers in [−1, 1] without a pattern.
func floats(count int) []float32 {
	rng := rand.New(rand.NewPCG(7, 7))
	x := make([]float32, count)
	for i := range x {
		x[i] = 2*rng.Float32() - 1
	}
	return x
}

// TestOutputs: G's pixels have the range of its data, and fill it once the weights are large.
func TestOutputs(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for output, low := range map[string]float32{"tanh": -1, "sigmoid": 0} {
			n := tiny
			n.Output = output
			_, results := run(t, b, n, generator, true, noise(50, 10))
			require.Len(t, results[0], 50*8*8)
			require.GreaterOrEqual(t, slices.Min(results[0]), low)
			require.LessOrEqual(t, slices.Max(results[0]), float32(1))
			middle := (low + 1) / 2 // an untrained G stays near grey
			require.Less(t, slices.Min(results[0]), middle)
			require.Greater(t, slices.Max(results[0]), middle)
		}
	})
}

// TestLabelsMatter: another label gives another image and another logit, and the same label the same.
func TestLabelsMatter(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		n := tiny
		n.Classes, n.Hidden = 3, 6
		for player, input := range map[*half][]float32{&generator: floats(10), &discriminator: floats(64)} {
			dims := []int{4, 10}
			if player == &discriminator {
				dims = []int{4, 8, 8, 1}
			}
			x := tensors.FromFlatDataAndDimensions(slices.Repeat(input, 4), dims...)
			y := tensors.FromFlatDataAndDimensions([]int32{0, 1, 2, 1}, 4)
			_, results := run(t, b, n, *player, false, x, y)
			size := len(results[0]) / 4
			at := func(i int) []float32 { return results[0][i*size : (i+1)*size] }
			require.NotEqual(t, at(0), at(1))
			require.NotEqual(t, at(1), at(2))
			require.Equal(t, at(1), at(3))
		}
	})
}

// TestInputDropoutOnlyInTraining: two passes of D over the same images differ only in training.
func TestInputDropoutOnlyInTraining(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		n := tiny
		n.InputDropout = .5
		_, results := run(t, b, n, discriminator, true, images(n, 4))
		require.NotEqual(t, results[0], results[1])
		_, results = run(t, b, n, discriminator, false, images(n, 4))
		require.Equal(t, results[0], results[1])
	})
}

// TestBFloat16: results computed in bfloat16 are close to float32's and are float32, and every variable stays float32.
func TestBFloat16(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for player, input := range map[*half]func() *tensors.Tensor{
			&generator: func() *tensors.Tensor { return noise(8, 10) }, &discriminator: func() *tensors.Tensor { return images(tiny, 8) },
		} {
			n := tiny
			_, exact := run(t, b, n, *player, true, input())
			n.BFloat16 = true
			store, rough := run(t, b, n, *player, true, input())
			require.NotEqual(t, exact[0], rough[0])
			largest := 0.0
			for i := range exact[0] {
				largest = max(largest, math.Abs(float64(exact[0][i])))
			}
			for i := range exact[0] {
				require.InDelta(t, exact[0][i], rough[0][i], .05*largest) // bfloat16 has 8 bits; a few layers of rounding
			}
			for v := range store.IterVariables() {
				require.NotEqual(t, dtypes.BFloat16, v.DType(), v.Path())
			}
		}
	})
}
