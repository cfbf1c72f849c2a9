package ganlib

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/internal/gantest"
)

// line is a player of one weight, which starts at w: x [batch, 1] to w·x.
func line(w float32) func(scope *model.Scope, x, _ *Node) *Node {
	return func(scope *model.Scope, x, _ *Node) *Node {
		return Mul(x, scope.At("line").VariableWithValue("w", w).NodeValue(x.Graph()))
	}
}

// signalsOf builds the signals of a game in a store and returns them by name.
func signalsOf(t *testing.T, b compute.Backend, store *model.Store, a *Algorithm1, x, z *tensors.Tensor) map[string]float64 {
	t.Helper()
	var names []string
	exec, err := model.NewExec(b, store, func(root *model.Scope, x, z *Node) []*Node {
		var values []*Node
		for _, s := range a.Signals(root, x, nil, z) {
			names, values = append(names, s.Name), append(values, s.Node)
		}
		return values
	})
	require.NoError(t, err)
	results, err := exec.Call(x, z)
	require.NoError(t, err)
	values := make(map[string]float64)
	for i, name := range names {
		values[name] = float64(tensors.ToScalar[float32](results[i]))
	}
	return values
}

// TestSignalsClosedForm: if D(x) = σ(vx) and G(z) = wz, with one example and one noise number, all gradients have
// closed forms, and the ratio of the two losses' gradients is D/(1 − D).
func TestSignalsClosedForm(t *testing.T) {
	const v, w, x, z = 2, -1.5, .5, .75
	sigma := func(a float64) float64 { return 1 / (1 + math.Exp(-a)) }
	real, fake := sigma(v*x), sigma(v*w*z)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, objective := range []Objective{Minimax, NonSaturating} {
			a := &Algorithm1{Game: Game{Generator: line(w), Discriminator: line(v), Objective: objective}}
			values := signalsOf(t, b, model.NewStore(), a,
				tensors.FromFlatDataAndDimensions([]float32{x}, 1, 1), tensors.FromFlatDataAndDimensions([]float32{z}, 1, 1))
			require.Len(t, values, 3, "there are no units that saturate")
			require.InDelta(t, math.Abs((1-real)*x-fake*w*z), values["d_grad/line"], 1e-6)
			loss := map[string]float64{Minimax.Name: fake, NonSaturating.Name: 1 - fake}[objective.Name]
			require.InDelta(t, loss*v*z, values["g_grad/line"], 1e-6)
			require.InDelta(t, fake/(1-fake), values["grad_ratio"], 1e-6)
		}
	})
}

// TestSignalsChangeNothing: no weights, moving averages of batch norm or random state change, though D has dropout and
// G, in training, batch norm.
func TestSignalsChangeNothing(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		normed := func(scope *model.Scope, z, _ *Node) *Node {
			return layer.BatchNorm{}.Forward(scope.At("norm"), layer.Dense(scope.At("dense"), z, 3, true))
		}
		d := MaxoutMLP{Units: []int{4}, Pieces: 2, InputDropout: .2, Dropout: .5}
		a := &Algorithm1{Game: Game{Generator: normed, Discriminator: d.Forward, Objective: Minimax, Stabilisers: Stabilisers{InstanceNoise: InstanceNoise{Std: .1, Steps: 10}}}}
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		x := tensors.FromFlatDataAndDimensions(make([]float32, 12), 4, 3)
		z := Prior{Noise: Gaussian, Dim: 2}.Draw(4, 1)
		first := signalsOf(t, b, store, a, x, z) // makes the variables
		before := stateOf(t, store)
		require.Equal(t, first["g_grad/dense"], signalsOf(t, b, store, a, x, z)["g_grad/dense"])
		require.Equal(t, before, stateOf(t, store))
		var names []string
		for name := range before {
			names = append(names, name)
		}
		require.Contains(t, strings.Join(names, " "), "/generator/norm/variance")
	})
}

// stateOf returns the bytes of all variables of a store.
func stateOf(t *testing.T, store *model.Store) map[string][]byte {
	t.Helper()
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// TestSaturatedUnits: two of G's four rectifiers are dead by their biases; tanh and sigmoid count if they are saturated
// on all examples.
func TestSaturatedUnits(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		dead := func(scope *model.Scope, z, _ *Node) *Node {
			bias := Const(z.Graph(), [][]float32{{0, 9, -9, -9}})
			h := layer.Note("relu", MaxScalar(Add(z, bias), 0))
			return layer.Note("linear", ReduceSum(h, 1)) // which has no end
		}
		g := func(scope *model.Scope, z, y *Node) *Node {
			w := scope.At("w").VariableWithValue("w", float32(1)).NodeValue(z.Graph())
			return Reshape(dead(scope, Mul(z, w), y), -1, 1)
		}
		d := func(scope *model.Scope, x, y *Node) *Node {
			at := Concatenate([]*Node{MulScalar(x, 0), AddScalar(MulScalar(x, 0), 9)}, 1)
			layer.Note("tanh", at)
			layer.Note("tanh", Tanh(at))
			layer.Note("sigmoid", Sigmoid(Neg(at)))
			return line(1)(scope, x, y)
		}
		a := &Algorithm1{Game: Game{Generator: g, Discriminator: d, Objective: Minimax}}
		values := signalsOf(t, b, model.NewStore(), a,
			tensors.FromFlatDataAndDimensions(make([]float32, 3), 3, 1),
			tensors.FromFlatDataAndDimensions([]float32{1, 1, 1, 1, -2, 0, 0, 0, 0, 0, 0, 0}, 3, 4))
		require.InDelta(t, .5, values["g_saturated"], 1e-6)
		// D plays twice, on real and on generated data: of its 2·6 units the tanh and the sigmoid of 9 are saturated,
		// and of what it wrongly calls the tanh of a number, only 9.
		require.InDelta(t, .5, values["d_saturated"], 1e-6)
	})
}
