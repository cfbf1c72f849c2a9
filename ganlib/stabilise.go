package ganlib

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// InstanceNoise is Gaussian noise on all that D sees, real and generated, in both players' steps, whose
// standard deviation falls linearly from Std to 0 over so many iterations (Sønderby et al. 2017,
// arXiv:1610.04490; Arjovsky and Bottou 2017, arXiv:1701.04862). Two distributions that share no point
// overlap once they are blurred, and D's gradient then tells G where to go. The zero value is none.
type InstanceNoise struct {
	// Std is the standard deviation at the start, in the units of the data.
	Std float64 `json:"std"`
	// Steps is the number of iterations after which the noise is gone, at least 1.
	Steps int `json:"steps"`
}

// Validate reports noise that cannot be drawn.
func (n InstanceNoise) Validate() error {
	switch {
	case n == InstanceNoise{}:
		return nil
	case !(n.Std > 0 && n.Std <= math.MaxFloat32):
		return fmt.Errorf("instance_noise has std %v: want a positive number, such as .1", n.Std)
	case n.Steps < 1:
		return fmt.Errorf("instance_noise has %d steps: want the iterations over which it falls to 0, at least 1", n.Steps)
	}
	return nil
}

// Penalty is what D pays, beside its loss, for the size of its gradient in its input. The zero value is none.
type Penalty struct {
	// Kind is WGANGP or R1.
	Kind string `json:"kind"`
	// Weight is λ or γ below.
	Weight float64 `json:"weight"`
}

const (
	// WGANGP is λ·E[(‖∇D(x̂)‖ − 1)²] with x̂ = εx + (1 − ε)G(z), ε uniform on (0, 1) for each pair (Gulrajani
	// et al. 2017, arXiv:1704.00028, equation 3, where λ is 10), for D's raw output. It pulls D to slope 1
	// between the data and the samples: made for the Wasserstein objective, it steadies others too (Fedus et
	// al. 2018, arXiv:1710.08446).
	WGANGP = "wgan-gp"
	// R1 is γ/2·E[‖∇D(x)‖²] on real data (Mescheder et al. 2018, arXiv:1801.04406, equation 9, where γ is 10),
	// for D's raw output. With it the game converges near its end, where without it turns in circles.
	R1 = "r1"
)

// Validate reports a penalty that cannot be taken.
func (p Penalty) Validate() error {
	switch {
	case p == Penalty{}:
		return nil
	case p.Kind != WGANGP && p.Kind != R1:
		return fmt.Errorf("penalty %q is unknown: want %q or %q", p.Kind, WGANGP, R1)
	case !(p.Weight > 0 && p.Weight <= math.MaxFloat32):
		return fmt.Errorf("penalty %q has weight %v: want a positive number, such as 10", p.Kind, p.Weight)
	}
	return nil
}

// hasLabels lists the objectives whose D is told 1 for real and 0 for fake, and so can be told 1 − s.
var hasLabels = []string{Minimax.Name, NonSaturating.Name, blend, LeastSquares.Name}

// validateStabilisers reports stabilisers that make no sense, by the names of package gans's configuration.
func (a *Algorithm1) validateStabilisers() error {
	for _, share := range []struct {
		key   string
		value float64
	}{{"flip_real", a.FlipReal}, {"flip_fake", a.FlipFake}, {"smooth_real", a.SmoothReal}, {"average_g", a.AverageG}} {
		if !(share.value >= 0 && share.value < 1) {
			return fmt.Errorf("%s is %v: want a share of at least 0 and less than 1", share.key, share.value)
		}
		if share.key[:5] == "flip_" && share.value > 0 && a.Objective.Name == LeastSquares.Name {
			// Its labels are 0 and 1 on D's raw output, where −output is no other label.
			return fmt.Errorf("%s is %v with objective %q: want another objective, or 0", share.key, share.value, a.Objective.Name)
		}
	}
	if a.SmoothReal > 0 && !slices.Contains(hasLabels, a.Objective.Name) {
		return fmt.Errorf("smooth_real is %v with objective %q, which has no labels: want one of %q, or 0", a.SmoothReal, a.Objective.Name, hasLabels)
	}
	if err := a.InstanceNoise.Validate(); err != nil {
		return err
	}
	return a.Penalty.Validate()
}

// plain is the same game without what changes D's loss or what D sees.
func (a *Algorithm1) plain() *Algorithm1 {
	p := *a
	p.FlipReal, p.FlipFake, p.SmoothReal, p.InstanceNoise, p.Penalty = 0, 0, 0, InstanceNoise{}, Penalty{}
	return &p
}

// labelled is D's loss for its logits [m, 1], under labels that are flipped and smoothed as the game says.
func (a *Algorithm1) labelled(scope *model.Scope, real, fake *Node) *Node {
	asked, flipped := flip(scope, real, a.FlipReal)
	if a.SmoothReal > 0 && a.Objective.Name == LeastSquares.Name {
		asked = AddScalar(asked, a.SmoothReal) // (1 − s − D)² is (1 − (D + s))²
	}
	fake, _ = flip(scope, fake, a.FlipFake)
	loss := a.Objective.Discriminator(asked, fake)
	if a.SmoothReal > 0 && a.Objective.Name != LeastSquares.Name {
		// −(1−s)·log D − s·log(1−D) is −log D + s·logit. An example that is called fake keeps label 0.
		if flipped != nil {
			real = Where(flipped, ZerosLike(real), real)
		}
		loss = Add(loss, MulScalar(ReduceAllMean(real), a.SmoothReal))
	}
	return loss
}

