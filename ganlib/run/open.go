package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomlx/gomlx/ml/model"
)

// A Run is a run's directory, opened for reading. Its methods read the files again each time, so they follow a run in
// progress.
type Run struct {
	Dir     string
	config  []byte
	version int // 0: from before there were versions
}

// Begun reports whether there is a run in dir. It is false where one can still begin: where dir does not exist, is
// empty, or holds only what training makes before config.json. Any other directory is an error that wraps
// [ErrNotARun].
func Begun(dir string) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, fmt.Errorf("%s is %w: it is not a directory", dir, ErrNotARun)
	case exists(filepath.Join(dir, configFile)):
		return true, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == lockFile, strings.HasPrefix(name, unfinished):
			continue
		case name == checkpointDir, name == sampleDir:
			if inside, err := os.ReadDir(filepath.Join(dir, name)); err == nil && len(inside) == 0 {
				continue
			}
		case name == configFile: // training began a moment ago
			return true, nil
		}
		return false, fmt.Errorf("%s is %w: it has no %s, but %s", dir, ErrNotARun, configFile, entry.Name())
	}
	return false, nil
}

// Open opens a run's directory for reading; another process may be training in it. It returns an error that wraps
// [ErrNotARun] if dir has no config.json, or one that is not a JSON object, and one that wraps [ErrNewer] if a newer
// version of this package wrote it.
func Open(dir string) (*Run, error) {
	config, version, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	return &Run{Dir: dir, config: config, version: version}, nil
}

// Config decodes config.json into v, a pointer. It returns an [*UnknownKeyError] for a key for which v has no place,
// and an [*invalid.Error] for a value that its key cannot hold, as [ReadConfig] does.
func (r *Run) Config(v any) error { return decodeConfig(r.ConfigPath(), r.config, v) }

// ConfigText returns the configuration as JSON: config.json as it was when the run was opened, without its version.
func (r *Run) ConfigText() []byte { return bytes.Clone(r.config) }

// ConfigPath returns the path of config.json, from which [ReadConfig] reads the configuration of another run.
func (r *Run) ConfigPath() string { return filepath.Join(r.Dir, configFile) }

// History returns the records so far, oldest first.
func (r *Run) History() ([]Record, error) { return readHistory(r.Dir) }

// Changed returns the time at which the history was last written, or the zero time if there is no history yet.
func (r *Run) Changed() time.Time {
	info, err := os.Stat(filepath.Join(r.Dir, historyFile))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Samples returns the paths of the pictures so far, oldest first.
func (r *Run) Samples() ([]string, error) { return samples(r.Dir) }

// Animation returns the path of the animation, or "" if there is none yet.
func (r *Run) Animation() string {
	if path := filepath.Join(r.Dir, animationFile); exists(path) {
		return path
	}
	return ""
}

// Plot returns the path of the plot of the run so far, or "" if there is none yet.
func (r *Run) Plot() string {
	if path := filepath.Join(r.Dir, plotFile); exists(path) {
		return path
	}
	return ""
}

// Checkpoints returns the checkpoints that are kept, oldest first. It does not verify them.
func (r *Run) Checkpoints() ([]Checkpoint, error) { return checkpoints(r.Dir) }

// Restore loads the newest whole checkpoint into the store and returns its step. It writes a line to warnings (nil:
// nowhere) for each newer one that is damaged. Without a checkpoint it returns an error that wraps [ErrNoCheckpoint],
// and with only damaged ones an error that wraps [ErrDamaged].
func (r *Run) Restore(store *model.Store, warnings io.Writer) (step int, err error) {
	whole, damaged, err := newestWhole(r.Dir)
	if err != nil {
		return 0, err
	}
	if whole.Dir == "" {
		return 0, fmt.Errorf("%s has %w yet", r.Dir, ErrNoCheckpoint)
	}
	for _, d := range damaged {
		if warnings != nil {
			fmt.Fprintf(warnings, "warning: %v; using step %d instead\n", d.reason, whole.Step)
		}
	}
	return whole.Step, whole.restore(store)
}

// RestoreStep loads the checkpoint of the given step into an empty store. If it is not kept, the error wraps
// [ErrNoCheckpoint] and lists those that are; if it is damaged, the error wraps [ErrDamaged].
func (r *Run) RestoreStep(store *model.Store, step int) error {
	list, err := checkpoints(r.Dir)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Step != step {
			continue
		}
		if err := c.Verify(); err != nil {
			return err
		}
		return c.restore(store)
	}
	return fmt.Errorf("%s has %w of step %d: want one of %v", r.Dir, ErrNoCheckpoint, step, stepsOf(list))
}
