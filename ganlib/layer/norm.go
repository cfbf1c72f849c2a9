package layer

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// BatchNorm is batch normalisation (Ioffe and Szegedy, Batch Normalization, ICML 2015, Algorithms 1 and 2). Each
// feature of x, the last axis, is shifted and scaled to mean 0 and variance 1, then to the learned mean β and deviation
// γ. The zero value is PyTorch's layer.
//
// In training the mean and the (biased) variance are those of the batch, over all axes but the last, and gradients go
// through them. The batch is the call's: two calls in one graph, on real and on generated examples, are normalised
// separately. Each call also updates the moving averages that are used outside training, so several calls in a graph
// update them several times, as in PyTorch.
//
// GoMLX's own layer does not run on its Go backend by default. With the option that makes it run, its gradient ignores
// that the mean and variance depend on x.
type BatchNorm struct {
	// Momentum is the weight of the newest batch in the moving averages, in (0, 1]: average ← (1 − Momentum)·average +
	// Momentum·batch. 0 means 0.1. (In TensorFlow and Keras "momentum" is the weight of the old average.)
	Momentum float64
	// Epsilon is added to the variance, so that a constant feature is not divided by zero. 0 means 1e-5.
	Epsilon float64
	// Groups divides a training batch into that many equal parts of neighbours, each normalised by its own mean and
	// variance; the moving averages take the means over the parts. Hoffer et al. (NIPS 2017, arXiv:1705.08741) call it
	// ghost batch norm. With as many groups as devices it is the batch norm that each device computes on its own part. 0
	// means 1: the whole batch.
	Groups int
	// NoAffine leaves out γ and β.
	NoAffine bool
	// GammaStd draws the initial γ from N(1, GammaStd); 0 means ones. DCGAN's released code uses .02. The scope's
	// initialiser is not used: N(0, .02), right for DCGAN's weights, would make γ switch the layer's input off.
	GammaStd float64
}

// check returns an error for a layer that cannot be built.
func (n BatchNorm) check() error {
	switch {
	case !(n.Momentum >= 0 && n.Momentum <= 1):
		return fmt.Errorf("batch norm's momentum is %v: want more than 0 and at most 1, or 0 for 0.1", n.Momentum)
	case !(n.Epsilon >= 0):
		return fmt.Errorf("batch norm's epsilon is %v: want a positive number, or 0 for 1e-5", n.Epsilon)
	case n.Groups < 0:
		return fmt.Errorf("batch norm has %d groups: want at least 1, or 0 for 1", n.Groups)
	case !(n.GammaStd >= 0):
		return fmt.Errorf("batch norm's gamma has standard deviation %v: want at least 0", n.GammaStd)
	}
	return nil
}

// Forward normalises x [batch, ..., features]. Its variables, each [features], are the trainable "gamma" and "beta" and
// the moving averages "mean" and "variance". As in PyTorch, "variance" averages the unbiased variance, n/(n−1) times
// the one that normalises, where n is the number of values of a feature in the batch.
//
// Statistics, averages, γ and β are float32 when x is bfloat16. Forward panics if a training batch, or each group of it,
// has a single example, or if the groups do not divide it.
func (n BatchNorm) Forward(scope *model.Scope, x *Node) *Node {
	if err := n.check(); err != nil {
		Panicf("layer.BatchNorm: %v", err)
	}
	if x.Rank() < 2 {
		Panicf("layer.BatchNorm: x is %s: want [batch, ..., features]", x.Shape())
	}
	dtype, dims := x.DType(), x.Shape().Dimensions
	x = ConvertDType(x, masterDType(x))
	groups := 1
	if scope.IsTraining(x.Graph()) {
		groups = max(1, n.Groups)
		mustDivide(groups, x)
	}
	if groups > 1 {
		x = Reshape(x, slices.Concat([]int{groups, dims[0] / groups}, dims[1:])...)
	}
	mean, variance := n.statistics(scope, x, groups)
	learned := func(name string, initial initializer.VariableInitializer) *Node {
		return ExpandLeftToRank(variable(scope.WithInitializer(initial), name, x, dims[len(dims)-1]), mean.Rank())
	}
	scale := Reciprocal(Sqrt(AddScalar(variance, orDefault(n.Epsilon, 1e-5))))
	var shift *Node
	if n.NoAffine {
		shift = Neg(Mul(mean, scale))
	} else {
		scale = Mul(scale, learned("gamma", n.gamma(scope)))
		shift = Sub(learned("beta", initializer.Zero), Mul(mean, scale))
	}
	x = Add(Mul(x, perFeature(scale, x)), perFeature(shift, x))
	if groups > 1 {
		x = Reshape(x, dims...)
	}
	return ConvertDType(x, dtype)
}

