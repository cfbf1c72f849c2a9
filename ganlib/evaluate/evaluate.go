package evaluate

import (
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/progress"
)

// Sets are the images to compare, all of one size.
type Sets struct {
	Samples *data.Images
	// Unit are the samples before they were rounded to pixels, [n, h, w, c] in
	// [0, 1], for the Parzen window; nil: the pixels serve.
	Unit []float32
	// Reference are the real images that samples are held against.
	Reference *data.Images
	// Real are other real images, to measure in the samples' place: what a
	// generator without fault would score. As many as there are samples; nil: none.
	Real *data.Images
	// Train are the images that the generator was trained on, for finding copies;
	// nil unless the reference was held out from training.
	Train *data.Images
}

// Classifier tells which of Classes the images show: a [feature.Classifier], or
// [Stacked]. One that gives Probabilities too makes an Inception score.
type Classifier interface {
	Name() string
	Classes() int
	Classify(images *data.Images) ([]int, error)
}

// Stacked reads the three digits of images of Stacked MNIST.
type Stacked struct{ Digits *feature.Classifier }

// Name is that of the classifier of digits.
func (s Stacked) Name() string { return s.Digits.Name() + ", a channel each" }

// Classes is 1000.
func (s Stacked) Classes() int { return 1000 }

// Classify is the number that the digits write, 0 to 999.
func (s Stacked) Classify(images *data.Images) ([]int, error) {
	return s.Digits.ClassifyStacked(images)
}

// Options are how to measure.
type Options struct {
	Of        string            // whose samples they are, for the report
	Seed      uint64            // that made the samples, and decides what is drawn among them
	Extractor feature.Extractor // of the features; nil: pixels
	// Classifier tells what the images show; nil where none knows such images.
	Classifier Classifier
	// Output receives progress; nil: silence.
	Output io.Writer
}

// view is a set of images in the forms that measures take, [n, ...] each.
type view struct {
	name          string
	n             int
	pixels        []float32 // [n, size] in [0, 1]
	features      []float32 // [n, dim]
	probabilities []float32 // [n, classes]; nil without a classifier that gives them
	labels        []int     // [n], the classes they show; nil without a classifier
}

// mostFeatures is beyond what any extractor gives, but pixels.
const mostFeatures = 4096

// evaluation is a report in the making.
type evaluation struct {
	Options
	report    *Report
	samples   *view
	reference *view
	real      *view        // nil without
	drawn     *data.Images // the samples
	train     *data.Images // nil unless the reference was held out from them
	features  string       // what they are
	size, dim int          // numbers in an image, and in its features
}

// Images measures samples that are images. It returns an error if the sets are
// not of one size, or if features cannot be taken of them; a measure that cannot
// be computed has no number in the report, and says why.
func Images(s Sets, o Options) (*Report, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if o.Extractor == nil {
		o.Extractor = feature.Pixels()
	}
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, drawn: s.Samples, train: s.Train, features: o.Extractor.Name(), size: s.Samples.Size()}
	var err error
	if e.samples, err = e.view(s.Samples); err != nil {
		return nil, fmt.Errorf("samples: %w", err)
	}
	if s.Unit != nil {
		e.samples.pixels = s.Unit
	}
	if e.reference, err = e.view(s.Reference); err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	if s.Real != nil {
		if e.real, err = e.view(s.Real); err != nil {
			return nil, fmt.Errorf("real images: %w", err)
		}
	}
	if e.dim > mostFeatures {
		return nil, fmt.Errorf("%s of these images are %d numbers each: want at most %d, for distances of distributions take their cube", e.features, e.dim, mostFeatures)
	}
	e.run(slices.Concat(featureMeasures, imageMeasures))
	return e.report, nil
}

