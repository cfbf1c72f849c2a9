package gans

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
)

// Evaluation says how to measure a generator. The zero value is the customary choice.
type Evaluation struct {
	// Samples is how many are drawn; 0 means 10,000. Most metrics change with it.
	Samples int
	// Seed decides the noise, and what is drawn from the data.
	Seed uint64
	// Extractor gives the features that are compared. Nil chooses: the classifier of the data where there is one, else
	// random convolutions.
	Extractor feature.Extractor
	// Output receives progress; nil means silence.
	Output io.Writer
}

// Evaluate draws samples and measures them by every metric that fits them, as package evaluate has it, against real
// examples: those that the makers of the set keep for testing, or else a half of the training images, while the other
// half shows what a generator without fault would score.
func (gan *GAN) Evaluate(ctx context.Context, e Evaluation) (*evaluate.Report, error) {
	if e.Samples < 0 {
		return nil, invalid.Value("samples", e.Samples, "at least 1, or 0 for 10,000")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("before any sample: %w", err)
	}
	n := cmp.Or(e.Samples, 10_000)
	o := evaluate.Options{
		Of:   fmt.Sprintf("%s, after %d iterations: %d samples, seed %d", gan.Config.Name, gan.Step, n, e.Seed),
		Seed: e.Seed, Extractor: e.Extractor, Output: e.Output,
	}
	distribution, err := gan.Config.Data.Distribution()
	if err != nil {
		return nil, err
	}
	x, err := gan.Sample(n, e.Seed)
	if err != nil {
		return nil, err
	}
	if distribution != nil {
		return evaluate.Points(ctx, x, distribution, o)
	}
	if o.Classifier, err = gan.classifier(); err != nil {
		return nil, err
	}
	if o.Extractor == nil {
		if o.Extractor, err = gan.features(); err != nil {
			return nil, err
		}
	}
	sets, err := gan.realImages(ctx, n, e)
	if err != nil {
		return nil, err
	}
	sets.Unit = gan.unit(x)
	if sets.Samples, err = gan.Pixels(x); err != nil {
		return nil, err
	}
	return evaluate.Images(ctx, sets, o)
}

// realImages are the real images to hold n samples against.
func (gan *GAN) realImages(ctx context.Context, n int, e Evaluation) (evaluate.Sets, error) {
	train, test, err := gan.Config.parts(ctx, e.Output)
	if err != nil {
		return evaluate.Sets{}, gan.Config.moved(gan.Run.Dir, err)
	}
	defer train.Close()
	if test == nil {
		return evaluate.Real(ctx, train.Source(), nil, n, e.Seed)
	}
	defer test.Close()
	return evaluate.Real(ctx, train.Source(), test.Source(), n, e.Seed)
}

// parts opens the images that a game learns from, and those that the makers of the set keep for testing: nil where there
// are none that the game has not seen.
func (cfg Config) parts(ctx context.Context, output io.Writer) (train, test *data.ImageFeed, err error) {
	if train, err = cfg.Data.ImageFeed(ctx, cfg.wanted(), output); err != nil || !cfg.heldOut() {
		return train, nil, err
	}
	cfg.Data.Part, cfg.Data.First = open.Test, 0
	if test, err = cfg.Data.ImageFeed(ctx, cfg.wanted(), output); err != nil {
		return nil, nil, errors.Join(err, train.Close())
	}
	return train, test, nil
}

// heldOut reports whether the data have images for testing that the game does not learn from.
func (cfg Config) heldOut() bool {
	return open.HasPart(cfg.Data.Set, open.Test) && cfg.Data.Part != open.Test
}

// classifier knows what the images of the data show; nil where none does.
func (gan *GAN) classifier() (evaluate.Classifier, error) {
	return evaluate.ClassifierFor(gan.Backend, gan.Config.Data.Set, gan.Shape)
}

// features are the default ones by which images are compared.
func (gan *GAN) features() (feature.Extractor, error) {
	c, err := gan.classifier()
	if err != nil {
		return nil, err
	}
	return evaluate.FeaturesFor(gan.Backend, c)
}

// unit brings examples to [0, 1]; nil where they are contrast-normalised, and only the pixels tell.
func (gan *GAN) unit(x []float32) []float32 {
	switch gan.Scale() {
	case data.Unit:
		return x
	case data.Symmetric:
		unit := make([]float32, len(x))
		for i, v := range x {
			unit[i] = (v + 1) / 2
		}
		return unit
	}
	return nil
}

// Table1 scores a run as the MNIST column of the 2014 paper's Table 1 does, by [evaluate.NewTable1]: of the checkpoints
// that were kept it chooses the best on images that the run has not seen, and scores that one on the test images of the
// set. The seed decides the noise of the 10,000 samples. Progress goes to output; nil means silence. The game keeps its
// weights.
func (gan *GAN) Table1(ctx context.Context, seed uint64, output io.Writer) (*evaluate.Table1Result, error) {
	cfg := gan.Config
	if !cfg.heldOut() {
		got := strings.Join(strings.Fields(cfg.Data.String()+" "+cfg.Data.Part), ", part ")
		return nil, invalid.Value("data", got, "a set that has a test part beside what the run learned from, such as mnist: table 1 scores on its images")
	}
	if err := gan.inRun(); err != nil {
		return nil, err
	}
	cfg.Data.First = 0
	train, test, err := cfg.parts(ctx, output)
	if err != nil {
		return nil, err
	}
	defer train.Close()
	defer test.Close()
	first := gan.Config.Data.First
	t, training, err := evaluate.NewTable1(ctx, train.Source(), test.Source(), first)
	if err != nil {
		return nil, err
	}
	t.Data, t.Epoch = cfg.Data.Set, max(1, first/(cfg.K*cfg.BatchSize))
	checkpoints, err := gan.Run.Checkpoints()
	if err != nil {
		return nil, err
	}
	var steps []int
	for _, c := range checkpoints {
		steps = append(steps, c.Step)
	}
	samples := func(step int) ([]float32, error) { return gan.samplesAt(ctx, step, seed) }
	return t.Score(ctx, steps, samples, training, output)
}

