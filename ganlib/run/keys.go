package run

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/suggest"
)

// ReadConfig reads a configuration from a JSON file such as a run's config.json; "-" is the standard input.
//
// It returns an error that wraps [ErrNotConfig] if the file does not hold a JSON object, an [*UnknownKeyError] for a key
// that T does not have, and an [*invalid.Error] for a value that its key cannot hold.
func ReadConfig[T any](path string) (T, error) {
	text, err := readFile(path)
	if err != nil {
		var none T
		return none, err
	}
	return parseConfig[T](path, text)
}

// ReadConfigFS is [ReadConfig] of the config.json of a folder.
func ReadConfigFS[T any](folder fs.FS) (T, error) {
	text, err := fs.ReadFile(folder, configFile)
	if err != nil {
		var none T
		return none, err
	}
	return parseConfig[T](configFile, text)
}

// parseConfig reads a configuration from the text of a file.
func parseConfig[T any](path string, text []byte) (T, error) {
	var config T
	if err := checkObject(text); err != nil {
		return config, fmt.Errorf("%s is %w: want a JSON object, such as a run's %s: %w", path, ErrNotConfig, configFile, err)
	}
	text, _, err := cutSchema(path, text)
	if err == nil {
		err = decodeConfig(path, text, &config)
	}
	return config, err
}

// decodeConfig decodes a configuration, without its version, into a pointer. It refuses keys for which that has no
// place, by their exact names, and values that they cannot hold.
func decodeConfig(path string, text []byte, into any) error {
	var object map[string]any
	err := decodeNumbers(text, &object)
	if t := reflect.TypeOf(into); err == nil && t != nil && t.Kind() == reflect.Pointer {
		err = checkKeys(object, t.Elem())
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}

// Change returns a configuration with other values for some of its keys in JSON. A configuration is anything that is an
// object in JSON. Keys of nested objects are dotted:
//
//	run.Change(config, map[string]any{"k": 2, "discriminator_rule.adam.learning_rate": 4e-4})
//
// A value may be an object, which replaces the whole of the previous one; nil removes what may be absent: a pointer, an
// entry of a map, or a field with omitempty or omitzero. Keys are changed in alphabetical order, so an object is
// replaced before keys inside it are set.
//
// The original is not changed, and the result shares no memory with it. Fields that JSON leaves out are zero in the
// result. Change returns an [*UnknownKeyError] for a key that T does not have, and an [*invalid.Error] for a value that
// its key cannot hold.
func Change[T any](config T, changes map[string]any) (T, error) {
	var none, changed T
	text, err := json.Marshal(config)
	if err != nil {
		return none, err
	}
	var object map[string]any
	if err := decodeNumbers(text, &object); err != nil || object == nil {
		return none, fmt.Errorf("%T is %w: want a struct or a map, which are objects in JSON", config, ErrNotConfig)
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		value, err := asJSON(changes[key])
		if err != nil {
			return none, invalid.Value(key, changes[key], "a value that JSON can hold (%v)", err)
		}
		if err := checkKeys(nest(key, value), reflect.TypeFor[T]()); err != nil {
			return none, err
		}
		put(object, strings.Split(key, "."), value)
	}
	if text, err = json.Marshal(object); err != nil {
		return none, err
	}
	if err := json.Unmarshal(text, &changed); err != nil {
		return none, err
	}
	return changed, nil
}

// asJSON turns a value into what JSON has: numbers, strings, booleans, arrays, objects and nil.
func asJSON(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var plain any
	err = decodeNumbers(text, &plain)
	return plain, err
}

// decodeNumbers reads JSON and leaves its numbers as they are written, so that large ones keep all their digits.
func decodeNumbers(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// nest makes an object with a value at a dotted key.
func nest(key string, value any) map[string]any {
	if first, rest, dotted := strings.Cut(key, "."); dotted {
		return map[string]any{first: nest(rest, value)}
	}
	return map[string]any{key: value}
}

// put sets the value at a path in an object, making the objects on the way where they are missing. Nil removes the key.
func put(object map[string]any, path []string, value any) {
	inner, ok := object[path[0]].(map[string]any)
	switch {
	case len(path) == 1 && value == nil:
		delete(object, path[0])
	case len(path) == 1:
		object[path[0]] = value
	case ok:
		put(inner, path[1:], value)
	case value != nil:
		inner = make(map[string]any)
		object[path[0]] = inner
		put(inner, path[1:], value)
	}
}

// checkKeys returns an error for the first key of an object that a configuration of type t does not have, or whose value
// it cannot hold.
func checkKeys(object map[string]any, t reflect.Type) error { return checkValue("", object, t, t) }

// checkValue checks the value at a key, of type t, of a configuration of type root.
func checkValue(key string, value any, t, root reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		if value == nil {
			return nil
		}
		t = t.Elem()
	}
	object, ok := value.(map[string]any)
	if known := fieldsOf(t); ok && known != nil {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			full := strings.TrimPrefix(key+"."+name, ".")
			inner, ok := known[name]
			if !ok {
				return &UnknownKeyError{Key: full, Nearest: nearestKey(full, keysOf("", root))}
			}
			if object[name] == nil && mayBeAbsent(inner) {
				continue
			}
			if err := checkValue(full, object[name], inner.Type, root); err != nil {
				return err
			}
		}
		return nil
	}
	list, ok := value.([]any)
	if ok && t.Kind() == reflect.Slice && fieldsOf(t.Elem()) != nil {
		for i, element := range list {
			if err := checkValue(fmt.Sprintf("%s[%d]", key, i), element, t.Elem(), root); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if err := decodeStrictly(text, reflect.New(t).Interface()); err != nil || value == nil && t.Kind() != reflect.Interface {
		return invalid.Value(key, jsonText(text), "%s", inWords(t))
	}
	return nil
}

// mayBeAbsent reports whether JSON leaves a field out when it is empty or zero.
func mayBeAbsent(field reflect.StructField) bool {
	options := strings.Split(field.Tag.Get("json"), ",")[1:] // after the name
	return slices.Contains(options, "omitempty") || slices.Contains(options, "omitzero")
}

// decodeStrictly reads JSON and refuses keys that have no place.
func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// jsonText is a value of a configuration as JSON writes it, for messages.
type jsonText string

// inWords says which values a key of a type takes.
func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, at least 0"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list, each element " + inWords(t.Elem())
	case reflect.Struct:
		return fmt.Sprintf("an object with keys from %q", slices.Sorted(maps.Keys(fieldsOf(t))))
	}
	return "another value"
}

