package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
	"github.com/gans-in-go/gans/internal/drawn"
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

// inBox is the model in the box that a command was given, or nil where it was given a path: whatever exists is one, also
// where a model has its name. It is a misuse to give neither.
func inBox(name string) (fs.FS, error) {
	if _, err := os.Lstat(name); err == nil {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s is %w: it is not a directory", name, run.ErrNotARun)
		}
		return nil, nil
	}
	folder, err := models.Open(name)
	if err != nil {
		return nil, misusef("%s: no such directory, and no model: want a run's directory, or a model in the box, %s",
			name, strings.Join(models.Names(), ", "))
	}
	return folder, nil
}

// beside is where a command writes by default: into a run's directory or, of a model in the box, here, under the model's
// name. There it refuses to replace a file that no command of this program has written.
func beside(name, file string) (string, error) {
	folder, err := inBox(name)
	if err != nil {
		return "", err
	}
	if folder == nil {
		return filepath.Join(name, file), nil
	}
	path := name + "-" + file
	if content, err := os.ReadFile(path); err == nil && !ours(content) {
		return "", fmt.Errorf("%s is there already, and this program did not write it: want --out, or another directory", path)
	}
	return path, nil
}

// ours reports whether the content of a file is a picture or a report of this program.
func ours(content []byte) bool {
	return drawn.Is(content) || evaluate.Is(content) || isJudged(content)
}

// checkpoint says which of a run's checkpoints a command looks at.
type checkpoint struct {
	Step    string `placeholder:"N" help:"The iteration whose weights to take, if its checkpoint was kept, or \"best\" for the best one by the run's measure (default: the newest)."`
	Backend string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda."`
}

// open opens a run at that checkpoint, or a model in the box.
func (c checkpoint) open(dir string) (*gans.GAN, error) {
	folder, err := inBox(dir)
	switch {
	case err != nil:
		return nil, err
	case folder != nil && c.Step != "":
		return nil, misusef("--step %s: want none with a model in the box, which has the weights of its last iteration alone", c.Step)
	case folder != nil:
		return gans.OpenFSOn(folder, c.Backend)
	}
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
