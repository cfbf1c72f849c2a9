package gans

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/run"
)

// SweepOptions say how Sweep trains.
type SweepOptions struct {
	// Seeds is the number of runs. Their seeds are Config.Seed and those that follow it.
	Seeds int
	// Parallel is the number of runs at a time; 0 means 1. More than one need Train.
	//
	// They share the cores: a network small enough to leave cores idle gains nearly as many times as there are
	// cores, one that keeps all of them busy gains nothing.
	Parallel int
	// Train makes one run, in another process perhaps. Nil means this package's Train, in this process.
	Train func(context.Context, Config) error
}

// Sweep makes the same run with several seeds, in Config.Dir/seed-1 and so on, and sums them up: what is normal
// for a configuration, and what was chance in one run of it. It writes Config.Dir/sweep.json, the result, and
// sweep.png, a picture of it.
//
// The same call goes on where an earlier one stopped: it leaves finished runs alone and resumes the others. A run
// that fails stops no other; it is named in the error, beside which there is a result of the rest. A run that
// stopped because training went wrong is a result like any other, and is in it as far as it came. Cancelling the
// context saves all runs in progress and returns an error that wraps run.ErrInterrupted.
//
// Before any work it refuses a configuration that cannot be trained, and a directory with runs of another one.
// Config.Output gets the runs' messages, each line with its seed.
func Sweep(ctx context.Context, cfg Config, options SweepOptions) (*SweepResult, error) {
	cfg.Backend = backend.Resolve(cfg.Backend)
	if err := options.check(); err != nil {
		return nil, err
	}
	if err := cfg.checkSweep(); err != nil {
		return nil, err
	}
	runs := cfg.seeds(options.Seeds)
	failures := options.train(ctx, runs)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w; the runs in %s are saved, and running the same again goes on from there", run.ErrInterrupted, cfg.Dir)
	}
	result, err := sumUp(runs, failures)
	if err != nil {
		return nil, err
	}
	if err := result.write(cfg.Dir); err != nil {
		return nil, err
	}
	return result, result.failures()
}

func (o SweepOptions) check() error {
	switch {
	case o.Seeds < 1:
		return fmt.Errorf("seeds is %d: want at least 1", o.Seeds)
	case o.Parallel < 0:
		return fmt.Errorf("parallel is %d: want at least 1", o.Parallel)
	case o.Parallel > 1 && o.Train == nil:
		return fmt.Errorf("parallel is %d: want SweepOptions.Train too, which trains in other processes, or 1", o.Parallel)
	}
	return nil
}

// seeds are the configurations of a sweep's runs.
func (cfg Config) seeds(n int) []Config {
	var mu sync.Mutex
	runs := make([]Config, n)
	for i := range runs {
		one := cfg
		one.Seed += int64(i)
		one.Dir = filepath.Join(cfg.Dir, fmt.Sprintf("seed-%d", one.Seed))
		if cfg.Output != nil {
			one.Output = &lines{mu: &mu, to: cfg.Output, prefix: fmt.Sprintf("seed %d: ", one.Seed)}
		}
		runs[i] = one
	}
	return runs
}

// train makes the runs that are not finished, and returns what went wrong in each.
func (o SweepOptions) train(ctx context.Context, runs []Config) []error {
	make1 := o.Train
	if make1 == nil {
		make1 = func(ctx context.Context, cfg Config) error { _, err := Train(ctx, cfg); return err }
	}
	failures := make([]error, len(runs))
	var group errgroup.Group
	group.SetLimit(max(1, o.Parallel))
	for i, cfg := range runs {
		group.Go(func() error {
			if ctx.Err() == nil && !cfg.finished() {
				failures[i] = make1(ctx, cfg)
			}
			return nil
		})
	}
	group.Wait()
	return failures
}

// finished tells whether nothing is left to do in a run: it came to its end, where it makes the animation, or
// stopped because training went wrong.
func (cfg Config) finished() bool {
	r, err := run.Open(cfg.Dir)
	if err != nil {
		return false
	}
	if why, _ := stopped(r); why != "" {
		cfg.say("stopped before: %s", why)
		return true
	}
	list, err := r.Checkpoints()
	if err != nil || len(list) == 0 || list[len(list)-1].Step != cfg.Steps || r.Animation() == "" {
		return false
	}
	cfg.say("is finished: %d steps", cfg.Steps)
	return true
}

// say writes a message to a configuration's Output, if there is one.
func (cfg Config) say(format string, args ...any) {
	if cfg.Output != nil {
		fmt.Fprintf(cfg.Output, format+"\n", args...)
	}
}

// stopped returns why a run ended before its last step, or "" if it did not.
func stopped(r *run.Run) (why string, err error) {
	history, err := r.History()
	if err != nil || len(history) == 0 || history[len(history)-1].Event != "stopped" {
		return "", err
	}
	return history[len(history)-1].Note, nil
}

// checkSweep reports a configuration that cannot be trained, or a directory with runs of another one.
func (cfg Config) checkSweep() error {
	if cfg.Dir == "" {
		return fmt.Errorf("Config.Dir is empty: want the directory of the sweep")
	}
	if err := cfg.validate(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, "config.json")); err == nil {
		return fmt.Errorf("%s is a run: want a directory of a sweep, which holds one run a seed", cfg.Dir)
	}
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "seed-") {
			if err := cfg.checkRun(filepath.Join(cfg.Dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRun reports a run that is not one of this configuration, whatever its seed, or that is past it.
func (cfg Config) checkRun(dir string) error {
	r, err := run.Open(dir)
	if err != nil {
		if entries, _ := os.ReadDir(dir); len(entries) == 0 || entries[0].Name() == ".lock" {
			return nil // a run that had hardly begun
		}
		return err
	}
	var was Config
	if err := r.Config(&was); err != nil {
		return err
	}
	was.Seed = cfg.Seed
	changed, err := run.Changes(was, cfg, cfg.free())
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		return fmt.Errorf("%s is a run with another configuration:\n  %s\nGo on with the same configuration, or sweep in another directory",
			dir, strings.Join(changed, "\n  "))
	}
	list, err := r.Checkpoints()
	if err == nil && len(list) > 0 && list[len(list)-1].Step > cfg.Steps {
		err = fmt.Errorf("%s stands at step %d, past the %d asked for: ask for as many, or sweep in another directory", dir, list[len(list)-1].Step, cfg.Steps)
	}
	return err
}
