package ganlib

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGolden2014 plays an iteration of the 2014 networks, narrow and without dropout, beside PyTorch's:
// once as the released code does, once as Algorithm 1 is printed.
func TestGolden2014(t *testing.T) {
	g := MLP{Hidden: []int{11, 9}, Activation: "relu", Output: []int{6, 6, 1}, OutputActivation: "sigmoid"}
	d := MaxoutMLP{Units: []int{5, 4}, Pieces: 3}
	for name, a := range map[string]Algorithm1{
		"mnist2014-released": {Game: Game{Objective: NonSaturating, HalfV: true}, Simultaneous: true},
		"mnist2014-minimax":  {Game: Game{Objective: Minimax}},
	} {
		t.Run(name, func(t *testing.T) {
			golden := gantest.OpenGolden(t, "../tests/golden", name)
			var about struct{ Momentum optim.Momentum }
			golden.About(t, &about)
			require.NotZero(t, about.Momentum.Initial)
			gantest.CheckIteration(t, golden, func(r *gantest.Replay) gantest.Trainer {
				a, gRule, dRule := a, about.Momentum, about.Momentum
				a.K, a.Prior = 1, Prior{UnitUniform, 7}
				a.Generator, a.Discriminator = r.Generator(g.Forward), r.Discriminator(d.Forward)
				a.GeneratorRule, a.DiscriminatorRule = r.Rule(&gRule), r.Rule(&dRule)
				return a.Trainer
			})
		})
	}
}
