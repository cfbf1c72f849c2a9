package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/playground"
	"github.com/gans-in-go/gans/playground/game"
)

type trainCmd struct {
	recipe `embed:""`
	Dir    string `short:"d" type:"path" placeholder:"DIR" help:"The run's directory (default: runs/PRESET-BACKEND, runs/playground-BACKEND with --from, or runs/DATA-PRESET-BACKEND on other data than the preset's own; none for a file)."`
}

// recipe is what to train: a preset or a file, the data, and what is to be otherwise.
type recipe struct {
	What            string   `arg:"" optional:"" help:"A preset, one of ${presets}; a file of JSON such as a run's config.json, or - for the standard input; a run's directory, to go on with it; or, with --preset, the data."`
	Data            string   `placeholder:"DATA" help:"What to learn from, in place of the preset's own: one of ${sets}; or a path: a folder, .zip or .tgz of pictures, an IDX file, CIFAR's binary files, LSUN's LMDB, SVHN's .mat. Images are resized, and grey or in colour as the generator has them."`
	From            string   `placeholder:"LINK" help:"A link of the playground, whose game is played anew and goes on (docs/playground.md): 2000 iterations, unless the link or --steps says how many."`
	Preset          string   `placeholder:"PRESET" help:"The preset (default: cifar32, a DCGAN, or the one named like the data)."`
	Size            int      `placeholder:"N" help:"The side of the images, which the networks follow (default: the preset's)."`
	Channels        int      `placeholder:"N" help:"1 for grey images, 3 for colour (default: the preset's)."`
	Crop            int      `placeholder:"N" help:"The side of the square to cut out of the middle of each picture (default: the largest there is)."`
	Flip            *bool    `negatable:"" help:"Mirror each image left to right with probability 1/2 (default: as the preset does)."`
	Augment         *bool    `negatable:"" help:"Change all images that D sees at random, in color, place and by cutting a part out (DiffAugment): for a few hundred images (default: as the preset does)."`
	WithReplacement *bool    `negatable:"" help:"Draw every image by itself, so that one may come twice before all have come once (default: as the preset does)."`
	OnDevice        *bool    `negatable:"" help:"Keep all the images in the device's memory (default: as the preset does)."`
	Pretrained      string   `type:"existingdir" placeholder:"RUN" help:"A run whose generator's layers this one's last layers begin with: for tfd, a run of tfd-pretrain."`
	Steps           *int     `placeholder:"N" help:"Iterations in all, those of earlier runs of the command included (default: the preset's)."`
	SaveEvery       *int     `placeholder:"N" help:"Iterations from one checkpoint to the next (default: the preset's)."`
	KeepEvery       *int     `placeholder:"N" help:"Keep the checkpoints of the iterations that N divides for good, a multiple of --save-every (default: the preset's, which is to keep the newest three)."`
	Seed            *int64   `placeholder:"N" help:"Decides weights, noise and the order of the data (default: 1)."`
	Devices         *int     `placeholder:"N" help:"Devices of the backend, such as GPUs, that divide each minibatch among them; the batch size is a multiple of N (default: 1; a file has its own)."`
	Set             []string `sep:"none" placeholder:"KEY=VALUE" help:"Change a setting by its dotted key in config.json, such as k=2 or discriminator_rule.adam.learning_rate=4e-4. The value is JSON, or a word. May be repeated."`
	Backend         string   `placeholder:"NAME" help:"go, xla:cpu or xla:cuda (default: $$GOMLX_BACKEND, else xla:cpu where its plugin is found, else go; a file has its own, a link go)."`
}

// Validate sorts out which of WHAT, --data and --preset is the preset and which the data. A link is both.
func (c *recipe) Validate() error {
	switch {
	case c.From != "" && c.What+c.Data+c.Preset != "":
		return fmt.Errorf("--from and %s: want one of the two", cmp.Or(c.What, c.Data, c.Preset))
	case c.From != "":
		c.Preset = "playground" // the name of the directory
		return nil
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

// Run stops in good order at the first Ctrl-C, SIGTERM or SIGHUP. A second one ends the program at once.
func (c *trainCmd) Run() error {
	base, err := c.base() // before signals are caught: the file may be a pipe that nobody writes to
	if err != nil {
		return err
	}
	ctx, stop := interruptible("after this iteration, or after the first call where XLA compiles")
	defer stop()
	cfg, name, err := c.config(ctx, base)
	if err != nil {
		return err
	}
	dir, err := c.dir(c.Dir, "", name)
	if err != nil {
		return err
	}
	if err := openEngine(cfg); err != nil {
		return err
	}
	begun := &titled{title: fmt.Sprintf("%s\non %s, in %s\n", cfg.Name, cfg.Backend, dir)}
	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: dir, Output: begun, Loading: os.Stderr})
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nNext:\n  gan sample %[1]s\n  gan info %[1]s\n", gan.Run.Dir)
	return nil
}

// openEngine opens the engine of a configuration, and checks that it has the devices, before anything is promised.
func openEngine(cfg gans.Config) error {
	engine, err := backend.Open(cfg.Backend)
	if err != nil {
		return err
	}
	return loop.CheckDevices(engine, cfg.Devices)
}

// dir is the directory that was asked for, or the one that goes by the name and the backend.
func (c *recipe) dir(asked, prefix, name string) (string, error) {
	switch {
	case asked != "":
		return asked, nil
	case c.file():
		if begun, _ := run.Begun(c.run()); begun {
			return c.run(), nil
		}
		return "", misusef("%s has no name for a directory: want -d DIR", c.Preset)
	}
	return filepath.Join("runs", prefix+name), nil
}

