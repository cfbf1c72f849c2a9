package monitor

import (
	"context"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// ProbeSteps is a good number of steps for [Freeze].
const ProbeSteps = 500

const (
	probeBatches = 50   // minibatches over which V is averaged
	probeRate    = 1e-3 // Adam's own: a rate of the run's might be what is wrong with it
)

// Minibatches says which minibatches of a feed to play on.
type Minibatches struct {
	From data.Feed
	Size int
	Step int // the first: the number of iterations behind the weights
}

// validateFor refuses minibatches that the players cannot play on.
func (m Minibatches) validateFor(p *ganlib.Players) error {
	switch {
	case m.Size < 1:
		return invalid.Value("size", m.Size, "at least 1 example")
	case m.Step < 0:
		return invalid.Value("step", m.Step, "at least 0")
	}
	return p.Fit(m.From)
}

// Probe is what a discriminator finds out while the generator stands still. D at 1/2 may mean that G has arrived, or that
// D is blind. If V rises, D was blind.
type Probe struct {
	// Steps is how long D trained alone.
	Steps int
	// Before and After are V(D,G) in nats, each the mean over 50 minibatches and its standard error.
	Before, After measure.Estimate
}

// Moved is how far V went, in words: "rose by 0.138", or "fell by 0.138" where it fell.
func (p Probe) Moved() string {
	if rise := p.Rise().Value; rise < 0 {
		return fmt.Sprintf("fell by %.3f", -rise)
	}
	return fmt.Sprintf("rose by %.3f", p.Rise().Value)
}

// Rise is how far V rose, in nats.
func (p Probe) Rise() measure.Estimate {
	return measure.Estimate{Value: p.After.Value - p.Before.Value, StdErr: math.Hypot(p.Before.StdErr, p.After.StdErr)}
}

// JSD is what the trained D proves: a lower bound of the Jensen-Shannon divergence of p_g from p_data, in nats, of which
// there are log 2 at most. Below 0 it proves nothing.
func (p Probe) JSD() float64 { return ganlib.JSDBound(p.After.Value) }

// Record is the probe as an event of a run's history, for package diagnose.
func (p Probe) Record(step int) run.Record {
	rise := p.Rise()
	return run.Record{
		Step: step, Event: record.Probe,
		Note:   fmt.Sprintf("D trained alone for %d steps: V %s ± %.3f nats", p.Steps, p.Moved(), rise.StdErr),
		Values: map[string]float64{record.ProbeRise: rise.Value},
	}
}

// Freeze is the frozen-G test: a copy of D trains alone for a number of steps, by Adam at .001, on the plain value
// function, whatever the game's objective, stabilisers and rates are. The players stay as they are.
func Freeze(ctx context.Context, p *ganlib.Players, m Minibatches, steps int) (Probe, error) {
	if steps < 1 {
		return Probe{}, invalid.Value("steps", steps, "at least 1, such as %d", ProbeSteps)
	}
	if err := m.validateFor(p); err != nil {
		return Probe{}, err
	}
	bare := *p.Algorithm1
	bare.Objective, bare.HalfV, bare.Stabilisers = ganlib.Minimax, false, ganlib.Stabilisers{AverageG: bare.AverageG}
	game, err := copied(p, &bare)
	if err != nil {
		return Probe{}, err
	}
	probe := Probe{Steps: steps}
	after := m
	after.Step += steps // minibatches that D does not train on
	if probe.Before, err = frozenValue(ctx, game, after); err != nil {
		return probe, err
	}
	rule := &optim.Adam{LearningRate: probeRate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}
	if _, err := trainDiscriminator(ctx, game, m, steps, rule); err != nil {
		return probe, err
	}
	probe.After, err = frozenValue(ctx, game, after)
	return probe, err
}

// copied is a game with weights of its own.
func copied(p *ganlib.Players, a *ganlib.Algorithm1) (*ganlib.Players, error) {
	store, err := p.Store.Clone()
	if err != nil {
		return nil, err
	}
	return &ganlib.Players{Algorithm1: a, Backend: p.Backend, Store: store, Shape: p.Shape}, nil
}

// TrainDiscriminator plays a copy of D alone against a frozen G, for a number of steps with a learning rule of its own.
// It returns the players with that D, and V(D,G) on the last minibatch. The trained D says how far p_g is from p_data,
// which D at 1/2 during play does not. The players given stay as they are.
func TrainDiscriminator(ctx context.Context, p *ganlib.Players, m Minibatches, steps int, rule optim.Rule) (trained *ganlib.Players, v float64, err error) {
	if steps < 1 {
		return nil, 0, invalid.Value("steps", steps, "at least 1")
	}
	if err := invalid.In("rule", optim.Validate(rule)); err != nil {
		return nil, 0, err
	}
	if err := m.validateFor(p); err != nil {
		return nil, 0, err
	}
	if trained, err = copied(p, p.Algorithm1); err != nil {
		return nil, 0, err
	}
	v, err = trainDiscriminator(ctx, trained, m, steps, rule)
	return trained, v, err
}

// trainDiscriminator trains D in place and returns V(D,G) on the last minibatch.
func trainDiscriminator(ctx context.Context, p *ganlib.Players, m Minibatches, steps int, rule optim.Rule) (v float64, err error) {
	// Neither the game's own state of D's rule nor its last learning rate may leak into this one.
	for _, r := range []optim.Rule{p.Algorithm1.DiscriminatorRule, rule} {
		if r == nil { // the game may have no rule: it is not trained
			continue
		}
		if err := r.Clear(p.Store.Scope("/" + ganlib.DiscriminatorScope)); err != nil {
			return 0, err
		}
	}
	values, err := over(ctx, p, m, steps, func(root *model.Scope, x, y *Node) *Node {
		return p.Algorithm1.DiscriminatorStep(root, x, y, rule)
	})
	if err != nil {
		return 0, err
	}
	return values[steps-1], nil
}

func frozenValue(ctx context.Context, p *ganlib.Players, m Minibatches) (measure.Estimate, error) {
	values, err := over(ctx, p, m, probeBatches, p.Algorithm1.FrozenValue)
	if err != nil {
		return measure.Estimate{}, err
	}
	mean, std := stat.MeanStdDev(values, nil)
	return measure.Estimate{Value: mean, StdErr: stat.StdErr(std, probeBatches)}, nil
}

// over passes n minibatches through a graph that makes one number of each.
func over(ctx context.Context, p *ganlib.Players, m Minibatches, n int, graph func(root *model.Scope, x, y *Node) *Node) ([]float64, error) {
	number := func(root *model.Scope, inputs []*Node) []*Node {
		var y *Node
		if len(inputs) > 1 {
			y = p.Algorithm1.OneHot(inputs[1], inputs[0].DType())
		}
		return []*Node{graph(root, inputs[0], y)}
	}
	next := oneByOne
	if loop.Supported(p.Backend) {
		next = looped
	}
	some, finalize, err := next(ctx, p, m, number)
	if err != nil {
		return nil, err
	}
	defer finalize()
	var values []float64
	for len(values) < n {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d minibatches: %w", len(values), n, err)
		}
		rows, err := some(m.Step+len(values), n-len(values))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			values = append(values, row[0])
		}
	}
	return values, nil
}

