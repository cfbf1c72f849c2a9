package gans

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/run"
)

// SweepResult is what the runs of a sweep have in common. Its JSON is sweep.json.
type SweepResult struct {
	// Seeds are those of the runs that the bands are made of.
	Seeds []int64 `json:"seeds"`
	// Stopped says of which seeds training went wrong, and how: their runs are in the bands up to there.
	Stopped map[int64]string `json:"stopped,omitempty"`
	// Failed says of which seeds the run came to no end for other reasons: their runs are in no band.
	Failed map[int64]string `json:"failed,omitempty"`
	// Values are the bands by the names of the values in the runs' histories. Two are computed from others: the
	// scores of MathWorks' examples, "score_d" = (d_real + 1 − d_fake)/2 and "score_g" = d_fake.
	Values map[string]Quartiles `json:"values"`

	errs []error
}

// Quartiles are the spread of one value over several runs, at each iteration at which any of them recorded it.
// All slices have one length.
type Quartiles struct {
	Step []int `json:"step"`
	// Runs is the number of runs with the value: fewer where some had stopped.
	Runs []int `json:"runs"`
	// Lower and Upper are the first and third quartiles: half of the runs lie between them.
	Lower  []float64 `json:"lower"`
	Median []float64 `json:"median"`
	Upper  []float64 `json:"upper"`
}

// QuartilesOf returns the spread of the named value over the histories of several runs. Between two runs it
// interpolates as R, NumPy and spreadsheets do: the median of an even number is the mean of the two in the middle.
func QuartilesOf(histories [][]run.Record, name string) Quartiles {
	at := make(map[int][]float64)
	for _, history := range histories {
		for _, r := range history {
			if v, ok := valueOf(r, name); ok && r.Event == "" {
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

// quantile is the p-quantile of sorted values, the one at place p·(n−1) counted from 0. Gonum counts to p·n from
// 1 and has no value before the first, so it is asked for another p.
func quantile(p float64, sorted []float64) float64 {
	n := float64(len(sorted))
	return stat.Quantile(math.Min(1, (p*(n-1)+1)/n), stat.LinInterp, sorted, nil)
}

// The scores of MathWorks' examples, by the names they have in a sweep.
const scoreD, scoreG = "score_d", "score_g"

// valueOf is a record's value of that name, a score included.
func valueOf(r run.Record, name string) (float64, bool) {
	real, hasReal := r.Values["d_real"]
	fake, hasFake := r.Values["d_fake"]
	switch name {
	case scoreD:
		return (real + 1 - fake) / 2, hasReal && hasFake
	case scoreG:
		return fake, hasFake
	}
	v, ok := r.Values[name]
	return v, ok
}

// sumUp reads the runs' histories. A run that failed but says in its history that training went wrong is a
// result.
func sumUp(runs []Config, failures []error) (*SweepResult, error) {
	result := &SweepResult{Stopped: make(map[int64]string), Failed: make(map[int64]string), Values: make(map[string]Quartiles)}
	var histories [][]run.Record
	for i, cfg := range runs {
		history, why, err := outcome(cfg, failures[i])
		if err != nil {
			result.Failed[cfg.Seed] = err.Error()
			result.errs = append(result.errs, fmt.Errorf("seed %d: %w", cfg.Seed, err))
			continue
		}
		if why != "" {
			result.Stopped[cfg.Seed] = why
		}
		result.Seeds, histories = append(result.Seeds, cfg.Seed), append(histories, history)
	}
	names := map[string]bool{scoreD: true, scoreG: true}
	for _, history := range histories {
		for _, r := range history {
			for name := range r.Values {
				names[name] = true
			}
		}
	}
	for name := range names {
		if q := QuartilesOf(histories, name); len(q.Step) > 0 {
			result.Values[name] = q
		}
	}
	return result, nil
}

// outcome is a run's history, and why it stopped if training went wrong.
func outcome(cfg Config, failure error) (history []run.Record, why string, err error) {
	r, err := run.Open(cfg.Dir)
	if err != nil {
		return nil, "", errors.Join(failure, err)
	}
	if why, err = stopped(r); err != nil || why == "" && failure != nil {
		return nil, "", errors.Join(failure, err)
	}
	history, err = r.History()
	return history, why, err
}

// failures is the error of the seeds that failed, or nil.
func (result *SweepResult) failures() error {
	if len(result.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d runs failed:\n%w", len(result.errs), len(result.errs)+len(result.Seeds), errors.Join(result.errs...))
}

// write puts sweep.json and sweep.png into the sweep's directory.
func (result *SweepResult) write(dir string) error {
	if len(result.Seeds) == 0 {
		return nil // nothing to show; what there was before may be better
	}
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "sweep.json")
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o666); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	picture, err := figure.Panels(figure.Board{Charts: result.charts(), Columns: 3})
	if err != nil {
		return err
	}
	return figure.WritePNG(filepath.Join(dir, "sweep.png"), picture)
}

// charts are the panels of sweep.png: those of what the runs measured.
func (result *SweepResult) charts() []figure.Chart {
	var charts []figure.Chart
	for _, panel := range []struct {
		title  string
		lines  [][2]string // names of values in the legend and in the histories
		levels []figure.Mark
		holds  []float64
		log    bool
	}{
		{"Scores", [][2]string{{"discriminator", scoreD}, {"generator", scoreG}}, []figure.Mark{{Name: "1/2", At: .5}}, []float64{0, 1}, false},
		{"Losses, nats", [][2]string{{"of D", "d_loss"}, {"of G", "g_loss"}}, []figure.Mark{{Name: "log 2", At: math.Ln2}, {Name: "log 4", At: 2 * math.Ln2}}, nil, false},
		{"V(D,G), nats", [][2]string{{"", "v"}}, []figure.Mark{{Name: "−log 4", At: -2 * math.Ln2}}, nil, false},
		{"Gradient norms", [][2]string{{"of D", "d_grad"}, {"of G", "g_grad"}}, nil, nil, true},
		{"Samples", [][2]string{{"recall", "recall"}, {"precision", "precision"}, {"coverage", "coverage"}, {"diversity", "diversity"}}, nil, []float64{0, 1}, false},
		{"Modes found", [][2]string{{"", "modes"}}, nil, []float64{0}, false},
	} {
		chart := figure.Chart{Title: panel.title, XLabel: "iteration", Levels: panel.levels, Holds: panel.holds, LogY: panel.log}
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

// band is the quartiles as a chart has them.
func (q Quartiles) band(name string) figure.Band {
	steps := make([]float64, len(q.Step))
	for i, step := range q.Step {
		steps[i] = float64(step)
	}
	return figure.Band{Name: name, X: steps, Low: q.Lower, Middle: q.Median, High: q.Upper}
}
