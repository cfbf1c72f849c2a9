package ganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/internal/gantest"
)

// mine is an objective that a user might write: least squares with label 3 for real examples and −1 for generated ones.
var mine = Objective{
	Name: "mine",
	Discriminator: func(real, fake *Node) *Node {
		return MulScalar(Add(ReduceAllMean(Square(AddScalar(real, -3))), ReduceAllMean(Square(AddScalar(fake, 1)))), .5)
	},
	Generator: func(fake *Node) *Node { return MulScalar(ReduceAllMean(Square(AddScalar(fake, -3))), .5) },
	Boundary:  1,
	Flip:      func(output *Node) *Node { return AddScalar(Neg(output), 2) },
	// Label 3 − 4s for s of the way from 3 to −1: ½(3 − 4s − a)² − ½(3 − a)² = 8s² − 4s(3 − a).
	Smooth: func(real *Node, s float64) *Node { return AddScalar(MulScalar(AddScalar(real, -3), 4*s), 8*s*s) },
}

// costs are D's losses for one output under the label "real" and under "fake".
type costs struct{ real, fake func(output float64) float64 }

func square(a float64) float64 { return a * a }

var costsOf = map[string]costs{
	"mine":          {func(a float64) float64 { return square(a-3) / 2 }, func(a float64) float64 { return square(a+1) / 2 }},
	"minimax":       {func(a float64) float64 { return -logSigmoid(a) }, func(a float64) float64 { return -logSigmoid(-a) }},
	"least-squares": {func(a float64) float64 { return square(a-1) / 2 }, func(a float64) float64 { return square(a) / 2 }},
	"hinge":         {func(a float64) float64 { return max(1-a, 0) }, func(a float64) float64 { return max(1+a, 0) }},
	"wasserstein":   {func(a float64) float64 { return -a }, func(a float64) float64 { return a }},
}

// TestFlippedLabels: a flipped example has the loss of its output under the other label, with any objective that can
// flip.
func TestFlippedLabels(t *testing.T) {
	const n, x, gz, p = 4000, 1.25, .25, .3
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, o := range []Objective{mine, Minimax, LeastSquares, Hinge, Wasserstein} {
			cost := costsOf[o.Name]
			loss := func(s Stabilisers) float64 {
				return judged(t, b, &Algorithm1{Game: Game{Objective: o, Stabilisers: s}}, repeat(x, n), repeat(gz, n))
			}
			require.InDelta(t, cost.real(x)+cost.fake(gz), loss(Stabilisers{}), 1e-12, o.Name)
			within := 5 * math.Sqrt(p*(1-p)/n) // standard errors of the fraction that is flipped
			change := cost.fake(x) - cost.real(x)
			require.InDelta(t, cost.real(x)+p*change+cost.fake(gz), loss(Stabilisers{FlipReal: p}), within*math.Abs(change), o.Name)
			change = cost.real(gz) - cost.fake(gz)
			require.InDelta(t, cost.real(x)+cost.fake(gz)+p*change, loss(Stabilisers{FlipFake: p}), within*math.Abs(change), o.Name)
		}
	})
}

func repeat(v float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = v
	}
	return values
}

// TestOwnObjectiveSmooths: the loss of mine with its real label moved from 3 to 3 − 4s.
func TestOwnObjectiveSmooths(t *testing.T) {
	const s = .1
	x, gz := []float64{2, -1, .5}, []float64{-2, 3, 0}
	want := 0.
	for i := range x {
		want += (square(x[i]-(3-4*s)) + square(gz[i]+1)) / 2 / 3
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		got := judged(t, b, &Algorithm1{Game: Game{Objective: mine, Stabilisers: Stabilisers{SmoothReal: s}}}, x, gz)
		require.InDelta(t, want, got, 1e-12)
	})
}

// TestOwnObjectiveTrains: D(x) = x and G(z) = .75, with an objective whose boundary is 1. The records follow from the
// fields of the objective and not from its name.
func TestOwnObjectiveTrains(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for name, c := range map[string]struct{ boundary, real, fake float64 }{
			"mine": {1, .5, 1}, "": {.5, .75, 0}, LeastSquares.Name: {-1, 1, 0},
		} {
			a := &Algorithm1{
				Game: Game{Prior: Prior{Gaussian, 1}, Objective: mine}, K: 1,
				DiscriminatorRule: &optim.Momentum{LearningRate: 1e-3}, GeneratorRule: &optim.Momentum{LearningRate: 1e-3},
			}
			a.Objective.Name, a.Objective.Boundary = name, c.boundary
			a.Generator = func(scope *model.Scope, z, _ *Node) *Node {
				return Add(MulScalar(z, 0), scope.VariableWithValue("g", .75).NodeValue(z.Graph()))
			}
			a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
				return Mul(x, scope.VariableWithValue("d", 1.).NodeValue(x.Graph()))
			}
			trainer, err := a.Trainer(b, model.NewStore())
			require.NoError(t, err)
			x := tensors.FromFlatDataAndDimensions([]float64{0, .75, 1.25, 2}, 4, 1)
			got := measured(t, trainer, train.Batch{Inputs: []*tensors.Tensor{x}})
			require.Equal(t, c.real, got[record.AccReal], name)
			require.Equal(t, c.fake, got[record.AccFake], name)
			require.InDelta(t, (9+square(2.25)+square(1.75)+1)/8+square(1.75)/2, got[record.DLoss], 1e-12)
		}
	})
}

