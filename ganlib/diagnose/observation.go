package diagnose

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/run"
)

// A verdict needs persistence: a rule looks at the last third of the run, and needs so many records, or
// measurements of the samples, in it.
const (
	lateShare    = 1. / 3
	fewRecords   = 5
	fewMeasured  = 3
	comparedWith = 3 // the best of a run is the median of so many measurements about it
)

// observation is a history as the rules look at it.
type observation struct {
	records  []run.Record // without events
	late     []run.Record // of the last third of the iterations
	measured []run.Record // those with measured samples
	lately   []run.Record // of these, the last third
	last     run.Record   // an event included
	settings settings
}

func observe(history []run.Record, config []byte) *observation {
	o := &observation{settings: readSettings(config)}
	for _, r := range history {
		o.last = r
		if r.Event == "" {
			o.records = append(o.records, r)
		}
	}
	o.late = after(o.records, lateShare)
	for _, r := range o.records {
		if _, ok := r.Values["coverage"]; ok {
			o.measured = append(o.measured, r)
		}
	}
	o.lately = after(o.measured, lateShare)
	if len(o.late) < fewRecords {
		o.late = nil
	}
	if len(o.lately) < fewMeasured {
		o.lately = nil
	}
	return o
}

// after is the last share of records, by iterations.
func after(records []run.Record, share float64) []run.Record {
	if len(records) == 0 {
		return nil
	}
	from := float64(records[len(records)-1].Step) * (1 - share)
	i := slices.IndexFunc(records, func(r run.Record) bool { return float64(r.Step) > from })
	return records[i:]
}

// values are those of a name, or of MathWorks' scores, for which there is no name in the records. A record without
// is left out.
func values(records []run.Record, name string) []float64 {
	var all []float64
	for _, r := range records {
		if v, ok := value(r, name); ok {
			all = append(all, v)
		}
	}
	return all
}

// value is a record's value of a name. MathWorks' discriminator score is how often D would be right if it answered
// at random with the probabilities it states; its generator score is d_fake.
func value(r run.Record, name string) (float64, bool) {
	if name == "scoreD" {
		real, ok := r.Values["d_real"]
		fake, too := r.Values["d_fake"]
		return (real + 1 - fake) / 2, ok && too
	}
	v, ok := r.Values[name]
	return v, ok
}

// median, of an even number the lower of the two in the middle, is NaN of nothing, which is neither above nor below
// any bound.
func median(x []float64) float64 { return quantile(x, .5) }

// quantile is the smallest of some numbers that at least a share of them does not exceed, and NaN of none.
func quantile(x []float64, share float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return stat.Quantile(share, stat.Empirical, slices.Sorted(slices.Values(x)), nil)
}

func (o *observation) lateMedian(name string) float64   { return median(values(o.late, name)) }
func (o *observation) latelyMedian(name string) float64 { return median(values(o.lately, name)) }

// best is the highest median of a few measurements in a row, and the step of the middle one.
func (o *observation) best(name string) (value float64, step int) {
	value = math.NaN()
	for i := comparedWith; i <= len(o.measured); i++ {
		some := o.measured[i-comparedWith : i]
		if m := median(values(some, name)); !(m <= value) {
			value, step = m, some[comparedWith/2].Step
		}
	}
	return value, step
}

// verdict is a verdict over a stretch of records.
func verdict(c Condition, over []run.Record, text string, evidence ...Evidence) *Verdict {
	v := &Verdict{Condition: c, Text: text, Evidence: evidence}
	if len(over) > 0 {
		v.From, v.To = over[0].Step, over[len(over)-1].Step
	}
	return v
}