// fieldsOf returns a struct's fields by their names in JSON, with those of embedded structs promoted. It is nil for
// other types, and for structs that read their own JSON.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	pointer := reflect.PointerTo(t)
	if t.Kind() != reflect.Struct || pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return nil
	}
	own, promoted := make(map[string]reflect.StructField), make(map[string]reflect.StructField)
	for field := range t.Fields() {
		tag := field.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case tag == "-":
		case field.Anonymous && name == "" && embedded.Kind() == reflect.Struct:
			maps.Copy(promoted, fieldsOf(embedded))
		case !field.IsExported():
		case name == "":
			own[field.Name] = field
		default:
			own[name] = field
		}
	}
	maps.Copy(promoted, own) // a field hides a promoted one of its name
	return promoted
}

// keysOf lists the dotted keys below a type, each before those inside it. A type inside itself is not entered again.
func keysOf(above string, t reflect.Type, within ...reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if slices.Contains(within, t) {
		return nil
	}
	var all []string
	known := fieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		key := strings.TrimPrefix(above+"."+name, ".")
		all = append(append(all, key), keysOf(key, known[name].Type, append(slices.Clip(within), t)...)...)
	}
	return all
}

// nearestKey returns the key that was probably meant by a wrong one: a key that ends in it, the nearest key, or the
// first of those with the nearest last part. It returns "" if none is near.
func nearestKey(wrong string, all []string) string {
	for _, key := range all {
		if strings.HasSuffix(key, "."+wrong) {
			return key
		}
	}
	if key, ok := suggest.Nearest(wrong, all); ok {
		return key
	}
	last := make([]string, len(all))
	for i, key := range all {
		last[i] = key[strings.LastIndex(key, ".")+1:]
	}
	if part, ok := suggest.Nearest(wrong, last); ok {
		return all[slices.Index(last, part)]
	}
	return ""
}
