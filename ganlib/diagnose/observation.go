package diagnose

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// A verdict needs persistence: a rule looks at the last third of the run, and needs a least number of records, or of
// measurements of the samples, in it.
const (
	lateFraction = 1. / 3
	fewRecords   = 5
	fewMeasured  = 3
	comparedWith = 3 // the best of a run is the highest median of this many measurements in a row
)

// observation is a history as the rules look at it.
type observation struct {
	records  []run.Record // without events
	late     []run.Record // those of the last third of the iterations; nil if they are too few
	measured []run.Record // the records with measurements of the samples
	lately   []run.Record // those of the last third; nil if they are too few
	probes   []run.Record // the probes of the last third
	last     run.Record   // what training wrote last: a record or an event of its own
	settings settings
}

func observe(history []run.Record, config []byte) *observation {
	o := &observation{settings: readSettings(config)}
	for _, r := range history {
		switch r.Event {
		case "":
			o.records = append(o.records, r)
			o.last = r
		case run.EventRollback, run.EventStopped:
			o.last = r
		case record.Probe:
			o.probes = append(o.probes, r)
		}
	}
	for _, r := range o.records {
		if _, ok := r.Values[record.Coverage]; ok {
			o.measured = append(o.measured, r)
		}
	}
	o.probes = after(o.probes, startOfLate(o.records))
	if o.late = after(o.records, startOfLate(o.records)); len(o.late) < fewRecords {
		o.late = nil
	}
	if o.lately = after(o.measured, startOfLate(o.measured)); len(o.lately) < fewMeasured {
		o.lately = nil
	}
	return o
}

// startOfLate returns the iteration after which the last third of some records begins.
func startOfLate(records []run.Record) float64 {
	if len(records) == 0 {
		return 0
	}
	return float64(records[len(records)-1].Step) * (1 - lateFraction)
}

// after returns the records of the iterations after one of them.
func after(records []run.Record, step float64) []run.Record {
	i := slices.IndexFunc(records, func(r run.Record) bool { return float64(r.Step) > step })
	if i < 0 {
		return nil
	}
	return records[i:]
}

// values returns the named value of each record that has it; see [record.Value].
func values(records []run.Record, name string) []float64 {
	var all []float64
	for _, r := range records {
		if v, ok := record.Value(r.Values, name); ok {
			all = append(all, v)
		}
	}
	return all
}

// median returns the middle of some numbers, the lower of the two in the middle if their count is even. Of no numbers
// it is NaN, which is neither above nor below any threshold.
func median(x []float64) float64 { return quantile(x, .5) }

// quantile returns the smallest number that at least the given fraction of x does not exceed. Of no numbers it is NaN.
func quantile(x []float64, fraction float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	return stat.Quantile(fraction, stat.Empirical, slices.Sorted(slices.Values(x)), nil)
}

func (o *observation) lateMedian(name string) float64   { return median(values(o.late, name)) }
func (o *observation) latelyMedian(name string) float64 { return median(values(o.lately, name)) }

// probeRise returns how far V rose in the newest probe of the last third, in nats, and NaN if there was none.
func (o *observation) probeRise() float64 {
	rises := values(o.probes, record.ProbeRise)
	if len(rises) == 0 {
		return math.NaN()
	}
	return rises[len(rises)-1]
}

// best returns the highest median of a few measurements in a row, and the step of the middle one. Without enough
// measurements the value is NaN.
func (o *observation) best(name string) (value float64, step int) {
	value = math.NaN()
	for i := comparedWith; i <= len(o.measured); i++ {
		some := o.measured[i-comparedWith : i]
		if m := median(values(some, name)); m > value || math.IsNaN(value) {
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
