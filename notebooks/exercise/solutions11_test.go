package exercise

import (
	"math"
	"testing"

	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/monitor"
)

var _ = solve(map[string]func(t *testing.T) any{
	"11-1": func(*testing.T) any { return monitor.Probe{After: measure.Estimate{Value: -.9}}.JSD() },
	"11-2": func(*testing.T) any { return (.8 + 1 - .3) / 2 },
	"11-3": func(*testing.T) any {
		const step = 1e-6
		d := func(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }
		at := math.Log(.01 / .99)
		flat := math.Log(1-d(at+step)) - math.Log(1-d(at-step))
		steep := math.Log(d(at+step)) - math.Log(d(at-step))
		return math.Abs(flat / steep)
	},
})
