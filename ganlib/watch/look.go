package watch

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"time"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/disk"
)

// A State is what a run has come to.
type State struct {
	Name    string // of the configuration; "" if it has none
	Steps   int    // planned number of iterations; 0 if the configuration does not say
	History []run.Record
	Sample  string    // path of the newest picture; "" before the first
	Changed time.Time // when the history was last written
}

// Look reads what the run in dir has come to, whether it is finished or in progress. While no run has begun there, the
// error wraps [fs.ErrNotExist]; if dir holds something else, it wraps [run.ErrNotARun].
func Look(dir string) (State, error) {
	begun, err := run.Begun(dir)
	if err != nil {
		return State{}, err
	}
	if !begun {
		return State{}, fmt.Errorf("no run in %s yet: %w", dir, fs.ErrNotExist)
	}
	r, err := run.Open(dir)
	if err != nil {
		return State{}, err
	}
	var config map[string]json.RawMessage
	if err := json.Unmarshal(r.ConfigText(), &config); err != nil {
		return State{}, err
	}
	s := State{Changed: r.Changed()}
	// A configuration may lack either, or use the key for something else. The page then says less.
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
	return s, nil
}

// Draw returns the [Plot] of the history, with the newest picture if there is one and it can be read.
func (s State) Draw() (image.Image, error) {
	file, err := disk.Open(s.Sample)
	if err != nil {
		return Plot(s.History, nil)
	}
	defer file.Close()
	sample, err := png.Decode(file)
	if err != nil {
		sample = nil
	}
	return Plot(s.History, sample)
}
