package evaluate

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/progress"
)

// Sets are the images to compare, all of one size.
type Sets struct {
	Samples *data.Images
	// Unit are the samples before they were rounded to pixels, [n, height, width, channels] in [0, 1], for the Parzen
	// window. Nil means that only the pixels are known.
	Unit []float32
	// Reference are the real images that the samples are compared with.
	Reference *data.Images
	// Real are other real images, as many as there are samples. Their scores are those of a perfect generator, see [Real]
	// for what flatters them. Nil leaves these scores out.
	Real *data.Images
	// Train are the images that the generator was trained on, among which copies are looked for. It must be nil unless the
	// reference was held out from training.
	Train *data.Images
}

// Classifier assigns images to classes. A [feature.Classifier] is one, with Probabilities of the classes in addition,
// which the Inception score needs.
type Classifier interface {
	Name() string
	Classes() int // their number
	Classify(ctx context.Context, images *data.Images) ([]int, error)
}

// stacked classifies images of Stacked MNIST by the three digits in their channels.
type stacked struct{ digits *feature.Classifier }

func (s stacked) Name() string { return s.digits.Name() + ", a channel each" }

func (s stacked) Classes() int { return 1000 }

func (s stacked) Classify(ctx context.Context, images *data.Images) ([]int, error) {
	return s.digits.ClassifyStacked(ctx, images)
}

// Options say how to evaluate.
type Options struct {
	Of        string            // the title of the report: where the samples are from
	Seed      uint64            // the seed of the samples, which also decides random subsets
	Extractor feature.Extractor // of the features to compare; nil means pixels
	// Classifier knows the classes of the images. Nil leaves out the metrics of classes.
	Classifier Classifier
	// Output receives progress. Nil means silence.
	Output io.Writer
}

// view is a set of images in the forms that metrics take, [n, ...] each.
type view struct {
	name          string
	n             int
	pixels        []float32 // [n, size] in [0, 1]
	features      []float32 // [n, dim]
	probabilities []float32 // [n, classes]; nil unless the classifier gives them
	labels        []int     // [n], classes; nil without a classifier
}

// mostFeatures is the largest number of features. Only pixels have more.
const mostFeatures = 4096

// evaluation is a report in the making.
type evaluation struct {
	Options
	report    *Report
	samples   *view
	reference *view
	real      *view        // nil if there are no other real images
	drawn     *data.Images // the samples
	train     *data.Images // nil unless the reference was held out from them
	features  string       // the name of the features
	size, dim int          // the numbers of values in an image and of features
}

// Images evaluates samples that are images. It returns an error if the sets differ in size, or if the extractor or the
// classifier refuses them. A metric that cannot be computed has no number in the report but a note that says why.
//
// Cancelling the context ends it at the next batch of images or metric, with an error that wraps the context's.
func Images(ctx context.Context, s Sets, o Options) (*Report, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if o.Extractor == nil {
		o.Extractor = feature.Pixels()
	}
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, drawn: s.Samples, train: s.Train, features: o.Extractor.Name(), size: s.Samples.Size()}
	var err error
	if e.samples, err = e.view(ctx, s.Samples); err != nil {
		return nil, fmt.Errorf("samples: %w", err)
	}
	if s.Unit != nil {
		e.samples.pixels = s.Unit
	}
	if e.reference, err = e.view(ctx, s.Reference); err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	if s.Real != nil {
		if e.real, err = e.view(ctx, s.Real); err != nil {
			return nil, fmt.Errorf("real images: %w", err)
		}
	}
	if e.dim > mostFeatures {
		return nil, invalid.Value("extractor", e.features, "at most %d features: these images have %d, and time grows with their cube", mostFeatures, e.dim)
	}
	return e.run(ctx, slices.Concat(featureMetrics, imageMetrics))
}

// check refuses sets that cannot be compared.
func (s Sets) check() error {
	switch {
	case s.Samples == nil:
		return invalid.Value("Sets.Samples", nil, "images")
	case s.Reference == nil:
		return invalid.Value("Sets.Reference", nil, "images")
	case s.Unit != nil && len(s.Unit) != s.Samples.N*s.Samples.Size():
		return invalid.Value("len(Sets.Unit)", len(s.Unit), "%d, all numbers of the samples, or 0", s.Samples.N*s.Samples.Size())
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
			return fmt.Errorf("%w: images of %q have shape %v, the samples %v", data.ErrUnfit, set.Name, got, want)
		}
	}
	if s.Real != nil && s.Real.N != s.Samples.N {
		return invalid.Value("Sets.Real.N", s.Real.N, "%d, as many as there are samples, for most metrics change with the number", s.Samples.N)
	}
	return nil
}

// view takes the pixels, features and labels of a set.
func (e *evaluation) view(ctx context.Context, images *data.Images) (*view, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v := &view{name: images.Name, n: images.N}
	var err error
	if v.pixels, _, err = feature.Pixels().Extract(ctx, images); err != nil {
		return nil, err
	}
	if v.features, e.dim, err = e.Extractor.Extract(ctx, images); err != nil {
		return nil, err
	}
	if e.Classifier == nil {
		return v, nil
	}
	c, ok := e.Classifier.(interface {
		Probabilities(context.Context, *data.Images) ([]float32, error)
	})
	if !ok {
		v.labels, err = e.Classifier.Classify(ctx, images)
		return v, err
	}
	v.probabilities, err = c.Probabilities(ctx, images)
	for row := range slices.Chunk(v.probabilities, e.Classifier.Classes()) {
		v.labels = append(v.labels, slices.Index(row, slices.Max(row)))
	}
	return v, err
}

// first is the view of the first images: most of them, or all if there are fewer or most is 0.
func (v *view) first(most int) *view {
	if most == 0 || most >= v.n {
		return v
	}
	cut := func(x []float32) []float32 { return x[:len(x)/v.n*most] }
	return &view{v.name, most, cut(v.pixels), cut(v.features), cut(v.probabilities), v.labels[:min(most, len(v.labels))]}
}

// run computes one metric after the other.
func (e *evaluation) run(ctx context.Context, all []measurement) (*Report, error) {
	bar := progress.Count(e.Output, "measuring", len(all))
	defer bar.Done()
	for i, m := range all {
		e.add(ctx, m)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d metrics: %w", i, len(all), err)
		}
		bar.Add(1)
	}
	return e.report, nil
}

// measurement is one computation, of one or several scores.
type measurement struct {
	scores []Score // what is known before: the metric, which values are better, and Extractor
	// of computes the scores of a view.
	of func(e *evaluation, ctx context.Context, v *view) ([]result, error)
	// noReal leaves out the scores of real images in the samples' place, where they mean nothing.
	noReal bool
	// alone marks metrics without a reference.
	alone bool
	// train marks metrics that compare the samples with the training images.
	train bool
	// most limits the number of samples, 0 for all.
	most int
}

// result is a number and a note on it.
type result struct {
	measure.Estimate
	note string
}

// add computes a measurement and adds its scores to the report.
func (e *evaluation) add(ctx context.Context, m measurement) {
	samples := e.samples.first(m.most)
	results, err := m.of(e, ctx, samples)
	var reals []result
	if err == nil && e.real != nil && !m.noReal {
		reals, _ = m.of(e, ctx, e.real.first(m.most)) // left out if it fails
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
