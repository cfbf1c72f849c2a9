package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"
)

// A Run is a run's directory, opened for reading. Its methods read the files
// anew each time, so they see what a run in progress has come to.
type Run struct {
	Dir    string
	config []byte
}

// Open reads a run's directory; another process may be training in it. It
// returns an error when dir has no config.json, or one that is no JSON object.
func Open(dir string) (*Run, error) {
	config, err := readConfig(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run: it has no %s", dir, configFile)
	}
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, config: config}, nil
}

// Config decodes config.json into v, a pointer. A key that v has no place for
// is an error that names it.
func (r *Run) Config(v any) error {
	decoder := json.NewDecoder(bytes.NewReader(r.config))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(r.Dir, configFile), err)
	}
	return nil
}

// History returns the records so far, oldest first.
func (r *Run) History() ([]Record, error) { return readHistory(r.Dir) }

// Samples returns the paths of the pictures so far, oldest first.
func (r *Run) Samples() ([]string, error) { return samples(r.Dir) }

// Animation returns the path of the animation, or "" while there is none.
func (r *Run) Animation() string {
	if path := filepath.Join(r.Dir, animationFile); exists(path) {
		return path
	}
	return ""
}

// Plot returns the path of the plot of the run so far, or "" while there is none.
func (r *Run) Plot() string {
	if path := filepath.Join(r.Dir, plotFile); exists(path) {
		return path
	}
	return ""
}

// Checkpoints returns the checkpoints that are kept, oldest first, without
// having verified them.
func (r *Run) Checkpoints() ([]Checkpoint, error) { return checkpoints(r.Dir) }

// Restore loads the newest whole checkpoint into the store and returns its
// step. It writes a line to warnings (nil: nowhere) for each newer one that is
// damaged, and returns an error when there is none to load.
func (r *Run) Restore(store *model.Store, warnings io.Writer) (step int, err error) {
	whole, damaged, err := newestWhole(r.Dir)
	if err != nil {
		return 0, err
	}
	if whole.Dir == "" {
		return 0, fmt.Errorf("%s has no checkpoint yet", r.Dir)
	}
	for _, d := range damaged {
		say(warnings, "warning: %v; using step %d instead", d, whole.Step)
	}
	return whole.Step, whole.restore(store)
}

// RestoreStep loads the checkpoint of the given step into an empty store. It
// returns an error that lists the checkpoints there are if that one is not kept,
// or if it is damaged.
func (r *Run) RestoreStep(store *model.Store, step int) error {
	list, err := checkpoints(r.Dir)
	if err != nil {
		return err
	}
	var kept []int
	for _, c := range list {
		if kept = append(kept, c.Step); c.Step != step {
			continue
		}
		if err := c.Verify(); err != nil {
			return fmt.Errorf("%s is damaged: %w", c.Dir, err)
		}
		return c.restore(store)
	}
	return fmt.Errorf("%s has no checkpoint of step %d: want one of %v", r.Dir, step, kept)
}

// say writes a line to w, if there is one. Messages are a courtesy: that one
// cannot be written stops nothing.
func say(w io.Writer, format string, args ...any) {
	if w != nil {
		fmt.Fprintf(w, format+"\n", args...)
	}
}
