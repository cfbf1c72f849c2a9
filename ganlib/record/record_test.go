package record

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScores(t *testing.T) {
	values := map[string]float64{DReal: .9, DFake: .2}
	d, ok := Value(values, DScore)
	require.True(t, ok)
	require.InDelta(t, .85, d, 1e-15) // right on .9 of the real half and on .8 of the other
	g, ok := Value(values, GScore)
	require.True(t, ok)
	require.Equal(t, .2, g)
	for _, name := range []string{DScore, GScore, V} {
		_, ok := Value(map[string]float64{DReal: .9}, name)
		require.False(t, ok, name)
	}
}