// flip gives a share of the logits [m, 1], drawn afresh, the other sign, which calls those examples the other
// name: 1 − σ(l) = σ(−l). It also tells which, or nil for none.
func flip(scope *model.Scope, logits *Node, share float64) (asked, flipped *Node) {
	if share == 0 {
		return logits, nil
	}
	p := Scalar(logits.Graph(), dtypes.Float32, share)
	flipped = scope.RandomBernoulli(p, shapes.Make(dtypes.Bool, logits.Shape().Dimensions...))
	return Where(flipped, Neg(logits), logits), flipped
}

// blur is x [m, ...] under the instance noise of this iteration.
func (a *Algorithm1) blur(scope *model.Scope, it *iteration, x *Node) *Node {
	if a.InstanceNoise.Std == 0 {
		return x
	}
	if it.step == nil { // later the learning rules have counted on
		it.step = optimizer.GetGlobalStepVar(scope).NodeValue(x.Graph())
	}
	done := DivScalar(ConvertDType(it.step, x.DType()), float64(a.InstanceNoise.Steps))
	std := MulScalar(MaxScalar(OneMinus(done), 0), a.InstanceNoise.Std)
	return Add(x, Mul(layer.StandardNormal(scope, x.Graph(), x.Shape()), std))
}

// penalty is what D pays for its gradient on x and gz [m, ...], of which x has been judged.
func (a *Algorithm1) penalty(scope *model.Scope, it *iteration, x, gz *Node) *Node {
	if a.Penalty.Kind == R1 {
		return MulScalar(ReduceAllMean(squaredNorms(it.real, x)), a.Penalty.Weight/2)
	}
	dims := slices.Repeat([]int{1}, x.Rank())
	dims[0] = it.m
	epsilon := scope.RandomUniform(x.Graph(), shapes.Make(x.DType(), dims...))
	between := Add(Mul(epsilon, x), Mul(OneMinus(epsilon), gz))
	squares := squaredNorms(a.Discriminate(scope, between, it.labels), between)
	// The root has no derivative at 0, where a rectified D can be flat; there the penalty is constant.
	norms := Sqrt(MaxScalar(squares, 1e-12))
	return MulScalar(ReduceAllMean(Square(AddScalar(norms, -1))), a.Penalty.Weight)
}

// squaredNorms are ‖∇D‖² [m] of each example x [m, ...], from its logit [m, 1].
func squaredNorms(logits, x *Node) *Node {
	gradient := Gradient(ReduceAllSum(logits), x)[0]
	return ReduceSum(Square(Reshape(gradient, x.Shape().Dimensions[0], -1)), 1)
}

// average moves the average of G's variables, those of batch norm among them, after an update:
// average ← AverageG·average + (1 − AverageG)·now. The first update of a run, which step tells, copies.
func (a *Algorithm1) average(root *model.Scope, it *iteration, step *Node) {
	if a.AverageG == 0 {
		return
	}
	first := Equal(step, ZerosLike(step))
	for _, v := range it.gVariables {
		average := root.Store().Scope(model.JoinPath("/"+AverageScope, v.Scope())).WithInitializer(initializer.Zero).
			VariableWithShape(v.Name(), v.Shape()).SetTrainable(false)
		now := v.NodeValue(step.Graph())
		moved := Add(MulScalar(average.NodeValue(step.Graph()), a.AverageG), MulScalar(now, 1-a.AverageG))
		average.SetNodeValue(Where(first, now, moved))
	}
}

// GenerateAverage builds G(z|y) with the averages of its weights in place of the weights, as Generate does; it
// is Generate in a game that keeps none (AverageG is 0) or has not begun. It is for use outside training.
func (a *Algorithm1) GenerateAverage(root *model.Scope, z, y *Node) *Node {
	averaged := root.At(AverageScope)
	if a.AverageG == 0 || averaged.NumVariables() == 0 {
		return a.Generate(root, z, y)
	}
	if root.IsTraining(z.Graph()) {
		Panicf("ganlib.GenerateAverage: a graph in training: averages are not trained")
	}
	return a.Generate(averaged, z, y)
}

// networkVariables are those of a player's network that a graph uses, which must hold no learning rule yet:
// weights, and the averages and vectors that no rule trains.
func networkVariables(player *model.Scope, g *Graph) []*model.Variable {
	var variables []*model.Variable
	for v := range player.IterVariables() {
		if v.InUseByGraph(g) && v.DType().IsFloat() {
			variables = append(variables, v)
		}
	}
	return variables
}

// normOf is the Euclidean norm of variables as they are in the graph now, in the given type.
func normOf(variables []*model.Variable, g *Graph, dtype dtypes.DType) *Node {
	nodes := make([]*Node, len(variables))
	for i, v := range variables {
		nodes[i] = ConvertDType(v.NodeValue(g), dtype)
	}
	return norm(nodes)
}

// share is the part of the logits for which the condition, 0 or 1, holds, in [0, 1].
func share(condition, logits *Node) *Node {
	return ReduceAllMean(ConvertDType(condition, logits.DType()))
}