// samplesAt are the samples of a checkpoint for [GAN.Table1], in [0, 1]. The game keeps its weights.
func (gan *GAN) samplesAt(ctx context.Context, step int, seed uint64) ([]float32, error) {
	earlier, err := gan.at(step)
	if err != nil {
		return nil, err
	}
	x, err := earlier.Sample(evaluate.Table1Samples, seed)
	if err != nil {
		return nil, err
	}
	if unit := gan.unit(x); unit != nil {
		return unit, nil
	}
	images, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	pixels, _, err := feature.Pixels().Extract(ctx, images)
	return pixels, err
}

// Probe is the frozen-G test of [monitor.Freeze]: a copy of D trains alone for a number of steps. The players stay as they
// are. The result joins the history of a run, where package diagnose reads it. Where a process trains it cannot: then the
// probe comes with an error that wraps [run.ErrLocked].
func (gan *GAN) Probe(ctx context.Context, steps int) (monitor.Probe, error) {
	feed, err := gan.feed(ctx)
	if err != nil {
		return monitor.Probe{}, err
	}
	defer feed.Close()
	probe, err := monitor.Freeze(ctx, gan.Players, gan.minibatches(feed), steps)
	if err != nil || gan.Run == nil {
		return probe, err
	}
	return probe, run.Note(gan.Run.Dir, probe.Record(gan.Step))
}

// TrainDiscriminator plays D alone against a frozen G, as [monitor.TrainDiscriminator] does, and puts the trained D in
// place. It returns V(D,G) on the last minibatch. The run on disk stays as it is.
func (gan *GAN) TrainDiscriminator(ctx context.Context, steps int, rule optim.Rule) (v float64, err error) {
	feed, err := gan.feed(ctx)
	if err != nil {
		return 0, err
	}
	defer feed.Close()
	players, v, err := monitor.TrainDiscriminator(ctx, gan.Players, gan.minibatches(feed), steps, rule)
	if err == nil {
		gan.Players = players
	}
	return v, err
}

// feed opens the data that the game learned from.
func (gan *GAN) feed(ctx context.Context) (data.Feed, error) {
	feed, err := gan.Config.feed(ctx, nil)
	if err != nil {
		return nil, gan.Config.moved(gan.Run.Dir, err)
	}
	return feed, nil
}

func (gan *GAN) minibatches(feed data.Feed) monitor.Minibatches {
	return monitor.Minibatches{From: feed, Size: gan.Config.BatchSize, Step: gan.Step}
}

// SweepOptions say how [Sweep] trains.
type SweepOptions struct {
	// Seeds is the number of runs, at most 10,000. Their seeds are Config.Seed and those that follow it.
	Seeds int
	// Parallel is the number of runs at a time; 0 means 1. More than one need Train.
	Parallel int
	// Train makes one run, in another process perhaps. Nil means this package's Train, in this process.
	Train func(context.Context, Config, Options) error
}

// mostSeeds are more than anybody trains, and few enough to list.
const mostSeeds = 10_000

// Validate refuses numbers that no sweep can have.
func (s SweepOptions) Validate() error {
	switch {
	case s.Seeds < 1 || s.Seeds > mostSeeds:
		return invalid.Value("seeds", s.Seeds, "1 to %d", mostSeeds)
	case s.Parallel < 0:
		return invalid.Value("parallel", s.Parallel, "at least 1, or 0 for 1")
	case s.Parallel > 1 && s.Train == nil:
		return invalid.Value("parallel", s.Parallel, "1, or SweepOptions.Train, which trains in other processes")
	}
	return nil
}

// Sweep makes the same run with several seeds below o.Dir and sums them up, as [sweep.Run] does. Before any work it
// refuses a configuration that cannot be trained.
func Sweep(ctx context.Context, cfg Config, o Options, s SweepOptions) (*sweep.Result, error) {
	cfg = cfg.resolved()
	if o.Dir == "" {
		return nil, invalid.Value("Options.Dir", o.Dir, "the directory of the sweep")
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := cfg.CheckMemory(); err != nil {
		return nil, err
	}
	train := s.Train
	if train == nil {
		train = func(ctx context.Context, cfg Config, o Options) error { _, err := Train(ctx, cfg, o); return err }
	}
	of := func(seed int64) Config {
		one := cfg
		one.Seed = seed
		return one
	}
	return sweep.Run(ctx, sweep.Spec{
		Dir: o.Dir, Seeds: sweep.Seeds(cfg.Seed, s.Seeds), Parallel: s.Parallel,
		Config: func(seed int64) any { return of(seed) }, Free: cfg.free(), Steps: cfg.Steps,
		Train: func(ctx context.Context, one sweep.Member) error {
			return train(ctx, of(one.Seed), Options{Dir: one.Dir, Output: one.Output, Loading: o.Loading, Watch: o.Watch})
		},
		Output: o.Output,
	})
}
