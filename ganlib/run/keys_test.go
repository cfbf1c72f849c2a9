package run

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// Recipe is embedded in a configuration without a name in JSON: its keys are promoted.
type Recipe struct {
	K    int       `json:"k"`
	Rule *rule     `json:"rule,omitempty"`
	Seed int64     `json:"seed"` // hidden by the configuration's own
	Net  []float64 `json:"net"`
}

type rule struct {
	Rate  float64 `json:"rate"`
	Beta1 float64 `json:"beta1"`
}

// branch contains itself.
type branch struct {
	Name string  `json:"name"`
	Left *branch `json:"left,omitempty"`
}

type config struct {
	Dir    string `json:"-"`
	Output func() `json:"-"`
	Name   string `json:"name"`
	Recipe
	Seed  uint64         `json:"seed"`
	Half  bool           `json:"half"`
	Free  map[string]any `json:"free,omitempty"`
	Tree  branch         `json:"tree"`
	Plain int
}

func example() config {
	return config{
		Name: "toy", Recipe: Recipe{K: 5, Rule: &rule{.1, .5}, Net: []float64{1, 2}}, Seed: 1, Tree: branch{Left: &branch{Name: "leaf"}},
	}
}

// Keys at every depth change their values, also in embedded structs and maps, and the original does not change.
func TestChange(t *testing.T) {
	got, err := Change(example(), map[string]any{
		"k": 2, "rule.rate": 4e-4, "net": []int{7}, "seed": uint64(math.MaxUint64), "half": true, "free.any.thing": "x",
		"tree.left.left.name": "deeper", "Plain": 3,
	})
	require.NoError(t, err)
	want := example()
	want.K, want.Rule, want.Net, want.Seed, want.Half, want.Plain = 2, &rule{4e-4, .5}, []float64{7}, math.MaxUint64, true, 3
	want.Free = map[string]any{"any": map[string]any{"thing": "x"}}
	want.Tree.Left.Left = &branch{Name: "deeper"}
	require.Equal(t, want, got)

	was := example()
	got, err = Change(was, nil)
	require.NoError(t, err)
	require.Equal(t, was, got)
	got.Rule.Rate, got.Net[0] = 99, 99
	require.Equal(t, example(), was)

	replaced, err := Change(example(), map[string]any{"rule": nil, "rule.beta1": .9, "tree": branch{Name: "root"}})
	require.NoError(t, err)
	require.Equal(t, &rule{Beta1: .9}, replaced.Rule, "objects come before the keys inside them")
	require.Equal(t, branch{Name: "root"}, replaced.Tree)

	anything, err := Change(map[string]any{"a": 1}, map[string]any{"b.c": 2})
	require.NoError(t, err)
	require.Contains(t, anything, "b")
	pointer, err := Change(&was, map[string]any{"k": 9})
	require.NoError(t, err)
	require.Equal(t, 9, pointer.K)
	require.Equal(t, 5, was.K)
}

// nets has what gans.Config has: fields that JSON leaves out when they are empty or zero.
type nets struct {
	Net struct {
		MLP *struct {
			Hidden []int  `json:"hidden,omitempty"`
			Name   string `json:"name"`
		} `json:"mlp,omitempty"`
	} `json:"net"`
	FlipReal float64 `json:"flip_real,omitempty"`
	Noise    noise   `json:"instance_noise,omitzero"`
	Penalty  noise   `json:"penalty,omitzero"`
	Any      any     `json:"any"`
	Always   *noise  `json:"always"`
}

type noise struct {
	Std float64 `json:"std"`
}

// Nil removes what may be absent, makes nothing on its way, and is refused elsewhere.
func TestChangeRemoves(t *testing.T) {
	all := nets{FlipReal: .1, Noise: noise{1}, Penalty: noise{2}, Any: 3., Always: &noise{4}}
	require.NoError(t, json.Unmarshal([]byte(`{"mlp": {"hidden": [1, 2], "name": "a"}}`), &all.Net))
	got, err := Change(all, map[string]any{
		"net.mlp.hidden": nil, "flip_real": nil, "instance_noise": nil, "penalty": (*noise)(nil), "any": nil,
		"always": nil,
	})
	require.NoError(t, err)
	require.Nil(t, got.Net.MLP.Hidden)
	require.Equal(t, "a", got.Net.MLP.Name)
	got.Net.MLP = nil
	require.Equal(t, nets{}, got)

	got, err = Change(nets{}, map[string]any{"net.mlp.hidden": nil, "always": map[string]any{"std": 1}})
	require.NoError(t, err)
	require.Equal(t, nets{Always: &noise{1}}, got)
	got, err = Change(all, map[string]any{"net": map[string]any{"mlp": map[string]any{"hidden": nil, "name": "b"}}})
	require.NoError(t, err)
	require.Equal(t, "b", got.Net.MLP.Name)
	require.Nil(t, got.Net.MLP.Hidden)
	for _, key := range []string{"net.mlp.name", "instance_noise.std", "net"} {
		_, err := Change(all, map[string]any{key: nil})
		gantest.RequireInvalid(t, err, key)
	}

	was := map[string]any{"a": 1, "b": map[string]any{"c": 2}}
	free, err := Change(was, map[string]any{"a": nil, "b.c": nil, "d.e": nil})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"b": map[string]any{}}, free)
	numbers, err := Change(map[string]int{"a": 1, "b": 2}, map[string]any{"a": nil})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"b": 2}, numbers)
}

