package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/disk"
)

const configFile = "config.json"

// marshalConfig returns a configuration as JSON. It must be an object, and leave the key schema to this package.
func marshalConfig(config any) ([]byte, error) {
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, invalid.Value("", reflect.TypeOf(config), "a type that JSON can hold (%v)", err)
	}
	if text[0] != '{' {
		return nil, invalid.Value("", reflect.TypeOf(config), "a struct or a map, which are objects in JSON and name their values")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	if taken, ok := fields[schemaKey]; ok {
		return nil, invalid.Value(schemaKey, jsonText(taken), "another name for this key: config.json holds its own version under it")
	}
	return append(text, '\n'), nil
}

// readConfig returns the configuration in a run's config.json, and the version of the run.
func readConfig(dir string) (config []byte, version int, err error) {
	path := filepath.Join(dir, configFile)
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("%s is %w: it has no %s", dir, ErrNotARun, configFile)
	}
	if err != nil {
		return nil, 0, err
	}
	if err := checkObject(text); err != nil {
		return nil, 0, fmt.Errorf("%s is %w: its %s is not a configuration: %w", dir, ErrNotARun, configFile, err)
	}
	return cutSchema(path, text)
}

// Changes compares two configurations and returns one line for each key that only one of them has or whose values
// differ, except for the free keys. A configuration is anything that is an object in JSON. Keys of nested objects are
// dotted: generator.hidden. A key named in free frees all keys below it.
func Changes(was, now any, free []string) ([]string, error) {
	before, err := marshalConfig(was)
	if err != nil {
		return nil, err
	}
	after, err := marshalConfig(now)
	if err != nil {
		return nil, err
	}
	return changes(before, after, free)
}

// changes is Changes of two texts.
func changes(was, now []byte, free []string) ([]string, error) {
	before, err := leaves(was)
	if err != nil {
		return nil, err
	}
	after, err := leaves(now)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	var lines []string
	for key := range all {
		if !same(before[key], after[key]) && !isFree(key, free) {
			lines = append(lines, fmt.Sprintf("%s: was %s, now %s", key, shown(before, key), shown(after, key)))
		}
	}
	slices.Sort(lines)
	return lines, nil
}

// same reports whether two texts of JSON are of one value: 1e-08, as Python writes it, is 1e-8. Whole numbers are
// compared by their digits, for a float64 does not hold all of them.
func same(a, b string) bool {
	_, errA := strconv.ParseInt(a, 10, 64)
	_, errB := strconv.ParseInt(b, 10, 64)
	if a == b || errA == nil && errB == nil {
		return a == b
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func isFree(key string, free []string) bool {
	return slices.ContainsFunc(free, func(f string) bool { return key == f || strings.HasPrefix(key, f+".") })
}

func shown(leaves map[string]string, key string) string {
	if value, ok := leaves[key]; ok {
		return value
	}
	return "absent"
}

// leaves returns the values of a JSON object as JSON text, by dotted key. Arrays count as values: their elements have
// no names.
func leaves(object []byte) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("null is not an object")
	}
	flat := make(map[string]string)
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		value := fields[key]
		if value[0] != '{' || string(value) == "{}" {
			var text bytes.Buffer
			if err := json.Compact(&text, value); err != nil {
				return nil, err
			}
			flat[key] = text.String()
			continue
		}
		nested, err := leaves(value)
		if err != nil {
			return nil, err
		}
		for inner, text := range nested {
			flat[key+"."+inner] = text
		}
	}
	return flat, nil
}
