package game

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/data"
)

// TestNoiseOfAPart: on the line, the parts of the samples on which V and the slopes are taken are spread as all of them.
func TestNoiseOfAPart(t *testing.T) {
	scene := ring()
	scene.Data, scene.Noise.Dim = data.Toy{Set: data.Normal, Std: 1}, 1
	scene.Generator.MLP.Output = []int{1}
	g, err := Open(scene)
	require.NoError(t, err)
	z := make([]float64, samples)
	for i := range z {
		z[i] = float64(g.noise()[i])
	}
	for _, n := range []int{slopes, judged, samples} {
		mean, std := stat.MeanStdDev(z[:n], nil)
		require.InDelta(t, 0, mean, .15, "of %d", n)
		require.InDelta(t, 1, std, .15, "of %d", n)
	}
}
