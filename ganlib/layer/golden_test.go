package layer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// goldenDir is where the golden files are.
const goldenDir = "../../tests/golden"

// goldenCase is a layer of a golden file, in PyTorch's terms.
type goldenCase struct {
	Layer         string
	Kernel        int
	Stride        int
	Padding       int
	OutputPadding int `json:"output_padding"`
	Same          bool
	Bias          bool
	Epsilon       float64
	Momentum      float64
	Affine        bool
}

func goldenCases(t *testing.T, golden *gantest.Golden) []goldenCase {
	var about struct{ Cases []goldenCase }
	golden.About(t, &about)
	require.NotEmpty(t, about.Cases)
	return about.Cases
}

// conv is the case's layer; same is the meaning of "same" in the library that made the file.
func (c goldenCase) conv(channels int, same Padding) func(scope *model.Scope, x *Node) *Node {
	conv := Conv{Channels: channels, Kernel: c.Kernel, Stride: c.Stride, Bias: c.Bias}
	conv.Padding = Explicit(c.Padding, c.Padding-c.OutputPadding)
	if c.Same {
		conv.Padding = same
	}
	if c.Layer == "ConvTranspose2d" {
		return ConvTranspose(conv).Forward
	}
	return conv.Forward
}

// TestGoldenConvolution compares Conv and ConvTranspose, and their gradients, with PyTorch's and TensorFlow's. XLA gets
// every fourth case, as TestForms compares its forms with the definition.
func TestGoldenConvolution(t *testing.T) {
	for file, same := range map[string]Padding{"convolution": SameTorch, "convolution-tensorflow": SameTF} {
		t.Run(file, func(t *testing.T) {
			golden := gantest.OpenGolden(t, goldenDir, file)
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				for i, c := range goldenCases(t, golden) {
					if engine(b) != "go" && i%4 != 0 && !gantest.Long() {
						continue
					}
					checkGoldenConvolution(t, b, golden, i, c, same)
				}
			})
			golden.CheckAllSeen(t)
		})
	}
}

func checkGoldenConvolution(t *testing.T, b compute.Backend, golden *gantest.Golden, i int, c goldenCase, same Padding) {
	in := func(name string) *tensors.Tensor {
		return golden.Tensor(t, fmt.Sprintf("%d/%s", i, name), dtypes.Float64)
	}
	store, variables := model.NewStore(), []string{"weights"}
	if c.Bias {
		variables = append(variables, "biases")
	}
	for _, name := range variables {
		_, err := store.CreateVariable("/"+name, in(name))
		require.NoError(t, err)
	}
	v := in("v")
	channels := v.Shape().Dimensions[3]
	exec := model.MustNewExec(b, store, func(root *model.Scope, x, v *Node) []*Node {
		root.SetTraining(x.Graph(), true)
		y := c.conv(channels, same)(root, x)
		wrt := []*Node{x}
		for _, name := range variables {
			wrt = append(wrt, store.GetVariable("/"+name).NodeValue(x.Graph()))
		}
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(v, y)), wrt...)...)
	})
	defer exec.Finalize()
	got, err := exec.Call(in("x"), v)
	require.NoError(t, err, "%+v", c)
	for j, name := range slices.Concat([]string{"y", "dx"}, prefixed("d", variables)) {
		golden.Check(t, fmt.Sprintf("%d/%s", i, name), got[j], 1e-12)
	}
	if t.Failed() {
		t.Fatalf("case %d: %+v", i, c)
	}
}

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + name
	}
	return out
}

// TestGoldenBatchNorm compares BatchNorm with PyTorch's: two passes in training, which share γ and β and update the
// averages one after the other, then one outside training.
func TestGoldenBatchNorm(t *testing.T) {
	golden := gantest.OpenGolden(t, goldenDir, "batch-norm")
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for i, c := range goldenCases(t, golden) {
			checkGoldenBatchNorm(t, b, golden, i, c)
		}
	})
	golden.CheckAllSeen(t)
}

