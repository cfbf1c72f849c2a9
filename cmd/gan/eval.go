package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/measure/feature/inception"
	"github.com/gans-in-go/gans/internal/disk"
)

type evalCmd struct {
	Dir       string `arg:"" optional:"" name:"run" help:"A run's directory, or a model in the box, such as digits; none with --features."`
	N         int    `short:"n" default:"10000" placeholder:"N" help:"How many samples (default: ${default}, as most published numbers have it)."`
	Seed      uint64 `default:"1" help:"Decides the noise, and what is drawn from the data."`
	Extractor string `default:"auto" enum:"auto,pixels,random,mnist,fashion,inception" help:"The features to compare: pixels, random convolutions, a classifier of mnist or fashion, or Keras's inception (default: the classifier of the data where there is one, else random)."`
	Weights   string `type:"existingdir" placeholder:"DIR" help:"With --extractor inception: the folder of its weights."`
	Features  string `type:"existingfile" placeholder:"FILE.npy" help:"Features computed elsewhere, in place of a run: those of the samples, a row each."`
	Reference string `type:"existingfile" placeholder:"FILE.npy" help:"With --features: those of the real images, or their statistics, mu and sigma, as pytorch-fid and clean-fid publish them, which only FID can be computed from."`
	Out       string `short:"o" type:"path" placeholder:"FILE.json" help:"Where to write the numbers (default: eval.json in the run's directory, or here; of a model, MODEL-eval.json here)."`
	checkpoint
}

// Validate sorts out whether a run is to be measured or files of features are.
func (c *evalCmd) Validate() error {
	switch {
	case (c.Features == "") != (c.Reference == ""):
		return fmt.Errorf("--features %q, --reference %q: want both", c.Features, c.Reference)
	case (c.Dir == "") == (c.Features == ""):
		return fmt.Errorf("expected a run, such as `gan eval runs/mnist-xla-cpu`, or --features and --reference")
	case (c.Extractor == "inception") != (c.Weights != ""):
		return fmt.Errorf("--extractor %s, --weights %q: inception wants the folder of its weights, and only inception does", c.Extractor, c.Weights)
	case c.N < 1:
		return fmt.Errorf("-n is %d: want at least 1", c.N)
	}
	return nil
}

func (c *evalCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	out := c.Out
	if out == "" && c.Dir != "" {
		var err error
		if out, err = beside(c.Dir, "eval.json"); err != nil {
			return err
		}
		if _, err := beside(c.Dir, "eval-nearest.png"); err != nil {
			return err
		}
	}
	out = cmp.Or(out, "eval.json")
	if err := disk.CheckWritable(out); err != nil { // now, not after minutes of measuring
		return fmt.Errorf("--out: %w", err)
	}
	report, err := c.report(ctx)
	if err != nil {
		return err
	}
	if err := report.WriteFile(out); err != nil { // before anything is printed: whoever reads that may stop reading
		return err
	}
	nearest, err := writeNearest(report, out)
	if err != nil {
		return err
	}
	if err := report.Table(stdout); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s\n%s", out, nearest)
	return nil
}

// writeNearest draws the samples beside their nearest training images, if these were looked for, and says where.
func writeNearest(report *evaluate.Report, out string) (says string, err error) {
	if report.Nearest == nil {
		return "", nil
	}
	picture, err := rightmost(report)
	if err != nil {
		return "", err
	}
	path := strings.TrimSuffix(out, filepath.Ext(out)) + "-nearest.png"
	says = path + ": samples, and in each row's frame the training image nearest to the one on its left\n"
	return says, figure.WritePNG(path, picture)
}

// rightmost draws samples as the 2014 paper's Figure 2 does: the last picture of a row is the training image nearest to
// the sample on its left.
func rightmost(report *evaluate.Report) (image.Image, error) {
	const columns, rows = 6, 8
	n := min(columns-1, report.Drawn.N)
	var pictures []image.Image
	for row := range min(rows, report.Drawn.N/n) {
		for i := range n {
			pictures = append(pictures, report.Drawn.Image(row*n+i))
		}
		pictures = append(pictures, report.Nearest.Image(row*n+n-1))
	}
	return figure.Grid(pictures, figure.GridStyle{Columns: n + 1, MarkLast: true})
}

func (c *evalCmd) report(ctx context.Context) (*evaluate.Report, error) {
	if c.Features != "" {
		return c.fromFiles(ctx)
	}
	gan, err := c.open(c.Dir)
	if err != nil {
		return nil, err
	}
	e := gans.Evaluation{Samples: c.N, Seed: c.Seed, Output: os.Stderr}
	switch c.Extractor {
	case "auto":
	case "inception":
		e.Extractor, err = c.inception()
	default:
		e.Extractor, err = feature.Named(gan.Backend, c.Extractor)
	}
	if err != nil {
		return nil, err
	}
	return gan.Evaluate(ctx, e)
}

// inception is Keras's network, with the user's own copy of its weights.
func (c *evalCmd) inception() (feature.Extractor, error) {
	b, err := backend.Open(backend.Resolve(c.Backend))
	if err != nil {
		return nil, err
	}
	return inception.New(b, c.Weights)
}

// fromFiles measures features that were computed elsewhere.
func (c *evalCmd) fromFiles(ctx context.Context) (*evaluate.Report, error) {
	samples, dim, err := feature.ReadNPY(c.Features)
	if errors.Is(err, feature.ErrStatistics) {
		err = fmt.Errorf("--features: %w: want the samples' features, a row each; only --reference may be statistics", err)
	}
	if err != nil {
		return nil, err
	}
	options := evaluate.Options{
		Of:   c.Features + ": " + strconv.Itoa(len(samples)/dim) + " rows",
		Seed: c.Seed, Output: os.Stderr,
	}
	reference, dimR, err := feature.ReadNPY(c.Reference)
	if errors.Is(err, feature.ErrStatistics) {
		return c.toStatistics(ctx, samples, dim, options)
	}
	if err != nil {
		return nil, err
	}
	if dim != dimR {
		return nil, c.otherFeatures(dim, dimR)
	}
	return evaluate.Features(ctx, samples, reference, dim, options)
}

// toStatistics measures features that were computed elsewhere against the mean and the covariance of others.
func (c *evalCmd) toStatistics(ctx context.Context, samples []float32, dim int, o evaluate.Options) (*evaluate.Report, error) {
	mean, covariance, err := feature.ReadStatistics(c.Reference)
	if err != nil {
		return nil, err
	}
	if dim != len(mean) {
		return nil, c.otherFeatures(dim, len(mean))
	}
	return evaluate.Statistics(ctx, samples, measure.Gaussian{Mean: mean, Covariance: mat.NewSymDense(dim, covariance)}, o)
}

// otherFeatures refuses files whose rows differ in length: their features are of different networks.
func (c *evalCmd) otherFeatures(dim, dimR int) error {
	return fmt.Errorf("--features %s has %d features, --reference %s has %d: want those of one network", c.Features, dim, c.Reference, dimR)
}
