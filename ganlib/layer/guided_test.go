package layer

import (
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// byHand is a network of two layers on x [3], small enough to go back through by hand:
//
//	a = W1·x, h = LeakyReLU(a), b = W2·h, o = LeakyReLU(b), y = v·o
//
// For x = (1, 2, −1): a = (3, −4, 2, 1), so units 1, 3 and 4 are open and h = (3, −.8, 2, 1). b = (3, −2.2, 4), so
// outputs 1 and 3 are open and o = (3, −.44, 4).
func byHand(x *Node) *Node {
	g := x.Graph()
	w1 := Const(g, [][]float64{{1, 1, 0}, {0, -1, 2}, {1, 0, -1}, {0, 1, 1}})
	w2 := Const(g, [][]float64{{1, 0, 1, -2}, {0, 1, -1, .6}, {1, 0, -1, 3}})
	h := LeakyReLU(Dot(w1, x).Product(), .2)
	o := LeakyReLU(Dot(w2, h).Product(), .2)
	return ReduceAllSum(Mul(o, Const(g, []float64{2, 5, -1})))
}

// TestGuided: back through byHand by hand.
//
//	at o: v = (2, 5, −1)
//	at b: plain (2, 1, −1), the second through the leak; guided (2, 0, 0): the second unit is closed, the third's
//	gradient negative
//	at h: plain W2ᵀ(2, 1, −1) = (1, 1, 2, −6.4); guided W2ᵀ(2, 0, 0) = (2, 0, 2, −4)
//	at a: plain (1, .2, 2, −6.4); guided (2, 0, 2, 0)
//	at x: plain W1ᵀ(1, .2, 2, −6.4) = (3, −5.6, −8); guided W1ᵀ(2, 0, 2, 0) = (4, 2, −2)
func TestGuided(t *testing.T) {
	x := []float64{1, 2, -1}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		gradient := func(guide bool) (y, dx []float64) {
			exec := MustNewExec(b, func(x *Node) (y, dx *Node) {
				if guide {
					Guide(x.Graph())
				}
				y = byHand(x)
				return y, Gradient(y, x)[0]
			})
			defer exec.Finalize()
			out := exec.MustCall(x)
			return tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
		}
		plainY, plain := gradient(false)
		guidedY, guided := gradient(true)
		require.InDeltaSlice(t, []float64{2*3 - 5*.44 - 4}, plainY, 1e-12)
		require.Equal(t, plainY, guidedY, "guidance changes nothing forward")
		require.InDeltaSlice(t, []float64{3, -5.6, -8}, plain, 1e-12)
		require.InDeltaSlice(t, []float64{4, 2, -2}, guided, 1e-12)
	})
}

// TestGuidedIsTheGradient where there is nothing to leave out: with positive inputs, weights and gradients the adjoint
// ⟨v, J·u⟩ = ⟨Jᵀ·v, u⟩ holds for guided backpropagation too, and Jᵀ·v is linear in v.
func TestGuidedIsTheGradient(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec(b, func(x, v *Node) (y, dx *Node) {
			Guide(x.Graph())
			w := Const(x.Graph(), [][]float64{{1, 2, .5}, {.25, 3, 1}})
			y = LeakyReLU(Dot(w, x).Product(), .2)
			return y, Gradient(ReduceAllSum(Mul(y, v)), x)[0]
		})
		defer exec.Finalize()
		x, v := []float64{1, 2, 3}, []float64{2, 4}
		out := exec.MustCall(x, v)
		y, dx := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
		inner := func(a, b []float64) (sum float64) {
			for i := range a {
				sum += a[i] * b[i]
			}
			return sum
		}
		require.InDelta(t, inner(v, y), inner(dx, x), 1e-12) // the layer is linear there: J·x = y
		twice := tensors.MustCopyFlatData[float64](exec.MustCall(x, []float64{4, 8})[1])
		require.InDeltaSlice(t, []float64{2 * dx[0], 2 * dx[1], 2 * dx[2]}, twice, 1e-12)
	})
}
