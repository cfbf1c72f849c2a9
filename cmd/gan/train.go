package main

import (
	"cmp"
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
	What            string `arg:"" optional:"" help:"A preset, one of ${presets}; or, with --preset, the data."`
	Data            string `placeholder:"DATA" help:"What to learn from, in place of the preset's own: one of ${sets}; or a path: a folder, .zip or .tgz of pictures, an IDX file, CIFAR's binary files, LSUN's LMDB, SVHN's .mat. Images are resized, and grey or in colour as the generator has them."`
	Preset          string `placeholder:"PRESET" help:"The preset (default: cifar32, a DCGAN, or the one that is called as the data are)."`
	Size            int    `placeholder:"N" help:"The side of the images, which the networks follow (default: the preset's)."`
	Channels        int    `placeholder:"N" help:"1 for grey images, 3 for colour (default: the preset's)."`
	Crop            int    `placeholder:"N" help:"The side of the square to cut out of the middle of each picture (default: the largest there is)."`
	Flip            bool   `help:"Mirror each image left to right with probability 1/2."`
	WithReplacement bool   `help:"Draw every image by itself, so that one may come twice before all have come once."`
	OnDevice        bool   `help:"Keep all the images in the device's memory."`
	Pretrained      string `type:"existingdir" placeholder:"RUN" help:"A run whose generator's layers this one's last layers begin with: for tfd, a run of tfd-pretrain."`
	Dir             string `short:"d" type:"path" placeholder:"DIR" help:"The run's directory (default: runs/PRESET-BACKEND, or runs/DATA-PRESET-BACKEND on other data than the preset's own)."`
	Steps           *int   `placeholder:"N" help:"Iterations in all, those of earlier runs of the command included (default: the preset's)."`
	SaveEvery       *int   `placeholder:"N" help:"Iterations from one checkpoint to the next (default: the preset's)."`
	KeepEvery       *int   `placeholder:"N" help:"Keep the checkpoints of the iterations that N divides for good, a multiple of --save-every (default: the preset's, which is to keep the newest three)."`
	Seed            *int64 `placeholder:"N" help:"Decides weights, noise and the order of the data (default: 1)."`
	Backend         string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda (default: $$GOMLX_BACKEND, else xla:cpu where its plugin is found, else go)."`
}

// Validate sorts out which of WHAT, --data and --preset is the preset and which the data.
func (c *trainCmd) Validate() error {
	switch {
	case c.What == "" && c.Data == "":
		return fmt.Errorf("expected a preset or --data, such as `gan train mnist` or `gan train --data photos.zip`")
	case c.What != "" && c.Data != "" && c.Preset != "":
		return fmt.Errorf("%s, --data %s and --preset %s: want one preset and one kind of data", c.What, c.Data, c.Preset)
	case c.Data == "" && c.Preset != "":
		c.Data, c.What = c.What, ""
	}
	c.Preset = cmp.Or(c.Preset, c.What)
	if c.Preset == "" {
		c.Preset = "cifar32"
		if slices.Contains(gans.Presets(), c.Data) {
			c.Preset = c.Data
		}
	}
	return nil
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

// config is the preset that was asked for, on the data that were asked for and with what else was, and a
// name for preset and data.
func (c *trainCmd) config() (cfg gans.Config, name string, err error) {
	if cfg, err = gans.Preset(c.Preset); err != nil {
		if c.Data == "" && slices.Contains(gans.DataSets(), c.Preset) {
			err = fmt.Errorf("%s is data, not a preset: `gan train --data %[1]s` trains a DCGAN on it", c.Preset)
		}
		return cfg, "", err
	}
	if name = c.Preset; c.Data != "" && c.Data != cfg.Data.Set {
		if cfg, err = cfg.On(c.Data); err != nil {
			return cfg, "", err
		}
		base := filepath.Base(c.Data)
		name = strings.TrimSuffix(base, filepath.Ext(base)) + "-" + c.Preset
	}
	if c.Size != 0 || c.Channels != 0 {
		if cfg, err = cfg.At(c.Size, c.Channels); err != nil {
			return cfg, "", err
		}
	}
	if c.Crop != 0 {
		cfg.Data.Crop = c.Crop
	}
	if c.Pretrained != "" {
		cfg.Generator.Pretrained = c.Pretrained
	}
	cfg.Data.Flip = cfg.Data.Flip || c.Flip
	cfg.Data.Replacement = cfg.Data.Replacement || c.WithReplacement
	cfg.Data.OnDevice = c.OnDevice
	if c.Steps != nil {
		cfg = cfg.WithSteps(*c.Steps)
	}
	if c.SaveEvery != nil {
		cfg.SaveEvery = *c.SaveEvery
	}
	if c.KeepEvery != nil {
		cfg.KeepEvery = *c.KeepEvery
	}
	if c.Seed != nil {
		cfg.Seed = *c.Seed
	}
	return cfg, name, nil
}