// file reports whether the recipe is one in a file: of JSON, the standard input, what a shell's <(command) stands for, or
// that of a run whose directory was named.
func (c *recipe) file() bool {
	if c.From != "" {
		return false
	}
	return c.Preset == "-" || filepath.Ext(c.Preset) == ".json" || strings.HasPrefix(c.Preset, "/dev/fd/") || c.run() != ""
}

// run is the directory that was named in the place of a preset; "" if none was.
func (c *recipe) run() string {
	if c.From != "" {
		return ""
	}
	if info, err := os.Stat(c.Preset); err != nil || !info.IsDir() || slices.Contains(gans.Presets(), c.Preset) {
		return ""
	}
	return c.Preset
}

// base is the preset that was asked for, or what the file or the link says.
func (c *recipe) base() (gans.Config, error) {
	if c.From != "" {
		scene, err := game.ReadLink(c.From)
		if err != nil {
			return gans.Config{}, misusef("--from: %w", err)
		}
		return playground.Config(scene), nil
	}
	if dir := c.run(); dir != "" {
		r, err := run.Open(dir)
		if errors.Is(err, run.ErrNotARun) {
			err = misusef("%w; `gan train --data %s` trains a DCGAN on what is in it", err, dir)
		}
		if err != nil {
			return gans.Config{}, err
		}
		return gans.ReadConfig(r.ConfigPath())
	}
	if c.file() {
		return gans.ReadConfig(c.Preset)
	}
	cfg, err := gans.Preset(c.Preset)
	if err != nil && c.Data == "" && slices.Contains(open.Names(), c.Preset) {
		err = misusef("%s is data, not a preset: `gan train --data %[1]s` trains a DCGAN on it", c.Preset)
	}
	return cfg, err
}

// config is the base with all that was asked to be otherwise, and a name for preset, data and backend.
func (c *recipe) config(ctx context.Context, base gans.Config) (cfg gans.Config, name string, err error) {
	cfg = base
	if name = c.Preset; c.Data != "" && c.Data != cfg.Data.Set {
		if cfg, err = cfg.On(c.Data); err != nil {
			if unknown := new(catalog.UnknownError); errors.As(err, &unknown) {
				err = fmt.Errorf("%w, or a path: there is no file or folder %s", err, c.Data)
			}
			return cfg, "", err
		}
		if cfg, err = cfg.WithClasses(ctx); err != nil {
			return cfg, "", err
		}
		name = baseOf(c.Data) + "-" + c.Preset
	}
	if c.Size != 0 || c.Channels != 0 {
		if cfg.Generator.DCGAN == nil {
			return cfg, "", misusef("--size and --channels are for DCGANs only: take a preset such as cifar32 or lsun64")
		}
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
	for _, of := range []struct {
		asked *bool
		of    *bool
	}{{c.Flip, &cfg.Data.Flip}, {c.WithReplacement, &cfg.Data.Replacement}, {c.OnDevice, &cfg.Data.OnDevice}} {
		if of.asked != nil {
			*of.of = *of.asked
		}
	}
	if c.Augment != nil {
		cfg.Augment = ganlib.Augment{Color: *c.Augment, Translation: *c.Augment, Cutout: *c.Augment}
	}
	if cfg, err = c.otherwise(cfg); err != nil {
		return cfg, "", err
	}
	name += "-" + strings.NewReplacer(":", "-", "/", "-").Replace(cfg.Backend)
	if err = trainable(cfg); err != nil && c.file() {
		err = fmt.Errorf("%s: %w", c.Preset, err)
	}
	return cfg, name, err
}

// trainable refuses a configuration that is wrong, or that this machine has too little memory for.
func trainable(cfg gans.Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	return cfg.CheckMemory()
}

// baseOf is what data are called: the last element of a path, even of ".", without its extension.
func baseOf(what string) string {
	if whole, err := filepath.Abs(what); err == nil {
		what = whole
	}
	base := strings.Trim(filepath.Base(what), string(filepath.Separator))
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return cmp.Or(base, "root") // a hidden folder, whose name is all extension, or the root of the disk
}

// otherwise is the configuration with other numbers and settings.
func (c *recipe) otherwise(cfg gans.Config) (gans.Config, error) {
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
	if c.Devices != nil {
		cfg.Devices = *c.Devices
	}
	changes, err := settings(c.Set)
	if err != nil {
		return cfg, err
	}
	if cfg, err = cfg.With(changes); err != nil {
		return cfg, fmt.Errorf("--set: %w", err)
	}
	cfg.Backend = backend.Resolve(cmp.Or(c.Backend, cfg.Backend))
	return cfg, nil
}

// settings are pairs of KEY=VALUE by their keys. What is no JSON is a number, such as .5, or a word.
func settings(pairs []string) (map[string]any, error) {
	changes := make(map[string]any)
	for _, pair := range pairs {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, misusef("--set %s: want KEY=VALUE, such as k=2", pair)
		}
		if whole, ok := wholeNumber(text); ok {
			changes[key] = whole
		} else if json.Valid([]byte(text)) {
			changes[key] = json.RawMessage(text)
		} else if number, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(number) && !math.IsInf(number, 0) {
			changes[key] = number
		} else {
			changes[key] = text
		}
	}
	return changes, nil
}

// wholeNumber is what 1e9 and 2.0 are, which JSON's readers take for fractions. What has more digits than a float64
// holds is left as it is written.
func wholeNumber(text string) (int64, bool) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !strings.ContainsAny(text, "eE.") || number != math.Trunc(number) || math.Abs(number) > 1<<53 {
		return 0, false
	}
	return int64(number), true
}
