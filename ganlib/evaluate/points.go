package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// coordinates are the features of points.
const coordinates = "coordinates"

// referenceStream separates the reference from the noise of the samples, which are drawn by the same seed.
const referenceStream = 0xd1b54a32d192ed03 // any odd constant would do

// Points evaluates samples [n, dim] of a toy distribution against as many fresh draws from it. On a mixture it counts the
// modes found. In one dimension it computes the Jensen-Shannon divergence of a histogram from the known density.
func Points(ctx context.Context, samples []float32, of data.Distribution, o Options) (*Report, error) {
	dim := of.Dim()
	if len(samples) == 0 || len(samples)%dim != 0 {
		return nil, invalid.Value("samples", len(samples), "a positive multiple of %d, the numbers in a point", dim)
	}
	n := len(samples) / dim
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, features: coordinates, dim: dim}
	e.samples = &view{name: "samples", n: n, features: samples}
	seed := o.Seed ^ referenceStream
	e.reference = &view{name: "fresh draws", n: n, features: of.Batch(seed, 0, n)}
	e.real = &view{name: "fresh draws", n: n, features: of.Batch(seed, 1, n)}

	all := slices.Clone(featureMetrics)
	if mixture, ok := of.(data.Mixture); ok {
		all = append(all, modes(mixture))
	}
	if cdf, ok := of.(interface{ CDF(float64) float64 }); ok && dim == 1 {
		all = append(all, divergence(cdf.CDF))
	}
	return e.run(ctx, all)
}

// Features evaluates features that were computed elsewhere, samples [n, dim] against a reference [m, dim], by the metrics
// that need nothing else. Rows that do not look like features are doubted in the report's words.
func Features(ctx context.Context, samples, reference []float32, dim int, o Options) (*Report, error) {
	e, err := elsewhere(samples, dim, o)
	if err != nil {
		return nil, err
	}
	if err := wholeRows("reference", reference, dim); err != nil {
		return nil, err
	}
	e.reference = &view{name: "reference", n: len(reference) / dim, features: reference}
	e.report.Doubts = append(e.report.Doubts, doubts("the reference", reference, dim)...)
	return e.run(ctx, featureMetrics)
}

// errOnlyStatistics is why a metric of rows has no number.
var errOnlyStatistics = errors.New("only statistics of the reference are known, its mean and its covariance")

// Statistics evaluates features that were computed elsewhere, samples [n, dim], against a reference of which only the
// mean and the covariance are known. The report has their FID; of the other metrics of features it says that they were
// not measured.
func Statistics(ctx context.Context, samples []float32, reference measure.Gaussian, o Options) (*Report, error) {
	e, err := elsewhere(samples, len(reference.Mean), o)
	if err != nil {
		return nil, err
	}
	e.reference = &view{name: "a mean and a covariance"}
	all := slices.Clone(featureMetrics)
	for i := range all {
		all[i].of = func(*evaluation, context.Context, *view) ([]result, error) { return nil, errOnlyStatistics }
		if all[i].scores[0].Measure == fid {
			all[i].of = func(_ *evaluation, _ context.Context, v *view) ([]result, error) {
				value, err := measure.FIDTo(v.features, reference)
				return one(value, "", err)
			}
		}
	}
	return e.run(ctx, all)
}

// elsewhere begins a report on features that were computed elsewhere.
func elsewhere(samples []float32, dim int, o Options) (*evaluation, error) {
	if err := wholeRows("samples", samples, dim); err != nil {
		return nil, err
	}
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, features: "computed elsewhere", dim: dim}
	e.samples = &view{name: "samples", n: len(samples) / dim, features: samples}
	e.report.Doubts = doubts("the samples", samples, dim)
	return e, nil
}

// wholeRows refuses what is not rows of dim numbers.
func wholeRows(key string, x []float32, dim int) error {
	if dim < 1 || len(x) == 0 || len(x)%dim != 0 {
		return invalid.Value(key, len(x), "a positive multiple of %d, the numbers in a row", dim)
	}
	return nil
}

// doubts says in words why rows x, [n, dim], may be something else than features.
func doubts(name string, x []float32, dim int) (words []string) {
	n := len(x) / dim
	if n < dim {
		words = append(words, fmt.Sprintf("%s are %d rows of %d numbers: fewer rows than features leave most of the covariance to chance, "+
			"and a row for each class or layer is not a row for each image", name, n, dim))
	}
	if dim > 1 && sumToOne(x, dim) {
		words = append(words, fmt.Sprintf("%s have rows that sum to 1: these look like probabilities of classes, not features", name))
	}
	return words
}

// sumToOne reports whether all rows are at least 0 and sum to 1.
func sumToOne(x []float32, dim int) bool {
	for row := range slices.Chunk(x, dim) {
		var sum float64
		for _, v := range row {
			if v < 0 {
				return false
			}
			sum += float64(v)
		}
		if math.Abs(sum-1) > 1e-3 {
			return false
		}
	}
	return true
}

// modes counts the samples of each mode of a mixture.
func modes(of data.Mixture) measurement {
	return measurement{
		scores: []Score{
			{Measure: fmt.Sprintf("modes found, of %d", len(of.Means)), Better: higher, Extractor: coordinates},
			{Measure: "high-quality share", Better: higher, Extractor: coordinates},
			{Measure: "KL of the modes", Better: lower, Extractor: coordinates},
		},
		alone: true,
		of: func(_ *evaluation, _ context.Context, v *view) ([]result, error) {
			m, err := measure.ModeCoverage(v.features, of)
			if err != nil {
				return nil, err
			}
			var missing string
			if len(m.Missing) > 0 {
				missing = fmt.Sprintf("missing: %v", m.Missing)
			}
			return []result{
				{measure.Estimate{Value: float64(m.Found)}, missing},
				{m.HighQuality, fmt.Sprintf("fraction within 3 standard deviations of a mode; that of the data is %.4f", m.HighQualityByChance)},
				{m.Nearest.KL, fmt.Sprintf("nats; as many real points score %.2g on average", m.Nearest.Chance.KL)},
			}, nil
		},
	}
}

// divergence is how far samples in one dimension are from their density.
func divergence(cdf func(float64) float64) measurement {
	const width, parts = .1, 10
	return measurement{
		scores: []Score{{Measure: "histogram JSD", Better: lower, Extractor: coordinates}},
		alone:  true,
		of: func(_ *evaluation, _ context.Context, v *view) ([]result, error) {
			if v.n < parts {
				return nil, invalid.Value("samples", v.n, "at least %d", parts)
			}
			jsd, err := measure.HistogramJSD(v.features, cdf, width)
			if err != nil {
				return nil, err
			}
			var of [parts]float64
			for i := range of {
				if of[i], err = measure.HistogramJSD(v.features[i*v.n/parts:(i+1)*v.n/parts], cdf, width); err != nil {
					return nil, fmt.Errorf("a tenth of the samples: %w", err)
				}
			}
			stdErr := stat.StdErr(stat.StdDev(of[:], nil), parts)
			return one(measure.Estimate{Value: jsd, StdErr: stdErr}, fmt.Sprintf("nats, in bins of width %g; positive even for perfect samples", width), nil)
		},
	}
}
