package layer

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/internal/gantest"
)

// initialised draws weights [100, 50] and biases [50] as float64, from seed 1.
func initialised(t *testing.T, b compute.Backend, dtype dtypes.DType, init func(*model.Scope) initializer.VariableInitializer) (w, bias []float64) {
	t.Helper()
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	exec := model.MustNewExec2(b, store, func(root *model.Scope, g *Graph) (w, bias *Node) {
		w, bias = init(root)(g, shapes.Make(dtype, 100, 50)), init(root)(g, shapes.Make(dtype, 50))
		require.Equal(t, dtype, w.DType())
		return ConvertDType(w, dtypes.Float64), ConvertDType(bias, dtypes.Float64)
	})
	wt, bt := exec.MustCall2()
	return tensors.MustCopyFlatData[float64](wt), tensors.MustCopyFlatData[float64](bt)
}

var floats = []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.BFloat16}

// TestNormal checks the mean, deviation and kurtosis of 5000 weights for N(0, .02), within four standard errors each.
func TestNormal(t *testing.T) {
	const n, sigma = 5000, .02
	for _, dtype := range floats {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			normal := func(scope *model.Scope) initializer.VariableInitializer { return Normal(scope, sigma) }
			w, bias := initialised(t, b, dtype, normal)
			mean, std := stat.MeanStdDev(w, nil)
			require.InDelta(t, 0, mean, 4*sigma/math.Sqrt(n), dtype)
			require.InDelta(t, sigma, std, 4*sigma/math.Sqrt(2*n), dtype)
			require.InDelta(t, 0, stat.ExKurtosis(w, nil), 4*math.Sqrt(24./n), dtype)
			require.Equal(t, make([]float64, 50), bias)
			again, _ := initialised(t, b, dtype, normal)
			require.Equal(t, w, again, "the store's seed decides")
		})
	}
}

func TestUniform(t *testing.T) {
	for _, dtype := range floats {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			w, bias := initialised(t, b, dtype, func(scope *model.Scope) initializer.VariableInitializer {
				return Uniform(scope, .05)
			})
			requireUniform(t, w, .05)
			require.Equal(t, make([]float64, 50), bias)
		})
	}
}

// TestFanIn: with 100 inputs, U(−.1, .1) for weights and biases alike.
func TestFanIn(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		w, bias := initialised(t, b, dtypes.Float32, func(scope *model.Scope) initializer.VariableInitializer {
			return FanIn(scope, 100)
		})
		requireUniform(t, w, .1)
		requireUniform(t, append(bias, w...), .1)
		require.NotEqual(t, w[:50], bias)
		require.NotZero(t, bias[0])
	})
}

// requireUniform checks thousands of numbers for U(−a, a).
func requireUniform(t *testing.T, x []float64, a float64) {
	t.Helper()
	lowest, highest := x[0], x[0]
	for _, v := range x {
		lowest, highest = min(lowest, v), max(highest, v)
	}
	require.InDelta(t, -a, lowest, a/50)
	require.InDelta(t, a, highest, a/50)
	require.InDelta(t, 0, stat.Mean(x, nil), 4*a/math.Sqrt(3*float64(len(x))))
}
