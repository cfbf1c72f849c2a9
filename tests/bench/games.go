package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// config is a game by its name here: a preset's, or "line", the smallest of them all.
func config(name string, batch int) (gans.Config, error) {
	if name != "line" {
		cfg, err := gans.Preset(name)
		cfg.BatchSize = batch
		return cfg, err
	}
	cfg := gans.Figure1()
	cfg.K, cfg.BatchSize = 1, batch
	rule := ganlib.Rule{Adam: &optim.Adam{LearningRate: 1e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	cfg.GeneratorRule, cfg.DiscriminatorRule = rule, rule
	return cfg, nil
}

// benchGame says how long the first iteration took, from the choice of the networks on, and takes turns.
func benchGame(name string, batch int, engine string) error {
	cfg, err := config(name, batch)
	if err != nil {
		return err
	}
	b, err := backend.Open(engine)
	if err != nil {
		return err
	}
	feed, err := feedOf(cfg)
	if err != nil {
		return err
	}
	defer feed.Close()
	start := time.Now()
	some, store, err := iterations(b, cfg, feed)
	if err != nil {
		return err
	}
	if _, err := some(1); err != nil {
		return err
	}
	first := time.Since(start).Seconds()
	if err := warmUp(some); err != nil {
		return err
	}
	err = say(map[string]any{"who": "GANs in Go, " + engine, "first_s": first, "parameters": parameters(store)})
	if err != nil {
		return err
	}
	return turns(func() (int, error) { return some(math.MaxInt) })
}

// feedOf is a configuration's data, or pictures made by a formula where those would have to be fetched.
func feedOf(cfg gans.Config) (data.Feed, error) {
	d, err := cfg.Data.Distribution()
	if err != nil {
		return nil, err
	}
	if d != nil {
		return data.Points(d, 1), nil
	}
	images, scale := waves(1024, 64, 3), data.Symmetric
	if cfg.Generator.DCGAN != nil {
		images = waves(1024, cfg.Generator.DCGAN.Size, cfg.Generator.DCGAN.Channels)
	}
	if cfg.Data.Set == "mnist" {
		digits, err := cfg.Data.Images(context.Background())
		if err != nil {
			return nil, err
		}
		images, scale = digits, data.Unit
	}
	return data.NewFeed(images, data.Drawing{Seed: 1, Scale: scale}, cfg.Generator.DCGAN != nil && cfg.Generator.DCGAN.Classes > 0)
}

// waves are n pictures, each of its own phase.
func waves(n, side, channels int) *data.Images {
	images := &data.Images{Name: "waves", N: n, Height: side, Width: side, Channels: channels, Pixels: make([]uint8, n*side*side*channels)}
	for i := range images.Pixels {
		channel, column, row := i%channels, i/channels%side, i/channels/side%side
		phase := i/channels/side/side + channel
		images.Pixels[i] = uint8(127.5 * (1 + math.Sin(2*math.Pi*float64(row+column)/float64(side)+float64(phase))))
	}
	return images
}

// iterations returns a function that makes at least one and at most n iterations of a game, as a run makes them: many a
// call where the engine has loops, otherwise one.
func iterations(b compute.Backend, cfg gans.Config, feed data.Feed) (some func(n int) (int, error), store *model.Store, err error) {
	algorithm, err := algorithmOf(cfg)
	if err != nil {
		return nil, nil, err
	}
	store = model.NewStore()
	if err := store.SetRNGStateFromSeed(cfg.Seed); err != nil {
		return nil, nil, err
	}
	trainer, err := algorithm.Trainer(b, store)
	if err != nil {
		return nil, nil, err
	}
	step := 0
	if loop.Supported(b) {
		blocks, err := feed.Blocks(context.Background(), b, cfg.K*cfg.BatchSize)
		if err != nil {
			return nil, nil, err
		}
		l, err := loop.ForTrainer(trainer, algorithm.Iterate, blocks)
		if err != nil {
			return nil, nil, err
		}
		return func(n int) (int, error) {
			rows, err := l.Some(step, n)
			step += len(rows)
			return len(rows), err
		}, store, nil
	}
	batches, err := feed.Batches(context.Background(), b, cfg.K*cfg.BatchSize)
	if err != nil {
		return nil, nil, err
	}
	return func(int) (int, error) { step++; return 1, oneStep(trainer, batches, step-1) }, store, nil
}

// warmUp makes iterations until a loop has found its pace.
func warmUp(some func(n int) (int, error)) error {
	for range 3 {
		if _, err := some(math.MaxInt); err != nil {
			return err
		}
	}
	return nil
}

// warmed are the iterations of a game, after a loop has found its pace.
func warmed(cfg gans.Config, feed data.Feed) (some func(n int) (int, error), err error) {
	b, err := backend.Open(cfg.Backend)
	if err != nil {
		return nil, err
	}
	some, _, err = iterations(b, cfg, feed)
	if err != nil {
		return nil, err
	}
	return some, warmUp(some)
}

// oneStep makes one iteration in a call of its own, and reads its metrics, as a run does.
func oneStep(trainer *train.Trainer, batches func(step int) (train.Batch, error), step int) error {
	batch, err := batches(step)
	if err != nil {
		return err
	}
	metrics, err := trainer.TrainStep(batch)
	if err != nil {
		return err
	}
	for _, m := range metrics {
		if v := float64(tensors.ToScalar[float32](m)); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("a metric of step %d is %v", step, v)
		}
	}
	return nil
}

func algorithmOf(cfg gans.Config) (*ganlib.Algorithm1, error) {
	if n := cfg.Generator.DCGAN; n != nil {
		return cfg.Play.Algorithm1(n.Generator, n.Discriminator, n.Classes)
	}
	return ganlib.Recipe{Generator: cfg.Generator.Network, Discriminator: cfg.Discriminator.Network, Play: cfg.Play}.Algorithm1()
}

// parameters are the trainable numbers of G and of D.
func parameters(store *model.Store) []int {
	var counts []int
	for _, player := range []string{ganlib.GeneratorScope, ganlib.DiscriminatorScope} {
		n := 0
		for v := range store.RootScope().At("%s", player).IterVariables() {
			if v.Trainable {
				n += v.Shape().Size()
			}
		}
		counts = append(counts, n)
	}
	return counts
}
