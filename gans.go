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
	"github.com/gans-in-go/gans/ganlib/watch"
)

// GAN is a trained game: its players with their weights, and the run they came from. Its methods are for
// one goroutine at a time.
type GAN struct {
	Config Config
	Run    *run.Run
	// Step is the number of iterations behind these weights.
	Step int

	algorithm *ganlib.Algorithm1
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
	gan, d, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if err := gan.begin(); err != nil {
		return nil, err
	}
	batches, err := d.batches(gan.backend, cfg.K*cfg.BatchSize)
	if err != nil {
		return nil, fmt.Errorf("data: an iteration takes k·m = %d·%d examples: %w", cfg.K, cfg.BatchSize, err)
	}
	trainer, err := gan.algorithm.Trainer(gan.backend, gan.store)
	if err != nil {
		return nil, err
	}
	spec := run.Spec{
		Dir: cfg.Dir, Config: cfg, Free: cfg.free(),
		Steps: cfg.Steps, RecordEvery: cfg.RecordEvery, SampleEvery: cfg.SampleEvery, SaveEvery: cfg.SaveEvery, KeepEvery: cfg.KeepEvery,
		Trainer: trainer,
		Batches: batches,
		Sample:  gan.progress, Plot: watch.Plot, Line: watch.Line,
		Watch:  cfg.Watch,
		Output: cfg.Output,
	}
	if err := gan.guard(&spec, d); err != nil {
		return nil, err
	}
	if gan.Run, err = run.Train(ctx, spec); err != nil {
		return nil, err
	}
	gan.Step = cfg.Steps
	return gan, nil
}

// free are the keys of a configuration that a run may be gone on with when they differ.
func (cfg Config) free() []string {
	free := []string{"data.on_device", "record_every", "sample_every", "save_every", "keep_every", "measure_every", "best", "on_failure"}
	if cfg.GeneratorRule.mayGrow() && cfg.DiscriminatorRule.mayGrow() {
		free = append(free, "steps")
	}
	return free
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
	gan, err := build(cfg, nil)
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

// Restore puts the weights of an earlier iteration in place, whose checkpoint must have been kept: one of the
// newest, or one that Config.KeepEvery kept. On an error the weights stay as they were.
func (gan *GAN) Restore(step int) error {
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(gan.Config.Seed); err != nil {
		return err
	}
	if err := gan.Run.RestoreStep(store, step); err != nil {
		return err
	}
	gan.store, gan.Step = store, step
	gan.generate, gan.judge = nil, nil // compiled on the weights there were
	return nil
}

// validate reports a configuration whose networks cannot play, whatever the data.
func (cfg Config) validate() error {
	if err := cfg.checkCounts(); err != nil {
		return err
	}
	if err := cfg.checkNetworks(); err != nil {
		return err
	}
	_, err := cfg.algorithm(nil)
	return err
}

// prepare opens the data of a configuration and builds its players for them.
func prepare(cfg Config) (*GAN, dataset, error) {
	if err := cfg.validate(); err != nil { // before data that may take minutes to read
		return nil, nil, err
	}
	d, err := cfg.load()
	if err != nil {
		return nil, nil, err
	}
	gan, err := build(cfg, d)
	if err != nil {
		d.close()
	}
	return gan, d, err
}

// build turns a configuration into players and an empty store. The players of a run that is only opened need
// no data, so d may be nil.
func build(cfg Config, d dataset) (*GAN, error) {
	err := cfg.validate()
	if err == nil && d != nil {
		err = cfg.check(d)
	}
	if err != nil {
		return nil, err
	}
	gan := &GAN{Config: cfg, store: model.NewStore()}
	if gan.algorithm, err = cfg.algorithm(d); err != nil {
		return nil, err
	}
	if gan.backend, err = backend.Open(cfg.Backend); err != nil {
		return nil, err
	}
	return gan, gan.store.SetRNGStateFromSeed(cfg.Seed)
}
