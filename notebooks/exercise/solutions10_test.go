package exercise

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib"
)

var cube = ganlib.Prior{Noise: ganlib.Uniform, Dim: 100}

var _ = solve(map[string]func(t *testing.T) any{
	"10-1": func(t *testing.T) any {
		z, mean := draws(t, 400, 1), 0.
		for i := 0; i < len(z); i += 2 {
			way, err := latent.Linear(z[i], z[i+1], 3)
			require.NoError(t, err)
			mean += length(way[1]) / float64(len(z)/2)
		}
		return mean
	},
	"10-2": func(t *testing.T) any {
		path, err := latent.Path(draws(t, 9, 1), 10, latent.Linear)
		require.NoError(t, err)
		return len(path)
	},
	"10-3": func(t *testing.T) any {
		z, mean := draws(t, 200, .2), 0.
		for _, point := range z {
			mean += length(point) / float64(len(z))
		}
		return mean
	},
})

func draws(t *testing.T, n int, psi float64) [][]float32 {
	z, err := latent.Truncate(cube, n, psi, 1)
	require.NoError(t, err)
	return z
}

func length(z []float32) (size float64) {
	for _, v := range z {
		size += float64(v) * float64(v)
	}
	return math.Sqrt(size)
}
