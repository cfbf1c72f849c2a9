package ganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// tables is a game of three classes that can be computed by hand: each player has one number per class, G(z|y) = a_y
// and logit(x|y) = b_y·x.
func tables(k int, simultaneous bool) *Algorithm1 {
	entry := func(scope *model.Scope, values []float64, y *Node) *Node {
		table := scope.VariableWithValue("table", values).NodeValue(y.Graph())
		return Dot(y, Reshape(table, -1, 1)).Product()
	}
	rule := func() optim.Rule { return &optim.Momentum{LearningRate: testRate} }
	return &Algorithm1{
		Game: Game{
			Generator:     func(scope *model.Scope, _, y *Node) *Node { return entry(scope, startA, y) },
			Discriminator: func(scope *model.Scope, x, y *Node) *Node { return Mul(x, entry(scope, startB, y)) },
			Prior:         Prior{Gaussian, 1}, Objective: NonSaturating, Classes: 3,
		},
		K: k, Simultaneous: simultaneous, DiscriminatorRule: rule(), GeneratorRule: rule(),
	}
}

var (
	startA, startB = []float64{.5, -1, 2}, []float64{.3, 1, -.7}
	tableX         = []float64{1, -2, .5, 3, -1, .25}
	tableY         = []int32{0, 2, 2, 1, 1, 0} // for k = 2 the minibatches hold other classes
)

func tableBatch(dims ...int) train.Batch {
	return train.Batch{Inputs: []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(tableX, 6, 1), tensors.FromFlatDataAndDimensions(tableY, dims...)}}
}

// byHand is an iteration of tables: the derivatives of −log σ(b·x) − log σ(−b·a) and of −log σ(b·a).
func byHand(k int, simultaneous bool) (a, b []float64) {
	a, b = append(a, startA...), append(b, startB...)
	m := len(tableX) / k
	var dA []float64
	for i := range k {
		dB := make([]float64, 3)
		dA = make([]float64, 3)
		for j := i * m; j < (i+1)*m; j++ {
			x, y := tableX[j], tableY[j]
			dB[y] += ((sigmoid(b[y]*x)-1)*x + sigmoid(b[y]*a[y])*a[y]) / float64(m)
			dA[y] += (sigmoid(b[y]*a[y]) - 1) * b[y] / float64(m)
		}
		for y := range b {
			b[y] -= testRate * dB[y]
		}
	}
	if !simultaneous { // G moves against the D just updated, with the labels of its last minibatch
		dA = make([]float64, 3)
		for _, y := range tableY[(k-1)*m:] {
			dA[y] += (sigmoid(b[y]*a[y]) - 1) * b[y] / float64(m)
		}
	}
	for y := range a {
		a[y] -= testRate * dA[y]
	}
	return a, b
}

// TestConditionalGame: one iteration of Algorithm 1 with labels gives the result by hand.
func TestConditionalGame(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, backend compute.Backend) {
		for _, c := range []struct {
			k            int
			simultaneous bool
		}{{1, false}, {2, false}, {1, true}} {
			game, store := tables(c.k, c.simultaneous), model.NewStore()
			trainer, err := game.Trainer(backend, store)
			require.NoError(t, err)
			_, err = trainer.TrainStep(tableBatch(6))
			require.NoError(t, err)
			a, b := byHand(c.k, c.simultaneous)
			require.InDeltaSlice(t, a, values(store, "/"+GeneratorScope)["/generator/table"], 1e-12, "%+v", c)
			require.InDeltaSlice(t, b, values(store, "/"+DiscriminatorScope)["/discriminator/table"], 1e-12, "%+v", c)
		}
	})
}

// TestNetworksReadLabels: the same input with another label gives another output, and a one-hot label adds as many
// inputs as there are classes.
func TestNetworksReadLabels(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		game := Game{
			Generator:     MLP{Hidden: []int{4}, Activation: "tanh", Output: []int{2, 2}, OutputActivation: "linear"}.Forward,
			Discriminator: MaxoutMLP{Units: []int{4}, Pieces: 2}.Forward, Classes: 3,
		}
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		exec := model.MustNewExec2(b, store, func(root *model.Scope, labels *Node) (*Node, *Node) {
			y := game.OneHot(labels, dtypes.Float64)
			x := game.Generate(root, OnesLike(Slice(y, AxisRange(), AxisRange(0, 2))), y)
			return x, game.Discriminate(root, OnesLike(x), y)
		})
		xs, logits := exec.MustCall2([]int32{1, 2, 1})
		x, logit := tensors.MustCopyFlatData[float64](xs), tensors.MustCopyFlatData[float64](logits)
		require.Equal(t, x[:4], x[8:])
		require.NotEqual(t, x[:4], x[4:8])
		require.Equal(t, logit[0], logit[2])
		require.NotEqual(t, logit[0], logit[1])
		require.Equal(t, (2+3)*4+4+4*4+4, store.Scope("/"+GeneratorScope).NumParameters())
		require.Equal(t, (4+3)*8+8+4+1, store.Scope("/"+DiscriminatorScope).NumParameters())
	})
}

