package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/diagnose"
)

// TestWilson holds the interval to Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3.
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

// TestTrialsCanBeMade: every trial has a configuration or a game, and its name is its own.
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

// TestDirac: circles without R1 and none with it, from wherever the game begins.
func TestDirac(t *testing.T) {
	for seed := range int64(10) {
		require.Equal(t, diagnose.Oscillation, diagnose.Diagnose(dirac(0)(seed), nil)[0].Condition, "seed %d", seed)
		require.NotEqual(t, diagnose.Oscillation, diagnose.Diagnose(dirac(.3)(seed), nil)[0].Condition, "seed %d", seed)
	}
}
