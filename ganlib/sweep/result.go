package sweep

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/disk"
)

// Result sums up the runs of a sweep. Its JSON is sweep.json.
type Result struct {
	// Seeds are those of the runs that Values is computed from.
	Seeds []int64 `json:"seeds"`
	// Stopped holds the seeds whose training went wrong, each with the reason. Values includes their runs up to there.
	Stopped map[int64]string `json:"stopped,omitempty"`
	// Failed holds the seeds whose runs failed otherwise, each with its error. Values leaves them out.
	Failed map[int64]string `json:"failed,omitempty"`
	// Values is the spread of each value in the runs' histories, by the value's name. It includes the two scores that
	// follow from other values, [record.DScore] and [record.GScore].
	Values map[string]Quartiles `json:"values"`

	errs []error // of the seeds in Failed
}

// Quartiles are the spread of one value over several runs, at each iteration at which a run recorded it. All slices have
// the same length.
type Quartiles struct {
	Step []int `json:"step"`
	// Runs is the number of runs that have the value: fewer after some have stopped.
	Runs []int `json:"runs"`
	// Lower and Upper are the first and third quartiles: half of the runs lie between them.
	Lower  []float64 `json:"lower"`
	Median []float64 `json:"median"`
	Upper  []float64 `json:"upper"`
}

// quartilesOf returns the spread of the named value over the histories of several runs. Quantiles between two runs are
// interpolated linearly, as R, NumPy and spreadsheets do: the median of an even number of runs is the mean of the two in
// the middle.
func quartilesOf(histories [][]run.Record, name string) Quartiles {
	at := make(map[int][]float64)
	for _, history := range histories {
		for _, r := range history {
			if v, ok := record.Value(r.Values, name); ok && r.Event == "" {
				at[r.Step] = append(at[r.Step], v)
			}
		}
	}
	var q Quartiles
	for _, step := range slices.Sorted(maps.Keys(at)) {
		values := slices.Sorted(slices.Values(at[step]))
		q.Step, q.Runs = append(q.Step, step), append(q.Runs, len(values))
		q.Lower = append(q.Lower, quantile(.25, values))
		q.Median = append(q.Median, quantile(.5, values))
		q.Upper = append(q.Upper, quantile(.75, values))
	}
	return q
}

// quantile is the p-quantile of n sorted values, at the position p·(n−1), counted from 0. Gonum's linear interpolation
// takes the position p·n, counted from 1, so it gets another p.
func quantile(p float64, sorted []float64) float64 {
	n := float64(len(sorted))
	return stat.Quantile(math.Min(1, (p*(n-1)+1)/n), stat.LinInterp, sorted, nil)
}

// sumUp reads the runs' histories. A run that failed because training went wrong, as its history says, is a result.
func (s Spec) sumUp(failures []error) *Result {
	result := &Result{Stopped: make(map[int64]string), Failed: make(map[int64]string), Values: make(map[string]Quartiles)}
	var histories [][]run.Record
	for i, seed := range s.Seeds {
		history, why, err := s.outcome(s.runDir(seed), failures[i])
		if err != nil {
			result.Failed[seed] = err.Error()
			result.errs = append(result.errs, fmt.Errorf("seed %d: %w", seed, err))
			continue
		}
		if why != "" {
			result.Stopped[seed] = why
		}
		result.Seeds, histories = append(result.Seeds, seed), append(histories, history)
	}
	names := map[string]bool{record.DScore: true, record.GScore: true}
	for _, history := range histories {
		for _, r := range history {
			for name := range r.Values {
				names[name] = true
			}
		}
	}
	for name := range names {
		if q := quartilesOf(histories, name); len(q.Step) > 0 {
			result.Values[name] = q
		}
	}
	return result
}

// outcome returns a run's history and, if training went wrong, the reason why it stopped.
func (s Spec) outcome(dir string, failure error) (history []run.Record, why string, err error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, "", errors.Join(failure, err)
	}
	if why, err = stopped(r); err != nil || why == "" && failure != nil {
		return nil, "", errors.Join(failure, err)
	}
	if last, err := newest(r); err != nil {
		return nil, "", err
	} else if why == "" && last.Step != s.Steps {
		return nil, "", fmt.Errorf("%s is at step %d of %d, although Spec.Train returned without an error",
			dir, last.Step, s.Steps)
	}
	history, err = r.History()
	return history, why, err
}

// failure joins the errors of the seeds that failed; nil if none did.
func (result *Result) failure() error {
	if len(result.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d runs failed:\n%w", len(result.errs), len(result.errs)+len(result.Seeds), errors.Join(result.errs...))
}

// write writes sweep.json and sweep.png into the sweep's directory.
func (result *Result) write(dir string) error {
	if len(result.Seeds) == 0 {
		return nil // keep what an earlier call wrote
	}
	if err := disk.WriteJSON(filepath.Join(dir, "sweep.json"), result); err != nil {
		return err
	}
	picture, err := figure.Panels(figure.Board{Charts: result.charts(), Columns: 3})
	if err != nil {
		return err
	}
	return figure.WritePNG(filepath.Join(dir, "sweep.png"), picture)
}

// panel is a chart of values that belong together.
type panel struct {
	title  string
	lines  [][2]string // the name in the legend, and that of the value
	levels []figure.Mark
	holds  []float64
	log    bool
}

var panels = []panel{
	{"Scores", [][2]string{{"discriminator", record.DScore}, {"generator", record.GScore}}, []figure.Mark{{Name: "1/2", At: .5}}, []float64{0, 1}, false},
	{"Losses, nats", [][2]string{{"of D", record.DLoss}, {"of G", record.GLoss}}, []figure.Mark{{Name: "log 2", At: math.Ln2}, {Name: "log 4", At: 2 * math.Ln2}}, nil, false},
	{"V(D,G), nats", [][2]string{{"", record.V}}, []figure.Mark{{Name: "−log 4", At: -2 * math.Ln2}}, nil, false},
	{"Gradient norms", [][2]string{{"of D", record.DGrad}, {"of G", record.GGrad}}, nil, nil, true},
	{"Samples", [][2]string{{"recall", record.Recall}, {"precision", record.Precision}, {"coverage", record.Coverage}, {"diversity", record.Diversity}}, nil, []float64{0, 1}, false},
	{"Modes found", [][2]string{{"", record.Modes}}, nil, []float64{0}, false},
}

// chart is the panel without its lines.
func (p panel) chart() figure.Chart {
	return figure.Chart{Title: p.title, XLabel: "iteration", Levels: p.levels, Holds: p.holds, LogY: p.log}
}

// charts are the panels of sweep.png: those whose values the runs recorded.
func (result *Result) charts() []figure.Chart {
	var charts []figure.Chart
	for _, panel := range panels {
		chart := panel.chart()
		for _, line := range panel.lines {
			if q, ok := result.Values[line[1]]; ok {
				chart.Bands = append(chart.Bands, q.band(line[0]))
			}
		}
		if len(chart.Bands) > 0 {
			charts = append(charts, chart)
		}
	}
	if len(charts) > 0 {
		charts[0].Title += fmt.Sprintf(": median and quartiles of %d runs", len(result.Seeds))
	}
	return charts
}

// band is the quartiles as a band of a chart.
func (q Quartiles) band(name string) figure.Band {
	steps := make([]float64, len(q.Step))
	for i, step := range q.Step {
		steps[i] = float64(step)
	}
	return figure.Band{Name: name, X: steps, Low: q.Lower, Middle: q.Median, High: q.Upper}
}