// surprised is D's game with a logit that is always 2, so D's loss shows how many real labels were flipped: each adds
// the logit's 2 to −log σ(2).
func surprised(fraction float64, o Objective) *Algorithm1 {
	a := smallGame(1, false, o)
	a.HalfV, a.FlipReal = false, fraction
	a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
		bias := scope.VariableWithValue("bias", 2.0).NodeValue(x.Graph())
		return Add(MulScalar(x, 0), bias)
	}
	a.DiscriminatorRule = &optim.Momentum{LearningRate: 1e-9}
	return a
}

// TestFlipReal: the fraction is kept, drawn anew each step, and shows in D's loss alone.
func TestFlipReal(t *testing.T) {
	const m = 20_000
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, fraction := range []float64{0, .35, .9} {
			a := surprised(fraction, NonSaturating)
			store := newStore(t, b, a, 1)
			trainer, err := a.Trainer(b, store)
			require.NoError(t, err)
			var flipped []float64
			for range 2 {
				got := measured(t, trainer, train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(make([]float64, m), m, 1)}})
				flipped = append(flipped, (got["d_loss"]+logSigmoid(2)+logSigmoid(-2))/2)
				require.InDelta(t, logSigmoid(2)+logSigmoid(-2), got["v"], 1e-6)
				require.InDelta(t, logSigmoid(2), got["log_d_real"], 1e-6)
				require.InDelta(t, sigmoid(2), got["d_real"], 1e-6)
				require.InDelta(t, sigmoid(2), got["d_fake"], 1e-6)
				require.InDelta(t, -logSigmoid(2), got["g_loss"], 1e-6)
			}
			require.InDeltaSlice(t, []float64{fraction, fraction}, flipped, 5*math.Sqrt(fraction*(1-fraction)/m)+1e-6)
			require.Equal(t, fraction > 0, math.Abs(flipped[0]-flipped[1]) > .5/m, "drawn afresh")
		}
	})
}

// batchOf is a batch of examples without labels.
func batchOf(x *tensors.Tensor) train.Batch { return train.Batch{Inputs: []*tensors.Tensor{x}} }

// measured runs one iteration and returns its metrics by name.
func measured(t *testing.T, trainer *train.Trainer, batch train.Batch) map[string]float64 {
	t.Helper()
	out, err := trainer.TrainStep(batch)
	require.NoError(t, err)
	got := map[string]float64{}
	for i, m := range trainer.TrainMetrics() {
		got[m.ShortName()] = tensors.ToScalar[float64](out[i])
	}
	return got
}

// TestDiscriminatorStepIsHonest: D trained alone gets the true labels, whatever fraction the game flips.
func TestDiscriminatorStepIsHonest(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		bias := func(fraction float64) float64 {
			a := surprised(fraction, NonSaturating)
			store := newStore(t, b, a, 1)
			exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
				return a.DiscriminatorStep(root, x, nil, &optim.Momentum{LearningRate: 1})
			})
			require.InDelta(t, logSigmoid(2)+logSigmoid(-2), tensors.ToScalar[float64](exec.MustCall(minibatches(0, 1))), 1e-12)
			require.Equal(t, fraction, a.FlipReal, "the algorithm stays as it was")
			return values(store, "/"+DiscriminatorScope)["/discriminator/bias"][0]
		}
		require.Equal(t, bias(0), bias(.9))
	})
}

// TestLabelsRefused: an error names what is wrong with labels before anything runs.
func TestLabelsRefused(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, c := range []struct {
		spoil func(*Algorithm1, *train.Batch)
		want  string
	}{
		{func(_ *Algorithm1, batch *train.Batch) { batch.Inputs = batch.Inputs[:1] },
			"a batch of 1 inputs in a game of 3 classes: want 2"},
		{func(a *Algorithm1, _ *train.Batch) { a.Classes = 0 }, "a batch of 2 inputs in a game of 0 classes: want 1"},
		{func(_ *Algorithm1, batch *train.Batch) { *batch = tableBatch(6, 1) }, "want integers [batch]"},
		{func(_ *Algorithm1, batch *train.Batch) { batch.Inputs[1] = batch.Inputs[0] }, "want integers [batch]"},
		{func(_ *Algorithm1, batch *train.Batch) { batch.Inputs[1] = tensors.FromValue([]int32{1, 2}) },
			"a batch of 6 examples with 2 labels"},
	} {
		a, batch := tables(1, false), tableBatch(6)
		c.spoil(a, &batch)
		trainer, err := a.Trainer(b, model.NewStore())
		require.NoError(t, err)
		_, err = trainer.TrainStep(batch)
		require.ErrorContains(t, err, c.want)
	}
	for want, call := range map[string]func(root *model.Scope, z, y *Node) *Node{
		"no labels in a game of 3 classes: want y of shape [6, 3]": func(root *model.Scope, z, _ *Node) *Node { return tables(1, false).Generate(root, z, nil) },
		"labels y of shape [6 2]: want [6, 3]": func(root *model.Scope, z, y *Node) *Node {
			return tables(1, false).Discriminate(root, z, Slice(y, AxisRange(), AxisRange(0, 2)))
		},
		"labels y of shape [6 3] in a game without": func(root *model.Scope, z, y *Node) *Node {
			return smallGame(1, false, Minimax).Generate(root, z, y)
		},
	} {
		_, err := model.MustNewExec1(b, model.NewStore(), call).Call(
			tensors.FromFlatDataAndDimensions(tableX, 6, 1), tensors.FromFlatDataAndDimensions(make([]float64, 18), 6, 3))
		require.ErrorContains(t, err, want)
	}
}
