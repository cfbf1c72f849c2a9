package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/disk"
)

type table1Cmd struct {
	Dirs    []string `arg:"" name:"run" type:"existingdir" help:"Runs that learned from the first images of one set (data.first), such as several seeds of one recipe, whose checkpoints were kept (gan train --keep-every)."`
	Seed    uint64   `default:"1" help:"Decides the noise."`
	Out     string   `short:"o" type:"path" placeholder:"FILE.png" help:"The plot of the validation score against the epoch (default: table1.png in the first run's directory)."`
	Backend string   `placeholder:"NAME" help:"go, xla:cpu or xla:cuda."`
}

func (c *table1Cmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	if c.Out == "" {
		c.Out = filepath.Join(c.Dirs[0], "table1.png")
	}
	if err := disk.CheckWritable(c.Out); err != nil { // now, not after minutes of scoring
		return fmt.Errorf("--out: %w", err)
	}
	var results []*evaluate.Table1Result
	for _, dir := range c.Dirs {
		result, err := c.score(ctx, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		results = append(results, result)
	}
	if err := c.comparable(results); err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nrun\tcheckpoint\tσ\tvalidation\ttest log-likelihood")
	for i, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.1f ± %.1f\t%.1f ± %.1f\n", c.Dirs[i], r.Chosen.Step, r.Chosen.Sigma,
			r.Chosen.Validation.Value, r.Chosen.Validation.StdErr, r.Test.Value, r.Test.StdErr)
	}
	fmt.Fprintf(w, "real training images\t\t%.3f\t\t%.1f ± %.1f\n", results[0].RealSigma, results[0].Real.Value, results[0].Real.StdErr)
	if paper, ok := results[0].Paper(); ok {
		fmt.Fprintf(w, "the 2014 paper\t\t\t\t%.0f ± %.0f\n", paper.Value, paper.StdErr)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "\nnats; ± is the standard error over images, which leaves out that of training: compare runs for that.")
	return c.plot(results)
}

// comparable refuses runs on different images, whose likelihoods have nothing in common.
func (c *table1Cmd) comparable(results []*evaluate.Table1Result) error {
	images := func(r *evaluate.Table1Result) string { return fmt.Sprintf("%s, %d numbers an image", r.Data, r.Dim) }
	for i, r := range results {
		if images(r) != images(results[0]) {
			return misusef("%s is on %s, %s on %s: want runs on the same images", c.Dirs[0], images(results[0]), c.Dirs[i], images(r))
		}
	}
	return nil
}

// score is a run's line, which is kept beside the run: the test images are touched once.
func (c *table1Cmd) score(ctx context.Context, dir string) (*evaluate.Table1Result, error) {
	path := filepath.Join(dir, "table1.json")
	kept, err := evaluate.ReadTable1(path)
	if err == nil {
		fmt.Fprintf(stdout, "%s is there: delete it to score the run again\n", path)
		return kept, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	gan, err := gans.OpenOn(dir, c.Backend)
	if err != nil {
		return nil, orSweep(dir, err)
	}
	result, err := gan.Table1(ctx, c.Seed, os.Stderr)
	if err != nil {
		return nil, err
	}
	return result, result.WriteFile(path)
}

// plot draws the validation score of each run as training went on.
func (c *table1Cmd) plot(results []*evaluate.Table1Result) error {
	chart := figure.Chart{
		Title: "Parzen log-likelihood of validation images of " + results[0].Data, XLabel: "epoch", YLabel: "nats",
		Levels: []figure.Mark{{Name: "real images", At: results[0].Real.Value}},
	}
	if paper, ok := results[0].Paper(); ok {
		chart.Levels = append(chart.Levels, figure.Mark{Name: "the 2014 paper", At: paper.Value})
	}
	for i, r := range results {
		s := figure.Series{Name: filepath.Base(c.Dirs[i])}
		for _, candidate := range r.Candidates {
			s.X, s.Y = append(s.X, float64(candidate.Step)/float64(r.Epoch)), append(s.Y, candidate.Validation.Value)
		}
		chart.Series = append(chart.Series, s)
	}
	picture, err := figure.Curves(chart)
	if err != nil {
		return err
	}
	if err := figure.WritePNG(c.Out, picture); err != nil {
		return err
	}
	fmt.Fprintln(stdout, c.Out)
	return nil
}