// mustDivide panics unless a training batch x divides into groups of at least two examples.
func mustDivide(groups int, x *Node) {
	m := x.Shape().Dimensions[0]
	switch {
	case m < 2:
		Panicf("layer.BatchNorm: a batch of %d example in training (x is %s): its variance says nothing, want at least 2", m, x.Shape())
	case m%groups != 0 || m/groups < 2:
		Panicf("layer.BatchNorm: %d groups of a batch of %d examples (x is %s): want a divisor that leaves at least 2 in each", groups, m, x.Shape())
	}
}

// gamma draws γ from N(1, GammaStd).
func (n BatchNorm) gamma(scope *model.Scope) initializer.VariableInitializer {
	if n.GammaStd == 0 {
		return initializer.One
	}
	return func(g *Graph, shape shapes.Shape) *Node {
		return AddScalar(MulScalar(StandardNormal(scope, g, shape), n.GammaStd), 1)
	}
}

// statistics are the mean and variance that normalise x: in training those of the batch, [features] or, where x is
// [groups, batch/groups, ..., features], [groups, features]. They also update the moving averages. Otherwise they are
// the averages [features].
func (n BatchNorm) statistics(scope *model.Scope, x *Node, groups int) (mean, variance *Node) {
	g, features := x.Graph(), x.Shape().Dimensions[x.Rank()-1]
	average := func(name string, initial initializer.VariableInitializer) *model.Variable {
		shape := shapes.Make(x.DType(), features)
		return scope.WithInitializer(initial).VariableWithShape(name, shape).SetTrainable(false)
	}
	meanAverage, varianceAverage := average("mean", initializer.Zero), average("variance", initializer.One)
	if !scope.IsTraining(g) {
		return meanAverage.NodeValue(g), varianceAverage.NodeValue(g)
	}
	mean, variance = moments(x, groups > 1)
	momentum := orDefault(n.Momentum, 0.1)
	move := func(average *model.Variable, batch *Node) {
		if groups > 1 {
			batch = ReduceMean(batch, 0)
		}
		old := average.NodeValue(g)
		average.SetNodeValue(Add(MulScalar(old, 1-momentum), MulScalar(StopGradient(batch), momentum)))
	}
	count := float64(x.Shape().Size() / features / groups)
	move(meanAverage, mean)
	move(varianceAverage, MulScalar(variance, count/(count-1)))
	return mean, variance
}

// moments are the mean and the biased variance of x over all axes but the last, and but the first if x is in groups.
//
// The variance is E[(x−c)²] − (E[x]−c)², which holds for every constant c. With c the mean it is as exact as two passes
// over x. No derivative goes back through c, which saves the backward pass a sum over all of x. Forward and backward
// then take about half the time on XLA's CPU, and three quarters on the Go backend, of the variance through the mean
// (BenchmarkBatchNorm). Sums as products with a vector of ones, and a handwritten gradient, were slower on both.
func moments(x *Node, grouped bool) (mean, variance *Node) {
	var axes []int
	for i := range x.Rank() - 1 {
		if i > 0 || !grouped {
			axes = append(axes, i)
		}
	}
	mean = ReduceMean(x, axes...)
	c := StopGradient(mean)
	return mean, Sub(ReduceMean(Square(Sub(x, perFeature(c, x))), axes...), Square(Sub(mean, c)))
}

// perFeature gives v [features] or [groups, features] the rank of x, to be broadcast along the axes between.
func perFeature(v, x *Node) *Node {
	dims := slices.Repeat([]int{1}, x.Rank())
	copy(dims, v.Shape().Dimensions[:v.Rank()-1])
	dims[x.Rank()-1] = -1
	return Reshape(v, dims...)
}

// orDefault is v, or the default if v is 0.
func orDefault(v, standard float64) float64 {
	if v == 0 {
		return standard
	}
	return v
}
