package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/backend"
)

type trainCmd struct {
	Preset    string `arg:"" help:"What to train: ${presets}."`
	Dir       string `short:"d" type:"path" placeholder:"DIR" help:"The run's directory (default: runs/PRESET-BACKEND)."`
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
	cfg, err := gans.Preset(c.Preset)
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
