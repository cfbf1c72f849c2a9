package exercise

import (
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/dcganlib/features"
)

var _ = solve(map[string]func(t *testing.T) any{
	"12-1": func(*testing.T) any {
		var left, right []float64
		for range 5 {
			for w := 1.; w < 5; w++ {
				left, right = append(left, w), append(right, w+1)
			}
		}
		return stat.Correlation(left, right, nil)
	},
	"12-2": func(*testing.T) any { return features.Dim(64, 128, 256, 512) },
	"12-3": func(*testing.T) any {
		pairs := 0
		for four := range 10_000 { // all ways to pick four digits
			digits := [4]int{four / 1000, four / 100 % 10, four / 10 % 10, four % 10}
			for i := range digits {
				for j := range i {
					if digits[i] == digits[j] {
						pairs++
					}
				}
			}
		}
		return float64(pairs) / 10_000
	},
})
