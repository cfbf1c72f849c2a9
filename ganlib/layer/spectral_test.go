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
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gans-in-go/gans/internal/gantest"
)

// singular is the largest singular value of rows of the given number of columns.
func singular(t *testing.T, w []float64, columns int) float64 {
	var svd mat.SVD
	require.True(t, svd.Factorize(mat.NewDense(len(w)/columns, columns, w), mat.SVDNone))
	return svd.Values(nil)[0]
}

// TestSpectralNorm: after enough passes a layer uses its weights divided by the largest singular value of gonum's SVD,
// and so has σ = 1. Outside training the vector stays.
func TestSpectralNorm(t *testing.T) {
	image := shapes.Make(dtypes.Float64, 2, 5, 5, 3)
	for name, c := range map[string]struct {
		input shapes.Shape
		layer func(scope *model.Scope, x *Node) *Node
		path  string
		dims  []int // of the weights
		out   int   // their axis of output channels
	}{
		"dense": {shapes.Make(dtypes.Float64, 2, 6), func(s *model.Scope, x *Node) *Node { return Dense(s, x, 4, false) }, "/net/weights", []int{6, 4}, 1},
		"conv": {image, Conv{Channels: 4, Kernel: 3, Stride: 2, Padding: SameTorch}.Forward, "/net/weights",
			[]int{3, 3, 3, 4}, 3},
		"transposed": {image, ConvTranspose{Channels: 4, Kernel: 3, Stride: 2, Padding: SameTorch}.Forward, "/net/weights",
			[]int{3, 3, 4, 3}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				require.NoError(t, store.SetRNGStateFromSeed(3))
				x := random(c.input.Size(), 5)
				run := func(training, normalised bool, passes int) (got []float64) {
					exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
						root.SetTraining(x.Graph(), training)
						net := root.At("net")
						if normalised {
							net = WithSpectralNorm(net, x.Graph())
						}
						return c.layer(net.WithInitializer(Normal(net, .5)), x)
					})
					defer exec.Finalize()
					for range passes {
						got = tensors.MustCopyFlatData[float64](exec.MustCall(tensors.FromFlatDataAndDimensions(x, c.input.Dimensions...)))
					}
					return got
				}
				plain := run(true, false, 1)
				require.Nil(t, store.GetVariable("/net/u"), "nobody asked")
				got := run(true, true, 60)
				sigma := singular(t, flattened(store.GetVariable(c.path).MustValue(), c.dims, c.out), c.dims[c.out])
				for i := range plain {
					require.InDelta(t, plain[i]/sigma, got[i], 1e-7*math.Abs(plain[i])+1e-12)
				}
				u := tensors.MustCopyFlatData[float64](store.GetVariable("/net/u").MustValue())
				require.False(t, store.GetVariable("/net/u").Trainable)
				require.InDeltaSlice(t, got, run(false, true, 2), 1e-7)
				require.Equal(t, u, tensors.MustCopyFlatData[float64](store.GetVariable("/net/u").MustValue()))
			})
		})
	}
}

// flattened is a kernel as rows of its output channels.
func flattened(w *tensors.Tensor, dims []int, out int) []float64 {
	values := tensors.MustCopyFlatData[float64](w)
	if out == len(dims)-1 {
		return values
	}
	rows := make([]float64, 0, len(values)) // the last two axes change places
	channels, in := dims[out], dims[out+1]
	for block := 0; block < len(values); block += channels * in {
		for i := range in {
			for c := range channels {
				rows = append(rows, values[block+c*in+i])
			}
		}
	}
	return rows
}

// TestSpectralNormGradient: the gradient in the weights goes through σ, whose vectors are fixed. If they are the
// singular vectors it equals finite differences: to first order σ does not depend on them.
func TestSpectralNormGradient(t *testing.T) {
	const in, out = 6, 4
	x := random(2*in+in*out, 6)
	var svd mat.SVD
	require.True(t, svd.Factorize(mat.NewDense(in, out, x[2*in:]), mat.SVDThin))
	var v mat.Dense
	svd.VTo(&v)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		gantest.CheckGradient(t, b, x, []int{len(x)}, 1e-6, func(x *Node) *Node {
			p := gantest.Pieces(x, []int{2, in}, []int{in, out})
			scope := model.NewStore().RootScope()
			gantest.Variable(scope, "weights", p[1])
			gantest.Variable(scope, "u", Const(x.Graph(), mat.Col(nil, 0, &v)))
			return ReduceAllSum(Square(Dense(WithSpectralNorm(scope, x.Graph()), p[0], out, false)))
		})
	})
}

// TestMinibatchStd compares with the formula as a Go loop, and checks first and second derivatives.
func TestMinibatchStd(t *testing.T) {
	const batch, features = 4, 3
	x := random(batch*features, 7)
	mean := 0.0
	for f := range features {
		sum, squares := 0.0, 0.0
		for i := range batch {
			v := x[i*features+f]
			sum, squares = sum+v, squares+v*v
		}
		mean += math.Sqrt(squares/batch-sum/batch*sum/batch+1e-8) / features
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec1(b, MinibatchStd)
		got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, batch, features))
		require.Equal(t, []int{batch, features + 1}, got.Shape().Dimensions)
		for i, v := range tensors.MustCopyFlatData[float64](got) {
			if at := i % (features + 1); at < features {
				require.Equal(t, x[i/(features+1)*features+at], v)
			} else {
				require.InDelta(t, mean, v, 1e-12)
			}
		}
		image := exec.MustCall(tensors.FromFlatDataAndDimensions(x, 2, 2, 1, 3))
		require.Equal(t, []int{2, 2, 1, 4}, image.Shape().Dimensions)
		square := func(x *Node) *Node { return ReduceAllSum(Square(MinibatchStd(x))) }
		gantest.CheckGradient(t, b, x, []int{batch, features}, 1e-7, square)
		gantest.CheckSecondOrder(t, b, x, []int{batch, features}, 1e-6, square)
	})
}
