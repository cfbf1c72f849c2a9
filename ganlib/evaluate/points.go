package evaluate

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// coordinates are the features of points.
const coordinates = "coordinates"

// Points measures samples [n, dim] of a toy distribution, against as many fresh
// draws from it. On a mixture it counts modes; on a distribution on the line it
// takes the Jensen-Shannon divergence of a histogram from the known density.
func Points(samples []float32, of data.Distribution, o Options) (*Report, error) {
	dim := of.Dim()
	if len(samples) == 0 || len(samples)%dim != 0 {
		return nil, fmt.Errorf("samples have %d values: want a positive multiple of a point's %d", len(samples), dim)
	}
	n := len(samples) / dim
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, features: coordinates, dim: dim}
	e.samples = &view{name: "samples", n: n, features: samples}
	e.reference = &view{name: "fresh draws", n: n, features: of.Batch(o.Seed, 0, n)}
	e.real = &view{name: "fresh draws", n: n, features: of.Batch(o.Seed, 1, n)}

	all := slices.Clone(featureMeasures)
	if mixture, ok := of.(data.Mixture); ok {
		all = append(all, modes(mixture))
	}
	if cdf, ok := of.(interface{ CDF(float64) float64 }); ok && dim == 1 {
		all = append(all, divergence(cdf.CDF))
	}
	e.run(all)
	return e.report, nil
}

// Features measures features that were computed elsewhere, samples [n, dim]
// against a reference [m, dim], by the measures that need no more than that.
func Features(samples, reference []float32, dim int, o Options) (*Report, error) {
	for name, x := range map[string][]float32{"samples": samples, "reference": reference} {
		if dim < 1 || len(x) == 0 || len(x)%dim != 0 {
			return nil, fmt.Errorf("%s have %d values: want a positive multiple of a row's %d", name, len(x), dim)
		}
	}
	e := &evaluation{Options: o, report: &Report{Of: o.Of}, features: "computed elsewhere", dim: dim}
	e.samples = &view{name: "samples", n: len(samples) / dim, features: samples}
	e.reference = &view{name: "reference", n: len(reference) / dim, features: reference}
	e.run(featureMeasures)
	return e.report, nil
}

// modes counts a mixture's modes among the samples.
func modes(of data.Mixture) measurement {
	return measurement{
		scores: []Score{
			{Measure: fmt.Sprintf("modes found, of %d", len(of.Means)), Better: higher, Extractor: coordinates},
			{Measure: "high-quality share", Better: higher, Extractor: coordinates},
			{Measure: "KL of the modes", Better: lower, Extractor: coordinates},
		},
		alone: true,
		of: func(_ *evaluation, v *view) ([]result, error) {
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
				{m.HighQuality, fmt.Sprintf("within 3 standard deviations of a mode; the data's own: %.4f", m.HighQualityByChance)},
				{m.Nearest.KL, fmt.Sprintf("nats; as many real points: %.2g by chance", m.Nearest.Chance.KL)},
			}, nil
		},
	}
}

// divergence is how far samples on the line are from their density.
func divergence(cdf func(float64) float64) measurement {
	const width, parts = .1, 10
	return measurement{
		scores: []Score{{Measure: "histogram JSD", Better: lower, Extractor: coordinates}},
		alone:  true,
		of: func(_ *evaluation, v *view) ([]result, error) {
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
			return one(measure.Estimate{Value: jsd, StdErr: stdErr}, fmt.Sprintf("nats, in bins of width %g; chance alone makes it positive", width), nil)
		},
	}
}
