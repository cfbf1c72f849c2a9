package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gans-in-go/gans/ganlib/run"
)

// A State is what a run has come to.
type State struct {
	Name    string // of the configuration; "" if it has none
	Steps   int    // iterations that the run is to have; 0 if the configuration does not say
	History []run.Record
	Sample  string    // the path of the newest picture, or ""
	Changed time.Time // when the last record was written
}

// Look reads what the run in dir has come to, while it is in progress or later.
// The error wraps [fs.ErrNotExist] while no run has begun there, and not when
// dir holds something else.
func Look(dir string) (State, error) {
	if err := mayBegin(dir); err != nil {
		return State{}, err
	}
	r, err := run.Open(dir)
	if err != nil {
		return State{}, err
	}
	var config map[string]json.RawMessage
	if err := r.Config(&config); err != nil {
		return State{}, err
	}
	var s State
	// A configuration may have neither, or something else by that name: then the page says less.
	_ = json.Unmarshal(config["name"], &s.Name)
	_ = json.Unmarshal(config["steps"], &s.Steps)
	if s.History, err = r.History(); err != nil {
		return State{}, err
	}
	pictures, err := r.Samples()
	if err != nil {
		return State{}, err
	}
	if len(pictures) > 0 {
		s.Sample = pictures[len(pictures)-1]
	}
	if info, err := os.Stat(filepath.Join(dir, "history.jsonl")); err == nil {
		s.Changed = info.ModTime()
	}
	return s, nil
}

// mayBegin returns an error that wraps fs.ErrNotExist if there is no run in dir
// yet, another if there will be none, and nil if there is one.
func mayBegin(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "config.json")); err == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not a run's directory: %w", dir, err)
	}
	for _, e := range entries { // what a run makes before its configuration
		if !slices.Contains([]string{".lock", ".unfinished", "checkpoints", "samples"}, e.Name()) {
			return fmt.Errorf("%s is not a run: it has no config.json, but %s", dir, e.Name())
		}
	}
	return fmt.Errorf("no run in %s yet: %w", dir, fs.ErrNotExist)
}

// Draw is [Plot] of a state, with its newest picture.
func (s State) Draw() (image.Image, error) {
	var sample image.Image
	if s.Sample != "" {
		file, err := os.Open(s.Sample)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if sample, err = png.Decode(file); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Sample, err)
		}
	}
	return Plot(s.History, sample)
}
