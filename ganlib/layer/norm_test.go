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

// given makes a variable of the scope with that value.
func given(t *testing.T, scope *model.Scope, name string, value any) {
	t.Helper()
	_, err := scope.CreateVariable(name, tensors.MustFromAnyValue(value))
	require.NoError(t, err)
}

// value is a variable's value, as float64.
func value(t *testing.T, store *model.Store, path string) []float64 {
	t.Helper()
	v := store.GetVariable(path)
	require.NotNil(t, v, path)
	if v.Shape().DType == dtypes.Float32 {
		var wide []float64
		for _, x := range tensors.MustCopyFlatData[float32](v.MustValue()) {
			wide = append(wide, float64(x))
		}
		return wide
	}
	return tensors.MustCopyFlatData[float64](v.MustValue())
}

// column is feature j of x [..., features].
func column(x []float64, features, j int) []float64 {
	var c []float64
	for i := j; i < len(x); i += features {
		c = append(c, x[i])
	}
	return c
}

// normalised is Algorithm 1 of Ioffe and Szegedy by hand. It also returns each feature's mean and
// unbiased variance.
func normalised(x, gamma, beta []float64, epsilon float64) (y, mean, unbiased []float64) {
	features, n := len(gamma), float64(len(x)/len(gamma))
	y = make([]float64, len(x))
	for j := range gamma {
		m, v := stat.MeanVariance(column(x, features, j), nil)
		mean, unbiased = append(mean, m), append(unbiased, v)
		for i := j; i < len(x); i += features {
			y[i] = gamma[j]*(x[i]-m)/math.Sqrt(v*(n-1)/n+epsilon) + beta[j]
		}
	}
	return y, mean, unbiased
}

// TestBatchNorm normalises two batches in one graph, separately, and then one outside training. It compares outputs,
// and the averages after two updates, with the definition.
func TestBatchNorm(t *testing.T) {
	gamma, beta := []float64{1.5, -2, .25}, []float64{.5, 0, -1}
	ones, zeros := []float64{1, 1, 1}, []float64{0, 0, 0}
	for _, c := range []struct {
		name              string
		norm              BatchNorm
		momentum, epsilon float64
		dims              []int
	}{
		{"zero value", BatchNorm{}, .1, 1e-5, []int{4, 3}},
		{"images", BatchNorm{Momentum: .3, Epsilon: .2}, .3, .2, []int{2, 3, 5, 3}},
		{"no affine", BatchNorm{Momentum: 1, Epsilon: 1e-8, NoAffine: true}, 1, 1e-8, []int{2, 4, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				ga, be := ones, zeros
				if !c.norm.NoAffine {
					ga, be = gamma, beta
					given(t, store.Scope("/norm"), "gamma", ga)
					given(t, store.Scope("/norm"), "beta", be)
				}
				size := shapes.Make(dtypes.Float64, c.dims...).Size()
				x1, x2 := random(size, 1), random(size, 2)
				batch := func(x []float64) *tensors.Tensor { return tensors.FromFlatDataAndDimensions(x, c.dims...) }
				train := model.MustNewExec2(b, store, func(root *model.Scope, x1, x2 *Node) (*Node, *Node) {
					root.SetTraining(x1.Graph(), true)
					return c.norm.Forward(root.At("norm"), x1), c.norm.Forward(root.At("norm"), x2)
				})
				y1, y2 := train.MustCall2(batch(x1), batch(x2))
				want1, mean1, var1 := normalised(x1, ga, be, c.epsilon)
				want2, mean2, var2 := normalised(x2, ga, be, c.epsilon)
				require.InDeltaSlice(t, want1, tensors.MustCopyFlatData[float64](y1), 1e-12)
				require.InDeltaSlice(t, want2, tensors.MustCopyFlatData[float64](y2), 1e-12)

				mean, variance := make([]float64, 3), make([]float64, 3)
				for j := range 3 {
					move := func(old, first, second float64) float64 {
						old += c.momentum * (first - old)
						return old + c.momentum*(second-old)
					}
					mean[j], variance[j] = move(0, mean1[j], mean2[j]), move(1, var1[j], var2[j])
				}
				require.InDeltaSlice(t, mean, value(t, store, "/norm/mean"), 1e-12)
				require.InDeltaSlice(t, variance, value(t, store, "/norm/variance"), 1e-12)

				use := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
					return c.norm.Forward(root.At("norm"), x)
				})
				got := tensors.MustCopyFlatData[float64](use.MustCall(batch(x1)))
				for i, x := range x1 {
					j := i % 3
					require.InDelta(t, ga[j]*(x-mean[j])/math.Sqrt(variance[j]+c.epsilon)+be[j], got[i], 1e-12)
				}
				require.InDeltaSlice(t, mean, value(t, store, "/norm/mean"), 1e-12, "used, not moved")
			})
		})
	}
}

