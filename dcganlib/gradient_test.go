package dcganlib

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGradients compares the gradients of both players' losses, D's with a gradient penalty, with finite differences in
// every weight of the player: through convolutions of odd and even kernels, batch norm's statistics, labels and the
// other player. On XLA, which compiles each for seconds, golden iterations hold the gradients of the other networks.
func TestGradients(t *testing.T) {
	paper := Networks{Size: 8, Channels: 1, Base: 2, Filters: []int{2, 3}}
	torch := paper
	torch.Kernel, torch.Projection, torch.Epsilon = 4, "channel", 1e-5
	mathworks := Networks{Size: 8, Channels: 1, Filters: []int{2}, Padding: "tensorflow", Projection: "plain", Init: "glorot", Bias: true}
	mnist := Networks{Size: 6, Channels: 1, Base: 3, Filters: []int{2}, Hidden: 4, Classes: 3, BatchNorm: "plain", Output: "sigmoid"}
	for name, n := range map[string]Networks{"paper": paper, "torch": torch, "mathworks": mathworks, "mnist": mnist} {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				if !gantest.OnGo(t, b) && name != "mathworks" && !gantest.Long() {
					t.Skip("in long tests")
				}
				checkGradient(t, b, n, ganlib.DiscriminatorScope, discriminatorLoss)
				checkGradient(t, b, n, ganlib.GeneratorScope, generatorLoss)
			})
		})
	}
}

const examples, dim = 3, 4

// loss is the loss of one of the players, or another scalar to differentiate.
type loss = func(game *ganlib.Game, root *model.Scope, x, z, y *Node) *Node

// discriminatorLoss is the game's, and the gradient penalty of Gulrajani et al. 2017 (arXiv:1704.00028),
// equation 3, at the data: E[(‖∇ₓD(x)‖−1)²]. Its gradient is of second order.
func discriminatorLoss(game *ganlib.Game, root *model.Scope, x, z, y *Node) *Node {
	fake, logits := game.Generate(root, z, y), game.Discriminate(root, x, y)
	slopes := Gradient(ReduceAllSum(logits), x)[0]
	penalty := ReduceAllMean(Square(AddScalar(Sqrt(ReduceSum(Square(slopes), 1, 2, 3)), -1)))
	return Add(game.Objective.Discriminator(logits, game.Discriminate(root, fake, y)), penalty)
}

func generatorLoss(game *ganlib.Game, root *model.Scope, _, z, y *Node) *Node {
	return game.Objective.Generator(game.Discriminate(root, game.Generate(root, z, y), y))
}

// checkGradient differentiates a loss by all trainable numbers below the scope at once.
func checkGradient(t *testing.T, b compute.Backend, n Networks, scope string, f loss) {
	t.Helper()
	a, err := recipe(n).Algorithm1()
	require.NoError(t, err)
	game := &a.Game
	store := model.NewStore()
	var labels []int
	if n.Classes > 0 {
		labels = []int{examples, n.Classes}
	}
	layersBelow(t, store.Scope("/"+ganlib.GeneratorScope), dtypes.Float64, n, generator, []int{examples, dim}, labels)
	layersBelow(t, store.Scope("/"+ganlib.DiscriminatorScope), dtypes.Float64, n, discriminator, []int{examples, n.Size, n.Size, n.Channels}, labels)
	exec := model.MustNewExec(b, store, func(root *model.Scope, theta, elsewhere *Node) []*Node {
		g := theta.Graph()
		root.SetTraining(g, true)
		for theta, player := range map[*Node]string{theta: scope, elsewhere: other(scope)} {
			set(root.At("%s", player), theta)
		}
		x := Const(g, tensors.FromFlatDataAndDimensions(doubles(examples*n.Size*n.Size*n.Channels, 1), examples, n.Size, n.Size, n.Channels))
		z := Const(g, tensors.FromFlatDataAndDimensions(doubles(examples*dim, 2), examples, dim))
		var y *Node
		if n.Classes > 0 {
			y = OneHot(Const(g, []int32{2, 0, 1}), n.Classes, dtypes.Float64)
		}
		value := f(game, root, x, z, y)
		return []*Node{value, Gradient(value, theta)[0]}
	})
	defer exec.Finalize()
	at, elsewhere := doubles(trainable(store.Scope("/"+scope)), 3), doubles(trainable(store.Scope("/"+other(scope))), 4)
	call := func(at []float64) []*tensors.Tensor { return exec.MustCall(at, elsewhere) }
	got := tensors.MustCopyFlatData[float64](call(at)[1])
	want := fd.Gradient(nil, func(at []float64) float64 { return tensors.ToScalar[float64](call(at)[0]) },
		at, &fd.Settings{Formula: fd.Central})
	largest := max(slices.Max(want), -slices.Min(want))
	require.Greater(t, largest, 1e-3, "a gradient to be seen")
	require.InDeltaSlice(t, want, got, 1e-6*max(largest, 1))
}

func other(scope string) string {
	if scope == ganlib.GeneratorScope {
		return ganlib.DiscriminatorScope
	}
	return ganlib.GeneratorScope
}

// set makes a player's trainable variables pieces of theta, in the order of their paths.
func set(player *model.Scope, theta *Node) {
	variables := slices.SortedFunc(player.IterVariables(), func(a, b *model.Variable) int {
		return strings.Compare(a.Path(), b.Path())
	})
	from := 0
	for _, v := range variables {
		if !v.Trainable {
			continue
		}
		to := from + v.Shape().Size()
		v.SetNodeValue(Reshape(Slice(theta, AxisRange(from, to)), v.Shape().Dimensions...))
		from = to
	}
}

// doubles are numbers from N(0, .4²).
func doubles(count int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float64, count)
	for i := range x {
		x[i] = .4 * rng.NormFloat64()
	}
	return x
}
