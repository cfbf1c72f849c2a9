package exercise

import (
	"math"
	"math/rand/v2"
	"testing"
)

var _ = solve(map[string]func(t *testing.T) any{
	"06-1": func(*testing.T) any {
		σ := func(a float64) float64 { return 1 / (1 + math.Exp(-a)) }
		slope := func(loss func(a float64) float64) float64 {
			a, h := math.Log(.01/.99), 1e-5
			return (loss(a+h) - loss(a-h)) / (2 * h)
		}
		first := slope(func(a float64) float64 { return math.Log(1 - σ(a)) })
		second := slope(func(a float64) float64 { return -math.Log(σ(a)) })
		return int(math.Round(second / first))
	},
	"06-2": func(*testing.T) any {
		const pieces = 5
		weights, inputs := 0, 28*28
		for _, units := range []int{240, 240} {
			weights += (inputs + 1) * units * pieces
			inputs = units
		}
		return weights + inputs + 1
	},
	"06-3": func(*testing.T) any {
		random, sum := rand.New(rand.NewPCG(1, 1)), 0.
		for range 200 {
			apart := 0
			for range 784 {
				if random.IntN(2) != random.IntN(2) {
					apart++
				}
			}
			sum += math.Sqrt(float64(apart)) / 200
		}
		return sum
	},
})