// TestBatchNormGroups: each part of a batch is normalised as a batch of its own would be, which is not what the whole batch
// gives, and the averages move to the means over the parts. Gradients go through all of it.
func TestBatchNormGroups(t *testing.T) {
	const groups, part, momentum, epsilon = 3, 2 * 5 * 2, .3, .2
	gamma, beta, dims := []float64{1.5, -2}, []float64{.5, -1}, []int{6, 5, 2}
	x := random(groups*part, 1)
	for i := range x {
		x[i] += float64(i / part) // parts that differ
	}
	var want []float64
	mean, variance := []float64{0, 0}, []float64{1 - momentum, 1 - momentum}
	for g := range groups {
		y, m, v := normalised(x[g*part:(g+1)*part], gamma, beta, epsilon)
		want = append(want, y...)
		for j := range mean {
			mean[j], variance[j] = mean[j]+momentum*m[j]/groups, variance[j]+momentum*v[j]/groups
		}
	}
	whole, _, _ := normalised(x, gamma, beta, epsilon)
	require.Greater(t, math.Abs(whole[0]-want[0]), .1)
	norm := BatchNorm{Groups: groups, Momentum: momentum, Epsilon: epsilon}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		given(t, store.Scope("/norm"), "gamma", gamma)
		given(t, store.Scope("/norm"), "beta", beta)
		exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
			root.SetTraining(x.Graph(), true)
			return norm.Forward(root.At("norm"), x)
		})
		y := exec.MustCall(tensors.FromFlatDataAndDimensions(x, dims...))
		require.Equal(t, dims, y.Shape().Dimensions)
		require.InDeltaSlice(t, want, tensors.MustCopyFlatData[float64](y), 1e-12)
		require.InDeltaSlice(t, mean, value(t, store, "/norm/mean"), 1e-12)
		require.InDeltaSlice(t, variance, value(t, store, "/norm/variance"), 1e-12)
		at, w := random(groups*part+4, 2), random(groups*part, 3)
		gantest.CheckGradient(t, b, at, []int{len(at)}, 1e-7, func(v *Node) *Node {
			y := normOf(norm, true, dims)(v)
			return ReduceAllSum(Mul(Reshape(Const(v.Graph(), w), dims...), Exp(MulScalar(y, .5))))
		})
	})
}

// normOf is the layer as a function of x, γ and β, each a part of v, in training or not.
func normOf(n BatchNorm, training bool, dims []int) func(v *Node) (y *Node) {
	features := dims[len(dims)-1]
	return func(v *Node) *Node {
		store := model.NewStore()
		parts := gantest.Pieces(v, dims, []int{features}, []int{features})
		for i, name := range []string{"gamma", "beta", "mean", "variance"} {
			// Any averages will do, except 0 and 1, which would hide a mistake.
			part := Add(Square(parts[1]), OnesLike(parts[1]))
			if i < 2 {
				part = parts[1+i]
			}
			gantest.Variable(store.RootScope(), name, part)
		}
		store.SetTraining(v.Graph(), training)
		return n.Forward(store.RootScope(), parts[0])
	}
}

// TestBatchNormGradients compares the gradients in x, through the batch's mean and variance, in γ and in β, and those
// of a gradient penalty, with finite differences.
func TestBatchNormGradients(t *testing.T) {
	dims := []int{3, 2, 2, 2}
	at, w := random(24+4, 1), random(24, 2)
	for _, n := range []BatchNorm{{}, {Epsilon: .1}, {NoAffine: true}} {
		for _, training := range []bool{true, false} {
			f := func(v *Node) *Node {
				y := normOf(n, training, dims)(v)
				// Nothing symmetric: the mean square of y, for example, hardly depends on x.
				return ReduceAllSum(Mul(Reshape(Const(v.Graph(), w), dims...), Exp(MulScalar(y, .5))))
			}
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				gantest.CheckGradient(t, b, at, []int{28}, 1e-7, f)
				gantest.CheckSecondOrder(t, b, at, []int{28}, 1e-7, f)
			})
		}
	}
}