// A wrong value is refused with its key.
func TestChangeRefusesValues(t *testing.T) {
	for _, c := range []struct {
		change map[string]any
		key    string
	}{
		{map[string]any{"k": 2.5}, "k"},
		{map[string]any{"k.more": 1}, "k"},
		{map[string]any{"k": nil}, "k"},
		{map[string]any{"k": func() {}}, "k"},
		{map[string]any{"rule.rate": math.NaN()}, "rule.rate"},
		{map[string]any{"seed": -1}, "seed"},
		{map[string]any{"half": "yes"}, "half"},
		{map[string]any{"rule": map[string]any{"rate": "high"}}, "rule.rate"},
		{map[string]any{"name": 3}, "name"},
		{map[string]any{"net": 32}, "net"},
		{map[string]any{"tree": "oak"}, "tree"},
		{map[string]any{"half": true, "k": "two", "name": 7}, "k"}, // the first in order
	} {
		_, err := Change(example(), c.change)
		gantest.RequireInvalid(t, err, c.key)
	}
	_, err := Change(7, map[string]any{"k": 1})
	require.ErrorIs(t, err, ErrNotConfig)
	_, err = Change(map[string]any(nil), map[string]any{"k": 1})
	require.ErrorIs(t, err, ErrNotConfig)

	_, err = Change(example(), map[string]any{"k": map[string]any{"more": 1}})
	require.EqualError(t, err, `k is {"more":1}: want a whole number`)
	_, err = Change(example(), map[string]any{"rule": "adam"})
	require.EqualError(t, err, `rule is "adam": want an object with keys from ["beta1" "rate"]`)
}

// A key that a configuration does not have is refused with the one that was probably meant.
func TestChangeRefusesKeys(t *testing.T) {
	for wrong, want := range map[string]UnknownKeyError{
		"nmae":           {"nmae", "name"},
		"rate":           {"rate", "rule.rate"},
		"rule.bata1":     {"rule.bata1", "rule.beta1"},
		"beta2":          {"beta2", "rule.beta1"},
		"tree.left.nome": {"tree.left.nome", "tree.left"}, // the type is not entered a second time
		"Dir":            {"Dir", ""},
		"schema":         {"schema", ""},
		"recipe.k":       {"recipe", ""},
	} {
		_, err := Change(example(), map[string]any{wrong: 1})
		var unknown *UnknownKeyError
		require.ErrorAs(t, err, &unknown, wrong)
		require.Equal(t, want, *unknown)
	}
}

