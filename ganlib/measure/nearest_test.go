package measure

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNearestNeighbour: rows in parts teach what they teach at once, and that is what comparing all pairs says.
func TestNearestNeighbour(t *testing.T) {
	const n, m, dim, classes = 50, 331, 7, 4
	rng := rand.New(rand.NewPCG(3, 1))
	x, rows, labels := make([]float32, n*dim), make([]float32, m*dim), make([]int, m)
	for _, values := range [][]float32{x, rows} {
		for i := range values {
			values[i] = float32(rng.NormFloat64())
		}
	}
	copy(rows[9*dim:10*dim], rows[3*dim:4*dim]) // equally near to all: the first counts
	for i := range labels {
		labels[i] = rng.IntN(classes)
	}
	labels[9] = labels[3] + 1
	want := make([]int, n)
	for i := range want {
		best := -1
		for j := range m {
			if best < 0 || squared(x[i*dim:(i+1)*dim], rows[j*dim:(j+1)*dim]) < squared(x[i*dim:(i+1)*dim], rows[best*dim:(best+1)*dim]) {
				best = j
			}
		}
		want[i] = labels[best]
	}
	for _, part := range []int{1, 10, m} {
		c, err := NewNearestNeighbour(x, dim)
		require.NoError(t, err)
		for lo := 0; lo < m; lo += part {
			hi := min(m, lo+part)
			require.NoError(t, c.Add(rows[lo*dim:hi*dim], labels[lo:hi]))
		}
		require.Equal(t, want, c.Labels(), "in parts of %d", part)
		wrong, err := c.Error(want)
		require.NoError(t, err)
		require.Zero(t, wrong.Value)
	}
}

func TestNearestNeighbourError(t *testing.T) {
	c, err := NewNearestNeighbour([]float32{0, 1, 2, 3}, 1)
	require.NoError(t, err)
	require.Equal(t, []int{-1, -1, -1, -1}, c.Labels())
	require.NoError(t, c.Add([]float32{0, 3}, []int{5, 6}))
	wrong, err := c.Error([]int{5, 5, 6, 5})
	require.NoError(t, err)
	require.InDelta(t, .25, wrong.Value, 1e-12)
	require.InDelta(t, .2165, wrong.StdErr, 1e-3) // √(p(1 − p)/n)

	wantRefusal(t, c.Add([]float32{1, 2}, []int{1}), "labels")
	_, err = c.Error([]int{1})
	wantRefusal(t, err, "labels")
	_, err = NewNearestNeighbour([]float32{1, 2, 3}, 2)
	require.Error(t, err)
	require.Error(t, c.Add(nil, nil))
	require.Equal(t, []int{5, 5, 6, 6}, c.Labels(), "an error leaves it as it was")
}
