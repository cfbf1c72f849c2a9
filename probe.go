package gans

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// ProbeSteps is a good number of steps for Probe.
const ProbeSteps = 500

const (
	probeBatches = 50   // minibatches over which Probe takes the mean of V
	probeRate    = 1e-3 // Adam's own; a rate of the run's might be what is wrong with it
)

// Probe is what a discriminator finds out once the generator stands still. D at 1/2 may mean that G has arrived,
// or that D is blind; if V rises, it was blind.
type Probe struct {
	// Steps is how many D trained alone.
	Steps int
	// Before and After are V(D,G) in nats, each the mean over 50 minibatches and its standard error.
	Before, After measure.Estimate
}

// Rise is how far V rose, in nats.
func (p Probe) Rise() measure.Estimate {
	return measure.Estimate{Value: p.After.Value - p.Before.Value, StdErr: math.Hypot(p.Before.StdErr, p.After.StdErr)}
}

// JSD is what the trained D proves: p_g is at least that far from p_data, in nats of the Jensen-Shannon
// divergence, of which there are log 2 at most. Below 0 it proves nothing.
func (p Probe) JSD() float64 { return ganlib.JSDBound(p.After.Value) }

// Probe is the frozen-G test: a copy of D trains alone for so many steps, by Adam at .001, on the plain value
// function, whatever the run's objective, stabilisers and rates are. The players stay as they are.
func (gan *GAN) Probe(steps int) (Probe, error) {
	if steps < 1 {
		return Probe{}, fmt.Errorf("%d steps of the probe: want at least 1, such as %d", steps, ProbeSteps)
	}
	p := Probe{Steps: steps}
	copied, err := gan.clone()
	if err != nil {
		return p, err
	}
	if p.Before, err = copied.frozenValue(steps); err != nil {
		return p, err
	}
	rule := &optim.Adam{LearningRate: probeRate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}
	if _, err := copied.TrainDiscriminator(steps, rule); err != nil {
		return p, err
	}
	p.After, err = copied.frozenValue(steps)
	return p, err
}

// clone is the same game with weights of its own, played for the plain value function.
func (gan *GAN) clone() (*GAN, error) {
	store, err := gan.store.Clone()
	if err != nil {
		return nil, err
	}
	plain := *gan.algorithm
	plain.Objective, plain.HalfV, plain.FlipReal = ganlib.Minimax, false, 0
	return &GAN{Config: gan.Config, Run: gan.Run, Step: gan.Step, algorithm: &plain, backend: gan.backend, store: store}, nil
}

// TrainDiscriminator plays D alone against a frozen G, for the given number of steps with a learning
// rule of its own, and returns V(D,G) on the last minibatch. D then tells how far p_g is from p_data,
// which D at 1/2 during play does not. The run on disk stays as it is.
func (gan *GAN) TrainDiscriminator(steps int, rule optim.Rule) (v float64, err error) {
	if steps < 1 {
		return 0, fmt.Errorf("%d discriminator steps: want at least 1", steps)
	}
	// Neither the run's own state of D's rule nor its last learning rate may leak into this one.
	for _, r := range []optim.Rule{gan.algorithm.DiscriminatorRule, rule} {
		if err := r.Clear(gan.store.Scope("/" + ganlib.DiscriminatorScope)); err != nil {
			return 0, err
		}
	}
	gan.judge = nil // compiled when those variables were there
	values, err := gan.overBatches(gan.Step, steps, func(root *model.Scope, x, y *Node) *Node {
		return gan.algorithm.DiscriminatorStep(root, x, y, rule)
	})
	if err != nil {
		return 0, err
	}
	return values[steps-1], nil
}

// frozenValue is V(D,G) on minibatches that TrainDiscriminator does not come to in so many steps.
func (gan *GAN) frozenValue(after int) (measure.Estimate, error) {
	values, err := gan.overBatches(gan.Step+after, probeBatches, gan.algorithm.FrozenValue)
	if err != nil {
		return measure.Estimate{}, err
	}
	mean, std := stat.MeanStdDev(values, nil)
	return measure.Estimate{Value: mean, StdErr: stat.StdErr(std, probeBatches)}, nil
}

// overBatches passes the minibatches of so many steps through a graph that makes a number of each.
func (gan *GAN) overBatches(from, steps int, graph func(root *model.Scope, x, y *Node) *Node) ([]float64, error) {
	exec, err := model.NewExec(gan.backend, gan.store, func(root *model.Scope, inputs []*Node) *Node {
		return graph(root, inputs[0], gan.oneHot(inputs))
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	d, err := gan.Config.load()
	if err != nil {
		return nil, err
	}
	defer d.close()
	draw, err := d.batches(gan.backend, gan.Config.BatchSize)
	if err != nil {
		return nil, err
	}
	values := make([]float64, steps)
	for i := range values {
		batch, err := draw(from + i)
		if err != nil {
			return nil, err
		}
		inputs := make([]any, len(batch.Inputs))
		for i, input := range batch.Inputs {
			inputs[i] = input
		}
		out, err := exec.Call(inputs...)
		if err != nil {
			return nil, err
		}
		values[i] = float64(tensors.ToScalar[float32](out[0]))
	}
	return values, nil
}
