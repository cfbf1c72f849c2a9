package layer

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestDense compares with the definition in plain loops.
func TestDense(t *testing.T) {
	const batch, in, units = 3, 4, 2
	x, w, b0 := random(batch*in, 1), random(in*units, 2), random(units, 3)
	for _, bias := range []bool{true, false} {
		want := make([]float64, batch*units)
		for n := range batch {
			for u := range units {
				if bias {
					want[n*units+u] = b0[u]
				}
				for i := range in {
					want[n*units+u] += x[n*in+i] * w[i*units+u]
				}
			}
		}
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			store := model.NewStore()
			_, err := store.CreateVariable("/weights", tensors.FromFlatDataAndDimensions(w, in, units))
			require.NoError(t, err)
			if bias {
				given(t, store.RootScope(), "biases", b0)
			}
			exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node { return Dense(root, x, units, bias) })
			got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, batch, in))
			require.InDeltaSlice(t, want, tensors.MustCopyFlatData[float64](got), 1e-12)
			require.Equal(t, bias, store.GetVariable("/biases") != nil)
		})
	}
}

// TestDenseGradients: in x, W and b, and of a gradient penalty through two layers.
func TestDenseGradients(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		f := func(v *Node) *Node {
			p := gantest.Pieces(v, []int{3, 4}, []int{4, 2}, []int{2}, []int{2, 1}, []int{1})
			store := model.NewStore()
			for i, name := range []string{"/1/weights", "/1/biases", "/2/weights", "/2/biases"} {
				scope, base := model.SplitPath(name)
				gantest.Variable(store.Scope(scope), base, p[1+i])
			}
			x := Tanh(Dense(store.Scope("/1"), p[0], 2, true))
			return ReduceAllSum(Exp(Dense(store.Scope("/2"), x, 1, true)))
		}
		at := random(12+8+2+2+1, 5)
		gantest.CheckGradient(t, b, at, []int{25}, 1e-7, f)
		gantest.CheckSecondOrder(t, b, at, []int{25}, 1e-7, f)
	})
}

// TestMasterWeights: for bfloat16 examples every layer keeps float32 weights, and steps of 2e-4 on weights of 1, which
// bfloat16 would round away, are kept.
func TestMasterWeights(t *testing.T) {
	layers := map[string]func(scope *model.Scope, x *Node) *Node{
		"dense":     func(scope *model.Scope, x *Node) *Node { return Dense(scope, Reshape(x, 2, -1), 3, true) },
		"maxout":    func(scope *model.Scope, x *Node) *Node { return Maxout(scope, Reshape(x, 2, -1), 3, 2) },
		"norm":      func(scope *model.Scope, x *Node) *Node { return BatchNorm{}.Forward(scope, x) },
		"conv":      Conv{Channels: 3, Kernel: 2, Stride: 2, Bias: true}.Forward,
		"transpose": ConvTranspose{Channels: 3, Kernel: 2, Stride: 2, Bias: true}.Forward,
	}
	for name, layer := range layers {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
					root.SetTraining(x.Graph(), true)
					y := layer(root.WithInitializer(initializer.One), ConvertDType(x, dtypes.BFloat16))
					require.Equal(t, dtypes.BFloat16, y.DType())
					loss := ReduceAllMean(ConvertDType(Square(y), dtypes.Float32))
					grads := root.BuildTrainableVariablesGradientsGraph(loss)
					i := 0
					for v := range root.IterVariables() {
						require.Equal(t, dtypes.Float32, v.Shape().DType, v.Path())
						if v.Trainable {
							require.Equal(t, dtypes.Float32, grads[i].DType(), v.Path())
							v.SetNodeValue(Sub(v.NodeValue(x.Graph()), MulScalar(Sign(grads[i]), 2e-4)))
							i++
						}
					}
					require.Len(t, grads, i)
					return loss
				})
				x := make([]float32, 2*4*4*2)
				for i, v := range random(len(x), 1) {
					x[i] = float32(v)
				}
				exec.MustCall(tensors.FromFlatDataAndDimensions(x, 2, 4, 4, 2))
				moved := 0
				for v := range store.IterVariables() {
					for _, w := range value(t, store, v.Path()) {
						if v.Trainable && v.Name() != "beta" {
							require.InDelta(t, 1, w, 2.1e-4, v.Path())
							if w != 1 {
								require.InDelta(t, 2e-4, max(w-1, 1-w), 1e-6, v.Path())
								moved++
							}
						}
					}
				}
				require.Positive(t, moved)
			})
		})
	}
}

// TestLeakyReLU: values and slopes left of, at and right of the kink.
func TestLeakyReLU(t *testing.T) {
	for _, dtype := range floats {
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			exec := MustNewExec(b, func(x *Node) []*Node {
				x = ConvertDType(x, dtype)
				y := LeakyReLU(x, .25)
				require.Equal(t, dtype, y.DType())
				dx := Gradient(ReduceAllSum(y), x)[0]
				return []*Node{ConvertDType(y, dtypes.Float64), ConvertDType(dx, dtypes.Float64)}
			})
			got := exec.MustCall([]float64{-8, -.5, 0, .5, 8})
			require.Equal(t, []float64{-2, -.125, 0, .5, 8}, tensors.MustCopyFlatData[float64](got[0]))
			require.Equal(t, []float64{.25, .25, .25, 1, 1}, tensors.MustCopyFlatData[float64](got[1]))
		})
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		f := func(x *Node) *Node { return ReduceAllSum(Exp(LeakyReLU(x, .2))) }
		gantest.CheckGradient(t, b, random(6, 4), []int{2, 3}, 1e-7, f)
		gantest.CheckSecondOrder(t, b, random(6, 4), []int{2, 3}, 1e-7, f)
	})
}

func TestDenseRefused(t *testing.T) {
	for _, c := range []struct {
		dims  []int
		units int
	}{{[]int{2, 3, 4}, 1}, {[]int{2, 3}, 0}} {
		exec := model.MustNewExec1(gantest.Open(t, "go"), model.NewStore(), func(root *model.Scope, g *Graph) *Node {
			return Dense(root, Ones(g, shapes.Make(dtypes.Float32, c.dims...)), c.units, true)
		})
		_, err := exec.Call()
		require.ErrorContains(t, err, "want x [batch, features] and at least 1 unit")
	}
}