// passes makes the numbers of at least one and at most n minibatches from a step on.
type passes func(step, n int) ([][]float64, error)

// looped passes many minibatches in one call.
func looped(ctx context.Context, p *ganlib.Players, m Minibatches, number loop.Step) (some passes, finalize func(), err error) {
	blocks, err := m.From.Blocks(ctx, p.Backend, m.Size)
	if err != nil {
		return nil, nil, err
	}
	l, err := loop.New(p.Backend, p.Store, number, blocks)
	if err != nil {
		return nil, nil, err
	}
	return l.Some, l.Finalize, nil
}

// oneByOne passes one minibatch a call.
func oneByOne(ctx context.Context, p *ganlib.Players, m Minibatches, number loop.Step) (some passes, finalize func(), err error) {
	draw, err := m.From.Batches(ctx, p.Backend, m.Size)
	if err != nil {
		return nil, nil, err
	}
	exec, err := model.NewExec(p.Backend, p.Store, (func(*model.Scope, []*Node) []*Node)(number))
	if err != nil {
		return nil, nil, err
	}
	return func(step, _ int) ([][]float64, error) {
		batch, err := draw(step)
		if err != nil {
			return nil, err
		}
		inputs := make([]any, len(batch.Inputs))
		for j, input := range batch.Inputs {
			inputs[j] = input
		}
		out, err := exec.Call(inputs...)
		if err != nil {
			return nil, err
		}
		return [][]float64{{float64(tensors.ToScalar[float32](out[0]))}}, nil
	}, exec.Finalize, nil
}
