package run

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans/internal/disk"
)

const dataFile = "data.json"

// Data knows again what a run learns from. Without it a run that goes on cannot tell whether its data have changed.
type Data struct {
	// Text is kept in the run's directory as data.json.
	Text []byte
	// Changes compares what the run has kept with Text, and returns a line for each difference.
	Changes func(was []byte) ([]string, error)
	// Keys are dotted keys of the configuration that say where the data are. They may differ when the run goes on, if what
	// it has kept says that the data are the same.
	Keys []string
}

// ErrOtherData refuses to go on with a run whose data have changed. The error is an [*OtherDataError].
var ErrOtherData = errors.New("a run that learned from other data")

// OtherDataError refuses to go on with a run whose data have changed. It is [ErrOtherData].
type OtherDataError struct {
	Dir     string   // the run's directory
	Changes []string // what is other than it was
}

// Error lists the changes.
func (e *OtherDataError) Error() string {
	return fmt.Sprintf("%s is %v:\n  %s\nPut the data back as they were, or train in another directory (-d DIR)",
		e.Dir, ErrOtherData, strings.Join(e.Changes, "\n  "))
}

// Unwrap returns [ErrOtherData].
func (e *OtherDataError) Unwrap() error { return ErrOtherData }

// DataText returns the text by which the run knows its data again, [Data].Text; nil if it has none.
func (r *Run) DataText() ([]byte, error) {
	text, err := disk.ReadFile(filepath.Join(r.Dir, dataFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// compareData returns what has changed in the data of an earlier run, and whether the run can tell.
func (spec *Spec) compareData(earlier *Run) (changed []string, known bool, err error) {
	if spec.Data == nil {
		return nil, false, nil
	}
	was, err := earlier.DataText()
	if err != nil || was == nil {
		return nil, false, err
	}
	if changed, err = spec.Data.Changes(was); err != nil {
		return nil, false, fmt.Errorf("%s: %w: delete it to go on without knowing whether the data have changed", filepath.Join(spec.Dir, dataFile), err)
	}
	return changed, true, nil
}

// CheckData returns an [*OtherDataError] if the run has kept that it learned from other data.
func (r *Run) CheckData(now *Data) error {
	changed, _, err := (&Spec{Dir: r.Dir, Data: now}).compareData(r)
	if err == nil && len(changed) > 0 {
		err = &OtherDataError{Dir: r.Dir, Changes: changed}
	}
	return err
}

// keepData writes what knows the data again, unless it is there.
func (spec *Spec) keepData() error {
	if spec.Data == nil {
		return nil
	}
	if was, err := disk.ReadFile(filepath.Join(spec.Dir, dataFile)); err == nil && bytes.Equal(was, spec.Data.Text) {
		return nil
	}
	return placeBytes(spec.Dir, dataFile, spec.Data.Text)
}
