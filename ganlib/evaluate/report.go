package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/internal/disk"
)

// Score is one metric of the samples.
type Score struct {
	Measure string `json:"measure"` // the name of the metric
	// Better is "higher" or "lower", or "" if the score of real examples is the best.
	Better string `json:"better,omitempty"`
	// Estimate is the number with its standard error. It is nil if the metric could not be computed; Note then says why.
	Estimate *measure.Estimate `json:"estimate,omitempty"`
	// Real is the score of N real training examples in the samples' place, or nil if that says nothing; see [Real].
	Real *measure.Estimate `json:"real,omitempty"`
	Note string            `json:"note,omitempty"`

	N         int    `json:"n"`                   // number of samples
	M         int    `json:"m"`                   // number of examples in the reference
	Reference string `json:"reference,omitempty"` // the real examples that the samples are compared with
	Extractor string `json:"extractor,omitempty"` // the features that are compared
	Seed      uint64 `json:"seed"`                // of the samples and of random subsets
}

// Report is the scores of one set of samples.
type Report struct {
	Of     string  `json:"of"` // where the samples are from
	Scores []Score `json:"scores"`
	// Doubts say why the rows that were given may be something else than features.
	Doubts []string `json:"doubts,omitempty"`
	// Drawn are the samples whose nearest training images were looked for, in pixels, and Nearest are those images, in the
	// same order. Both are nil if copies were not looked for.
	Drawn   *data.Images `json:"-"`
	Nearest *data.Images `json:"-"`
}

// Score returns the score of a metric by its name, or nil if the report does not have it.
func (r *Report) Score(name string) *Score {
	for i := range r.Scores {
		if r.Scores[i].Measure == name {
			return &r.Scores[i]
		}
	}
	return nil
}

// Table writes the report as a table, one line for each metric.
func (r *Report) Table(w io.Writer) error {
	fmt.Fprintf(w, "%s\n\n", r.Of)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "measure\tsamples\treal\tbetter\tn\tfeatures\tagainst")
	for _, s := range r.Scores {
		if s.Estimate == nil {
			continue
		}
		against := s.Reference
		if s.M > 0 {
			against = fmt.Sprintf("%d of %s", s.M, s.Reference)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", s.Measure, or(s.Estimate), or(s.Real), s.Better, s.N, s.Extractor, against)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, s := range r.Scores {
		switch {
		case s.Estimate == nil:
			fmt.Fprintf(w, "%s: not measured: %s\n", s.Measure, s.Note)
		case s.Note != "":
			fmt.Fprintf(w, "%s: %s\n", s.Measure, s.Note)
		}
	}
	for _, doubt := range r.Doubts {
		fmt.Fprintf(w, "doubt: %s\n", doubt)
	}
	if len(r.Scores) > 0 {
		fmt.Fprintf(w, "\n± is a standard error. real: as many real training examples in the samples' place. Seed %d.\n", r.Scores[0].Seed)
	}
	return nil
}

// or formats an estimate, "" for nil. A count has no standard error.
func or(e *measure.Estimate) string {
	switch {
	case e == nil:
		return ""
	case e.StdErr == 0:
		return fmt.Sprintf("%.4g", e.Value)
	}
	return e.String()
}

// Is reports whether a text is a report as WriteFile writes it.
func Is(text []byte) bool {
	var r Report
	return json.Unmarshal(text, &r) == nil && r.Of != "" && len(r.Scores) > 0
}

// WriteFile writes the report as JSON.
func (r *Report) WriteFile(path string) error { return disk.WriteJSON(path, r) }
