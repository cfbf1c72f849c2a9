package gans

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// signalRows is how many samples, and how many real examples, the signals compare.
const signalRows = 512

// neighbours is the k of the manifold measures, as Naeem et al. advise.
const neighbours = 5

// signals looks at a game in progress as often as it is asked to, each time with the same noise and the same real
// examples, so that what changes is the game. Points are compared by their coordinates, images by the features that
// GAN.Evaluate would take. Pixels would not do: the average digit is near to half of all digits, so a G that draws
// nothing else has a coverage of .5 there.
type signals struct {
	gan       *GAN
	real      []float32 // [rows, ...]
	features  []float32 // of real, [rows, width]
	width     int
	extractor feature.Extractor // nil for points
	diversity float64           // of real
	inputs    []any             // of exec: a minibatch of the real examples, noise and, where there are any, labels
	exec      *model.Exec       // the signals of package ganlib
	names     []string          // of exec's results
	mixture   *data.Mixture     // p_data, if it is one
}

// newSignals draws the real examples and measures what is to be measured of them alone.
func newSignals(gan *GAN, d dataset) (*signals, error) {
	s := &signals{gan: gan}
	draw, err := d.batches(gan.backend, min(signalRows, d.size()))
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
	if err := s.prepare(d); err != nil {
		return nil, err
	}
	return s, s.compile(labels)
}

// prepare sorts out by what examples are compared.
func (s *signals) prepare(d dataset) (err error) {
	if p, ok := d.(*points); ok {
		if mixture, ok := p.Distribution.(data.Mixture); ok {
			s.mixture = &mixture
		}
	} else if s.extractor, err = s.gan.features(); err != nil {
		return err
	}
	if s.features, s.width, err = s.extract(s.real); err != nil {
		return err
	}
	// A handful of examples, or the same one over and over, can be trained on, and say nothing of samples.
	if s.diversity, err = measure.MeanPairwiseDistance(s.real, s.dim()); err != nil || s.diversity == 0 {
		s.features = nil
	} else if _, err := measure.Manifold(s.features, s.features, s.width, neighbours); err != nil {
		s.features = nil
	}
	return nil
}

// extract returns the features of examples [rows, ...], [rows, width].
func (s *signals) extract(x []float32) (features []float32, width int, err error) {
	if s.extractor == nil {
		return x, s.dim(), nil
	}
	images, err := s.gan.Pixels(x)
	if err != nil {
		return nil, 0, err
	}
	return s.extractor.Extract(images)
}

// dim is the number of numbers of an example.
func (s *signals) dim() int {
	dim := 1
	for _, n := range s.gan.shape() {
		dim *= n
	}
	return dim
}

// compile prepares the executor and its inputs.
func (s *signals) compile(labels []int32) (err error) {
	gan := s.gan
	m := min(gan.Config.BatchSize, len(s.real)/s.dim())
	s.inputs = []any{
		tensors.FromFlatDataAndDimensions(s.real[:m*s.dim()], append([]int{m}, gan.shape()...)...),
		gan.Config.Noise.Draw(m, fixedSeed),
	}
	if labels != nil {
		s.inputs = append(s.inputs, tensors.FromFlatDataAndDimensions(labels[:m], m))
	}
	s.exec, err = model.NewExec(gan.backend, gan.store, func(root *model.Scope, inputs []*Node) []*Node {
		x, z := inputs[0], inputs[1]
		all := gan.algorithm.Signals(root, x, gan.oneHot(append([]*Node{x}, inputs[2:]...)), z)
		s.names = s.names[:0]
		values := make([]*Node, len(all))
		for i, signal := range all {
			s.names, values[i] = append(s.names, signal.Name), signal.Node
		}
		return values
	})
	return err
}

// measure returns the signals of the game as it is:
//
//   - diversity: the mean distance between two samples, in parts of that between two real examples, by their
//     numbers as they are;
//   - precision, recall, density, coverage: measure.Manifold of the features of samples and real examples;
//   - modes: how many of a mixture's modes have samples, where p_data is a mixture;
//   - what ganlib.Algorithm1.Signals says.
func (s *signals) measure() (map[string]float64, error) {
	x, err := s.gan.Sample(len(s.real)/s.dim(), fixedSeed)
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

// compare holds examples, [rows, ...], against the real ones, if that is possible.
func (s *signals) compare(x []float32) (map[string]float64, error) {
	if s.features == nil {
		return make(map[string]float64), nil
	}
	diversity, err := measure.MeanPairwiseDistance(x, s.dim())
	if err != nil {
		return nil, err
	}
	features, width, err := s.extract(x)
	if err != nil {
		return nil, err
	}
	m, err := measure.Manifold(s.features, features, width, neighbours)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{
		"diversity": diversity / s.diversity,
		"precision": m.Precision.Value, "recall": m.Recall.Value,
		"density": m.Density.Value, "coverage": m.Coverage.Value,
	}
	if s.mixture != nil {
		modes, err := measure.ModeCoverage(x, *s.mixture)
		if err != nil {
			return nil, err
		}
		values[measureModes] = float64(modes.Found)
	}
	return values, nil
}
