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
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/internal/gantest"
)

var (
	paperG = MLP{Hidden: []int{1200, 1200}, Activation: "relu", Output: []int{28, 28, 1}, OutputActivation: "sigmoid", IRange: .05}
	paperD = MaxoutMLP{Units: []int{240, 240}, Pieces: 5, InputDropout: .2, Dropout: .5, IRange: .005}
)

// TestThePapersPlayers checks the parameter counts of the 2014 MNIST networks.
//
//	G: 100·1200+1200 + 1200·1200+1200 + 1200·784+784          = 2,503,984
//	D: 784·240·5+240·5 + 240·240·5+240·5 + 240·1+1            = 1,231,441
func TestThePapersPlayers(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		exec := model.MustNewExec2(b, store, func(root *model.Scope, g *Graph) (x, logits *Node) {
			z := Prior{UnitUniform, 100}.Sample(root, g, dtypes.Float32, 3)
			x = paperG.Forward(root.At(GeneratorScope), z, nil)
			return x, paperD.Forward(root.At(DiscriminatorScope), x, nil)
		})
		x, logits := exec.MustCall2()
		require.Equal(t, []int{3, 28, 28, 1}, x.Shape().Dimensions)
		require.Equal(t, []int{3, 1}, logits.Shape().Dimensions)
		require.Equal(t, 2_503_984, store.Scope("/"+GeneratorScope).NumParameters())
		require.Equal(t, 1_231_441, store.Scope("/"+DiscriminatorScope).NumParameters())
		for _, pixel := range tensors.MustCopyFlatData[float32](x) {
			require.True(t, pixel > 0 && pixel < 1, "a sigmoid's output")
		}
	})
}

// TestDropoutOnlyInTraining: in training two passes of D differ, and their mean is that of the whole network; otherwise
// they are equal.
func TestDropoutOnlyInTraining(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		d := MaxoutMLP{Units: []int{8}, Pieces: 2, Dropout: .5}
		twice := func(training bool) (a, b2 []float32) {
			exec := model.MustNewExec2(b, store, func(root *model.Scope, g *Graph) (*Node, *Node) {
				root.SetTraining(g, training)
				x := IotaFull(g, shapes.Make(dtypes.Float32, 4, 3))
				return d.Forward(root, x, nil), d.Forward(root, x, nil)
			})
			x, y := exec.MustCall2()
			return tensors.MustCopyFlatData[float32](x), tensors.MustCopyFlatData[float32](y)
		}
		x, y := twice(true)
		require.NotEqual(t, x, y)
		x, y = twice(false)
		require.Equal(t, x, y)
	})
}

// TestFrom: an MLP on zeros outputs the initial biases of its last layer.
func TestFrom(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		net := MLP{Activation: "relu", Output: []int{2}, OutputActivation: "sigmoid"}
		exec := model.MustNewExec1(b, model.NewStore(), func(root *model.Scope, g *Graph) *Node {
			return net.From([]float32{0, 2})(root, Zeros(g, shapes.Make(dtypes.Float32, 1, 3)), nil)
		})
		got := tensors.MustCopyFlatData[float32](exec.MustCall())
		require.InDeltaSlice(t, []float64{0.5, sigmoid(2)}, []float32{got[0], got[1]}, 1e-6)
	})
	net := MLP{Activation: "relu", Output: []int{2}, OutputActivation: "sigmoid"}
	g := NewGraph(gantest.Open(t, "go"), "refused")
	require.Panics(t, func() {
		net.From(make([]float32, 3))(model.NewStore().RootScope(), Zeros(g, shapes.Make(dtypes.Float32, 1, 3)), nil)
	})
}

func TestNetworksRefused(t *testing.T) {
	good := MLP{Hidden: []int{3}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear"}
	require.NoError(t, good.Validate())
	for _, c := range []struct {
		key   string
		spoil func(*MLP)
	}{
		{"activation", func(c *MLP) { c.Activation = "swish" }},
		{"output_activation", func(c *MLP) { c.OutputActivation = "" }},
		{"output", func(c *MLP) { c.Output = nil }},
		{"output", func(c *MLP) { c.Output = []int{3, 0} }},
		{"hidden[1]", func(c *MLP) { c.Hidden = []int{3, 0} }},
	} {
		net := good
		c.spoil(&net)
		gantest.RequireInvalid(t, net.Validate(), c.key)
	}
	gantest.RequireInvalid(t, MaxoutMLP{Units: []int{3}}.Validate(), "pieces")
	gantest.RequireInvalid(t, MaxoutMLP{Units: []int{3, 0}, Pieces: 1}.Validate(), "units[1]")
	gantest.RequireInvalid(t, MaxoutMLP{Units: []int{3}, Pieces: 1, Dropout: 1}.Validate(), "dropout")
	gantest.RequireInvalid(t, MaxoutMLP{Units: []int{3}, Pieces: 1, InputDropout: -.5}.Validate(), "input_dropout")
}

// TestPriors checks the mean 0, the variance and the support of each prior.
func TestPriors(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		noise           Noise
		variance, limit float64
	}{{Uniform, 1.0 / 3, 1}, {UnitUniform, 1, math.Sqrt(3)}, {Gaussian, 1, 6.7}} {
		check := func(t *testing.T, z []float32) {
			t.Helper()
			require.Len(t, z, 3*n)
			x := make([]float64, len(z))
			for i, v := range z {
				x[i] = float64(v)
				require.LessOrEqual(t, math.Abs(x[i]), c.limit+1e-6)
			}
			mean, variance := stat.MeanVariance(x, nil)
			require.InDelta(t, 0, mean, 5/math.Sqrt(3*n))
			require.InDelta(t, c.variance, variance, 0.03)
		}
		t.Run(string(c.noise), func(t *testing.T) {
			p := Prior{c.noise, 3}
			check(t, tensors.MustCopyFlatData[float32](p.Draw(n, 1)))
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				require.NoError(t, store.SetRNGStateFromSeed(1))
				exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
					return p.Sample(root, g, dtypes.Float32, n)
				})
				first := tensors.MustCopyFlatData[float32](exec.MustCall())
				check(t, first)
				require.NotEqual(t, first, tensors.MustCopyFlatData[float32](exec.MustCall()), "fresh noise every time")
				require.NoError(t, store.SetRNGStateFromSeed(1))
				require.Equal(t, first, tensors.MustCopyFlatData[float32](exec.MustCall()), "and the same from the same seed")
			})
		})
	}
}

func TestDrawIsFixed(t *testing.T) {
	p := Prior{Gaussian, 2}
	long, short := tensors.MustCopyFlatData[float32](p.Draw(5, 9)), tensors.MustCopyFlatData[float32](p.Draw(2, 9))
	require.Equal(t, long[:4], short)
	require.NotEqual(t, long, tensors.MustCopyFlatData[float32](p.Draw(5, 10)))
}
