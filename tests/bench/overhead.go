package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
)

// benchRun trains a preset in a directory for twice the given iterations, and times the second half: all that is compiled
// once has been compiled then. Records, samples and measurements come at the preset's own intervals. A checkpoint is
// saved after each half, which is more often than a long run saves. A bare loop of as many iterations comes before and
// after; the mean of both stands beside the run.
func benchRun(name string, steps int) error {
	cfg, err := gans.Preset(name)
	if err != nil {
		return err
	}
	cfg.Backend, cfg.SaveEvery = "xla:cpu", min(cfg.SaveEvery, steps)
	cfg = cfg.WithSteps(2 * steps)
	before, err := bareLoop(cfg, steps)
	if err != nil {
		return err
	}
	run, err := secondHalf(cfg)
	if err != nil {
		return err
	}
	after, err := bareLoop(cfg, steps)
	if err != nil {
		return err
	}
	return say(map[string]any{"steps": steps, "run_ms": run, "bare_ms": (before + after) / 2})
}

// secondHalf is the time of an iteration in the second half of a run, in milliseconds.
func secondHalf(cfg gans.Config) (float64, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	var half time.Time // of the first record in the second half
	from := 0
	_, err = gans.Train(context.Background(), cfg, gans.Options{Dir: filepath.Join(dir, "run"), Watch: []func(run.Record) error{
		func(r run.Record) error {
			if from == 0 && r.Step >= cfg.Steps/2 {
				half, from = time.Now(), r.Step
			}
			return nil
		},
	}})
	return 1e3 * time.Since(half).Seconds() / float64(cfg.Steps-from), err
}

// bareLoop is the time of an iteration without all that, in milliseconds.
func bareLoop(cfg gans.Config, steps int) (float64, error) {
	feed, err := feedOf(cfg)
	if err != nil {
		return 0, err
	}
	defer feed.Close()
	some, err := warmed(cfg, feed)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	for made := 0; made < steps; {
		n, err := some(steps - made)
		if err != nil {
			return 0, err
		}
		made += n
	}
	return 1e3 * time.Since(start).Seconds() / float64(steps), nil
}
