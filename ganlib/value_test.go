package ganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// column makes logits [n, 1].
func column[T float32 | float64](values ...T) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, len(values), 1)
}

// eval runs a graph function of two logit columns that returns a scalar.
func eval(t *testing.T, b compute.Backend, f func(real, fake *Node) *Node, real, fake *tensors.Tensor) float64 {
	t.Helper()
	exec := MustNewExec(b, func(real, fake *Node) *Node { return ConvertDType(f(real, fake), dtypes.Float64) })
	defer exec.Finalize()
	return tensors.ToScalar[float64](exec.MustCall(real, fake)[0])
}

// logSigmoid is the oracle: math/big is not needed, since log σ(a) = −log1p(e^−a) is accurate for
// a ≥ 0 and a − log1p(e^a) for a < 0 in float64.
func logSigmoid(a float64) float64 {
	if a < 0 {
		return a - math.Log1p(math.Exp(a))
	}
	return -math.Log1p(math.Exp(-a))
}

func TestValueTerms(t *testing.T) {
	real := []float64{-3, -0.5, 0, 0.7, 4}
	fake := []float64{-2, 0, 0.1, 1, 5}
	var logD, log1mD float64
	for i := range real {
		logD += math.Log(sigmoid(real[i])) / 5
		log1mD += math.Log(1-sigmoid(fake[i])) / 5
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		r, f := column(real...), column(fake...)
		require.InDelta(t, logD, eval(t, b, func(r, _ *Node) *Node { return RealTerm(r) }, r, f), 1e-12)
		require.InDelta(t, log1mD, eval(t, b, func(_, f *Node) *Node { return FakeTerm(f) }, r, f), 1e-12)
		require.InDelta(t, logD+log1mD, eval(t, b, Value, r, f), 1e-12)
		require.InDelta(t, -Log4, eval(t, b, Value, column(0.0, 0), column(0.0, 0)), 1e-12, "an undecided D")
	})
}

func sigmoid(a float64) float64 { return 1 / (1 + math.Exp(-a)) }

// TestValueIsStable drives the logits to ±100, where σ is 0 or 1 in float32 and a naive log is −Inf or
// NaN.
func TestValueIsStable(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec(b, func(a *Node) []*Node {
			logD := LogD(a)
			return []*Node{logD, Gradient(ReduceAllSum(logD), a)[0], LogOneMinusD(a)}
		})
		for _, a := range []float32{-100, -30, -1, 0, 1, 30, 100} {
			out := exec.MustCall(column(a))
			at := float64(a)
			for i, want := range []float64{logSigmoid(at), sigmoid(-at), logSigmoid(-at)} {
				got := float64(tensors.MustCopyFlatData[float32](out[i])[0])
				require.InDeltaf(t, want, got, 2e-7*max(1, math.Abs(want)), "output %d at logit %v", i, a)
			}
		}
	})
}

func TestGradientsOfTheObjectives(t *testing.T) {
	// No point or half a point is ±1, where the hinge has its kinks; D starts at 0.
	logits := []float64{-6, -2.5, -0.3, 0, 0.2, 1.7, 5}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, o := range []Objective{Minimax, NonSaturating, Blend(1, 3), LeastSquares, Hinge, Wasserstein} {
			t.Run(o.Name, func(t *testing.T) {
				dims := []int{len(logits), 1}
				gantest.CheckGradient(t, b, logits, dims, 1e-8, o.Generator)
				gantest.CheckGradient(t, b, logits, dims, 1e-8, func(x *Node) *Node {
					return o.Discriminator(x, MulScalar(x, 0.5))
				})
			})
		}
	})
}

// TestMinimaxSaturates compares the two generator losses with their derivatives, −σ(a) and σ(a) − 1: the first vanishes
// where D is sure that G(z) is fake, the second does not. Confusing the two is the most common mistake in GAN code.
func TestMinimaxSaturates(t *testing.T) {
	const sure = -10.0 // D(G(z)) = 4.5e-5
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		slope := func(o Objective) float64 {
			exec := MustNewExec(b, func(a *Node) *Node { return Gradient(o.Generator(a), a)[0] })
			return tensors.MustCopyFlatData[float64](exec.MustCall(column(sure))[0])[0]
		}
		require.InDelta(t, -sigmoid(sure), slope(Minimax), 1e-12)
		require.InDelta(t, sigmoid(sure)-1, slope(NonSaturating), 1e-12)
		require.InDelta(t, (3*(sigmoid(sure)-1)-0.5*sigmoid(sure))/4, slope(Blend(1, 3)), 1e-12)
	})
}

func TestObjectivesInNumbers(t *testing.T) {
	for _, c := range []struct {
		objective Objective
		d, g      float64
	}{
		{LeastSquares, ((1.0+4)/2 + (0.25+9)/2) / 2, (0.25 + 16) / 2 / 2},
		{Hinge, (0.0+2)/2 + (1.5+0)/2, 1.25},
		{Wasserstein, -1.25 - 0.5, 1.25},
	} {
		t.Run(c.objective.Name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				real, fake := column(2.0, -1), column(0.5, -3)
				require.InDelta(t, c.d, eval(t, b, c.objective.Discriminator, real, fake), 1e-12)
				require.InDelta(t, c.g, eval(t, b, func(_, f *Node) *Node { return c.objective.Generator(f) }, real, fake), 1e-12)
			})
		})
	}
}

// TestValueAtDStar: with p_g = p_data the best D is 1/2 everywhere, so V is −log 4.
func TestValueAtDStar(t *testing.T) {
	p := gaussian(grid, 1, 0.5)
	d := OptimalDiscriminator(p, p)
	logits := make([]float64, len(d))
	for i := range d {
		logits[i] = math.Log(d[i] / (1 - d[i]))
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		require.InDelta(t, -Log4, eval(t, b, Value, column(logits...), column(logits...)), 1e-6)
	})
	require.InDelta(t, -Log4, ValueOnGrid(d, p, p, dx), 1e-6)
}
