package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
)

// orSweep explains why a sweep's directory is not a run. It leaves other errors as they are.
func orSweep(dir string, err error) error {
	if !errors.Is(err, run.ErrNotARun) {
		return err
	}
	runs, _ := sweep.Runs(dir)
	if len(runs) == 0 {
		return err
	}
	return fmt.Errorf("%s is a sweep: want one of its runs, %s", dir, strings.Join(runs, " or "))
}

// checkpoint says which of a run's checkpoints a command looks at.
type checkpoint struct {
	Step    string `placeholder:"N" help:"The iteration whose weights to take, if its checkpoint was kept, or \"best\" for the best one by the run's measure (default: the newest)."`
	Backend string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda."`
}

// open opens a run at that checkpoint.
func (c checkpoint) open(dir string) (*gans.GAN, error) {
	gan, err := gans.OpenOn(dir, c.Backend)
	if err != nil || c.Step == "" {
		return gan, orSweep(dir, err)
	}
	if c.Step == "best" {
		if gan.Config.Best == "" {
			return nil, misusef("--step best: this run keeps no best checkpoint; train with --set best=coverage")
		}
		return gan, gan.RestoreBest()
	}
	step, err := strconv.Atoi(c.Step)
	if err != nil {
		return nil, misusef("--step %s: want the number of an iteration, or best", c.Step)
	}
	return gan, gan.Restore(step)
}
