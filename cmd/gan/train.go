package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/backend"
)

type trainCmd struct {
	What      string `arg:"" help:"What to train: a preset, one of ${presets}; or, with --preset, the data to train it on, one of ${sets}."`
	Preset    string `placeholder:"PRESET" help:"The preset, where WHAT is data: it is trained on them, resized, and grey or in colour as its generator has images."`
	Dir       string `short:"d" type:"path" placeholder:"DIR" help:"The run's directory (default: runs/PRESET-BACKEND, or runs/DATA-PRESET-BACKEND on other data than the preset's own)."`
	Steps     *int   `placeholder:"N" help:"Iterations in all, those of earlier runs of the command included (default: the preset's)."`
	SaveEvery *int   `placeholder:"N" help:"Iterations from one checkpoint to the next (default: the preset's)."`
	Seed      *int64 `placeholder:"N" help:"Decides weights, noise and the order of the data (default: 1)."`
	Backend   string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda (default: $$GOMLX_BACKEND, else xla:cpu where its plugin is found, else go)."`
}

// Run stops in good order at the first Ctrl-C. A second one ends the program at once.
func (c *trainCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	cfg, name, err := c.config()
	if err != nil {
		return err
	}
	if c.Steps != nil {
		cfg = cfg.WithSteps(*c.Steps)
	}
	if c.SaveEvery != nil {
		cfg.SaveEvery = *c.SaveEvery
	}
	if c.Seed != nil {
		cfg.Seed = *c.Seed
	}
	cfg.Backend = backend.Resolve(c.Backend)
	cfg.Dir = c.Dir
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join("runs", name+"-"+strings.NewReplacer(":", "-", "/", "-").Replace(cfg.Backend))
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

// config is the preset that was asked for, on the data that were asked for, and a name for the two.
func (c *trainCmd) config() (cfg gans.Config, name string, err error) {
	if c.Preset == "" {
		if cfg, err = gans.Preset(c.What); err == nil && !slices.Contains(gans.DataSets(), cfg.Data.Set) {
			err = fmt.Errorf("%s learns from %s, which is not here yet: `gan train mnist --preset %[1]s` trains it on MNIST, resized and spread over its channels", c.What, cfg.Data.Set)
		}
		return cfg, c.What, err
	}
	preset, err := gans.Preset(c.Preset)
	if err != nil {
		return cfg, "", err
	}
	cfg, err = preset.On(c.What)
	if name = c.Preset; cfg.Data.Set != preset.Data.Set {
		name = c.What + "-" + c.Preset
	}
	return cfg, name, err
}
