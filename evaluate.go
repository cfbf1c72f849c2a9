package gans

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// Evaluation says how to measure a generator. The zero value is how it is customary.
type Evaluation struct {
	// Samples is how many are drawn; 0 means 10,000. Most measures change with it.
	Samples int
	// Seed decides the noise, and what is drawn from the data.
	Seed uint64
	// Extractor gives the features that are compared. Nil chooses: the classifier of the data where there is
	// one, else random convolutions.
	Extractor feature.Extractor
	// Output receives progress; nil means silence.
	Output io.Writer
}

const (
	evaluated   = 10_000  // samples, and examples of a reference
	trainValues = 1 << 28 // numbers in the training images among which copies are looked for: a gigabyte
)

// Evaluate draws samples and measures them by every measure that fits them, as package evaluate has it,
// against real examples: those that the makers of the set keep for testing, or else a half of the training
// images, while the other half shows what a generator without fault would score.
func (gan *GAN) Evaluate(e Evaluation) (*evaluate.Report, error) {
	if e.Samples < 0 {
		return nil, fmt.Errorf("%d samples: want at least 1, or 0 for %d", e.Samples, evaluated)
	}
	n := cmp.Or(e.Samples, evaluated)
	of := fmt.Sprintf("%s, after %d iterations: %d samples, seed %d", gan.Config.Name, gan.Step, n, e.Seed)
	distribution, err := gan.Config.Data.distribution()
	if err != nil {
		return nil, err
	}
	x, err := gan.Sample(n, e.Seed)
	if err != nil {
		return nil, err
	}
	if distribution != nil {
		return evaluate.Points(x, distribution, evaluate.Options{Of: of, Seed: e.Seed, Output: e.Output})
	}
	return gan.evaluateImages(x, e, of)
}

func (gan *GAN) evaluateImages(x []float32, e Evaluation, of string) (*evaluate.Report, error) {
	samples, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	sets, err := gan.realImages(samples.N, e)
	if err != nil {
		return nil, err
	}
	sets.Samples, sets.Unit = samples, gan.Config.Generator.unit(x)
	o := evaluate.Options{Of: of, Seed: e.Seed, Output: e.Output}
	if o.Classifier, err = gan.classifier(); err != nil {
		return nil, err
	}
	if o.Extractor = e.Extractor; o.Extractor == nil {
		if o.Extractor, err = gan.features(); err != nil {
			return nil, err
		}
	}
	return evaluate.Images(sets, o)
}

// features are those by which images are compared where nobody says by which: those of the classifier of the data
// where there is one, else random convolutions.
func (gan *GAN) features() (feature.Extractor, error) {
	c, err := gan.classifier()
	if err != nil {
		return nil, err
	}
	if learned, ok := c.(feature.Extractor); ok {
		return learned, nil
	}
	return feature.Random(gan.backend, 1)
}

// Extractor gives the features of a name: "pixels", "random" (convolutions), "mnist" or "fashion" (classifiers),
// on the engine of the run.
func (gan *GAN) Extractor(name string) (feature.Extractor, error) {
	switch name {
	case "pixels":
		return feature.Pixels(), nil
	case "random":
		return feature.Random(gan.backend, 1)
	case "mnist":
		return feature.Digits(gan.backend)
	case "fashion":
		return feature.Fashion(gan.backend)
	}
	return nil, fmt.Errorf("extractor %q is unknown: want pixels, random, mnist or fashion", name)
}

// classifier knows what the images of the data show; nil where none does.
func (gan *GAN) classifier() (evaluate.Classifier, error) {
	shape := gan.shape()
	switch set := gan.Config.Data.Set; {
	case len(shape) != 3 || shape[0] != 28 || shape[1] != 28:
	case set == "mnist" && shape[2] == 1:
		return feature.Digits(gan.backend)
	case set == "stacked-mnist" && shape[2] == 3:
		digits, err := feature.Digits(gan.backend)
		if err != nil {
			return nil, err
		}
		return evaluate.Stacked{Digits: digits}, nil
	case (set == "fashion" || set == "fashion-mnist") && shape[2] == 1:
		return feature.Fashion(gan.backend)
	}
	return nil, nil
}

// realImages are a reference, as many real images as there are samples if there are so many, and the training
// images if the reference was held out from them.
func (gan *GAN) realImages(n int, e Evaluation) (evaluate.Sets, error) {
	cfg := gan.Config
	cfg.Output = e.Output
	train, err := cfg.pictures()
	if err != nil {
		return evaluate.Sets{}, fmt.Errorf("data: %w", err)
	}
	defer train.close()
	if !hasTestPart(cfg.Data.Set) || cfg.Data.Part == testPart {
		return halves(train.fitting, n, e.Seed)
	}
	cfg.Data.Part, cfg.Data.First = testPart, 0
	test, err := cfg.pictures()
	if err != nil {
		return evaluate.Sets{}, fmt.Errorf("data: %w", err)
	}
	defer test.close()
	var s evaluate.Sets
	if s.Reference, err = draw(test.fitting, 0, min(evaluated, test.fitting.Len()), e.Seed); err != nil {
		return s, err
	}
	if n <= train.fitting.Len() {
		if s.Real, err = draw(train.fitting, 0, n, e.Seed); err != nil {
			return s, err
		}
	}
	s.Train, err = draw(train.fitting, 0, min(train.fitting.Len(), trainValues/train.one.Size()), e.Seed)
	return s, err
}

// halves are a reference and other real images where none were held out.
func halves(train data.Source, n int, seed uint64) (s evaluate.Sets, err error) {
	half := min(evaluated, (train.Len()+1)/2)
	if s.Reference, err = draw(train, 0, half, seed); err != nil {
		return s, err
	}
	s.Reference.Name += ", training images"
	if half+n <= train.Len() {
		s.Real, err = draw(train, half, n, seed)
	}
	return s, err
}

// draw chooses n images of a source, in an order that the seed decides, after skipping so many.
func draw(from data.Source, skip, n int, seed uint64) (*data.Images, error) {
	order, err := data.NewOrder(from.Len(), from.Len(), seed)
	if err != nil {
		return nil, err
	}
	return from.Choose(slices.Clone(order.Batch(0)[skip : skip+n]))
}

// unit brings results of the network as a generator to [0, 1]; nil where they are contrast-normalised, and
// only the pixels tell.
func (n Network) unit(x []float32) []float32 {
	switch n.scale() {
	case data.Unit:
		return x
	case data.Symmetric:
		unit := make([]float32, len(x))
		for i, v := range x {
			unit[i] = (v + 1) / 2
		}
		return unit
	}
	return nil
}
