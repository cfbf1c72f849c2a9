package gans

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// ReadConfig reads a configuration from a file of JSON, such as the config.json of a run; "-" is the standard
// input. A key that no configuration has is an error that names it.
func ReadConfig(path string) (Config, error) {
	var cfg Config
	text, err := os.ReadFile(path)
	if path == "-" {
		text, err = io.ReadAll(os.Stdin)
	}
	if err != nil {
		return cfg, err
	}
	var object map[string]any
	if err := decode(text, &object); err != nil || object == nil {
		return cfg, fmt.Errorf("%s is not a configuration: want a JSON object, such as a run's config.json", path)
	}
	if err := checkChange("", object, reflect.TypeFor[Config]()); err != nil {
		return cfg, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, json.Unmarshal(text, &cfg)
}

// With returns the configuration with other values of some keys of its config.json. Keys of nested objects are
// dotted:
//
//	cfg.With(map[string]any{"k": 2, "discriminator_rule.adam.learning_rate": 4e-4})
//
// A value may be an object, which takes the place of the whole one that was there; nil takes away what may be
// absent. Keys are changed in their order, so an object comes before keys inside it. A learning rate that falls
// to zero with the run's last iteration still does so under other "steps" or another "k".
//
// The configuration itself stays as it was, and shares nothing with the result. A key that no configuration
// has, or a value that its key cannot have, is an error that names it. Whether the changed configuration can be
// trained, Train says.
func (cfg Config) With(changes map[string]any) (Config, error) {
	text, err := json.Marshal(cfg)
	if err != nil {
		return Config{}, err
	}
	var object map[string]any
	if err := decode(text, &object); err != nil {
		return Config{}, err
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		value, err := plain(changes[key])
		if err != nil {
			return Config{}, fmt.Errorf("%s: %w", key, err)
		}
		if err := checkChange("", nested(key, value), reflect.TypeFor[Config]()); err != nil {
			return Config{}, err
		}
		put(object, strings.Split(key, "."), value)
	}
	if text, err = json.Marshal(object); err != nil {
		return Config{}, err
	}
	changed := Config{Dir: cfg.Dir, Output: cfg.Output, Watch: slices.Clone(cfg.Watch)}
	if err := json.Unmarshal(text, &changed); err != nil {
		return Config{}, err
	}
	changed.keepUnwritten(cfg)
	changed.followSteps(cfg, changes)
	return changed, nil
}

// keepUnwritten takes over what config.json does not hold of the players.
func (cfg *Config) keepUnwritten(was Config) {
	for now, before := range map[*Network]Network{&cfg.Generator: was.Generator, &cfg.Discriminator: was.Discriminator} {
		if now.MLP != nil && before.MLP != nil {
			now.MLP.OutputBias = slices.Clone(before.MLP.OutputBias)
		}
	}
}

// followSteps moves the end of a learning rate that fell to zero with the last iteration there was, unless the
// changes say where it is to be.
func (cfg *Config) followSteps(was Config, changes map[string]any) {
	follow := func(key string, now, before Rule, updates, updatesBefore int) {
		if now.Adam == nil || before.Adam == nil || before.Adam.Linear != updatesBefore {
			return
		}
		for _, said := range []string{key, key + ".adam", key + ".adam.linear"} {
			if _, ok := changes[said]; ok {
				return
			}
		}
		now.Adam.Linear = updates
	}
	follow("generator_rule", cfg.GeneratorRule, was.GeneratorRule, cfg.Steps, was.Steps)
	follow("discriminator_rule", cfg.DiscriminatorRule, was.DiscriminatorRule, cfg.Steps*cfg.K, was.Steps*was.K)
}

// plain is a value as JSON has it: numbers, strings, booleans, arrays, objects and nil.
func plain(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return value, decode(text, &value)
}

// decode reads JSON and leaves its numbers as they are written.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// nested is an object that has the value at a dotted key.
func nested(key string, value any) map[string]any {
	if first, rest, dotted := strings.Cut(key, "."); dotted {
		return map[string]any{first: nested(rest, value)}
	}
	return map[string]any{key: value}
}

// put sets the value at a path in an object, whose parts it makes where there are none.
func put(object map[string]any, path []string, value any) {
	if len(path) == 1 {
		object[path[0]] = value
		return
	}
	inner, ok := object[path[0]].(map[string]any)
	if !ok {
		inner = make(map[string]any)
		object[path[0]] = inner
	}
	put(inner, path[1:], value)
}

// checkChange reports a value that does not fit its key, or a key in it that is unknown.
func checkChange(key string, value any, t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		if value == nil {
			return nil
		}
		t = t.Elem()
	}
	if object, ok := value.(map[string]any); ok && t.Kind() == reflect.Struct {
		known := fields(t)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			full := strings.TrimPrefix(key+"."+name, ".")
			inner, ok := known[name]
			if !ok {
				return fmt.Errorf("%q is no key of a configuration: did you mean %q?", full, nearestKey(full))
			}
			if err := checkChange(full, object[name], inner); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(reflect.New(t).Interface()); err != nil || value == nil {
		return fmt.Errorf("%s is %s: want %s", key, text, inWords(t))
	}
	return nil
}

// inWords says what values a key of a type takes.
func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list, each of it " + inWords(t.Elem())
	case reflect.Struct:
		return fmt.Sprintf("an object with keys of %q", slices.Sorted(maps.Keys(fields(t))))
	}
	return "a " + t.String()
}

// fields are the types of a struct's fields by their names in JSON.
func fields(t reflect.Type) map[string]reflect.Type {
	all := make(map[string]reflect.Type)
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			maps.Copy(all, fields(field.Type))
		case field.IsExported() && name != "" && name != "-":
			all[name] = field.Type
		}
	}
	return all
}

// nearestKey is the key of a configuration with the least to be changed in it, or in its last part alone, to
// become that one.
func nearestKey(wrong string) string {
	var best string
	least := len(wrong) + 1
	for _, key := range keys("", reflect.TypeFor[Config]()) {
		last := key[strings.LastIndex(key, ".")+1:]
		if d := min(editDistance(wrong, key), editDistance(wrong, last)+1); best == "" || d < least {
			best, least = key, d
		}
	}
	return best
}

// keys lists the dotted keys below a type, in order.
func keys(above string, t reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var all []string
	known := fields(t)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		key := strings.TrimPrefix(above+"."+name, ".")
		all = append(append(all, key), keys(key, known[name])...)
	}
	return all
}

// editDistance is Levenshtein's: the number of letters to insert, delete or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1) // the distances of what was read of a to all beginnings of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := corner
			if a[i] != b[j] {
				replaced++
			}
			corner = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