func checkGoldenBatchNorm(t *testing.T, b compute.Backend, golden *gantest.Golden, i int, c goldenCase) {
	key := func(name string) string { return fmt.Sprintf("%d/%s", i, name) }
	in := func(name string) *tensors.Tensor { return golden.Tensor(t, key(name), dtypes.Float64) }
	norm := BatchNorm{Momentum: c.Momentum, Epsilon: c.Epsilon, NoAffine: !c.Affine}
	store := model.NewStore()
	var trained []string
	if c.Affine {
		trained = []string{"gamma", "beta"}
	}
	for variable, name := range map[string]string{
		"mean": "before/mean", "variance": "before/variance", "gamma": "gamma", "beta": "beta",
	} {
		if golden.Has(key(name)) {
			_, err := store.CreateVariable("/"+variable, in(name))
			require.NoError(t, err)
		}
	}
	training := model.MustNewExec(b, store, func(root *model.Scope, inputs []*Node) []*Node {
		x0, x1, v0, v1 := inputs[0], inputs[1], inputs[2], inputs[3]
		root.SetTraining(x0.Graph(), true)
		y0, y1 := norm.Forward(root, x0), norm.Forward(root, x1)
		wrt := []*Node{x0, x1}
		for _, name := range trained {
			wrt = append(wrt, store.GetVariable("/"+name).NodeValue(x0.Graph()))
		}
		sum := Add(ReduceAllSum(Mul(v0, y0)), ReduceAllSum(Mul(v1, y1)))
		return append([]*Node{y0, y1}, Gradient(sum, wrt...)...)
	})
	defer training.Finalize()
	got, err := training.Call(in("x0"), in("x1"), in("v0"), in("v1"))
	require.NoError(t, err)
	for j, name := range slices.Concat([]string{"y0", "y1", "dx0", "dx1"}, prefixed("d", trained)) {
		golden.Check(t, key(name), got[j], 1e-9)
	}
	for _, name := range []string{"mean", "variance"} {
		golden.Check(t, key("after/"+name), store.GetVariable("/"+name).MustValue(), 1e-12)
	}
	inference := model.MustNewExec1(b, store, norm.Forward)
	defer inference.Finalize()
	for _, pass := range []string{"0", "1"} {
		golden.Check(t, key("inference"+pass), inference.MustCall(in("x"+pass)), 1e-12)
	}
}

// TestGoldenSpectralNorm compares three layers after three passes in training, their vectors, and the gradients in
// their weights with PyTorch's, and MinibatchStd with the same formula there.
func TestGoldenSpectralNorm(t *testing.T) {
	golden := gantest.OpenGolden(t, goldenDir, "spectral-norm")
	var about struct{ Passes int }
	golden.About(t, &about)
	conv := Conv{Channels: 4, Kernel: 3, Stride: 2, Padding: SameTorch}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for name, layer := range map[string]func(scope *model.Scope, x *Node) *Node{
			"dense":      func(scope *model.Scope, x *Node) *Node { return Dense(scope, x, 4, false) },
			"conv":       conv.Forward,
			"transposed": ConvTranspose(conv).Forward,
		} {
			in := func(key string) *tensors.Tensor { return golden.Tensor(t, name+"/"+key, dtypes.Float64) }
			store := model.NewStore()
			for _, key := range []string{"weights", "u"} {
				_, err := store.CreateVariable("/"+key, in(key))
				require.NoError(t, err)
			}
			exec := model.MustNewExec(b, store, func(root *model.Scope, x, v *Node) []*Node {
				root.SetTraining(x.Graph(), true)
				w := root.GetVariable("weights").NodeValue(x.Graph())
				var y *Node
				for range about.Passes {
					y = layer(WithSpectralNorm(root, x.Graph()), x)
				}
				return []*Node{y, Gradient(ReduceAllSum(Mul(v, y)), w)[0]}
			})
			got := exec.MustCall(in("x"), in("v"))
			exec.Finalize()
			golden.Check(t, name+"/y", got[0], 1e-12)
			golden.Check(t, name+"/dweights", got[1], 1e-12)
			golden.Check(t, name+"/after/u", store.GetVariable("/u").MustValue(), 1e-12)
		}
		exec := MustNewExec(b, func(x, v *Node) []*Node {
			y := MinibatchStd(x)
			return []*Node{y, Gradient(ReduceAllSum(Mul(v, y)), x)[0]}
		})
		defer exec.Finalize()
		got := exec.MustCall(golden.Tensor(t, "minibatch/x", dtypes.Float64), golden.Tensor(t, "minibatch/v", dtypes.Float64))
		golden.Check(t, "minibatch/y", got[0], 1e-12)
		golden.Check(t, "minibatch/dx", got[1], 1e-12)
	})
	golden.CheckAllSeen(t)
}
