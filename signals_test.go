package gans

import (
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// watched is a short run on a ring of eight blots, and the signals that look at it.
func watched(t *testing.T, backend string) (*GAN, *signals) {
	t.Helper()
	gantest.Open(t, backend) // skips the test where XLA is not there
	cfg := Ring8().WithSteps(50)
	cfg.Dir, cfg.Backend, cfg.MeasureEvery, cfg.Best = filepath.Join(t.TempDir(), "ring8"), backend, 0, ""
	gan, err := Train(t.Context(), cfg)
	require.NoError(t, err)
	return gan, signalsFor(t, gan)
}

func signalsFor(t *testing.T, gan *GAN) *signals {
	t.Helper()
	d, err := gan.Config.load()
	require.NoError(t, err)
	t.Cleanup(d.close)
	s, err := newSignals(gan, d)
	require.NoError(t, err)
	return s
}

// TestSignalsAreTheWeights: whoever measures, and how often, the same weights give the same numbers, and looking
// changes no bit of the store.
func TestSignalsAreTheWeights(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			gan, s := watched(t, name)
			before := bytesOf(t, gan.store)
			first, err := s.measure()
			require.NoError(t, err)
			again, err := s.measure()
			require.NoError(t, err)
			require.Equal(t, first, again)
			require.Equal(t, before, bytesOf(t, gan.store))

			opened, err := OpenOn(gan.Config.Dir, name)
			require.NoError(t, err)
			other, err := signalsFor(t, opened).measure()
			require.NoError(t, err)
			require.Equal(t, first, other)
		})
	}
}

// TestSignalsSeeCollapse: executors that are kept see the weights change, and a G whose last weights are 0, which
// makes one point of all noise, has neither diversity nor recall, and no gradient in the layers before.
func TestSignalsSeeCollapse(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			gan, s := watched(t, name)
			alive, err := s.measure()
			require.NoError(t, err)
			require.Positive(t, alive["g_grad/hidden_0"])
			require.Positive(t, alive["diversity"])
			for v := range gan.store.Scope("/generator/output").IterVariables() {
				require.NoError(t, v.SetValue(tensors.FromShape(v.Shape())))
			}
			dead, err := s.measure()
			require.NoError(t, err)
			for _, zero := range []string{"diversity", "recall", "g_grad/hidden_0", "g_grad/hidden_1"} {
				require.Zero(t, dead[zero], zero)
			}
			require.Positive(t, dead["g_grad/output"])
			require.LessOrEqual(t, dead["modes"], 1.)
		})
	}
}

// TestSignalsOfTheData: other examples of p_data are what a G without fault would make.
func TestSignalsOfTheData(t *testing.T) {
	_, s := watched(t, "go")
	other := Ring8()
	d, err := other.load()
	require.NoError(t, err)
	batches, err := d.batches(s.gan.backend, signalRows)
	require.NoError(t, err)
	batch, err := batches(1)
	require.NoError(t, err)
	values, err := s.compare(tensors.MustCopyFlatData[float32](batch.Inputs[0]))
	require.NoError(t, err)
	require.InDelta(t, 1, values["diversity"], .02)
	require.InDelta(t, 1, values["density"], .15)
	require.InDelta(t, .97, values["coverage"], .03)
	require.Greater(t, values["precision"], .95)
	require.Greater(t, values["recall"], .95)
	require.Equal(t, 8., values["modes"])
}

// TestSignalsOfLittle: data that are too few, or all the same, can be trained on; the samples are then not compared.
func TestSignalsOfLittle(t *testing.T) {
	cfg := smallDCGAN(t, "go")
	cfg.Data, cfg.BatchSize, cfg.MeasureEvery, cfg.RecordEvery = Data{Set: "mnist", First: 4, Size: 16}, 4, 1, 1
	cfg.Generator.DCGAN.Classes, cfg.Discriminator.DCGAN.Classes = 0, 0
	gan, err := Train(t.Context(), cfg.WithSteps(1))
	require.NoError(t, err)
	history, err := gan.Run.History()
	require.NoError(t, err)
	require.NotContains(t, history[0].Values, "recall")
	require.Contains(t, history[0].Values, "grad_ratio")
}
