package ganlib

import (
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// InstanceNoise is Gaussian noise on all that D sees, real and generated, in both players' steps, whose
// standard deviation falls linearly from Std to 0 over Steps iterations (Sønderby et al. 2017,
// arXiv:1610.04490; Arjovsky and Bottou 2017, arXiv:1701.04862). Two distributions that share no point
// overlap once they are blurred, and D's gradient then tells G where to go. The zero value is no noise.
type InstanceNoise struct {
	// Std is the standard deviation at the start, in the units of the data.
	Std float64 `json:"std"`
	// Steps is the number of iterations after which the noise is gone, at least 1.
	Steps int `json:"steps"`
}

// Validate refuses noise that cannot be drawn.
func (n InstanceNoise) Validate() error {
	switch {
	case n == InstanceNoise{}:
		return nil
	case !(n.Std > 0 && n.Std <= math.MaxFloat32):
		return invalid.Value("std", n.Std, "a positive number, such as .1")
	case n.Steps < 1:
		return invalid.Value("steps", n.Steps, "the iterations over which the noise falls to 0, at least 1")
	}
	return nil
}

// Penalty is what D pays, beside its loss, for the size of its gradient in its input. The zero value is no penalty.
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

// Validate refuses a penalty that cannot be taken.
func (p Penalty) Validate() error {
	switch {
	case p == Penalty{}:
		return nil
	case p.Kind != WGANGP && p.Kind != R1:
		return invalid.Value("kind", p.Kind, "%q or %q", WGANGP, R1)
	case !(p.Weight > 0 && p.Weight <= math.MaxFloat32):
		return invalid.Value("weight", p.Weight, "a positive number, such as 10")
	}
	return nil
}

// Stabilisers change something about the game that makes it steadier. All are off unless asked for. Their keys are
// those of a configuration's JSON.
// Deck equation flipped-labels.
type Stabilisers struct {
	// FlipReal is the fraction of real examples that D's loss calls fake, drawn afresh each step, in [0, 1): a handicap
	// for a D that wins too easily, from MathWorks' example. FlipFake is the fraction of generated examples that it
	// calls real. What is recorded of D ignores both.
	FlipReal float64 `json:"flip_real,omitempty"`
	FlipFake float64 `json:"flip_fake,omitempty"`
	// SmoothReal is s where D is told 1 − s of real examples in place of 1: one-sided label smoothing (Salimans et al.
	// 2016, arXiv:1606.03498, section 3.4), which keeps D from being too sure. Generated examples keep their 0.
	SmoothReal float64 `json:"smooth_real,omitempty"`
	// InstanceNoise blurs all that D sees, less and less.
	InstanceNoise InstanceNoise `json:"instance_noise,omitzero"`
	// Augment changes all images that D sees at random, for small data sets.
	Augment Augment `json:"augment,omitzero"`
	// Penalty is what D pays for the size of its gradient. It is taken example by example, so D must have no batch
	// norm, where a logit depends on the other examples (WGAN-GP's paper, section 4), and no max pooling
	// ([MaxoutConv]), of which GoMLX has no second derivative.
	Penalty Penalty `json:"penalty,omitzero"`
	// AverageG, where it is not 0, keeps an exponential moving average (EMA) of G's weights with this decay, such as
	// .999 (Yazıcı et al. 2019, arXiv:1806.04498). [Algorithm1.GenerateAverage] samples by it; the game is not changed.
	AverageG float64 `json:"average_g,omitempty"`
}

// validateFor refuses stabilisers that cannot be applied to an objective.
func (s Stabilisers) validateFor(o Objective) error {
	for _, fraction := range []struct {
		key   string
		value float64
	}{{"flip_real", s.FlipReal}, {"flip_fake", s.FlipFake}, {"smooth_real", s.SmoothReal}, {"average_g", s.AverageG}} {
		if !(fraction.value >= 0 && fraction.value < 1) {
			return invalid.Value(fraction.key, fraction.value, "at least 0 and less than 1")
		}
	}
	switch {
	case s.FlipReal > 0 && o.Flip == nil:
		return invalid.Value("flip_real", s.FlipReal, "0, for objective %q has no labels to flip", o.Name)
	case s.FlipFake > 0 && o.Flip == nil:
		return invalid.Value("flip_fake", s.FlipFake, "0, for objective %q has no labels to flip", o.Name)
	case s.SmoothReal > 0 && o.Smooth == nil:
		return invalid.Value("smooth_real", s.SmoothReal, "0, for objective %q has no labels to smooth", o.Name)
	}
	if err := s.InstanceNoise.Validate(); err != nil {
		return invalid.In("instance_noise", err)
	}
	return invalid.In("penalty", s.Penalty.Validate())
}

// withoutStabilisers is the same game without what changes D's loss or what D sees.
func (a *Algorithm1) withoutStabilisers() *Algorithm1 {
	bare := *a
	bare.Stabilisers = Stabilisers{AverageG: a.AverageG}
	return &bare
}

// labelled is D's loss for its outputs [m, 1], under labels that are flipped and smoothed as the game says.
func (a *Algorithm1) labelled(scope *model.Scope, real, fake *Node) *Node {
	asked, flipped := a.flip(scope, real, a.FlipReal)
	fake, _ = a.flip(scope, fake, a.FlipFake)
	loss := a.Objective.Discriminator(asked, fake)
	if a.SmoothReal > 0 {
		change := a.Objective.Smooth(real, a.SmoothReal)
		if flipped != nil { // an example that is called fake keeps label 0
			change = Where(flipped, ZerosLike(change), change)
		}
		loss = Add(loss, ReduceAllMean(change))
	}
	return loss
}

// flip gives a fraction of the outputs [m, 1], drawn afresh, the other label. It also returns which, or nil for none.
func (a *Algorithm1) flip(scope *model.Scope, output *Node, fraction float64) (asked, flipped *Node) {
	if fraction == 0 {
		return output, nil
	}
	p := Scalar(output.Graph(), dtypes.Float32, fraction)
	flipped = scope.RandomBernoulli(p, shapes.Make(dtypes.Bool, output.Shape().Dimensions...))
	return Where(flipped, a.Objective.Flip(output), output), flipped
}

// shown is what D sees of x [m, ...]: augmented, and blurred.
func (a *Algorithm1) shown(scope *model.Scope, it *iteration, x *Node) *Node {
	return a.blur(scope, it, a.Augment.of(scope, x))
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
	if !a.hasAverage(averaged) {
		return a.Generate(root, z, y)
	}
	if root.IsTraining(z.Graph()) {
		Panicf("ganlib.GenerateAverage: a graph in training: averages are not trained")
	}
	return a.Generate(averaged, z, y)
}

// hasAverage reports whether the game keeps averages and has begun.
func (a *Algorithm1) hasAverage(averaged *model.Scope) bool {
	return a.AverageG != 0 && averaged.NumVariables() > 0
}

// networkVariables are those of a player's network that a graph uses: weights, and the averages and vectors that no rule
// trains.
func networkVariables(player *model.Scope, g *Graph) []*model.Variable {
	var variables []*model.Variable
	for v := range player.IterVariables() {
		if v.InUseByGraph(g) && v.DType().IsFloat() && !optim.Owns(player, v) {
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

// fractionOf is the fraction of the outputs for which the condition, 0 or 1, holds.
func fractionOf(condition, output *Node) *Node {
	return ReduceAllMean(ConvertDType(condition, output.DType()))
}
