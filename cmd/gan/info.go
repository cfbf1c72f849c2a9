package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/run"
)

type infoCmd struct {
	Dir string `arg:"" name:"run" help:"A run's directory, or a model in the box, such as digits (gan models lists them)."`
	CSV bool   `name:"csv" help:"Print the history as a table instead, by RFC 4180: a line of names, then a line for each record."`
}

func (c *infoCmd) Run() error {
	folder, err := inBox(c.Dir)
	if err != nil {
		return err
	}
	if folder != nil {
		model, err := card.Read(folder)
		if err != nil {
			return err
		}
		return model.Print(stdout)
	}
	r, err := run.Open(c.Dir)
	if err != nil {
		return orSweep(c.Dir, err)
	}
	var cfg gans.Config
	if err := r.Config(&cfg); err != nil {
		return err
	}
	history, err := r.History()
	if err != nil {
		return err
	}
	if c.CSV {
		return run.WriteCSV(stdout.to, history)
	}
	checkpoints, err := r.Checkpoints()
	if err != nil {
		return err
	}
	samples, err := r.Samples()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\n", cfg.Name)
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("backend", "%s, seed %d", cfg.Backend, cfg.Seed)
	if cfg.Devices > 1 {
		row("devices", "%d", cfg.Devices)
	}
	row("data", "%s", cfg.Data)
	if classes, err := gans.ClassNames(r); err != nil {
		return err
	} else if classes != nil {
		const most = 20
		more := strings.Repeat(", ...", min(1, len(classes)/(most+1)))
		row("classes", "%d: %s%s", len(classes), strings.Join(classes[:min(most, len(classes))], ", "), more)
	}
	row("objective", "%s, k = %d, m = %d", cfg.Objective.Name, cfg.K, cfg.BatchSize)
	if n := len(checkpoints); n > 0 {
		row("saved", "%d of %d iterations, in %s", checkpoints[n-1].Step, cfg.Steps, checkpoints[n-1].Dir)
	} else {
		row("saved", "nothing yet")
	}
	if best, value, err := r.Best(run.Best{Value: cfg.Best}); cfg.Best != "" && err == nil {
		row("best", "iteration %d, %s %.3f", best.Step, cfg.Best, value)
	}
	if n := len(samples); n > 0 {
		row("pictures", "%d, the last %s", n, samples[n-1])
	}
	if plot := r.Plot(); plot != "" {
		row("plot", "%s", plot)
	}
	if gif := r.Animation(); gif != "" {
		row("animation", "%s", gif)
	}
	printHistory(row, history)
	return w.Flush()
}

// printHistory prints the newest record of metrics, in the order and the words of [ganlib.Metrics], and the events since
// then: a roll-back, a stop or a probe is the last line of a history, but holds no metrics.
func printHistory(row func(name, format string, args ...any), history []run.Record) {
	if len(history) == 0 {
		return
	}
	row("trained for", "%v", time.Duration(history[len(history)-1].Seconds*float64(time.Second)).Round(time.Second))
	row("", "")
	newest := len(history) - 1
	for newest >= 0 && history[newest].Event != "" {
		newest--
	}
	if newest >= 0 {
		row("at iteration", "%d", history[newest].Step)
		for _, m := range ganlib.Metrics() {
			if v, ok := history[newest].Values[m.Name]; ok {
				row(m.Name, "%.4g\t%s", v, m.Meaning)
			}
		}
	}
	for _, event := range history[newest+1:] {
		row(event.Event, "after iteration %d: %s", event.Step, event.Note)
	}
}
