package ganlib

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestFrameworkNormalInfinity: Gaussian noise stays finite where XLA's normal is +Inf, once in 2³² draws. Other defects
// of the framework that would affect this package: TestKeptExecutorSeesNewWeights, TestAlgorithm1IsAlgorithm1 and
// TestAdamPlaysBothSides fail without live or detach.
func TestFrameworkNormalInfinity(t *testing.T) {
	store := model.NewStore()
	gantest.SetStateOfInfinity(t, store)
	exec := model.MustNewExec1(gantest.Open(t, "xla:cpu"), store, func(root *model.Scope, g *Graph) *Node {
		return Prior{Gaussian, 16}.Sample(root, g, dtypes.Float32, 1)
	})
	z := tensors.MustCopyFlatData[float32](exec.MustCall())
	require.EqualValues(t, float32(6.7), z[2], "the largest draw, or XLA draws otherwise and another state has to be found")
}