// check reports sets that cannot be compared.
func (s Sets) check() error {
	if s.Samples == nil || s.Reference == nil {
		return fmt.Errorf("samples %v, reference %v: want both", s.Samples != nil, s.Reference != nil)
	}
	if s.Unit != nil && len(s.Unit) != s.Samples.N*s.Samples.Size() {
		return fmt.Errorf("%d unrounded numbers of %d samples of %d: want all of them, or none", len(s.Unit), s.Samples.N, s.Samples.Size())
	}
	for _, set := range []*data.Images{s.Samples, s.Reference, s.Real, s.Train} {
		if set == nil {
			continue
		}
		if err := set.Validate(); err != nil {
			return err
		}
		got := []int{set.Height, set.Width, set.Channels}
		if want := []int{s.Samples.Height, s.Samples.Width, s.Samples.Channels}; !slices.Equal(got, want) {
			return fmt.Errorf("images of %q have shape %v: want the samples', %v", set.Name, got, want)
		}
	}
	if s.Real != nil && s.Real.N != s.Samples.N {
		return fmt.Errorf("%d real images to stand for %d samples: want as many, for most measures change with the number", s.Real.N, s.Samples.N)
	}
	return nil
}

// view takes the pixels, features and labels of a set.
func (e *evaluation) view(images *data.Images) (*view, error) {
	v := &view{name: images.Name, n: images.N}
	var err error
	if v.pixels, _, err = feature.Pixels().Extract(images); err != nil {
		return nil, err
	}
	if v.features, e.dim, err = e.Extractor.Extract(images); err != nil {
		return nil, err
	}
	if e.Classifier == nil {
		return v, nil
	}
	c, ok := e.Classifier.(interface {
		Probabilities(*data.Images) ([]float32, error)
	})
	if !ok {
		v.labels, err = e.Classifier.Classify(images)
		return v, err
	}
	v.probabilities, err = c.Probabilities(images)
	for row := range slices.Chunk(v.probabilities, e.Classifier.Classes()) {
		v.labels = append(v.labels, slices.Index(row, slices.Max(row)))
	}
	return v, err
}

// first is the view of the first so many images, of all where there are no more or most is 0.
func (v *view) first(most int) *view {
	if most == 0 || most >= v.n {
		return v
	}
	cut := func(x []float32) []float32 { return x[:len(x)/v.n*most] }
	return &view{v.name, most, cut(v.pixels), cut(v.features), cut(v.probabilities), v.labels[:min(most, len(v.labels))]}
}

// run measures one thing after the other.
func (e *evaluation) run(all []measurement) {
	bar := progress.Count(e.Output, "measuring", len(all))
	defer bar.Done()
	for _, m := range all {
		e.measure(m)
		bar.Add(1)
	}
}

// measurement is one computation, which may give several numbers.
type measurement struct {
	scores []Score // the numbers it gives: their names, what is better, which Extractor they have
	// of measures a view against the reference.
	of func(e *evaluation, v *view) ([]result, error)
	// noReal tells that training images in the samples' place would say nothing.
	noReal bool
	// alone tells that the reference plays no part.
	alone bool
	// train tells that the samples are held against the training images.
	train bool
	// most is how many samples are looked at, 0 for all.
	most int
}

// result is a number, and what else there is to say of it.
type result struct {
	measure.Estimate
	note string
}

// measure adds a measurement's scores to the report.
func (e *evaluation) measure(m measurement) {
	samples := e.samples.first(m.most)
	results, err := m.of(e, samples)
	var reals []result
	if err == nil && e.real != nil && !m.noReal {
		// What the samples can be asked, as many real images can be, or there is no such number.
		reals, _ = m.of(e, e.real.first(m.most))
	}
	for i, s := range m.scores {
		s.N, s.Seed = samples.n, e.Seed
		switch {
		case s.Extractor == theClassifier && e.Classifier != nil:
			s.Extractor = e.Classifier.Name()
		case s.Extractor == theirs:
			s.Extractor = e.features
		}
		switch {
		case m.train && e.train != nil:
			s.M, s.Reference = e.train.N, e.train.Name
		case !m.alone:
			s.M, s.Reference = e.reference.n, e.reference.name
		}
		if err != nil {
			s.Note = err.Error()
		} else {
			s.Estimate, s.Note = &results[i].Estimate, results[i].note
		}
		if reals != nil {
			s.Real = &reals[i].Estimate
		}
		e.report.Scores = append(e.report.Scores, s)
	}
}
