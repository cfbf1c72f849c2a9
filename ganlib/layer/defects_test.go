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
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// The tests here are named after defects of GoMLX v0.28.16. Each checks that our layer is right in the very case that
// the framework gets wrong, so it fails without our workaround. It also checks that the framework is still wrong: when
// that part fails, GoMLX is fixed and our workaround can go.
const mended = "GoMLX is mended: its own operation can take the place of ours"

// gradientAt is the gradient of f at x, or the error of computing it.
func gradientAt(t *testing.T, b compute.Backend, x []float64, dims []int, f func(x *Node) *Node) ([]float64, error) {
	t.Helper()
	exec := MustNewExec(b, func(x *Node) *Node { return Gradient(f(x), x)[0] })
	defer exec.Finalize()
	got, err := exec.Call(tensors.FromFlatDataAndDimensions(x, dims...))
	if err != nil {
		return nil, err
	}
	return tensors.MustCopyFlatData[float64](got[0]), nil
}

// requireStillWrong: the framework's gradient fails, or differs from ours by more than rounding.
func requireStillWrong(t *testing.T, b compute.Backend, x []float64, dims []int, theirs, ours func(x *Node) *Node) {
	t.Helper()
	want, err := gradientAt(t, b, x, dims, ours)
	require.NoError(t, err)
	got, err := gradientAt(t, b, x, dims, theirs)
	if err != nil {
		return
	}
	worst := 0.0
	for i := range want {
		worst = max(worst, math.Abs(got[i]-want[i]))
	}
	require.Greater(t, worst, 1e-3, mended)
}

// weighted is a scalar to which every value of y contributes differently.
func weighted(y *Node) *Node {
	w := random(y.Shape().Size(), 99)
	return ReduceAllSum(Mul(Reshape(Const(y.Graph(), w), y.Shape().Dimensions...), y))
}

// TestFrameworkEvenKernelGradient: the gradient of graph.Convolve in its input is shifted by one pixel
// for every even kernel.
func TestFrameworkEvenKernelGradient(t *testing.T) {
	dims := []int{2, 6, 6, 2}
	x := random(2*6*6*2, 1)
	for _, k := range []int{2, 4} {
		kernel := func(x *Node) *Node { return Reshape(Const(x.Graph(), random(k*k*2*3, 2)), k, k, 2, 3) }
		ours := func(x *Node) *Node { return weighted(Conv2D(x, kernel(x), 2, Explicit(1, 1))) }
		theirs := func(x *Node) *Node {
			return weighted(Convolve(x, kernel(x)).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done())
		}
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			gantest.CheckGradient(t, b, x, dims, 1e-7, ours)
			requireStillWrong(t, b, x, dims, theirs, ours)
		})
	}
}

// TestFrameworkTransposedConvolution: there is none. The convolution with a dilated input would serve, but its gradient
// is wrong for even kernels.
func TestFrameworkTransposedConvolution(t *testing.T) {
	const k, stride = 4, 2
	dims := []int{2, 3, 3, 2}
	x, w := random(2*3*3*2, 1), random(k*k*3*2, 2)
	ours := func(x *Node) *Node {
		return weighted(ConvTranspose2D(x, Reshape(Const(x.Graph(), w), k, k, 3, 2), stride, Explicit(1, 1)))
	}
	theirs := func(x *Node) *Node {
		flipped := TransposeAllAxes(Reverse(Reshape(Const(x.Graph(), w), k, k, 3, 2), 0, 1), 0, 1, 3, 2)
		side := k - 1 - 1
		return weighted(Convolve(x, flipped).InputDilationPerAxis(stride, stride).
			PaddingPerDim([][2]int{{side, side}, {side, side}}).Done())
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec(b, func(x *Node) []*Node { return []*Node{ours(x), theirs(x)} })
		out := exec.MustCall(tensors.FromFlatDataAndDimensions(x, dims...))
		require.InDelta(t, tensors.ToScalar[float64](out[0]), tensors.ToScalar[float64](out[1]), 1e-10, "the same forward")
		gantest.CheckGradient(t, b, x, dims, 1e-7, ours)
		requireStillWrong(t, b, x, dims, theirs, ours)
	})
}

