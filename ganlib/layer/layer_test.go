package layer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

func random(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// TestMaxout compares with the definition in plain loops: unit u is the largest of pieces u·pieces … u·pieces+pieces−1.
func TestMaxout(t *testing.T) {
	const batch, in, units, pieces = 3, 4, 2, 5
	x, w, bias := random(batch*in, 1), random(in*units*pieces, 2), random(units*pieces, 3)
	want := make([]float64, batch*units)
	for n := range batch {
		for u := range units {
			for p := range pieces {
				col := u*pieces + p
				z := bias[col]
				for i := range in {
					z += x[n*in+i] * w[i*units*pieces+col]
				}
				if p == 0 || z > want[n*units+u] {
					want[n*units+u] = z
				}
			}
		}
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		_, err := store.Scope("/dense").CreateVariable("weights", tensors.FromFlatDataAndDimensions(w, in, units*pieces))
		require.NoError(t, err)
		_, err = store.Scope("/dense").CreateVariable("biases", tensors.FromFlatDataAndDimensions(bias, units*pieces))
		require.NoError(t, err)
		exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node { return Maxout(root, x, units, pieces) })
		got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, batch, in))
		require.Equal(t, []int{batch, units}, got.Shape().Dimensions)
		require.InDeltaSlice(t, want, tensors.MustCopyFlatData[float64](got), 1e-12)
		f := func(v *Node) *Node {
			p := gantest.Pieces(v, []int{batch, in}, []int{in, units * pieces}, []int{units * pieces})
			scope := model.NewStore().Scope("/dense")
			gantest.Variable(scope, "weights", p[1])
			gantest.Variable(scope, "biases", p[2])
			return ReduceAllSum(Exp(Maxout(scope.Store().RootScope(), p[0], units, pieces)))
		}
		at := slices.Concat(x, w, bias)
		gantest.CheckGradient(t, b, at, []int{len(at)}, 1e-7, f)
		gantest.CheckSecondOrder(t, b, at, []int{len(at)}, 1e-7, f)
	})
}
