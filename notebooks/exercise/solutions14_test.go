package exercise

import (
	"math"
	"testing"
)

// cheapest is the argument between 0 and 1 that costs least.
func cheapest(cost func(d float64) float64) (best float64) {
	best = .5
	for d := .0005; d < 1; d += .0005 {
		if cost(d) < cost(best) {
			best = d
		}
	}
	return best
}

// flipped is D's loss where a share r of the images is real and a share p of these is called fake.
func flipped(r, p float64) func(d float64) float64 {
	return func(d float64) float64 {
		return -r*((1-p)*math.Log(d)+p*math.Log(1-d)) - (1-r)*math.Log(1-d)
	}
}

var _ = solve(map[string]func(t *testing.T) any{
	"14-1": func(*testing.T) any { return cheapest(flipped(1, .5)) },
	"14-2": func(*testing.T) any {
		smoothed := func(d float64) float64 { return -.9*math.Log(d) - .1*math.Log(1-d) }
		return cheapest(func(p float64) float64 { return math.Abs(flipped(1, p)(.3) - smoothed(.3)) })
	},
	"14-3": func(*testing.T) any {
		d := cheapest(flipped(.5, .35))
		return math.Log(d) + math.Log(1-d)
	},
})
