package monitor

import (
	"context"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/record"
)

// Rows is how many samples, and how many real examples, the signals compare.
const Rows = 512

// fixedSeed draws the noise of all measurements.
const fixedSeed = 0

// Options say how [Signals] measures.
type Options struct {
	// BatchSize is the number of examples on which gradients and hidden units are measured, at most [Rows].
	BatchSize int
	// Features turns examples [n, ...] into the features [n, width] by which they are compared. Nil: examples are
	// compared as they are. That does not do for images: the average digit is near to half of all digits, so a G that
	// draws nothing else has a coverage of .5 in pixels.
	Features func(x []float32) (features []float32, width int, err error)
	// Mixture is p_data where it is a mixture of Gaussians whose components can be counted, nil where it is not.
	Mixture *data.Mixture
}

// Signals measures a game as often as it is asked to, each time with the same noise and the same real examples, so that
// what changes is the game.
type Signals struct {
	Options
	players   *ganlib.Players
	real      []float32 // [rows, ...]
	features  []float32 // of real, [rows, width]; nil where samples cannot be compared with them
	width     int
	diversity float64 // of real
	inputs    []any   // of exec: a minibatch of the real examples, noise and, where there are any, labels
	exec      *model.Exec
	names     []string // of exec's results
}

// NewSignals draws the real examples and measures what is to be measured of them alone.
func NewSignals(ctx context.Context, p *ganlib.Players, from data.Feed, o Options) (*Signals, error) {
	if o.BatchSize < 1 {
		return nil, invalid.Value("batch_size", o.BatchSize, "1 to %d examples", Rows)
	}
	if err := p.Fit(from); err != nil {
		return nil, err
	}
	if o.Features == nil {
		o.Features = func(x []float32) ([]float32, int, error) { return x, size(p), nil }
	}
	s := &Signals{Options: o, players: p}
	draw, err := from.Batches(ctx, p.Backend, min(Rows, from.Len()))
	if err != nil {
		return nil, err
	}
	batch, err := draw(0)
	if err != nil {
		return nil, err
	}
	if s.real, err = tensors.CopyFlatData[float32](batch.Inputs[0]); err != nil {
		return nil, err
	}
	var labels []int32
	if len(batch.Inputs) > 1 {
		if labels, err = tensors.CopyFlatData[int32](batch.Inputs[1]); err != nil {
			return nil, err
		}
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	return s, s.compile(labels)
}

// size is the number of numbers of an example.
func size(p *ganlib.Players) int {
	size := 1
	for _, n := range p.Shape {
		size *= n
	}
	return size
}

// prepare measures the real examples. A handful of them, or the same one over and over, can be trained on, but says
// nothing of samples.
func (s *Signals) prepare() (err error) {
	if s.features, s.width, err = s.Features(s.real); err != nil {
		return err
	}
	if s.diversity, err = measure.MeanPairwiseDistance(s.real, size(s.players)); err != nil || s.diversity == 0 {
		s.features = nil
	} else if _, err := measure.Manifold(s.features, s.features, s.width, measure.Neighbours); err != nil {
		s.features = nil
	}
	return nil
}

// compile prepares the executor and its inputs.
func (s *Signals) compile(labels []int32) (err error) {
	p := s.players
	m := min(s.BatchSize, len(s.real)/size(p))
	s.inputs = []any{
		tensors.FromFlatDataAndDimensions(s.real[:m*size(p)], append([]int{m}, p.Shape...)...),
		p.Algorithm1.Prior.Draw(m, fixedSeed),
	}
	if labels != nil {
		s.inputs = append(s.inputs, tensors.FromFlatDataAndDimensions(labels[:m], m))
	}
	s.exec, err = model.NewExec(p.Backend, p.Store, func(root *model.Scope, inputs []*Node) []*Node {
		x, z := inputs[0], inputs[1]
		var y *Node
		if len(inputs) > 2 {
			y = p.Algorithm1.OneHot(inputs[2], x.DType())
		}
		s.names = s.names[:0]
		var values []*Node
		for _, signal := range p.Algorithm1.Signals(root, x, y, z) {
			s.names, values = append(s.names, signal.Name), append(values, signal.Node)
		}
		return values
	})
	return err
}

// Measure returns the signals of the game as it is, by their names in package record:
//
//   - Diversity: the mean distance between two samples, as a fraction of that between two real examples, by their
//     numbers as they are;
//   - Precision, Recall, Density, Coverage: [measure.Manifold] of the features of samples and real examples;
//   - Modes: how many of a mixture's components have samples;
//   - those of [ganlib.Algorithm1.Signals].
func (s *Signals) Measure() (map[string]float64, error) {
	x, err := s.players.Sample(len(s.real)/size(s.players), fixedSeed)
	if err != nil {
		return nil, err
	}
	values, err := s.compare(x)
	if err != nil {
		return nil, err
	}
	results, err := s.exec.Call(s.inputs...)
	if err != nil {
		return nil, err
	}
	for i, name := range s.names {
		values[name] = float64(tensors.ToScalar[float32](results[i]))
	}
	return values, nil
}

// compare holds samples, [rows, ...], against the real examples, if that is possible.
func (s *Signals) compare(x []float32) (map[string]float64, error) {
	if s.features == nil {
		return make(map[string]float64), nil
	}
	diversity, err := measure.MeanPairwiseDistance(x, size(s.players))
	if err != nil {
		return nil, err
	}
	features, width, err := s.Features(x)
	if err != nil {
		return nil, err
	}
	m, err := measure.Manifold(s.features, features, width, measure.Neighbours)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{
		record.Diversity: diversity / s.diversity,
		record.Precision: m.Precision.Value, record.Recall: m.Recall.Value,
		record.Density: m.Density.Value, record.Coverage: m.Coverage.Value,
	}
	if s.Mixture != nil {
		modes, err := measure.ModeCoverage(x, *s.Mixture)
		if err != nil {
			return nil, err
		}
		values[record.Modes] = float64(modes.Found)
	}
	return values, nil
}
