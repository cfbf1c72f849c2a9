package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/backend"
)

type trainCmd struct {
	Preset  string `arg:"" help:"What to train: ${presets}."`
	Dir     string `short:"d" type:"path" placeholder:"DIR" help:"The run's directory (default: runs/PRESET-BACKEND)."`
	Steps   int    `placeholder:"N" help:"Iterations in all, those of earlier runs of the command included (default: the preset's)."`
	Seed    *int64 `placeholder:"N" help:"Decides weights, noise and the order of the data (default: 1)."`
	Backend string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda (default: $$GOMLX_BACKEND, else xla:cpu where its plugin is found, else go)."`
}

func (c *trainCmd) Run(ctx context.Context) error {
	cfg, err := gans.Preset(c.Preset)
	if err != nil {
		return err
	}
	if c.Steps < 0 {
		return fmt.Errorf("--steps is %d: want a positive number", c.Steps)
	}
	if c.Steps > 0 {
		cfg = cfg.WithSteps(c.Steps)
	}
	if c.Seed != nil {
		cfg.Seed = *c.Seed
	}
	cfg.Backend = backend.Resolve(c.Backend)
	cfg.Dir = c.Dir
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join("runs", c.Preset+"-"+strings.NewReplacer(":", "-", "/", "-").Replace(cfg.Backend))
	}
	cfg.Output = os.Stdout
	fmt.Printf("%s\non %s, in %s\n", cfg.Name, cfg.Backend, cfg.Dir)
	gan, err := gans.Train(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Printf("\nNext:\n  gan sample %[1]s\n  gan info %[1]s\n", gan.Run.Dir)
	return nil
}
