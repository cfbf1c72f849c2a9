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
	Step    int                // iterations done, this one included
	Seconds float64            // time spent training until then, in all invocations together
	Values  map[string]float64 // by short name: the trainer's metrics of this step's minibatch
}

// MarshalJSON writes the step and the seconds first and the values by name.
func (r Record) MarshalJSON() ([]byte, error) {
	line := fmt.Appendf(nil, `{"step":%d,"seconds":%s`, r.Step, strconv.FormatFloat(r.Seconds, 'f', 3, 64))
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(r.Values[name])
		if err != nil {
			return nil, fmt.Errorf("step %d, %s: %w", r.Step, name, err)
		}
		line = fmt.Appendf(line, ",%s:%s", key, value)
	}
	return append(line, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Record) UnmarshalJSON(line []byte) error {
	var values map[string]float64
	if err := json.Unmarshal(line, &values); err != nil {
		return err
	}
	for _, name := range reserved {
		if _, ok := values[name]; !ok {
			return fmt.Errorf("a record without %q: %s", name, line)
		}
	}
	*r = Record{Step: int(values["step"]), Seconds: values["seconds"], Values: values}
	for _, name := range reserved {
		delete(values, name)
	}
	return nil
}

// reserved are the keys of a record that no metric may have.
var reserved = []string{"step", "seconds"}

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

// cutHistory rewrites history.jsonl with the records up to step, and returns them.
func cutHistory(dir string, step int) ([]Record, error) {
	records, err := readHistory(dir)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r Record) bool { return r.Step > step })
	var text bytes.Buffer
	for _, r := range records {
		if err := json.NewEncoder(&text).Encode(r); err != nil {
			return nil, err
		}
	}
	return records, placeBytes(dir, historyFile, text.Bytes())
}
