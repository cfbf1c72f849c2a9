package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const configFile = "config.json"

// marshalConfig returns the text of config.json for a configuration, which
// must be a JSON object.
func marshalConfig(config any) ([]byte, error) {
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("run: configuration %T as JSON: %w", config, err)
	}
	if text[0] != '{' {
		return nil, fmt.Errorf("run: configuration %T is %.20s in JSON: want a struct or a map, so that its keys have names", config, text)
	}
	return append(text, '\n'), nil
}

// readConfig returns the text of a run's config.json.
func readConfig(dir string) ([]byte, error) {
	path := filepath.Join(dir, configFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := leaves(text); err != nil {
		return nil, fmt.Errorf("%s is not a run's configuration: %w", path, err)
	}
	return text, nil
}

// Changes lists, one a line, the keys that two configurations do not share or
// in which they differ, leaving out the free ones. A configuration is anything
// that is an object in JSON. Keys of nested objects are dotted: generator.hidden.
// A key named in free frees all keys below it.
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
	keys := make(map[string]bool)
	for key, value := range before {
		keys[key] = after[key] != value
	}
	for key, value := range after {
		keys[key] = before[key] != value
	}
	var lines []string
	for key, changed := range keys {
		if changed && !isFree(key, free) {
			lines = append(lines, fmt.Sprintf("%s: was %s, now %s", key, shown(before, key), shown(after, key)))
		}
	}
	slices.Sort(lines)
	return lines, nil
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

// leaves returns the values of a JSON object as JSON text, by dotted key.
// Arrays are values: their elements have no names.
func leaves(object []byte) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, err
	}
	flat := make(map[string]string)
	for key, value := range fields {
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
