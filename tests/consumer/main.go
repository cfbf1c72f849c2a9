// Command consumer is somebody else's program: it trains a conditional GAN whose networks are its own, see networks.go, on
// a folder of pictures with a folder inside for each kind. It stops early and goes on, opens the run again, draws
// samples, tests D against a frozen G, and measures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
)

// config is what this program's runs need to be repeated.
type config struct {
	Pictures  string  `json:"pictures"`
	Seed      int64   `json:"seed"`
	BatchSize int     `json:"batch_size"`
	Rate      float64 `json:"learning_rate"`
}

func main() {
	log.SetFlags(0)
	pictures := flag.String("pictures", "pictures", "the folder of pictures")
	dir := flag.String("dir", "run", "the run's directory")
	steps := flag.Int("steps", 600, "iterations")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cfg := config{Pictures: *pictures, Seed: 1, BatchSize: 32, Rate: 5e-4}
	if err := cfg.use(ctx, *dir, *steps); err != nil {
		log.Fatal(err)
	}
}

// use trains half of the way, goes on to the end, and looks at what has come of it.
func (c config) use(ctx context.Context, dir string, steps int) error {
	if err := c.train(ctx, dir, steps, steps/2); !errors.Is(err, errEnough) {
		return fmt.Errorf("stopping early: %w", err)
	}
	if err := c.train(ctx, dir, steps, steps); err != nil {
		return err
	}
	players, r, step, err := c.open(dir)
	if err != nil {
		return err
	}
	feed, err := c.feed(ctx)
	if err != nil {
		return err
	}
	defer feed.Close()
	if err := c.draw(players, r); err != nil {
		return err
	}
	probe, err := monitor.Freeze(ctx, players, monitor.Minibatches{From: feed, Size: c.BatchSize, Step: step}, 50)
	if err != nil {
		return err
	}
	report, err := c.measure(ctx, players, feed)
	if err != nil {
		return err
	}
	fmt.Printf("step %d, V %.3f then %.3f\n", step, probe.Before.Value, probe.After.Value)
	return report.Table(os.Stdout)
}

var errEnough = errors.New("enough for now")

// train makes the run, or goes on with it, until the step at which it is to stop.
func (c config) train(ctx context.Context, dir string, steps, until int) error {
	feed, err := c.feed(ctx)
	if err != nil {
		return err
	}
	defer feed.Close()
	players, err := c.players()
	if err != nil {
		return err
	}
	if err := players.Fit(feed); err != nil {
		return err
	}
	trainer, err := players.Trainer()
	if err != nil {
		return err
	}
	batches, err := feed.Batches(ctx, players.Backend, c.BatchSize)
	if err != nil {
		return err
	}
	blocks, err := feed.Blocks(ctx, players.Backend, c.BatchSize)
	if err != nil {
		return err
	}
	signals, err := monitor.NewSignals(ctx, players, feed, monitor.Options{BatchSize: c.BatchSize})
	if err != nil {
		return err
	}
	_, err = run.Train(ctx, run.Spec{
		Dir: dir, Config: c, Trainer: trainer, Update: players.Algorithm1.Iterate, Batches: batches, Blocks: blocks,
		Steps: steps, RecordEvery: 10, SampleEvery: 50, SaveEvery: 50,
		Sample:  func() (image.Image, error) { return grid(players) },
		Measure: signals.Measure, MeasureEvery: 50,
		Plot: watch.Plot, Line: watch.Line, Output: io.Discard,
		Watch: []func(run.Record) error{func(r run.Record) error {
			if r.Step == until && until < steps {
				return errEnough
			}
			return nil
		}},
	})
	return err
}

// players is the game before its first step.
func (c config) players() (*ganlib.Players, error) {
	engine, err := backend.Open("")
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(c.Seed); err != nil {
		return nil, err
	}
	adam := func() *optim.Adam { return &optim.Adam{LearningRate: c.Rate, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
	return &ganlib.Players{
		Algorithm1: &ganlib.Algorithm1{
			Game: ganlib.Game{
				Generator: generator, Discriminator: discriminator, Classes: classes,
				Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 16}, Objective: ganlib.NonSaturating,
			},
			K: 1, GeneratorRule: adam(), DiscriminatorRule: adam(),
		},
		Backend: engine, Store: store, Shape: []int{side, side, 1},
	}, nil
}

// open is the game after the newest checkpoint of its run.
func (c config) open(dir string) (*ganlib.Players, *run.Run, int, error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, nil, 0, err
	}
	players, err := c.players()
	if err != nil {
		return nil, nil, 0, err
	}
	step, err := r.Restore(players.Store, os.Stderr)
	return players, r, step, err
}

// feed is the folder of pictures as minibatches.
func (c config) feed(ctx context.Context) (*data.ImageFeed, error) {
	pictures, err := open.Path(ctx, c.Pictures, open.Options{Frame: data.Frame{Size: side, Channels: 1}})
	if err != nil {
		return nil, err
	}
	return data.NewFeed(pictures, data.Drawing{Seed: uint64(c.Seed), Scale: data.Symmetric}, true)
}

// draw leaves a grid of samples and a plot of the run beside it.
func (c config) draw(players *ganlib.Players, r *run.Run) error {
	samples, err := grid(players)
	if err != nil {
		return err
	}
	history, err := r.History()
	if err != nil {
		return err
	}
	plot, err := watch.Plot(history, samples)
	if err != nil {
		return err
	}
	return figure.WritePNG(filepath.Join(r.Dir, "consumer.png"), plot)
}

// grid draws ten samples of each kind, a column each.
func grid(players *ganlib.Players) (image.Image, error) {
	x, err := players.Sample(10*classes, 1)
	if err != nil {
		return nil, err
	}
	images, err := data.Symmetric.Images(x, players.Shape)
	if err != nil {
		return nil, err
	}
	pictures := make([]image.Image, images.N)
	for i := range pictures {
		pictures[i] = images.Image(i)
	}
	return figure.Grid(pictures, figure.GridStyle{Columns: classes})
}

// measure holds samples against the pictures.
func (c config) measure(ctx context.Context, players *ganlib.Players, feed *data.ImageFeed) (*evaluate.Report, error) {
	real, err := data.All(ctx, feed.Source())
	if err != nil {
		return nil, err
	}
	x, err := players.Sample(real.N, 2)
	if err != nil {
		return nil, err
	}
	samples, err := data.Symmetric.Images(x, players.Shape)
	if err != nil {
		return nil, err
	}
	features, err := feature.Random(players.Backend, 1)
	if err != nil {
		return nil, err
	}
	return evaluate.Images(ctx, evaluate.Sets{Samples: samples, Reference: real}, evaluate.Options{Of: "consumer", Extractor: features})
}
