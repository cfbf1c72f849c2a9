package dcganlib

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGolden compares an iteration of each preset, with few channels, with PyTorch's.
func TestGolden(t *testing.T) {
	for name, preset := range map[string]func() Config{"lsun64": LSUN64, "torch64": Torch64, "mnist28": MNIST28} {
		t.Run(name, func(t *testing.T) {
			golden := gantest.OpenGolden(t, "../tests/golden", name)
			var about struct {
				Adam     optim.Adam
				Networks struct {
					Filters []int
					Hidden  int
					Epsilon float64
				}
			}
			golden.About(t, &about)
			c := preset()
			require.Equal(t, about.Adam, *c.GeneratorRule.Adam)
			require.Equal(t, about.Adam, *c.DiscriminatorRule.Adam)
			require.Equal(t, about.Networks.Epsilon, c.Epsilon)
			c.Filters, c.Hidden, c.Noise.Dim = about.Networks.Filters, about.Networks.Hidden, golden.Dims(t, "noise/0")[1]
			gantest.CheckIteration(t, golden, func(r *gantest.Replay) gantest.Trainer {
				a, err := c.Algorithm1()
				require.NoError(t, err)
				a.Generator, a.Discriminator = r.Generator(a.Generator), r.Discriminator(a.Discriminator)
				a.GeneratorRule, a.DiscriminatorRule = r.Rule(a.GeneratorRule), r.Rule(a.DiscriminatorRule)
				return a.Trainer
			})
		})
	}
}
