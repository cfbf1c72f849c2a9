package main

import (
	"fmt"
	"strconv"

	"github.com/gans-in-go/gans"
)

// checkpoint says which of a run's checkpoints a command looks at.
type checkpoint struct {
	Step    string `placeholder:"N" help:"The iteration whose weights to take, if its checkpoint was kept, or \"best\" for the best one by the run's measure (default: the newest)."`
	Backend string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda."`
}

// open opens a run at that checkpoint.
func (c checkpoint) open(dir string) (*gans.GAN, error) {
	gan, err := gans.OpenOn(dir, c.Backend)
	if err != nil || c.Step == "" {
		return gan, err
	}
	if c.Step == "best" {
		return gan, gan.RestoreBest()
	}
	step, err := strconv.Atoi(c.Step)
	if err != nil {
		return nil, fmt.Errorf("--step %s: want the number of an iteration, or best", c.Step)
	}
	return gan, gan.Restore(step)
}
