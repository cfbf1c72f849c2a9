package gans

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
)

// TestWith: keys at every depth take other values, and the configuration that was asked stays as it was.
func TestWith(t *testing.T) {
	was := Figure1()
	was.Dir, was.Output = "somewhere", new(bytes.Buffer)
	was.Generator.MLP.OutputBias = []float32{7}
	got, err := was.With(map[string]any{
		"k": 2, "seed": int64(1)<<60 + 1, "half_v": true, "objective.name": "least-squares",
		"generator.mlp.hidden":                  []int{5, 6, 7},
		"discriminator_rule.adam.learning_rate": 4e-4,
		"discriminator_rule.max_col_norm":       2,
		"data":                                  map[string]any{"set": "normal", "mean": 3},
		"data.std":                              .25,
	})
	require.NoError(t, err)

	want := Figure1()
	want.Dir, want.Output = was.Dir, was.Output
	want.Generator.MLP.OutputBias = []float32{7}
	want.K, want.Seed, want.HalfV, want.Objective.Name = 2, 1<<60+1, true, "least-squares"
	want.Generator.MLP.Hidden = []int{5, 6, 7}
	want.DiscriminatorRule.Adam.LearningRate, want.DiscriminatorRule.MaxColNorm = 4e-4, 2
	want.DiscriminatorRule.Adam.Linear = 2 * want.Steps
	want.Data = Data{Set: "normal", Mean: 3, Std: .25}
	require.Equal(t, want, got)

	got.Generator.MLP.Hidden[0], got.Generator.MLP.OutputBias[0], got.GeneratorRule.Adam.Beta1 = 99, 99, 99
	untouched := Figure1()
	untouched.Dir, untouched.Output = was.Dir, was.Output
	untouched.Generator.MLP.OutputBias = []float32{7}
	require.Equal(t, untouched, was)
}

// TestWithAnotherRule: an object takes the place of the one there was, from a map or a struct.
func TestWithAnotherRule(t *testing.T) {
	momentum := optim.Momentum{LearningRate: .1, Initial: .5}
	for _, rule := range []any{
		Rule{Momentum: &momentum},
		map[string]any{"momentum": map[string]any{"learning_rate": .1, "initial": .5}},
	} {
		got, err := Figure1().With(map[string]any{"generator_rule": rule})
		require.NoError(t, err)
		require.Equal(t, Rule{Momentum: &momentum}, got.GeneratorRule)
		require.NoError(t, got.validate())
	}
	got, err := Figure1().With(map[string]any{"generator_rule.adam": nil, "generator_rule.momentum": momentum})
	require.NoError(t, err)
	require.Equal(t, Rule{Momentum: &momentum}, got.GeneratorRule)
}

// TestWithOtherSteps: learning rates that fall to zero with the last iteration do so at the new one, others stay.
func TestWithOtherSteps(t *testing.T) {
	linear := func(changes map[string]any) (g, d int) {
		cfg, err := Figure1().With(changes)
		require.NoError(t, err)
		return cfg.GeneratorRule.Adam.Linear, cfg.DiscriminatorRule.Adam.Linear
	}
	for _, c := range []struct {
		changes map[string]any
		g, d    int
	}{
		{nil, 2000, 10_000},
		{map[string]any{"steps": 300}, 300, 1500},
		{map[string]any{"steps": 300, "k": 1}, 300, 300},
		{map[string]any{"k": 1, "generator_rule.adam.learning_rate": .1}, 2000, 2000},
		{map[string]any{"steps": 300, "generator_rule.adam.linear": 50}, 50, 1500},
		{map[string]any{"steps": 300, "discriminator_rule.adam.linear": 10_000}, 300, 10_000},
		{map[string]any{"steps": 300, "generator_rule": Rule{Adam: &optim.Adam{Linear: 2000}}}, 2000, 1500},
	} {
		g, d := linear(c.changes)
		require.Equal(t, []int{c.g, c.d}, []int{g, d}, c.changes)
	}
	early := Figure1()
	early.GeneratorRule.Adam.Linear = 1000 // reaches zero halfway
	cfg, err := early.With(map[string]any{"steps": 4000})
	require.NoError(t, err)
	require.Equal(t, 1000, cfg.GeneratorRule.Adam.Linear)
}

// TestWithRefuses: a wrong change is named, with what would be right.
func TestWithRefuses(t *testing.T) {
	for want, change := range map[string]map[string]any{
		`"objektive" is no key of a configuration: did you mean "objective"?`:                                 {"objektive.name": "minimax"},
		`"batchsize" is no key of a configuration: did you mean "batch_size"?`:                                {"batchsize": 3},
		`"learning_rate" is no key of a configuration: did you mean "discriminator_rule.adam.learning_rate"?`: {"learning_rate": 3},
		`"generator_rule.adam.beta3" is no key of a configuration: did you mean "generator_rule.adam.beta1"?`: {"generator_rule": map[string]any{"adam": map[string]any{"beta3": .5}}},
		`k is 2.5: want a whole number`:                                      {"k": 2.5},
		`k is {"more":1}: want a whole number`:                               {"k.more": 1},
		`k is null: want a whole number`:                                     {"k": nil},
		`half_v is "yes": want true or false`:                                {"half_v": "yes"},
		`generator_rule.adam.beta1 is "high": want a number`:                 {"generator_rule.adam.beta1": "high"},
		`name is 3: want a string`:                                           {"name": 3},
		`generator.mlp.hidden is 32: want a list, each of it a whole number`: {"generator.mlp.hidden": 32},
		`noise is "uniform": want an object with keys of ["dim" "noise"]`:    {"noise": "uniform"},
		`Dir`: {"Dir": "x"},
	} {
		_, err := Figure1().With(change)
		require.ErrorContains(t, err, want)
	}
	_, err := Figure1().With(map[string]any{"k": func() {}})
	require.ErrorContains(t, err, "k: ")
}

// TestReadConfig: what a run keeps of its configuration is one to start from.
func TestReadConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	want := Torch64()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o666))
	got, err := ReadConfig(path)
	require.NoError(t, err)
	require.Equal(t, want, got)

	for content, want := range map[string]string{
		`{"kk": 2}`:    `config.json: "kk" is no key of a configuration: did you mean "k"?`,
		`{"k": "two"}`: `config.json: k is "two": want a whole number`,
		`[1]`:          "config.json is not a configuration: want a JSON object, such as a run's config.json",
		`{"k":`:        "config.json is not a configuration: want a JSON object, such as a run's config.json",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
		_, err := ReadConfig(path)
		require.ErrorContains(t, err, want)
	}
	_, err = ReadConfig(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