// TestFrameworkBatchNormGradient: layers/norm.BatchNorm cannot train on the Go backend by default. With the option that
// makes it run, its gradient treats the batch's mean and variance as constants.
func TestFrameworkBatchNormGradient(t *testing.T) {
	dims := []int{4, 2}
	x := random(8, 1)
	ours := func(x *Node) *Node {
		return weighted(normOf(BatchNorm{Epsilon: 1e-3}, true, dims)(Concatenate([]*Node{Reshape(x, -1), Const(x.Graph(), []float64{1, 1, 0, 0})}, 0)))
	}
	theirs := func(x *Node) *Node {
		scope := model.NewStore().RootScope()
		scope.SetTraining(x.Graph(), true)
		in := scope.In(norm.BatchNormalizationScopeName)
		gantest.Variable(in, "scale", Const(x.Graph(), []float64{1, 1}))
		for _, name := range []string{"offset", "mean", "variance", "avg_weight"} {
			gantest.Variable(in, name, Const(x.Graph(), []float64{0, 0}))
		}
		return weighted(norm.BatchNorm(scope.ResetVisited(), x, -1).UseBackendInference(false).Done())
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		gantest.CheckGradient(t, b, x, dims, 1e-7, ours)
		requireStillWrong(t, b, x, dims, theirs, ours)
	})
	t.Run("as it comes", func(t *testing.T) {
		exec := model.MustNewExec1(gantest.Open(t, "go"), model.NewStore(), func(root *model.Scope, g *Graph) *Node {
			root.SetTraining(g, true)
			return norm.BatchNorm(root, IotaFull(g, shapes.Make(dtypes.Float32, 4, 2)), -1).Done()
		})
		_, err := exec.Call()
		require.Error(t, err, mended)
	})
}

// TestFrameworkDenseSecondOrder: layers.Dense has no second derivative on the Go backend.
func TestFrameworkDenseSecondOrder(t *testing.T) {
	penalty := func(dense func(scope *model.Scope, x *Node) *Node) func(x *Node) *Node {
		return func(x *Node) *Node {
			scope := model.NewStore().Scope("/dense")
			gantest.Variable(scope, "weights", Reshape(Const(x.Graph(), random(6, 2)), 3, 2))
			gantest.Variable(scope, "biases", Const(x.Graph(), random(2, 3)))
			y := ReduceAllSum(Exp(dense(scope, x)))
			return ReduceAllSum(Square(Gradient(y, x)[0]))
		}
	}
	x, dims := random(6, 1), []int{2, 3}
	ours := penalty(func(scope *model.Scope, x *Node) *Node { return Dense(scope, x, 2, true) })
	gantest.Backends(t, func(t *testing.T, b compute.Backend) { gantest.CheckGradient(t, b, x, dims, 1e-7, ours) })
	_, err := gradientAt(t, gantest.Open(t, "go"), x, dims, penalty(func(scope *model.Scope, x *Node) *Node {
		return layers.Dense(scope.Store().RootScope(), x, true, 2)
	}))
	require.Error(t, err, mended)
}

// TestFrameworkNormalBFloat16: initializer.RandomNormalFn leaves bfloat16 weights at zero.
func TestFrameworkNormalBFloat16(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		ours, _ := initialised(t, b, dtypes.BFloat16, func(scope *model.Scope) initializer.VariableInitializer { return Normal(scope, .02) })
		require.NotContains(t, ours, 0.)
		theirs, _ := initialised(t, b, dtypes.BFloat16, func(scope *model.Scope) initializer.VariableInitializer {
			return initializer.RandomNormalFn(scope, .02)
		})
		require.Equal(t, make([]float64, len(theirs)), theirs, mended)
	})
}

// TestFrameworkNormalInfinity: XLA's normal is +Inf where its generator gives a zero, once in 2³²
// draws.
func TestFrameworkNormalInfinity(t *testing.T) {
	draw := func(init func(*model.Scope) initializer.VariableInitializer) []float32 {
		store := model.NewStore()
		gantest.SetStateOfInfinity(t, store)
		exec := model.MustNewExec1(gantest.Open(t, "xla:cpu"), store, func(root *model.Scope, g *Graph) *Node {
			return init(root)(g, shapes.Make(dtypes.Float32, 4, 4))
		})
		return tensors.MustCopyFlatData[float32](exec.MustCall())
	}
	theirs := draw(func(scope *model.Scope) initializer.VariableInitializer { return initializer.RandomNormalFn(scope, 1) })
	require.True(t, math.IsInf(float64(theirs[2]), 1), "%s, or XLA draws otherwise and another state has to be found", mended)
	ours := draw(func(scope *model.Scope) initializer.VariableInitializer { return Normal(scope, 1) })
	require.EqualValues(t, float32(6.7), ours[2])
	gamma := draw(func(scope *model.Scope) initializer.VariableInitializer { return BatchNorm{GammaStd: 1}.gamma(scope) })
	require.EqualValues(t, float32(7.7), gamma[2])
}
