package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/disk"
)

const historyFile = "history.jsonl"

// Events that training itself writes to the history. [Note] adds others.
const (
	EventRollback = "rollback" // the run went back to this step
	EventStopped  = "stopped"  // the run failed at this step and ended there
)

// A Record is one line of history.jsonl: what was measured at one step.
//
// In JSON it is flat, {"step":100,"seconds":3.2,"d_loss":1.38,…}, for any tool that reads columns.
type Record struct {
	Step    int     // number of iterations done, this one included
	Seconds float64 // time spent training up to then, over all invocations
	// Values are the measurements, by short name: the trainer's metrics on this step's minibatch and, where
	// Spec.Measure was due, what it found.
	Values map[string]float64
	// Event is "" for a measurement. Otherwise the record says what happened after Step, such as EventRollback, and Note
	// says why.
	Event, Note string
}

// reserved are the keys of a record that a value may not have.
var reserved = []string{"step", "seconds", "event", "note"}

// MarshalJSON writes the step and the seconds first, then the event if there is one, then the values by name.
func (r Record) MarshalJSON() ([]byte, error) {
	line := fmt.Appendf(nil, `{"step":%d,"seconds":%s`, r.Step, strconv.FormatFloat(r.Seconds, 'f', 3, 64))
	add := func(name string, value any) error {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", r.Step, name, err)
		}
		line = fmt.Appendf(line, ",%s:%s", key, text)
		return nil
	}
	if r.Event != "" {
		if err := errors.Join(add("event", r.Event), add("note", r.Note)); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		if slices.Contains(reserved, name) {
			return nil, invalid.Value(name, r.Values[name], "another name for this value: records have %q of their own", reserved)
		}
		if err := add(name, r.Values[name]); err != nil {
			return nil, err
		}
	}
	return append(line, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Record) UnmarshalJSON(line []byte) error {
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return err
	}
	read := Record{Values: make(map[string]float64)}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch value := fields[name].(type) {
		case float64:
			read.Values[name] = value
		case string:
			switch name {
			case "event":
				read.Event = value
				continue
			case "note":
				read.Note = value
				continue
			}
			return invalid.Value(name, value, "a number")
		default:
			return invalid.Value(name, value, "a number")
		}
	}
	for _, name := range reserved[:2] {
		if _, ok := read.Values[name]; !ok {
			return fmt.Errorf("a record without %q: %s", name, line)
		}
	}
	read.Step, read.Seconds = int(read.Values["step"]), read.Values["seconds"]
	for _, name := range reserved {
		delete(read.Values, name)
	}
	*r = read
	return nil
}

// readHistory returns the records of a run. A last line that is not complete, as a kill leaves it, is left out; any other
// line that is not a record is an error.
func readHistory(dir string) ([]Record, error) {
	path := filepath.Join(dir, historyFile)
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(text, []byte("\n"))
	lines = lines[:len(lines)-1] // What follows the last newline: nothing, or half a line.
	records := make([]Record, 0, len(lines))
	for i, line := range lines {
		if i == 0 {
			if version, ok := historySchema(line); ok {
				if _, err := readSchema(path, version); err != nil {
					return nil, err
				}
				continue
			}
		}
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s, line %d is not a record (%w): repair or delete that line", path, i+1, err)
		}
		records = append(records, r)
	}
	return records, nil
}

// historySchema returns the version in the first line of a history, unless that is a record.
func historySchema(line []byte) (version json.RawMessage, ok bool) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil || fields["step"] != nil {
		return nil, false
	}
	version, ok = fields[schemaKey]
	return version, ok
}

// lostRecord returns the step of the last record if the file ends within it, otherwise 0. A kill does that to a record
// that no checkpoint follows yet.
func lostRecord(dir string) int {
	text, _ := disk.ReadFile(filepath.Join(dir, historyFile))
	half, ok := strings.CutPrefix(string(text[bytes.LastIndexByte(text, '\n')+1:]), `{"step":`)
	digits, _, complete := strings.Cut(half, ",")
	step, err := strconv.Atoi(digits)
	if !ok || !complete || err != nil {
		return 0
	}
	return step
}

// cutHistory rewrites history.jsonl with the records up to step, and returns them.
func cutHistory(dir string, step int) ([]Record, error) {
	records, err := readHistory(dir)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r Record) bool { return r.Step > step })
	return records, placeHistory(dir, records)
}

// placeHistory rewrites history.jsonl with the given records.
func placeHistory(dir string, records []Record) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "{%q:%d}\n", schemaKey, schema)
	for _, r := range records {
		if err := json.NewEncoder(&text).Encode(r); err != nil {
			return err
		}
	}
	return placeBytes(dir, historyFile, text.Bytes())
}

// Note adds an event to the history of the run in dir. A probe, which examines a run after its training, leaves its result
// this way. The record needs an Event, which is not one of this package's, and the Step that it is about. It is placed
// after the other records of that step, but before an [EventStopped], and takes its Seconds from the record before it.
//
// A run that is resumed keeps the records up to the checkpoint it resumes from, so a note about a kept checkpoint stays.
// Note returns an error that wraps [ErrLocked] while the run is being trained.
func Note(dir string, r Record) error {
	switch {
	case r.Event == "" || r.Event == EventRollback || r.Event == EventStopped:
		return invalid.Value("event", r.Event, "the name of an event that is not training's own, %q or %q", EventRollback, EventStopped)
	case r.Step < 0:
		return invalid.Value("step", r.Step, "at least 0")
	}
	if _, err := Open(dir); err != nil { // before a lock is left in a directory that is not a run
		return err
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	records, err := readHistory(dir)
	if err != nil {
		return err
	}
	i := len(records)
	for i > 0 && (records[i-1].Step > r.Step || records[i-1].Step == r.Step && records[i-1].Event == EventStopped) {
		i--
	}
	if r.Seconds = 0; i > 0 {
		r.Seconds = records[i-1].Seconds
	}
	if err := placeHistory(dir, slices.Insert(records, i, r)); err != nil {
		return fmt.Errorf("noting %q of step %d in %s: %w", r.Event, r.Step, dir, err)
	}
	return clean(dir)
}
