package gans

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestWith: keys at every depth take other values, and the original configuration does not change.
func TestWith(t *testing.T) {
	was := Figure1()
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
	want.K, want.Seed, want.HalfV, want.Objective.Name = 2, 1<<60+1, true, "least-squares"
	want.Generator.MLP.Hidden = []int{5, 6, 7}
	want.DiscriminatorRule.Adam.LearningRate, want.DiscriminatorRule.MaxColNorm = 4e-4, 2
	want.DiscriminatorRule.Adam.Linear = 2 * want.Steps
	want.Data = Data{Set: "normal", Mean: 3, Std: .25}
	require.Equal(t, want, got)

	got.Generator.MLP.Hidden[0], got.GeneratorRule.Adam.Beta1 = 99, 99
	untouched := Figure1()
	require.Equal(t, untouched, was)
}

// TestWithAnotherRule: an object from a map or a struct replaces the previous one.
func TestWithAnotherRule(t *testing.T) {
	momentum := optim.Momentum{LearningRate: .1, Initial: .5}
	for _, rule := range []any{
		ganlib.Rule{Momentum: &momentum},
		map[string]any{"momentum": map[string]any{"learning_rate": .1, "initial": .5}},
	} {
		got, err := Figure1().With(map[string]any{"generator_rule": rule})
		require.NoError(t, err)
		require.Equal(t, ganlib.Rule{Momentum: &momentum}, got.GeneratorRule)
		require.NoError(t, got.Validate())
	}
	got, err := Figure1().With(map[string]any{"generator_rule.adam": nil, "generator_rule.momentum": momentum})
	require.NoError(t, err)
	require.Equal(t, ganlib.Rule{Momentum: &momentum}, got.GeneratorRule)
}

// TestWithOtherSteps: learning rates that anneal to zero do so at the new last iteration; others stay.
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
		{map[string]any{"steps": 300, "generator_rule": ganlib.Rule{Adam: &optim.Adam{Linear: 2000}}}, 2000, 1500},
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

// TestWithRefuses names the wrong key, at any depth.
func TestWithRefuses(t *testing.T) {
	for _, c := range []struct {
		change       map[string]any
		key, nearest string
	}{
		{map[string]any{"objektive.name": "minimax"}, "objektive", "objective"},
		{map[string]any{"batchsize": 3}, "batchsize", "batch_size"},
		{map[string]any{"learning_rate": 3}, "learning_rate", "discriminator_rule.adam.learning_rate"},
		{map[string]any{"generator_rule": map[string]any{"adam": map[string]any{"beta3": .5}}}, "generator_rule.adam.beta3", "generator_rule.adam.beta1"},
	} {
		_, err := Figure1().With(c.change)
		var unknown *run.UnknownKeyError
		require.ErrorAs(t, err, &unknown)
		require.Equal(t, run.UnknownKeyError{Key: c.key, Nearest: c.nearest}, *unknown)
	}
	var unknown *run.UnknownKeyError
	_, err := Figure1().With(map[string]any{"Dir": "x"})
	require.ErrorAs(t, err, &unknown, "a field that config.json leaves out")
	_, err = Figure1().With(map[string]any{"generator.mlp.hidden": 32})
	gantest.RequireInvalid(t, err, "generator.mlp.hidden")
}

// TestReadConfig: the configuration that a run keeps can start another.
func TestReadConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	want := Torch64()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o666))
	got, err := ReadConfig(path)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
