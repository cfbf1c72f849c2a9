// Package invalid is how this module refuses a setting: by its key, the value it has, and what would be right.
//
// The key is the one a reader of config.json or of the command line would look for. Nested keys are dotted:
//
//	err := invalid.In("discriminator_rule", invalid.Value("beta1", 2, "at least 0 and less than 1"))
//	// discriminator_rule.beta1 is 2: want at least 0 and less than 1
//
// Callers find the key with [errors.AsType] or [errors.As] and an [*Error].
package invalid

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Error is a setting that is refused.
type Error struct {
	Key   string // such as "k" or "generator.mlp.output"; "" for the whole of what was given
	Value any    // what it is
	Want  string // what would be right, such as "at least 1"
}

// Error says all three.
func (e *Error) Error() string {
	value := short(fmt.Sprintf("%v", e.Value))
	if s, ok := e.Value.(string); ok {
		value = fmt.Sprintf("%q", short(s))
	}
	if e.Key == "" {
		return fmt.Sprintf("%s: want %s", value, e.Want)
	}
	return fmt.Sprintf("%s is %s: want %s", printable(short(e.Key)), value, e.Want)
}

// short cuts a text that nobody would read: whoever made the setting knows it.
func short(s string) string {
	const most = 200
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}

// printable is a key on one line.
func printable(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, key)
}

// Value refuses a value of a key. The last arguments are those of want, a format.
func Value(key string, value any, want string, args ...any) error {
	return &Error{Key: key, Value: value, Want: fmt.Sprintf(want, args...)}
}

// In puts the key of an object before those of the errors inside it. An error of another type gets it as a prefix, and
// stays in the chain. It returns nil for nil.
func In(key string, err error) error {
	if err == nil {
		return nil
	}
	var inner *Error
	if !errors.As(err, &inner) {
		return fmt.Errorf("%s: %w", key, err)
	}
	outer := *inner
	if outer.Key = key; inner.Key != "" {
		outer.Key += "." + inner.Key
	}
	if err == error(inner) {
		return &outer
	}
	return &within{key, &outer, err}
}

// within is an error of another type inside an object: it keeps its words and its type, and has the whole key besides.
type within struct {
	key   string
	outer *Error
	err   error
}

func (w *within) Error() string   { return w.key + ": " + w.err.Error() }
func (w *within) Unwrap() []error { return []error{w.outer, w.err} }
