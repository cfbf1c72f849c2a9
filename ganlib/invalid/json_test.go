package invalid

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

type inner struct {
	Size   int         `json:"size,omitempty"`
	Points [][]float64 `json:"points"`
}

type settings struct {
	Name string `json:"name"`
	inner
	One    *inner  `json:"one"`
	Many   []inner `json:"many"`
	hidden int
	Secret int `json:"-"`
}

// TestJSON: the first key that a type does not have, or whose value it cannot hold, is named with the way to it.
func TestJSON(t *testing.T) {
	_ = settings{hidden: 1}
	for text, key := range map[string]string{
		`{"nam": "a"}`:                         "nam",
		`{"Name": "a"}`:                        "Name", // encoding/json would take it
		`{"hidden": 1}`:                        "hidden",
		`{"inner": {}}`:                        "inner",
		`{"name": 1}`:                          "name",
		`{"size": 1.5}`:                        "size",
		`{"one": {"sise": 1}}`:                 "one.sise",
		`{"one": {"points": [[0, 1], ["x"]]}}`: "one.points[1][0]",
		`{"many": [{"size": 1}, {"a": 1}]}`:    "many[1].a",
		`{"many": {}}`:                         "many",
		`{"one": []}`:                          "one",
		`[]`:                                   "",
		`{"one": {"b": 1}, "many": [{"a":1}]}`: "many[0].a",
	} {
		var refused *Error
		require.True(t, errors.As(checkJSON("", []byte(text), reflect.TypeFor[settings]()), &refused), text)
		require.Equal(t, key, refused.Key, text)
	}
	for _, text := range []string{
		`{}`, `null`, `{"one": null, "many": null}`, `{"name": "a", "size": 2, "points": [[1]], "one": {"size": 1}, "many": [{}, {"points": []}]}`,
	} {
		require.NoError(t, checkJSON("", []byte(text), reflect.TypeFor[settings]()), text)
		require.NoError(t, checkJSON("", []byte(text), reflect.TypeFor[*settings]()), text)
	}
	require.EqualError(t, checkJSON("", []byte(`{"sise": 1}`), reflect.TypeFor[inner]()), `sise is "1": want no such key, but one of ["points" "size"]`)
	require.EqualError(t, checkJSON("", []byte(`{"size": "x"}`), reflect.TypeFor[inner]()), `size is "\"x\"": want a whole number`)
}
