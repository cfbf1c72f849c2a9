package invalid

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// ReadJSON reads a value from a JSON text. It refuses the first key that its type does not have, or whose value the type
// cannot hold: what json.Unmarshal passes over in silence. The error of a text that is no JSON begins with what the value
// is called.
func ReadJSON[T any](what string, text []byte) (v T, err error) {
	if !json.Valid(text) {
		return v, fmt.Errorf("%s: %w", what, json.Unmarshal(text, &v))
	}
	if err := checkJSON("", text, reflect.TypeFor[T]()); err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
}

// checkJSON refuses a key in the value of a key; the whole text has the key "".
func checkJSON(key string, text json.RawMessage, t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var object map[string]json.RawMessage
	var list []json.RawMessage
	switch {
	case t.Kind() == reflect.Struct && json.Unmarshal(text, &object) == nil:
		types := make(map[string]reflect.Type)
		for _, field := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				types[name] = field.Type
			}
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			full, inner := strings.TrimPrefix(key+"."+name, "."), types[name]
			if inner == nil {
				return Value(full, string(object[name]), "no such key, but one of %q", slices.Sorted(maps.Keys(types)))
			}
			if err := checkJSON(full, object[name], inner); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Slice && json.Unmarshal(text, &list) == nil:
		for i, value := range list {
			if err := checkJSON(fmt.Sprintf("%s[%d]", key, i), value, t.Elem()); err != nil {
				return err
			}
		}
	case json.Unmarshal(text, reflect.New(t).Interface()) != nil:
		return Value(key, string(text), "%s", kindOf(t))
	}
	return nil
}

// kindOf says in words what JSON has for a type.
func kindOf(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "an object"
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case reflect.Zero(t).CanInt():
		return "a whole number"
	}
	return "a number"
}
