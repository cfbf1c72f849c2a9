package digits

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/internal/gantest"
)

func files(t *testing.T) (config, weights []byte) {
	t.Helper()
	config, err := fs.ReadFile(models.Digits(), "config.json")
	require.NoError(t, err)
	weights, err = fs.ReadFile(models.Digits(), "weights.safetensors")
	require.NoError(t, err)
	return config, weights
}

func opened(t *testing.T) *Model {
	t.Helper()
	m, err := Open(files(t))
	require.NoError(t, err)
	return m
}

// TestDraw: digits are those that the whole library draws for the same seed, to the bit and as pixels.
func TestDraw(t *testing.T) {
	m := opened(t)
	gan, err := gans.OpenFSOn(models.Digits(), "go")
	require.NoError(t, err)
	require.Equal(t, 10, m.Classes())
	require.Equal(t, 28, m.Size())
	for _, labels := range [][]int{nil, {7}, {4, 2}} {
		want, err := gan.Sample(20, 7, labels...)
		require.NoError(t, err)
		drawn, err := m.Draw(Asked{Seed: 7, To: 8, N: 20, Labels: labels})
		require.NoError(t, err)
		require.Equal(t, want, drawn.X)
		require.Equal(t, gan.LabelsFor(20, labels...), drawn.Labels)
		images, err := gan.Pixels(want)
		require.NoError(t, err)
		require.Equal(t, images.Pixels, drawn.Pixels)

		part, err := m.Draw(Asked{Seed: 7, To: 8, First: 5, N: 10, Labels: labels})
		require.NoError(t, err)
		require.InDeltaSlice(t, want[5*28*28:15*28*28], part.X, 1e-6) // a product of fewer rows rounds otherwise
		require.Equal(t, drawn.Labels[5:15], part.Labels)

		end, err := m.Draw(Asked{Seed: 8, To: 7, Step: Steps, N: 20, Labels: labels})
		require.NoError(t, err)
		require.Equal(t, drawn, end, "the last step is the other seed")
	}
}

// TestDrawBetween: half-way, z is the mean of both seeds' noise, which the prior's box holds.
func TestDrawBetween(t *testing.T) {
	m := opened(t)
	half, err := m.Draw(Asked{Seed: 1, To: 2, Step: Steps / 2, N: 3})
	require.NoError(t, err)
	var mean []float32
	a, b := m.players.NoiseFor(3, 1), m.players.NoiseFor(3, 2)
	for i := range 3 {
		rows, err := latent.Mean([][]float32{a[100*i : 100*(i+1)], b[100*i : 100*(i+1)]})
		require.NoError(t, err)
		mean = append(mean, rows...)
	}
	want, err := m.players.Generate(mean, 0, 1, 2)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, half.X, 1e-5)
}

func TestDrawRefuses(t *testing.T) {
	m := opened(t)
	for key, asked := range map[string]Asked{
		"n": {First: 50, N: 51}, "first": {First: -1, N: 1}, "step": {N: 1, Step: Steps + 1}, "label": {N: 1, Labels: []int{10}},
	} {
		_, err := m.Draw(asked)
		gantest.RequireInvalid(t, err, key)
	}
}

func TestOpenRefuses(t *testing.T) {
	config, weights := files(t)
	for _, changed := range [][3]string{
		{"generator", `"generator"`, `"player"`},
		{"generator.dcgan.classes", `"classes": 10`, `"classes": 0`},
		{"generator.dcgan.channels", `"channels": 1`, `"channels": 3`},
		{"generator.dcgan.output", `"sigmoid"`, `"tanh"`},
		{"objective.name", `"non-saturating"`, `"none"`},
	} {
		_, err := Open(bytes.Replace(config, []byte(changed[1]), []byte(changed[2]), 1), weights)
		gantest.RequireInvalid(t, err, changed[0])
	}
	_, err := Open([]byte("{"), weights)
	require.ErrorContains(t, err, "config.json")
	_, err = Open(config, weights[:1000])
	require.ErrorContains(t, err, "weights.safetensors")
}
