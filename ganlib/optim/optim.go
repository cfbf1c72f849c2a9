// Package optim holds the optimizers of the GAN papers that GoMLX lacks: momentum with the schedule of the 2014 code,
// and Adam with a learning rate that anneals linearly. SetRateFactor lowers either's rate during training.
package optim

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Rule is an optimizer: "any standard gradient-based learning rule", as Algorithm 1 puts it. It trains only the
// variables below the scope it is given.
type Rule interface {
	optimizer.Interface

	// UpdateGraphWithGradients applies gradients already computed, in the order of
	// scope.BuildTrainableVariablesGradientsGraph. Simultaneous updates need it: both players' gradients exist before
	// either player moves.
	UpdateGraphWithGradients(scope *model.Scope, grads []*Node, lossDType dtypes.DType)
}

// Validate refuses a rule that cannot train: none at all, or one whose own method Validate refuses it.
func Validate(rule Rule) error {
	if v := reflect.ValueOf(rule); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return invalid.Value("", "none", "a learning rule")
	}
	if own, ok := rule.(interface{ Validate() error }); ok {
		return own.Validate()
	}
	return nil
}

// own are the scopes, below a player's, of what rules keep there: counters and rates.
var own = []string{"momentum", "linear", rateScope, optimizer.Scope, optimizer.AdamDefaultScope}

// Owns reports whether a variable below a player's scope belongs to the player's rule, not to its network.
func Owns(player *model.Scope, v *model.Variable) bool {
	below, _ := strings.CutPrefix(v.Path(), player.Scope())
	first, _, _ := strings.Cut(strings.TrimPrefix(below, "/"), "/")
	return slices.Contains(own, first)
}

// Momentum is stochastic gradient descent with momentum, as in the code released with the 2014 paper:
//
//	v ← μₜ·v − εₜ·∇,   θ ← θ + v
//
// where t counts this player's own updates, from 0. The zero value of a field other than LearningRate turns its
// schedule off.
// Deck equation momentum.
type Momentum struct {
	// LearningRate is ε₀.
	LearningRate float64 `json:"learning_rate"`
	// Decay divides the rate after every update: εₜ = max(ε₀/Decayᵗ, MinRate). The 2014 code: 1.000004.
	Decay float64 `json:"decay,omitempty"`
	// MinRate is where the decay stops. The 2014 code: 1e-6.
	MinRate float64 `json:"min_rate,omitempty"`
	// Initial is the momentum μ of the first epoch. The 2014 code: 0.5.
	Initial float64 `json:"initial"`
	// Final is the momentum after Saturate epochs. It grows linearly from epoch 1, in steps of whole epochs. The 2014
	// code: 0.7 after 250.
	Final    float64 `json:"final,omitempty"`
	Saturate int     `json:"saturate,omitempty"`
	// Epoch is the number of updates in an epoch; 0 means the momentum stays at Initial. The 2014 code on MNIST: 500,
	// 50,000 images in batches of 100.
	Epoch int `json:"epoch,omitempty"`
}

// Validate refuses a rule that cannot train.
func (m *Momentum) Validate() error {
	switch {
	case !isRate(m.LearningRate):
		return badRate(m.LearningRate)
	case m.Decay != 0 && !(m.Decay >= 1 && m.Decay <= math.MaxFloat64):
		return invalid.Value("decay", m.Decay, "at least 1, or 0 for none")
	case !(m.MinRate >= 0 && m.MinRate <= m.LearningRate):
		return invalid.Value("min_rate", m.MinRate, "at least 0 and at most learning_rate, %v", m.LearningRate)
	case !isFraction(m.Initial):
		return badFraction("initial", m.Initial)
	case !isFraction(m.Final):
		return badFraction("final", m.Final)
	case m.Epoch < 0:
		return invalid.Value("epoch", m.Epoch, "at least 1 update, or 0 for a constant momentum")
	case m.Epoch > 0 && m.Saturate < 2:
		return invalid.Value("saturate", m.Saturate, "at least 2, for the momentum climbs from epoch 1 to that one")
	}
	return nil
}

// UpdateGraph implements optimizer.Interface.
func (m *Momentum) UpdateGraph(scope *model.Scope, _ *Graph, loss *Node) {
	m.UpdateGraphWithGradients(scope, scope.BuildTrainableVariablesGradientsGraph(loss), loss.DType())
}

// UpdateGraphWithGradients implements Rule.
func (m *Momentum) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	g := grads[0].Graph()
	optimizer.IncrementGlobalStep(g, dtype) // as GoMLX's own optimizers do; its loop relies on it
	t := AddScalar(optimizer.IncrementCounter(scope.At("momentum"), g, "step", dtype), -1)
	rate, mu := Mul(m.rate(t), rateFactor(scope, g, dtype)), m.momentum(t)
	i := 0
	for v := range scope.IterVariables() {
		if !v.Trainable || !v.InUseByGraph(g) {
			continue
		}
		velocity := scope.Store().Scope(velocityScope(v.Scope())).WithInitializer(initializer.Zero).
			VariableWithShape(v.Name(), v.Shape()).SetTrainable(false)
		step := Sub(Mul(ConvertDType(mu, v.DType()), velocity.NodeValue(g)), Mul(ConvertDType(rate, v.DType()), grads[i]))
		velocity.SetNodeValue(step)
		v.SetNodeValue(Add(v.NodeValue(g), step))
		i++
	}
}

