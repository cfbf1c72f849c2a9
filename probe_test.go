package gans

import (
	"bytes"
	"math"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// TestProbe: on a ring of eight blots a D too weak to see stays near V = −log 4 while G covers little. The probe
// finds out, and changes nothing.
func TestProbe(t *testing.T) {
	cfg := Ring8()
	cfg.Dir, cfg.Backend = filepath.Join(t.TempDir(), "ring8"), "go"
	cfg.DiscriminatorRule = Rule{Adam: &optim.Adam{LearningRate: 1e-5, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	cfg.Steps, cfg.SampleEvery, cfg.SaveEvery = 200, 200, 200
	gan, err := Train(t.Context(), cfg)
	require.NoError(t, err)
	before := bytesOf(t, gan.store)

	p, err := gan.Probe(ProbeSteps)
	require.NoError(t, err)
	t.Logf("V from %.3f ± %.3f to %.3f ± %.3f: JSD at least %.3f", p.Before.Value, p.Before.StdErr, p.After.Value, p.After.StdErr, p.JSD())
	require.InDelta(t, -ganlib.Log4, p.Before.Value, .1, "D says 1/2")
	require.Greater(t, p.Rise().Value, .1+3*p.Rise().StdErr)
	require.LessOrEqual(t, p.JSD(), math.Ln2)
	require.Equal(t, before, bytesOf(t, gan.store), "neither player has changed")

	_, err = gan.Probe(0)
	require.EqualError(t, err, "0 steps of the probe: want at least 1, such as 500")
}

// bytesOf returns the bytes of all variables of a store.
func bytesOf(t *testing.T, store *model.Store) map[string][]byte {
	t.Helper()
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}
