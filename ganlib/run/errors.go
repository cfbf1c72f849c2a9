package run

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gans-in-go/gans/internal/disk"
)

// Refusals and failures of this package. Errors that name the directory, the step and the remedy wrap them.
var (
	// ErrInterrupted is what [Train] returns when its context was cancelled. The run is saved and can go on.
	ErrInterrupted = errors.New("interrupted")
	// ErrNotARun refuses a directory without a config.json, or with one that is not a JSON object.
	ErrNotARun = errors.New("not a run")
	// ErrNotRegular refuses a file of a run that is a FIFO, a socket or a device, which is never opened.
	ErrNotRegular = disk.ErrNotRegular
	// ErrLocked refuses to train, or to write to the history, where another process is training.
	ErrLocked = errors.New("being trained")
	// ErrOtherConfig refuses to go on with a run under another configuration. The error is an [*OtherConfigError].
	ErrOtherConfig = errors.New("a run with another configuration")
	// ErrPastEnd refuses to train a run up to a step that it has passed.
	ErrPastEnd = errors.New("past the number of steps asked for")
	// ErrNoCheckpoint says that there is no checkpoint, or none of the step or with the value asked for.
	ErrNoCheckpoint = errors.New("no checkpoint")
	// ErrLost refuses to begin a run anew where an earlier one has lost all its checkpoints.
	ErrLost = errors.New("has records, and had checkpoints, but they are gone")
	// ErrOtherRun says that a checkpoint belongs to another run than the one whose directory it is in.
	ErrOtherRun = errors.New("a checkpoint of another run")
	// ErrDamaged says that a checkpoint does not match its manifest.
	ErrDamaged = errors.New("damaged")
	// ErrDiverged ends a run in which a metric, a measured value or a weight became NaN or infinite.
	ErrDiverged = errors.New("training diverged")
	// ErrNewer refuses a file of a newer version of this package. The error is a [*NewerError].
	ErrNewer = errors.New("written by a newer version")
	// ErrNotConfig refuses a file or a value that is not a JSON object and so cannot be a configuration.
	ErrNotConfig = errors.New("not a configuration")
)

// OtherConfigError refuses to go on with a run under another configuration. It is [ErrOtherConfig].
type OtherConfigError struct {
	Dir     string   // the run's directory
	Changes []string // what differs, as [Changes] lists it
}

// Error lists the keys that differ.
func (e *OtherConfigError) Error() string {
	return fmt.Sprintf("%s is %v:\n  %s\nGo on with the same configuration, or train in another directory",
		e.Dir, ErrOtherConfig, strings.Join(e.Changes, "\n  "))
}

// Unwrap returns [ErrOtherConfig].
func (e *OtherConfigError) Unwrap() error { return ErrOtherConfig }

// NewerError refuses a file that says a schema version above the newest one this package knows. It is [ErrNewer].
type NewerError struct {
	Path   string
	Schema int // the version of the file; the largest int if it is larger
	Known  int // the newest version that this package reads
}

// Error says both versions.
func (e *NewerError) Error() string {
	return fmt.Sprintf("%s was %v: it has schema %d, and this program knows versions up to %d; update this program",
		e.Path, ErrNewer, e.Schema, e.Known)
}

// Unwrap returns [ErrNewer].
func (e *NewerError) Unwrap() error { return ErrNewer }

// UnknownKeyError refuses a key that a configuration does not have.
type UnknownKeyError struct {
	Key     string // dotted
	Nearest string // the known key that was probably meant; "" if none is near
}

// Error suggests the nearest key.
func (e *UnknownKeyError) Error() string {
	text := fmt.Sprintf("%q is not a key of the configuration", e.Key)
	if e.Nearest != "" {
		text += fmt.Sprintf(": did you mean %q?", e.Nearest)
	}
	return text
}

// diverged says which number is NaN or infinite. It is [ErrDiverged].
type diverged string

func (d diverged) Error() string { return string(d) }
func (diverged) Unwrap() error   { return ErrDiverged }
