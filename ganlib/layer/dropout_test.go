package layer

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestDropout checks that GoMLX's own dropout is what a GAN needs, so there is none here: it keeps each number with
// probability 1 − rate and scales it by 1/(1 − rate), draws anew at every call, is off outside training, and has
// derivatives of the first and second order.
func TestDropout(t *testing.T) {
	const n, rate = 4000, .25
	for _, dtype := range floats {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			store := model.NewStore()
			require.NoError(t, store.SetRNGStateFromSeed(1))
			run := func(training bool) [][]float64 {
				exec := model.MustNewExec(b, store, func(root *model.Scope, g *Graph) []*Node {
					root.SetTraining(g, training)
					x := MulScalar(Ones(g, shapes.Make(dtype, n)), 2)
					first, second := layers.DropoutStatic(root, x, rate), layers.DropoutStatic(root, x, rate)
					grad := Gradient(ReduceAllSum(Mul(Square(first), first)), x)[0] // 3·first²·m, where first = m·x
					twice := Gradient(ReduceAllSum(grad), x)[0]                     // 6·first·m²
					out := []*Node{first, second, grad, twice}
					for i := range out {
						require.Equal(t, dtype, out[i].DType())
						out[i] = ConvertDType(out[i], dtypes.Float64)
					}
					return out
				})
				var results [][]float64
				for _, r := range exec.MustCall() {
					results = append(results, tensors.MustCopyFlatData[float64](r))
				}
				return results
			}
			train := run(true)
			first, second := train[0], train[1]
			require.NotEqual(t, first, second, "two calls in one graph")
			require.NotEqual(t, first, run(true)[0], "two runs of one graph")
			kept := 0.
			relative := map[dtypes.DType]float64{dtypes.Float32: 1e-6, dtypes.Float64: 1e-6, dtypes.BFloat16: .03}[dtype]
			for i, y := range first {
				m := 0.
				if y != 0 {
					m = 1 / (1 - rate)
					kept++
				}
				require.InDelta(t, 2*m, y, 2*m*relative)
				require.InDelta(t, 3*y*y*m, train[2][i], 3*y*y*m*relative)
				require.InDelta(t, 6*y*m*m, train[3][i], 6*y*m*m*relative)
			}
			require.InDelta(t, 1-rate, kept/n, 4*math.Sqrt(rate*(1-rate)/n))
			off := run(false)
			for i := range n {
				require.Equal(t, 2., off[0][i])
			}
		})
	}
}