// Clear implements optimizer.Interface: it deletes the velocities, the update count and the rate's factor.
func (m *Momentum) Clear(scope *model.Scope) error {
	for _, below := range []string{"momentum", rateScope} {
		if err := scope.At("%s", below).DeleteVariablesInScope(); err != nil {
			return err
		}
	}
	return scope.Store().DeleteVariablesInScope(velocityScope(scope.Scope()))
}

func velocityScope(scope string) string { return model.JoinPath("/velocity", scope) }

// rate is εₜ, a scalar.
func (m *Momentum) rate(t *Node) *Node {
	if m.Decay == 0 {
		return AddScalar(MulScalar(t, 0), m.LearningRate)
	}
	return MaxScalar(MulScalar(Exp(MulScalar(t, -math.Log(m.Decay))), m.LearningRate), m.MinRate)
}

// momentum is μₜ, a scalar.
func (m *Momentum) momentum(t *Node) *Node {
	if m.Epoch == 0 {
		return AddScalar(MulScalar(t, 0), m.Initial)
	}
	epoch := Floor(DivScalar(t, float64(m.Epoch)))
	const start = 1
	alpha := ClipScalar(DivScalar(AddScalar(epoch, -start), float64(m.Saturate-start)), 0, 1)
	return AddScalar(MulScalar(alpha, m.Final-m.Initial), m.Initial)
}

// Adam is GoMLX's Adam, with a learning rate that can anneal linearly to zero.
type Adam struct {
	LearningRate float64 `json:"learning_rate"`
	Beta1        float64 `json:"beta1"`
	Beta2        float64 `json:"beta2"`
	Epsilon      float64 `json:"epsilon"`
	// Linear is the number of updates over which the rate anneals to zero; 0 keeps it constant.
	Linear int `json:"linear,omitempty"`
}

// Validate refuses a rule that cannot train.
func (a *Adam) Validate() error {
	switch {
	case !isRate(a.LearningRate):
		return badRate(a.LearningRate)
	case !isFraction(a.Beta1):
		return badFraction("beta1", a.Beta1)
	case !isFraction(a.Beta2):
		return badFraction("beta2", a.Beta2)
	case !isRate(a.Epsilon):
		return invalid.Value("epsilon", a.Epsilon, "a positive number")
	case a.Linear < 0:
		return invalid.Value("linear", a.Linear, "at least 1 update, or 0 for a constant rate")
	}
	return nil
}

func isRate(v float64) bool     { return v > 0 && v <= math.MaxFloat64 }
func isFraction(v float64) bool { return v >= 0 && v < 1 }

func badRate(v float64) error { return invalid.Value("learning_rate", v, "a positive number") }

func badFraction(key string, v float64) error {
	return invalid.Value(key, v, "at least 0 and less than 1")
}

func (a *Adam) rule() Rule {
	return optimizer.Adam().LearningRate(a.LearningRate).Betas(a.Beta1, a.Beta2).Epsilon(a.Epsilon).Done().(Rule)
}

// UpdateGraph implements optimizer.Interface.
func (a *Adam) UpdateGraph(scope *model.Scope, _ *Graph, loss *Node) {
	a.UpdateGraphWithGradients(scope, scope.BuildTrainableVariablesGradientsGraph(loss), loss.DType())
}

// UpdateGraphWithGradients implements Rule.
func (a *Adam) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	g := grads[0].Graph()
	rate := Scalar(g, dtype, a.LearningRate)
	if a.Linear > 0 {
		t := AddScalar(optimizer.IncrementCounter(scope.At("linear"), g, "step", dtype), -1)
		left := MaxScalar(OneMinus(DivScalar(t, float64(a.Linear))), 0)
		rate = MulScalar(left, a.LearningRate)
	}
	// GoMLX's Adam reads its rate from this variable, which a checkpoint holds: without this line, a run resumed with
	// another rate would keep the old one.
	rate = Mul(rate, rateFactor(scope, g, dtype))
	optimizer.LearningRateVar(scope, dtype, a.LearningRate).SetNodeValue(rate)
	a.rule().UpdateGraphWithGradients(scope, grads, dtype)
}

// Clear implements optimizer.Interface: it deletes the moments, the update counts and the rate. GoMLX's own Clear does
// not delete the moments of a player in a scope of its own.
func (a *Adam) Clear(scope *model.Scope) error {
	for _, below := range []string{optimizer.AdamDefaultScope, "linear", optimizer.Scope, rateScope} {
		if err := scope.At("%s", below).DeleteVariablesInScope(); err != nil {
			return err
		}
	}
	return scope.Store().DeleteVariablesInScope(model.JoinPath("/"+optimizer.AdamDefaultScope, scope.Scope()))
}
