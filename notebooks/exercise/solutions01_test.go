package exercise

import (
	"math"
	"testing"

	"github.com/gans-in-go/gans"
)

var _ = solve(map[string]func(t *testing.T) any{
	"01-1": func(*testing.T) any { return math.Log(.8) + math.Log(1-.8) },
	"01-2": func(*testing.T) any {
		least, at := math.Inf(1), 0.
		for p := .01; p < 1; p += .01 {
			d, g := -math.Log(.9)-math.Log(1-p), -math.Log(p)
			if d+g < least {
				least, at = d+g, p
			}
		}
		return at
	},
	"01-3": func(*testing.T) any {
		cfg := gans.Figure1()
		return cfg.Steps * cfg.K * cfg.BatchSize
	},
})
