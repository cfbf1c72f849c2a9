// Package gans trains generative adversarial networks in Go, and opens what was trained.
//
// A run is a directory. [Train] fills it from a [Config], [Open] reads it back, in this program or another:
//
//	cfg := gans.Figure1()
//	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: "runs/figure1"})
//	...
//	gan, err = gans.Open("runs/figure1")
//	x, err := gan.Sample(1000, 1) // 1,000 numbers from p_g
//
// This package is the front door: it maps the names in a configuration to networks, data and learning rules, and hands
// the work on. The rooms behind it stand open too:
//
//   - package ganlib is the game: V(D,G), the objectives, Algorithm 1, and [ganlib.Players], a trained game from
//     wherever it comes;
//   - package run trains anything in a directory and resumes it exactly;
//   - packages data and data/open bring examples, package monitor watches a game in progress, package evaluate measures
//     samples, package sweep compares seeds.
//
// If you have networks of your own, start from those: see tests/consumer in the source.
package gans

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
	"github.com/gans-in-go/gans/ganlib/weights"
)

// Options say where a run is kept and who follows it: what a configuration does not repeat.
type Options struct {
	// Dir is the run's directory.
	Dir string
	// Output receives progress and messages; nil means silence.
	Output io.Writer
	// Loading receives the progress of the data's loading, and what could not be read of them; nil means Output.
	Loading io.Writer
	// Watch sees every record as it is made; an error stops the run.
	Watch []func(run.Record) error
}

// GAN is a trained game: its players with their weights, and the run they came from.
//
// Several goroutines may draw from it at the same time, as a server does: all methods of [ganlib.Players], and
// [GAN.Images], [GAN.Picture], [GAN.Pictures], [GAN.Pixels] and [GAN.Labels]. The other methods, which measure or, as
// [GAN.Restore], put other weights in place, are for one goroutine, and none of those meanwhile.
type GAN struct {
	*ganlib.Players
	Config Config
	// Run is the run's directory; nil for a game that has left it, as [OpenFS] opens them.
	Run *run.Run
	// Card describes a game that has left its run; nil for a run.
	Card *card.Card
	// Step is the number of iterations behind these weights.
	Step int
}

// Train makes the run in o.Dir: it begins a new one, or goes on where the same configuration stopped, until cfg.Steps
// iterations are done. The images must be those that the run learned from ([run.ErrOtherData]), wherever they lie.
// Cancelling the context saves what there is and returns an error that wraps [run.ErrInterrupted]; the same call goes on
// from there.
func Train(ctx context.Context, cfg Config, o Options) (_ *GAN, err error) {
	defer func() {
		if cause := ctx.Err(); cause != nil && errors.Is(err, cause) && !errors.Is(err, run.ErrInterrupted) {
			err = fmt.Errorf("%w: %w", run.ErrInterrupted, err) // before the first step
		}
	}()
	if o.Dir == "" {
		return nil, invalid.Value("Options.Dir", o.Dir, "the directory of the run")
	}
	cfg = cfg.resolved()
	if err := cfg.Validate(); err != nil { // before data that may take minutes to read
		return nil, err
	}
	if err := cmp.Or(cfg.CheckMemory(), ctx.Err()); err != nil {
		return nil, err
	}
	if o.Loading == nil {
		o.Loading = o.Output
	}
	feed, err := cfg.feed(ctx, o.Loading)
	if err != nil {
		if begun, _ := run.Begun(o.Dir); begun {
			err = cfg.moved(o.Dir, err)
		}
		return nil, err
	}
	defer feed.Close()
	gan, err := cfg.newGame(ctx, feed)
	if err != nil {
		return nil, cmp.Or(otherData(ctx, o.Dir, feed), err)
	}
	if err := cfg.begin(o.Dir, gan.Store); err != nil {
		return nil, err
	}
	spec, err := gan.spec(ctx, feed, o)
	if err != nil {
		return nil, err
	}
	if gan.Run, err = run.Train(ctx, spec); err != nil {
		return nil, err
	}
	gan.Step = cfg.Steps
	return gan, nil
}

