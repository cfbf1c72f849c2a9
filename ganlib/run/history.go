package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

const historyFile = "history.jsonl"

// A Record is one line of history.jsonl: what one step measured.
//
// In JSON it is flat, {"step":100,"seconds":3.2,"d_loss":1.38,…}, so that any
// tool that reads columns reads it.
type Record struct {
	Step    int     // iterations done, this one included
	Seconds float64 // time spent training until then, in all invocations together
	// Values are what was measured, by short name: the trainer's metrics of this step's minibatch, and now and
	// then what Spec.Measure found.
	Values map[string]float64
	// Event is "" for a measurement. Otherwise the line tells what happened after Step: "rollback", the run went
	// back to that step, or "stopped", it ended there; Note says why.
	Event, Note string
}

// MarshalJSON writes the step and the seconds first, then the event if it is one,
// and the values by name.
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
	for name, field := range fields {
		switch value := field.(type) {
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
			return fmt.Errorf("%q is %q: want a number", name, value)
		default:
			return fmt.Errorf("%q is %v: want a number", name, value)
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

// reserved are the keys of a record that no metric may have.
var reserved = []string{"step", "seconds", "event", "note"}

// readHistory returns the records of a run. A last line that has no end, as a
// kill leaves it, is left out; any other line that is no record is an error.
func readHistory(dir string) ([]Record, error) {
	path := filepath.Join(dir, historyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(text, []byte("\n"))
	lines = lines[:len(lines)-1] // What follows the last newline: nothing, or half a line.
	records := make([]Record, len(lines))
	for i, line := range lines {
		if err := json.Unmarshal(line, &records[i]); err != nil {
			return nil, fmt.Errorf("%s, line %d is not a record (%w): repair or delete that line", path, i+1, err)
		}
	}
	return records, nil
}

// lostRecord returns the step of the last record if the file ends in the midst of it,
// otherwise 0. A kill does that to a record that no checkpoint follows yet.
func lostRecord(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, historyFile))
	half := text[bytes.LastIndexByte(text, '\n')+1:]
	var step int
	if n, _ := fmt.Sscanf(string(half), `{"step":%d,`, &step); n == 0 {
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
	for _, r := range records {
		if err := json.NewEncoder(&text).Encode(r); err != nil {
			return err
		}
	}
	return placeBytes(dir, historyFile, text.Bytes())
}
