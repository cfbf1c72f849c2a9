package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// Features of a measurement. The first two are replaced by the names of the options' own.
const (
	theirs        = "the extractor's"
	theClassifier = "the classifier's"
	pixels        = "pixels"
)

const (
	sigmaRows  = 1000 // images of the reference that choose the Parzen window's width; the rest are scored
	parzenSize = 1024 // the largest image, in numbers, for a Parzen window
	splits     = 10   // of the Inception score, as in Salimans et al. 2016
	searched   = 1000 // the number of samples whose nearest training images are looked for
)

const (
	higher = "higher"
	lower  = "lower"
)

const fid = "FID" // the name of the one metric that a mean and a covariance are enough for

// featureMetrics are those of rows of features, in the order of the report.
var featureMetrics = []measurement{
	{scores: []Score{{Measure: fid, Better: lower, Extractor: theirs}}, of: (*evaluation).fid},
	{scores: []Score{{Measure: "FID∞", Better: lower, Extractor: theirs}}, of: (*evaluation).fidInfinity},
	{scores: []Score{{Measure: "KID", Better: lower, Extractor: theirs}}, of: (*evaluation).kid},
	{scores: []Score{{Measure: "MMD²", Better: lower, Extractor: theirs}}, of: (*evaluation).mmd},
	{scores: []Score{
		{Measure: "precision", Better: higher, Extractor: theirs},
		{Measure: "recall", Better: higher, Extractor: theirs},
		{Measure: "density", Extractor: theirs},
		{Measure: "coverage", Better: higher, Extractor: theirs},
	}, of: (*evaluation).manifold},
}

// imageMetrics are those of images only.
var imageMetrics = []measurement{
	{scores: []Score{{Measure: "Inception score", Better: higher, Extractor: theClassifier}}, of: (*evaluation).inception, alone: true},
	{scores: []Score{
		{Measure: "classes found", Better: higher, Extractor: theClassifier},
		{Measure: "KL of the classes", Better: lower, Extractor: theClassifier},
	}, of: (*evaluation).classFractions},
	{scores: []Score{{Measure: "Parzen log-likelihood", Better: higher, Extractor: pixels}}, of: (*evaluation).parzen},
	{scores: []Score{
		{Measure: "copies, in pixels", Extractor: pixels},
		{Measure: "median percentile, in pixels", Extractor: pixels},
	}, of: copies(false), noReal: true, train: true, most: searched},
	{scores: []Score{
		{Measure: "copies, in features", Extractor: theirs},
		{Measure: "median percentile, in features", Extractor: theirs},
	}, of: copies(true), noReal: true, train: true, most: searched},
	{scores: []Score{{Measure: "birthday support", Better: higher, Extractor: theirs}}, of: (*evaluation).birthday},
}

// one is the result of a metric with a single number.
func one(e measure.Estimate, note string, err error) ([]result, error) {
	return []result{{e, note}}, err
}

func (e *evaluation) fid(_ context.Context, v *view) ([]result, error) {
	value, err := measure.FID(v.features, e.reference.features, e.dim)
	return one(value, "", err)
}

// fidInfinity fits the FID of a tenth, a fifth, half and all of the samples.
func (e *evaluation) fidInfinity(_ context.Context, v *view) ([]result, error) {
	curve, err := measure.FIDInfinity(v.features, e.reference.features, e.dim, []int{v.n / 10, v.n / 5, v.n / 2, v.n}, e.Seed)
	if err != nil {
		return nil, err
	}
	note := "extrapolated to infinitely many samples; FID of"
	for i, size := range curve.Sizes {
		note += fmt.Sprintf(" %d: %.4g", size, curve.Values[i])
	}
	return one(curve.Infinity, note, nil)
}

func (e *evaluation) kid(_ context.Context, v *view) ([]result, error) {
	kid, err := measure.KID(v.features, e.reference.features, e.dim, measure.KIDOptions{Seed: e.Seed})
	return one(kid, "", err)
}

func (e *evaluation) mmd(_ context.Context, v *view) ([]result, error) {
	reference := e.reference.features
	bandwidth, err := measure.MedianBandwidth(reference, reference, e.dim) // the same for all samples
	if err != nil {
		return nil, err
	}
	mmd, err := measure.MMD(v.features, reference, e.dim, bandwidth)
	return one(mmd, fmt.Sprintf("of a Gaussian kernel of bandwidth %.3g, the reference's median distance", bandwidth), err)
}

func (e *evaluation) manifold(_ context.Context, v *view) ([]result, error) {
	m, err := measure.Manifold(e.reference.features, v.features, e.dim, measure.Neighbours)
	return []result{{m.Precision, ""}, {m.Recall, ""}, {m.Density, ""}, {m.Coverage, ""}}, err
}

// errNoClassifier is why a metric of classes has no number.
var errNoClassifier = errors.New("no classifier for such images: there is one for MNIST's digits and one for Fashion-MNIST")

