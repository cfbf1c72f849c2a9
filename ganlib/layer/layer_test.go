package layer

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
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

// TestMaxout compares with the definition in plain loops: unit u is the largest of pieces
// u·pieces … u·pieces+pieces−1.
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
		gantest.CheckGradient(t, b, w, []int{in, units * pieces}, 1e-7, func(w *Node) *Node {
			z := Dot(Const(w.Graph(), [][]float64{x[:in], x[in : 2*in]}), w).Product()
			return ReduceAllSum(Square(ReduceMax(Reshape(z, -1, units, pieces), -1)))
		})
	})
}

func TestUniform(t *testing.T) {
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.BFloat16} {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			store := model.NewStore()
			require.NoError(t, store.SetRNGStateFromSeed(1))
			exec := model.MustNewExec2(b, store, func(root *model.Scope, g *Graph) (w, bias *Node) {
				init := Uniform(root, .05)
				w = init(g, shapes.Make(dtype, 100, 50))
				return ConvertDType(w, dtypes.Float64), ConvertDType(init(g, shapes.Make(dtype, 50)), dtypes.Float64)
			})
			w, bias := exec.MustCall2()
			lowest, highest, sum := 1.0, -1.0, 0.0
			for _, v := range tensors.MustCopyFlatData[float64](w) {
				lowest, highest, sum = min(lowest, v), max(highest, v), sum+v
			}
			require.InDelta(t, -.05, lowest, 1e-3, dtype)
			require.InDelta(t, .05, highest, 1e-3, dtype)
			require.InDelta(t, 0, sum/5000, 2e-3, dtype)
			require.Equal(t, make([]float64, 50), tensors.MustCopyFlatData[float64](bias))
		})
	}
}
