package exercise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/measure"
)

var _ = solve(map[string]func(t *testing.T) any{
	"13-1": func(t *testing.T) any {
		var labels []int
		shares := make([]float64, 10)
		for digit := range shares {
			shares[digit] = .1
			if digit != 8 {
				for range 1000 {
					labels = append(labels, digit)
				}
			}
		}
		c, err := measure.LabelCoverage(labels, shares)
		require.NoError(t, err)
		return c.KL.Value
	},
	"13-2": func(t *testing.T) any {
		const pictures, classes = 10, 10
		probabilities := make([]float32, pictures*classes)
		for i := range pictures {
			probabilities[i*classes+i/2] = 1
		}
		score, err := measure.InceptionScore(probabilities, classes, 1)
		require.NoError(t, err)
		return score.Value
	},
	"13-3": func(t *testing.T) any {
		var samples, reference []float32 // standard deviations 2 and 1, divided by n − 1
		for range 10_000 {
			samples, reference = append(samples, 3-2, 3+2), append(reference, -1, 1)
		}
		fid, err := measure.FID(samples, reference, 1)
		require.NoError(t, err)
		return math.Round(1000*fid.Value) / 1000
	},
	"13-4": func(*testing.T) any {
		n := 1
		for n*(n-1)/2 < 5*10_000 {
			n++
		}
		return n
	},
})