// TestBatchNormVariables: their names, which are trainable, and their initial values, not from the scope's initialiser.
func TestBatchNormVariables(t *testing.T) {
	const features = 5000
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		variables := func(n BatchNorm) (*model.Store, map[string]bool) {
			store := model.NewStore()
			require.NoError(t, store.SetRNGStateFromSeed(1))
			exec := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
				return n.Forward(root.WithInitializer(Normal(root, 7)), Zeros(g, shapes.Make(dtypes.Float32, 1, features)))
			})
			exec.MustCall()
			trainable := map[string]bool{}
			for v := range store.IterVariables() {
				trainable[v.Path()] = v.Trainable
			}
			delete(trainable, "/"+model.RNGStateVariableName)
			return store, trainable
		}
		all := map[string]bool{"/gamma": true, "/beta": true, "/mean": false, "/variance": false}
		store, got := variables(BatchNorm{})
		require.Equal(t, all, got)
		for name, want := range map[string]float64{"gamma": 1, "beta": 0, "mean": 0, "variance": 1} {
			for _, v := range value(t, store, "/"+name) {
				require.Equal(t, want, v, name)
			}
		}
		store, got = variables(BatchNorm{GammaStd: .02})
		require.Equal(t, all, got)
		mean, std := stat.MeanStdDev(value(t, store, "/gamma"), nil)
		require.InDelta(t, 1, mean, 4*.02/math.Sqrt(features))
		require.InDelta(t, .02, std, 4*.02/math.Sqrt(2*features))
		_, got = variables(BatchNorm{NoAffine: true})
		require.Equal(t, map[string]bool{"/mean": false, "/variance": false}, got)
	})
}

// TestBatchNormFarFromZero: a deviation of 1 around 1000. The one-pass variance, mean square less squared mean, would
// be off by 0.1 here in float32.
func TestBatchNormFarFromZero(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		const n = 4096
		x, exact := make([]float32, n), make([]float64, n)
		for i, v := range random(n, 1) {
			x[i] = float32(1000 + v)
			exact[i] = float64(x[i])
		}
		want, _, _ := normalised(exact, []float64{1}, []float64{0}, 1e-5)
		exec := model.MustNewExec1(b, model.NewStore(), func(root *model.Scope, x *Node) *Node {
			root.SetTraining(x.Graph(), true)
			return BatchNorm{}.Forward(root, x)
		})
		got := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(x, n, 1)))
		require.InDeltaSlice(t, want, got, 2e-3)
	})
}

// TestBatchNormBFloat16: 300 and 302 are neighbours in bfloat16, so their mean, 301, and deviation, 1,
// exist only in float32.
func TestBatchNormBFloat16(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		const n = 512
		x := make([]float32, n)
		for i := range x {
			x[i] = 300 + 2*float32(i%2)
		}
		store := model.NewStore()
		exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
			root.SetTraining(x.Graph(), true)
			y := BatchNorm{Momentum: 1}.Forward(root, ConvertDType(x, dtypes.BFloat16))
			require.Equal(t, dtypes.BFloat16, y.DType())
			return ConvertDType(y, dtypes.Float32)
		})
		y := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(x, n, 1)))
		for i := range y {
			require.InDelta(t, 2*(i%2)-1, y[i], 1e-2)
		}
		for v := range store.IterVariables() {
			require.Equal(t, dtypes.Float32, v.Shape().DType, v.Path())
		}
		require.InDelta(t, 301, value(t, store, "/mean")[0], 1e-4)
	})
}

func TestBatchNormRefused(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, c := range []struct {
		norm     BatchNorm
		training bool
		dims     []int
		want     string
	}{
		{BatchNorm{}, true, []int{1, 4, 4, 3}, "a batch of 1 example in training"},
		{BatchNorm{}, false, []int{1, 4, 4, 3}, ""},
		{BatchNorm{}, false, []int{3}, "want [batch, ..., features]"},
		{BatchNorm{Momentum: 1.1}, false, []int{2, 3}, "momentum is 1.1"},
		{BatchNorm{Momentum: math.NaN()}, false, []int{2, 3}, "momentum is NaN"},
		{BatchNorm{Epsilon: -1e-5}, false, []int{2, 3}, "epsilon is -1e-05"},
		{BatchNorm{GammaStd: -1}, false, []int{2, 3}, "standard deviation -1"},
		{BatchNorm{Groups: -1}, false, []int{2, 3}, "-1 groups"},
		{BatchNorm{Groups: 3}, true, []int{8, 3}, "3 groups of a batch of 8 examples"},
		{BatchNorm{Groups: 4}, true, []int{4, 3}, "4 groups of a batch of 4 examples"},
		{BatchNorm{Groups: 3}, false, []int{1, 3}, ""},
	} {
		exec := model.MustNewExec1(b, model.NewStore(), func(root *model.Scope, g *Graph) *Node {
			root.SetTraining(g, c.training)
			return c.norm.Forward(root.WithInitializer(initializer.One), Ones(g, shapes.Make(dtypes.Float32, c.dims...)))
		})
		if _, err := exec.Call(); c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}