// relativistic is the relativistic standard GAN (Jolicoeur-Martineau 2018, arXiv:1807.00734): D says that a real
// example is more real than the generated one beside it, and G the reverse.
var relativistic = Objective{
	Name:             "relativistic",
	Discriminator:    func(real, fake *Node) *Node { return Neg(ReduceAllMean(LogD(Sub(real, fake)))) },
	GeneratorInPairs: func(real, fake *Node) *Node { return Neg(ReduceAllMean(LogD(Sub(fake, real)))) },
}

// pairsByHand is an iteration of tables with the relativistic objective: the derivatives of −log σ(b·(x − a)) in b and
// of −log σ(b·(a − x)) in a, where x and a are those of one example. It also returns G's loss.
func pairsByHand(k int, simultaneous bool) (a, b []float64, gLoss float64) {
	a, b = append(a, startA...), append(b, startB...)
	m := len(tableX) / k
	generator := func(from int) []float64 {
		dA := make([]float64, 3)
		gLoss = 0
		for j := from; j < from+m; j++ {
			x, y := tableX[j], tableY[j]
			dA[y] -= sigmoid(-b[y]*(a[y]-x)) * b[y] / float64(m)
			gLoss -= logSigmoid(b[y]*(a[y]-x)) / float64(m)
		}
		return dA
	}
	var dA []float64
	for i := range k {
		if simultaneous {
			dA = generator(0)
		}
		dB := make([]float64, 3)
		for j := i * m; j < (i+1)*m; j++ {
			x, y := tableX[j], tableY[j]
			dB[y] -= sigmoid(-b[y]*(x-a[y])) * (x - a[y]) / float64(m)
		}
		for y := range b {
			b[y] -= testRate * dB[y]
		}
	}
	if !simultaneous { // beside the real examples of D's last step, by the updated D
		dA = generator((k - 1) * m)
	}
	for y := range a {
		a[y] -= testRate * dA[y]
	}
	return a, b, gLoss
}

// TestPairs: an objective that compares real with generated examples takes the step computed by hand, in turn and
// simultaneously.
func TestPairs(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, backend compute.Backend) {
		for _, c := range []struct {
			k            int
			simultaneous bool
		}{{1, false}, {2, false}, {1, true}} {
			game, store := tables(c.k, c.simultaneous), model.NewStore()
			game.Objective = relativistic
			trainer, err := game.Trainer(backend, store)
			require.NoError(t, err)
			got := measured(t, trainer, tableBatch(6))
			a, b, gLoss := pairsByHand(c.k, c.simultaneous)
			require.InDeltaSlice(t, a, values(store, "/"+GeneratorScope)["/generator/table"], 1e-12, "%+v", c)
			require.InDeltaSlice(t, b, values(store, "/"+DiscriminatorScope)["/discriminator/table"], 1e-12, "%+v", c)
			require.InDelta(t, gLoss, got[record.GLoss], 1e-12, "%+v", c)
		}
	})
}

// TestSignalsOfPairs: if D(x) = σ(vx) and G(z) = wz, the norm of G's gradient is that by hand.
func TestSignalsOfPairs(t *testing.T) {
	const v, w, x, z = 2, -1.5, .5, .75
	want := sigmoid(-v*(w*z-x)) * v * z
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, simultaneous := range []bool{false, true} {
			a := &Algorithm1{Game: Game{Generator: line(w), Discriminator: line(v), Objective: relativistic}, Simultaneous: simultaneous}
			signals := signalsOf(t, b, model.NewStore(), a,
				tensors.FromFlatDataAndDimensions([]float32{x}, 1, 1), tensors.FromFlatDataAndDimensions([]float32{z}, 1, 1))
			require.InDelta(t, want, signals[record.GGradIn+"line"], 1e-6)
		}
	})
}

// TestPairsRefused: D of such an objective gets no labels that could be flipped or smoothed.
func TestPairsRefused(t *testing.T) {
	a := smallGame(1, false, relativistic)
	require.NoError(t, a.Validate())
	a.FlipReal = .1
	gantest.RequireInvalid(t, a.Validate(), "flip_real")
	a.FlipReal, a.SmoothReal = 0, .1
	gantest.RequireInvalid(t, a.Validate(), "smooth_real")
}
