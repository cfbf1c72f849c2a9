package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
)

type sweepCmd struct {
	recipe   `embed:""`
	Seeds    int    `default:"8" placeholder:"N" help:"The number of runs, with the seed and those that follow it (default: ${default})."`
	Parallel int    `default:"1" placeholder:"P" help:"Runs at a time, each in a process of its own (default: ${default}). They share the cores: small networks gain by it, large ones do not."`
	Over     string `placeholder:"KEY=V1,V2,..." help:"Sweep each of several values of a setting, as --set has it, and compare them: in compare.md and compare.png."`
	Dir      string `short:"d" type:"path" placeholder:"DIR" help:"The directory of the runs, of sweep.json and of sweep.png (default: runs/sweep-PRESET-BACKEND; none for a file)."`
}

// Validate refuses numbers that cannot be meant.
func (c *sweepCmd) Validate() error {
	switch {
	case c.Seeds < 1:
		return fmt.Errorf("--seeds %d: want at least 1", c.Seeds)
	case c.Parallel < 1:
		return fmt.Errorf("--parallel %d: want at least 1", c.Parallel)
	}
	return c.recipe.Validate()
}

// Run makes the runs. The first Ctrl-C saves those in progress; a second one ends the program at once.
func (c *sweepCmd) Run() error {
	base, err := c.base()
	if err != nil {
		return err
	}
	ctx, stop := interruptible("after this iteration of each run, or after its first call where XLA compiles")
	defer stop()
	cfg, name, err := c.config(ctx, base)
	if err != nil {
		return err
	}
	dir, err := c.dir(c.Dir, "sweep-", name)
	if err != nil {
		return err
	}
	settings, err := c.settings(cfg)
	if err != nil {
		return err
	}
	if err := c.options().Validate(); err != nil {
		return err
	}
	if c.Parallel <= 1 { // otherwise the children open it
		if err := openEngine(cfg); err != nil {
			return err
		}
	}
	if c.Over != "" {
		return c.compare(ctx, settings, dir)
	}
	if _, err := c.sweep(ctx, cfg, dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nNext:\n  gan diagnose %[1]s\n  gan sample %[1]s\n", sweep.RunDir(dir, cfg.Seed))
	return nil
}

func (c *sweepCmd) options() gans.SweepOptions {
	options := gans.SweepOptions{Seeds: c.Seeds, Parallel: c.Parallel}
	if c.Parallel > 1 {
		options.Train = child{threads: max(1, runtime.NumCPU()/c.Parallel)}.train
	}
	return options
}

// sweep makes the runs of one configuration.
func (c *sweepCmd) sweep(ctx context.Context, cfg gans.Config, dir string) (*sweep.Result, error) {
	begun := &titled{title: fmt.Sprintf("%s\n%d seeds on %s, in %s\n", cfg.Name, c.Seeds, cfg.Backend, dir)}
	result, err := gans.Sweep(ctx, cfg, gans.Options{Dir: dir, Output: begun, Loading: os.Stderr}, c.options())
	if result != nil && len(result.Seeds) > 0 {
		fmt.Fprintf(stdout, "\n%d runs, of which %d stopped because training went wrong: %s\n", len(result.Seeds), len(result.Stopped), filepath.Join(dir, "sweep.png"))
	}
	return result, err
}

// child trains in a process of its own: `gan train` by this very program.
type child struct {
	threads int // that Go may keep busy in it, unless the environment says otherwise
}

// train gives the process the configuration on its standard input. Cancelling the context sends it a SIGTERM, and waits
// until the process has saved. Should this program be killed, the process ends with its next line of progress, which
// nobody takes.
func (c child) train(ctx context.Context, cfg gans.Config, o gans.Options) error {
	text, err := json.Marshal(cfg)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "train", "-", "-d", o.Dir)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+cmp.Or(os.Getenv("GOMAXPROCS"), fmt.Sprint(c.threads)))
	cmd.Stdin = bytes.NewReader(text)
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = o.Output, &errs
	onItsOwn(cmd)
	cmd.WaitDelay = time.Minute // of saving, after a Ctrl-C
	err = cmd.Run()
	loading, why := cutError(errs.String())
	if o.Output != nil && loading != "" {
		fmt.Fprint(o.Output, loading)
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit) && exit.ExitCode() == terminated:
		return run.ErrInterrupted
	case why != "":
		return fmt.Errorf("%s", why)
	}
	return err
}

// cutError divides what gan wrote on its standard error into what was said of the data and the error that it ended with.
func cutError(text string) (loading, why string) {
	const mark = "gan: "
	if rest, ok := strings.CutPrefix(text, mark); ok {
		return "", strings.TrimSpace(rest)
	}
	loading, why, _ = strings.Cut(text, "\n"+mark)
	return loading, strings.TrimSpace(why)
}
