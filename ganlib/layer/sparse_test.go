package layer

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestSparse: of weights [100, 50] each column has exactly 40 that are not 0, they are N(0, 1) within four
// standard errors, no column has the rows of another, and every row is as likely.
func TestSparse(t *testing.T) {
	const nonzero, n = 40, 40 * 50
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			w, bias := initialised(t, b, dtype, func(scope *model.Scope) initializer.VariableInitializer {
				return Sparse(scope, nonzero)
			})
			require.Equal(t, make([]float64, 50), bias)
			var drawn, perRow []float64
			patterns := map[[100]bool]bool{}
			for column := range 50 {
				count, pattern := 0, [100]bool{}
				for row := range 100 {
					if v := w[row*50+column]; v != 0 {
						count, pattern[row], drawn = count+1, true, append(drawn, v)
					}
				}
				require.Equal(t, nonzero, count, "column %d", column)
				patterns[pattern] = true
			}
			require.Len(t, patterns, 50)
			mean, std := stat.MeanStdDev(drawn, nil)
			require.InDelta(t, 0, mean, 4/math.Sqrt(n))
			require.InDelta(t, 1, std, 4/math.Sqrt(2*n))
			for row := range 100 {
				count := 0.
				for column := range 50 {
					if w[row*50+column] != 0 {
						count++
					}
				}
				perRow = append(perRow, count)
			}
			// Binomial(50, .4): 20 on average with variance 12, here from 100 rows.
			require.InDelta(t, 12, stat.Variance(perRow, nil), 4*12*math.Sqrt(2./99))
		})
	}
}

func TestSparseRefused(t *testing.T) {
	for _, c := range []struct {
		nonzero int
		dims    []int
	}{{0, []int{4, 2}}, {5, []int{4, 2}}, {1, []int{4, 2, 2}}} {
		exec := model.MustNewExec1(gantest.Open(t, "go"), model.NewStore(), func(root *model.Scope, g *Graph) *Node {
			return Sparse(root, c.nonzero)(g, shapes.Make(dtypes.Float32, c.dims...))
		})
		_, err := exec.Call()
		require.ErrorContains(t, err, "want a matrix [in, out], and 1 to in of them")
	}
}