// newGame builds the players of a configuration for their data, without weights.
func (cfg Config) newGame(ctx context.Context, feed data.Feed) (*GAN, error) {
	if err := cfg.validateFor(feed); err != nil {
		return nil, err
	}
	var bias []float32
	if cfg.Generator.BiasFromData {
		var err error
		if bias, err = meanLogits(ctx, feed); err != nil {
			return nil, invalid.In("generator", err)
		}
	}
	return cfg.build(bias)
}

// build makes players without weights. The generator's output starts at the given biases, if there are any.
func (cfg Config) build(outputBias []float32) (*GAN, error) {
	algorithm, err := cfg.algorithm(outputBias)
	if err != nil {
		return nil, err
	}
	engine, err := backend.Open(cfg.Backend)
	if err != nil {
		return nil, err
	}
	store, err := cfg.newStore()
	if err != nil {
		return nil, err
	}
	players := &ganlib.Players{Algorithm1: algorithm, Backend: engine, Store: store, Shape: cfg.Generator.output()}
	return &GAN{Players: players, Config: cfg}, nil
}

// newStore is an empty store with the run's random state.
func (cfg Config) newStore() (*model.Store, error) {
	store := model.NewStore()
	return store, store.SetRNGStateFromSeed(cfg.Seed)
}

// spec says how the game trains in its directory.
func (gan *GAN) spec(ctx context.Context, feed data.Feed, o Options) (run.Spec, error) {
	cfg := gan.Config
	batches, err := feed.Batches(ctx, gan.Backend, cfg.K*cfg.BatchSize)
	if err != nil {
		return run.Spec{}, invalid.In("data", err)
	}
	trainer, err := gan.Trainer()
	if err != nil {
		return run.Spec{}, err
	}
	blocks, err := feed.Blocks(ctx, gan.Backend, cfg.K*cfg.BatchSize)
	if err != nil {
		return run.Spec{}, invalid.In("data", err)
	}
	spec := run.Spec{
		Dir: o.Dir, Config: cfg, Free: cfg.free(),
		Steps: cfg.Steps, RecordEvery: cfg.RecordEvery, SampleEvery: cfg.SampleEvery, SaveEvery: cfg.SaveEvery, KeepEvery: cfg.KeepEvery,
		Fit:     cfg.fit,
		Trainer: trainer, Update: gan.Algorithm1.Iterate, Batches: batches, Blocks: blocks, Devices: cfg.Devices,
		Sample: gan.progress, Plot: watch.Plot, Line: watch.Line,
		Watch: o.Watch, Output: o.Output,
	}
	if images, ok := feed.(*data.ImageFeed); ok {
		if spec.Data, err = knowing(ctx, images); err != nil {
			return run.Spec{}, invalid.In("data", err)
		}
	}
	if spec.MeasureEvery = cfg.measureEvery(); spec.MeasureEvery > 0 {
		signals, err := gan.signals(ctx, feed)
		if err != nil {
			return run.Spec{}, err
		}
		spec.Measure, spec.Best = signals.Measure, run.Best{Value: cfg.Best}
	}
	if cfg.OnFailure != nil {
		cfg.OnFailure.Guard(&spec, gan.Players)
	}
	return spec, nil
}

// signals measures the game in progress. Images are compared by the features that [GAN.Evaluate] would take.
func (gan *GAN) signals(ctx context.Context, feed data.Feed) (*monitor.Signals, error) {
	o := monitor.Options{BatchSize: gan.Config.BatchSize, Mixture: gan.Config.Data.Mixture()}
	if gan.Config.Data.OfImages() {
		extractor, err := gan.features()
		if err != nil {
			return nil, err
		}
		o.Features = func(x []float32) ([]float32, int, error) {
			images, err := gan.Pixels(x)
			if err != nil {
				return nil, 0, err
			}
			return extractor.Extract(context.WithoutCancel(ctx), images) // a record is whole, or it is not there
		}
	}
	return monitor.NewSignals(ctx, gan.Players, feed, o)
}

// Open reads the newest checkpoint of a run, on the backend that backend.Resolve("") names. The run may still be in
// progress elsewhere. Before its first checkpoint the error wraps [run.ErrNoCheckpoint].
func Open(dir string) (*GAN, error) { return OpenOn(dir, "") }

