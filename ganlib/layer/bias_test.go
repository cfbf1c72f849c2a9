package layer

import (
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestUntiedBias: each value of an example has its own number, shared by all examples; all start at 0.
func TestUntiedBias(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		add := func() []float64 {
			exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
				return UntiedBias(root.WithInitializer(initializer.One), x)
			})
			return tensors.MustCopyFlatData[float64](exec.MustCall(tensors.FromFlatDataAndDimensions(x, 2, 1, 3, 2)))
		}
		require.Equal(t, x, add())
		require.NoError(t, store.GetVariable("/biases").SetValue(tensors.FromFlatDataAndDimensions([]float64{10, 20, 30, 40, 50, 60}, 1, 3, 2)))
		require.Equal(t, []float64{11, 22, 33, 44, 55, 66, 17, 28, 39, 50, 61, 72}, add())
		gantest.CheckGradient(t, b, random(18, 1), []int{18}, 1e-7, func(v *Node) *Node {
			p := gantest.Pieces(v, []int{2, 1, 3, 2}, []int{1, 3, 2})
			store := model.NewStore()
			gantest.Variable(store.RootScope(), "biases", p[1])
			return ReduceAllSum(Exp(UntiedBias(store.RootScope(), p[0])))
		})
	})
}
