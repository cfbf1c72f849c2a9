// Package gans trains generative adversarial networks in Go, and opens what was trained.
//
// A run is a directory. Train fills it from a Config, Open reads it back, in this program or another:
//
//	cfg := gans.Figure1()
//	cfg.Dir = "runs/figure1"
//	gan, err := gans.Train(ctx, cfg)
//	...
//	gan, err = gans.Open("runs/figure1")
//	x, err := gan.Sample(1000, 1) // 1,000 numbers from p_g
//
// The game itself is in package ganlib. This package is the one place that maps the names in a
// configuration to networks, data, objectives and learning rules; the command line, the notebooks and
// other programs all come in here.
package gans

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/run"
)

// GAN is a trained game: its players with their weights, and the run they came from. Its methods are for
// one goroutine at a time.
type GAN struct {
	Config Config
	Run    *run.Run
	// Step is the number of iterations behind these weights.
	Step int

	algorithm *ganlib.Algorithm1
	dataset   dataset
	backend   compute.Backend
	store     *model.Store
	generate  *model.Exec
	judge     *model.Exec
}

// Train makes the run in cfg.Dir: it begins a new one, or goes on where the same configuration
// stopped, until cfg.Steps iterations are done. Cancelling the context saves and returns an error that
// wraps run.ErrInterrupted; the same call goes on from there.
func Train(ctx context.Context, cfg Config) (*GAN, error) {
	if cfg.Dir == "" {
		return nil, fmt.Errorf("Config.Dir is empty: want the directory of the run")
	}
	cfg.Backend = backend.Resolve(cfg.Backend)
	gan, err := build(cfg)
	if err != nil {
		return nil, err
	}
	trainer, err := gan.algorithm.Trainer(gan.backend, gan.store)
	if err != nil {
		return nil, err
	}
	var free []string
	if cfg.GeneratorRule.mayGrow() && cfg.DiscriminatorRule.mayGrow() {
		free = []string{"steps"}
	}
	gan.Run, err = run.Train(ctx, run.Spec{
		Dir: cfg.Dir, Config: cfg, Free: append(free, "record_every", "sample_every", "save_every"),
		Steps: cfg.Steps, RecordEvery: cfg.RecordEvery, SampleEvery: cfg.SampleEvery, SaveEvery: cfg.SaveEvery,
		Trainer: trainer,
		Batches: gan.dataset.batch,
		Sample:  gan.progress,
		Watch:   cfg.Watch,
		Output:  cfg.Output,
	})
	if err != nil {
		return nil, err
	}
	gan.Step = cfg.Steps
	return gan, nil
}

// Open reads the newest checkpoint of a run, on the backend Resolve("") names; the run may still be in
// progress elsewhere.
func Open(dir string) (*GAN, error) { return OpenOn(dir, "") }

// OpenOn is Open on a backend of one's choice, whichever the run was trained on.
func OpenOn(dir, backendName string) (*GAN, error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	var cfg Config
	if err := r.Config(&cfg); err != nil {
		return nil, err
	}
	cfg.Dir = dir
	trainedOn := cfg.Backend
	cfg.Backend = backend.Resolve(backendName)
	gan, err := build(cfg)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	gan.Config.Backend = trainedOn
	gan.Run = r
	if gan.Step, err = r.Restore(gan.store, backend.Warnings); err != nil {
		return nil, err
	}
	return gan, nil
}

// build turns a configuration into players, data and an empty store.
func build(cfg Config) (*GAN, error) {
	gan := &GAN{Config: cfg, store: model.NewStore()}
	err := cfg.checkCounts()
	if err == nil {
		err = cfg.checkNetworks()
	}
	if err != nil {
		return nil, err
	}
	if gan.dataset, err = cfg.Data.load(cfg); err != nil {
		return nil, err
	}
	if gan.algorithm, err = cfg.algorithm(gan.dataset); err != nil {
		return nil, err
	}
	if gan.backend, err = backend.Open(cfg.Backend); err != nil {
		return nil, err
	}
	return gan, gan.store.SetRNGStateFromSeed(cfg.Seed)
}