// OpenOn is [Open] on a backend of one's choice, whichever the run was trained on.
func OpenOn(dir, backendName string) (*GAN, error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	var cfg Config
	if err := r.Config(&cfg); err != nil {
		return nil, err
	}
	gan, err := cfg.on(backendName, r.ConfigPath())
	if err != nil {
		return nil, err
	}
	gan.Run = r
	if gan.Step, err = r.Restore(gan.Store, os.Stderr); err != nil {
		return nil, err
	}
	if err := gan.fits(); err != nil {
		return nil, err
	}
	return gan, nil
}

// on builds the players of a file's configuration, without weights, on a backend of one's choice.
func (cfg Config) on(backendName, file string) (gan *GAN, err error) {
	trainedOn := cfg.Backend
	cfg.Backend = backend.Resolve(backendName)
	if _, err := backend.Open(cfg.Backend); err != nil {
		return nil, err
	}
	if err = cfg.Validate(); err == nil {
		gan, err = cfg.build(nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	gan.Config.Backend = trainedOn
	return gan, nil
}

// OpenFS opens a trained game that has left its run, such as one of package models: a folder of config.json, the weights
// as package weights writes them, and a card. Its Run is nil: it has one step, no history, and nothing to go on from.
func OpenFS(folder fs.FS) (*GAN, error) { return OpenFSOn(folder, "") }

// OpenFSOn is [OpenFS] on a backend of one's choice.
func OpenFSOn(folder fs.FS, backendName string) (*GAN, error) {
	cfg, err := run.ReadConfigFS[Config](folder)
	if err != nil {
		return nil, err
	}
	gan, err := cfg.on(backendName, "config.json")
	if err != nil {
		return nil, err
	}
	if gan.Card, err = card.Read(folder); err != nil {
		return nil, err
	}
	gan.Step = gan.Card.Steps
	if _, err := weights.ReadFS(folder, card.Weights, gan.Store); err != nil {
		return nil, err
	}
	if err := cfg.fit(gan.Store); err != nil {
		return nil, fmt.Errorf("%s does not fit config.json: %w", card.Weights, err)
	}
	return gan, nil
}

// inRun refuses what only a run's directory can give.
func (gan *GAN) inRun() error {
	if gan.Run == nil {
		return invalid.Value("run", "none", "a run's directory: a model that has left its run has one step and no history")
	}
	return nil
}

// fits returns an error if the checkpoint that was restored is not one of the run's configuration.
func (gan *GAN) fits() error {
	if err := gan.Config.fit(gan.Store); err != nil {
		return fmt.Errorf("the checkpoint of step %d does not fit %s: %w", gan.Step, gan.Run.ConfigPath(), err)
	}
	return nil
}

// Restore puts the weights of an earlier iteration in place, whose checkpoint must have been kept: one of the newest, or
// one that Config.KeepEvery kept. On an error the weights stay as they were.
func (gan *GAN) Restore(step int) error {
	earlier, err := gan.at(step)
	if err == nil {
		gan.Players, gan.Step = earlier.Players, step
	}
	return err
}

// RestoreBest puts the weights of the best checkpoint that is kept in place, by the metric that Config.Best names. On an
// error the weights stay as they were.
func (gan *GAN) RestoreBest() error {
	if err := gan.inRun(); err != nil {
		return err
	}
	if gan.Config.Best == "" {
		return invalid.Value("best", "", "the metric by which the run keeps its best checkpoint, such as recall")
	}
	best, _, err := gan.Run.Best(run.Best{Value: gan.Config.Best})
	if err != nil {
		return err
	}
	return gan.Restore(best.Step)
}

// at is the game as it was after an earlier iteration.
func (gan *GAN) at(step int) (*GAN, error) {
	if err := gan.inRun(); err != nil {
		return nil, err
	}
	store, err := gan.Config.newStore()
	if err != nil {
		return nil, err
	}
	if err := gan.Run.RestoreStep(store, step); err != nil {
		return nil, err
	}
	players := &ganlib.Players{Algorithm1: gan.Algorithm1, Backend: gan.Backend, Store: store, Shape: gan.Shape}
	earlier := &GAN{Players: players, Config: gan.Config, Run: gan.Run, Step: step}
	if err := earlier.fits(); err != nil {
		return nil, err
	}
	return earlier, nil
}
