package sweep

import (
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/disk"
)

// Setting is one value of a setting, and the sweep of it.
type Setting struct {
	Value  string
	Result *Result // nil if all its runs failed
}

// Comparison puts the sweeps of several values of a setting beside each other.
type Comparison struct {
	Key      string // of the setting, dotted
	Settings []Setting
}

// Table is the comparison as a table in Markdown, whose columns are aligned: for each value of the setting how many runs
// there were, how many stopped because training went wrong, and the median and quartiles of what the runs recorded last,
// by the names of package record.
func (c Comparison) Table() string {
	heads := []string{c.Key, "runs", "stopped"}
	for _, l := range c.lines() {
		heads = append(heads, l.value)
	}
	rows := [][]string{heads, make([]string, len(heads))}
	for i := range heads {
		rows[1][i] = "---"
	}
	for _, setting := range c.Settings {
		row := []string{setting.Value, "0", "0"}
		if result := setting.Result; result != nil {
			row[1], row[2] = fmt.Sprint(len(result.Seeds)), fmt.Sprint(len(result.Stopped))
			for _, value := range heads[3:] {
				row = append(row, result.Values[value].last())
			}
		}
		rows = append(rows, append(row, make([]string, len(heads)-len(row))...))
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, "| "+strings.Join(row, "\t| ")+"\t|")
	}
	w.Flush()
	return text.String()
}

// last is the median and, in brackets, the quartiles of the last step.
func (q Quartiles) last() string {
	i := len(q.Step) - 1
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("%.3g (%.3g to %.3g)", q.Median[i], q.Lower[i], q.Upper[i])
}

// line is a value that at least one of the sweeps has, and where it is drawn.
type line struct {
	panel
	name, value string
}

func (c Comparison) lines() []line {
	var all []line
	for _, panel := range panels {
		for _, l := range panel.lines {
			if c.have(l[1]) {
				all = append(all, line{panel, l[0], l[1]})
			}
		}
	}
	return all
}

func (c Comparison) have(value string) bool {
	for _, setting := range c.Settings {
		if setting.Result != nil && len(setting.Result.Values[value].Step) > 0 {
			return true
		}
	}
	return false
}

// charts has a chart for each value that was recorded, with a band for each value of the setting.
func (c Comparison) charts() []figure.Chart {
	short := c.Key[strings.LastIndex(c.Key, ".")+1:]
	var charts []figure.Chart
	for _, l := range c.lines() {
		chart := l.chart()
		if l.name != "" {
			chart.Title += ": " + l.name
		}
		for _, setting := range c.Settings {
			if setting.Result == nil {
				continue
			}
			if q, ok := setting.Result.Values[l.value]; ok {
				chart.Bands = append(chart.Bands, q.band(short+" = "+setting.Value))
			}
		}
		charts = append(charts, chart)
	}
	return charts
}

// Write writes the table as compare.md and the bands as compare.png into a directory, which must exist.
func (c Comparison) Write(dir string) error {
	if len(c.lines()) == 0 {
		return invalid.Value("Settings", len(c.Settings), "at least one with a run that recorded something")
	}
	if err := disk.WriteFile(filepath.Join(dir, "compare.md"), []byte(c.Table())); err != nil {
		return err
	}
	picture, err := figure.Panels(figure.Board{Charts: c.charts(), Columns: 3})
	if err != nil {
		return err
	}
	return figure.WritePNG(filepath.Join(dir, "compare.png"), picture)
}