func (e *evaluation) inception(_ context.Context, v *view) ([]result, error) {
	if v.probabilities == nil {
		return nil, errNoClassifier
	}
	score, err := measure.InceptionScore(v.probabilities, len(v.probabilities)/v.n, splits)
	return one(score, "by a classifier of these classes: not comparable with published scores", err)
}

// parzen chooses σ on the reference's first images and scores the rest.
func (e *evaluation) parzen(_ context.Context, v *view) ([]result, error) {
	reference := e.reference.pixels
	switch {
	case e.size > parzenSize:
		return nil, fmt.Errorf("images of %d numbers: want at most %d, and a Parzen window says little beyond a few hundred", e.size, parzenSize)
	case e.reference.n <= sigmaRows+1:
		return nil, fmt.Errorf("a reference of %d images: want more than %d, of which %d choose the window's width", e.reference.n, sigmaRows+1, sigmaRows)
	}
	sigma, _, err := measure.ParzenSigma(v.pixels, reference[:sigmaRows*e.size], e.size)
	if err != nil {
		return nil, err
	}
	of, err := measure.Parzen(v.pixels, reference[sigmaRows*e.size:], e.size, sigma)
	if err != nil {
		return nil, err
	}
	return one(of[0], fmt.Sprintf("nats, σ = %.3g, chosen on the reference's first %d images", sigma, sigmaRows), nil)
}

// errSeen is why the search for copies has no number.
var errSeen = errors.New("no real images were held out from training, to compare the distances of new images with")

// copies looks for the samples' nearest training images, in pixels or in features.
func copies(inFeatures bool) func(e *evaluation, ctx context.Context, v *view) ([]result, error) {
	return func(e *evaluation, ctx context.Context, v *view) ([]result, error) {
		if e.train == nil {
			return nil, errSeen
		}
		extractor, samples, heldOut := feature.Pixels(), v.pixels, e.reference.first(searched).pixels
		if inFeatures {
			extractor, samples, heldOut = e.Extractor, v.features, e.reference.first(searched).features
		}
		train, dim, err := extractor.Extract(ctx, e.train)
		if err != nil {
			return nil, err
		}
		m, err := measure.Memorisation(samples, train, heldOut, dim)
		if err != nil {
			return nil, err
		}
		if !inFeatures {
			if e.report.Nearest, err = e.train.Choose(m.Nearest); err != nil {
				return nil, err
			}
			if e.report.Drawn, err = e.drawn.Subset(0, v.n); err != nil {
				return nil, err
			}
		}
		return []result{
			{m.Copies, fmt.Sprintf("fraction of the samples that are nearer to a training image than 99%% of new real images are; by chance %.3f", m.Chance)},
			{measure.Estimate{Value: m.Median, StdErr: medianError(m.Percentiles)}, "rank of the distance to the nearest training image among those of new real images: 50 for new samples, 0 for copies"},
		}, nil
	}
}

// medianError is the standard error of a median: half the distance between the order statistics whose ranks are one
// standard deviation below and above the middle.
func medianError(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	n := float64(len(sorted))
	at := func(rank float64) float64 { return sorted[int(min(max(rank, 0), n-1))] }
	return (at((n+math.Sqrt(n))/2) - at((n-math.Sqrt(n))/2)) / 2
}

// classFractions compares the classes of the samples with those of the reference. The 1,000 classes of Stacked MNIST,
// for which any reference is too small, are taken as equally frequent.
func (e *evaluation) classFractions(_ context.Context, v *view) ([]result, error) {
	if e.Classifier == nil {
		return nil, errNoClassifier
	}
	fractions, err := measure.Shares(e.reference.labels, e.Classifier.Classes())
	if err != nil {
		return nil, err
	}
	if _, ok := e.Classifier.(stacked); ok {
		for class := range fractions {
			fractions[class] = 1 / float64(len(fractions))
		}
	}
	c, err := measure.LabelCoverage(v.labels, fractions)
	if err != nil {
		return nil, err
	}
	found := fmt.Sprintf("of %d", c.Of)
	if n := len(c.Missing); n > 0 {
		found += fmt.Sprintf("; missing: %v", c.Missing[:min(n, 10)])
	}
	return []result{
		{measure.Estimate{Value: float64(c.Found)}, found},
		{c.KL, fmt.Sprintf("nats, from the reference's; as many real images score %.2g on average", c.Chance.KL)},
	}, nil
}

func (e *evaluation) birthday(_ context.Context, v *view) ([]result, error) {
	s, err := measure.Birthday(v.features, e.reference.first(v.n).features, e.dim) // what counts as near depends on the number of rows
	if err != nil {
		return nil, err
	}
	upTo := "no upper bound"
	if !math.IsInf(s.High, 1) {
		upTo = fmt.Sprintf("%.3g", s.High)
	}
	return one(s.Size, fmt.Sprintf("different pictures, from %d near-duplicate pairs of samples; 95%% interval %.3g to %s; real images score %.3g, the largest size that can be told from them", s.Pairs, s.Low, upTo, s.HeldOut), nil)
}