// A file is read as a run keeps it, with its version or without.
func TestReadConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), configFile)
	text, err := marshalConfig(example())
	require.NoError(t, err)
	for _, text := range [][]byte{text, addSchema(text, schema)} {
		require.NoError(t, os.WriteFile(path, text, 0o666))
		got, err := ReadConfig[config](path)
		require.NoError(t, err)
		require.Equal(t, example(), got)
	}

	write(t, path, `{"kk": 2}`)
	_, err = ReadConfig[config](path)
	var unknown *UnknownKeyError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, UnknownKeyError{"kk", "k"}, *unknown)
	write(t, path, `{"k": "two"}`)
	_, err = ReadConfig[config](path)
	gantest.RequireInvalid(t, err, "k")
	for _, text := range []string{`[1]`, `{"k":`, `null`, ``} {
		write(t, path, text)
		_, err = ReadConfig[config](path)
		require.ErrorIs(t, err, ErrNotConfig, text)
	}
	for text, want := range map[string]string{
		"{\n  \"k\": 1,,\n}":            "line 2, column 10: JSON cannot go on with \",\"",
		"{\"k\": 1}\nmore":              "line 2, column 1: JSON cannot go on with \"more\"",
		"{\"k\": 1]":                    "line 1, column 8: JSON cannot go on with \"]\"",
		"{\"k\": 1":                     "it ends in the middle",
		"":                              "it ends in the middle",
		"[\n1]":                         "[\n1]… is not an object, which begins with {",
		"{\"k\": 1,\n\"k\": \"x\"}":     "line 2: \"k\" is there twice",
		`{"rule": {"rate":1,"rate":2}}`: `line 1: "rule.rate" is there twice`,
	} {
		write(t, path, text)
		_, err = ReadConfig[config](path)
		require.EqualError(t, err, path+" is not a configuration: want a JSON object, such as a run's config.json: "+want)
		_, err = Open(filepath.Dir(path))
		require.ErrorIs(t, err, ErrNotARun)
		require.ErrorContains(t, err, want)
	}
	type layered struct{ Layers []struct{ Units int } }
	write(t, path, `{"Layers": [{"Units": 1}, {"Units": "x"}]}`)
	_, err = ReadConfig[layered](path)
	require.EqualError(t, err, path+`: Layers[1].Units is "x": want a whole number`)
	write(t, path, `{"Layers": [{"Units": 1}, {"Unit": 1}]}`)
	_, err = ReadConfig[layered](path)
	require.ErrorContains(t, err, `"Layers[1].Unit" is not a key`)
	_, err = ReadConfig[config](filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A run's configuration is read as strictly as that of a file.
func TestConfigIsStrict(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, configFile)
	for text, want := range map[string]UnknownKeyError{
		`{"kk": 2}`:              {"kk", "k"},
		`{"K": 2}`:               {"K", "k"},
		`{"rule": {"Rate": 1}}`:  {"rule.Rate", "rule.rate"},
		`{"rule": {"beta2": 1}}`: {"rule.beta2", "rule.beta1"},
	} {
		write(t, path, text)
		r, err := Open(dir)
		require.NoError(t, err)
		var c config
		err = r.Config(&c)
		var unknown *UnknownKeyError
		require.ErrorAs(t, err, &unknown, text)
		require.Equal(t, want, *unknown)
		_, again := ReadConfig[config](path)
		require.Equal(t, err, again)
		var anything map[string]any
		require.NoError(t, r.Config(&anything))
	}
	write(t, path, `{"k": "two"}`)
	r, err := Open(dir)
	require.NoError(t, err)
	var c config
	gantest.RequireInvalid(t, r.Config(&c), "k")
	for _, v := range []any{nil, c, (*config)(nil)} {
		require.Error(t, r.Config(v), "not a pointer to anything")
	}
}

// The version is removed from an object wherever it is, and the rest stays as it was written.
func TestSchemaInAnObject(t *testing.T) {
	for with, want := range map[string]string{
		`{"schema":1}`:                            `{}`,
		"{\n  \"schema\": 1,\n  \"a\": {}\n}\n":   "{\n  \"a\": {}\n}\n",
		`{"a":[1, 2], "schema" : 0 ,"b":2}`:       `{"a":[1, 2] ,"b":2}`,
		`{"a":1,"schema":1}`:                      `{"a":1}`,
		`{"a":{"schema":7},"b":"\"schema\": 99"}`: `{"a":{"schema":7},"b":"\"schema\": 99"}`,
	} {
		got, _, err := cutSchema("config.json", []byte(with))
		require.NoError(t, err)
		if with[1] == '\n' {
			require.JSONEq(t, want, string(got))
			continue
		}
		require.Equal(t, want, string(got))
	}
	for _, object := range []string{"{}\n", "{\n  \"a\": 1\n}\n"} {
		with := addSchema([]byte(object), schema)
		require.True(t, bytes.HasPrefix(with, []byte("{\n  \"schema\": 3")), string(with))
		got, version, err := cutSchema("config.json", with)
		require.NoError(t, err)
		require.Equal(t, schema, version)
		require.JSONEq(t, object, string(got))
	}
	_, _, err := cutSchema("config.json", []byte(`{"schema":"new"}`))
	gantest.RequireInvalid(t, err, "schema")
	for _, twice := range []string{
		`{"schema":2,"schema":2}`, `{"schema":2,"a":1,"schema":1}`, `{"a":1,"sch\u0065ma":0,"schema":1}`,
	} {
		path := filepath.Join(t.TempDir(), configFile)
		write(t, path, twice)
		_, err := ReadConfig[map[string]any](path)
		gantest.RequireInvalid(t, err, "schema")
		_, err = Open(filepath.Dir(path))
		gantest.RequireInvalid(t, err, "schema")
	}
}
