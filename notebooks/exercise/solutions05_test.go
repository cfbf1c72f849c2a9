package exercise

import (
	"math"
	"testing"
)

var _ = solve(map[string]func(t *testing.T) any{
	// The velocity on a slope of 1 grows in proportion to the rate: one run at any rate tells which rate reaches .1.
	"05-1": func(*testing.T) any {
		v := 0.
		for range 1000 {
			v = .9*v + .1
		}
		return .1 * .1 / v
	},
	"05-2": func(*testing.T) any {
		for _, end := range orbits(1, func(σ float64) float64 { return σ }) {
			if end > .001 {
				return false
			}
		}
		return true
	},
	"05-3": func(*testing.T) any {
		nearer := 0
		for _, end := range orbits(0, func(σ float64) float64 { return 1 - σ }) {
			if end < math.Sqrt2 {
				nearer++
			}
		}
		return nearer
	},
	"05-6": func(*testing.T) any { return -math.Log(1-.9) - math.Log(.9) },
})

// orbits are the distances from the middle at which the notebook's six Dirac-GANs end, with so much of the penalty R1
// and the slope of G's loss as a function of D's verdict.
func orbits(r1 float64, slope func(σ float64) float64) (ends []float64) {
	σ := func(a float64) float64 { return 1 / (1 + math.Exp(-a)) }
	for _, simultaneous := range []bool{true, false} {
		for _, μ := range []float64{.5, 0, -.5} {
			θ, ψ, vD, vG := 1., 1., 0., 0.
			for range 1000 {
				seen := ψ
				vD = μ*vD + .1*(-θ*σ(ψ*θ)-r1*ψ)
				if ψ += vD; !simultaneous {
					seen = ψ
				}
				vG = μ*vG - .1*seen*slope(σ(seen*θ))
				θ -= vG
			}
			ends = append(ends, math.Hypot(θ, ψ))
		}
	}
	return ends
}
