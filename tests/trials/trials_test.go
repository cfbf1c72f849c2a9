package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
)

// TestWilson compares the interval with Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3.
func TestWilson(t *testing.T) {
	for _, test := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}} {
		low, high := wilson(test.k, test.n)
		require.InDelta(t, test.low, low, 5e-5)
		require.InDelta(t, test.high, high, 5e-5)
	}
}

// TestTrialsCanBeMade: every trial has a configuration or a game, and a unique name.
func TestTrialsCanBeMade(t *testing.T) {
	seen := make(map[string]bool)
	for _, trial := range trials {
		require.False(t, seen[trial.name], trial.name)
		seen[trial.name] = true
		if trial.play != nil {
			continue
		}
		cfg, err := trial.config(7)
		require.NoError(t, err, trial.name)
		require.EqualValues(t, 7, cfg.Seed)
		require.Positive(t, cfg.MeasureEvery)
	}
}

// TestDirac: the game circles without R1 and does not with it, from any starting point.
func TestDirac(t *testing.T) {
	for seed := range int64(10) {
		require.Equal(t, diagnose.Oscillation, diagnose.Diagnose(dirac(0)(seed), nil)[0].Condition, "seed %d", seed)
		require.NotEqual(t, diagnose.Oscillation, diagnose.Diagnose(dirac(.3)(seed), nil)[0].Condition, "seed %d", seed)
	}
}

// TestRemedies: every remedy for every condition is a change that every preset's configuration accepts.
func TestRemedies(t *testing.T) {
	histories := [][]run.Record{nil, dirac(0)(0)}
	files, err := filepath.Glob("../../ganlib/diagnose/testdata/*.jsonl")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var history []run.Record
		for line := range bytes.Lines(text) {
			var r run.Record
			require.NoError(t, json.Unmarshal(line, &r))
			history = append(history, r)
		}
		histories = append(histories, history)
	}
	found := make(map[diagnose.Condition]bool)
	for _, name := range gans.Presets() {
		cfg, err := gans.Preset(name)
		require.NoError(t, err)
		config, err := json.Marshal(cfg)
		require.NoError(t, err)
		for _, history := range histories {
			for _, v := range diagnose.Diagnose(history, config) {
				found[v.Condition] = true
				for _, remedy := range v.Remedies {
					changed, err := cfg.With(remedy.Changes)
					require.NoError(t, err, "%s: %s", name, remedy.Text)
					require.NoError(t, changed.Validate(), "%s: %s", name, remedy.Text)
				}
			}
		}
	}
	for _, condition := range failures() {
		require.True(t, found[condition], condition)
	}
}
