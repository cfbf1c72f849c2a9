package ganlib

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGolden2014 compares an iteration of the 2014 networks, narrow and without dropout, with PyTorch's: once as the
// released code does it, once as Algorithm 1 is printed.
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

// TestGoldenFacesAndObjects compares an iteration of the 2014 networks for TFD and CIFAR-10, narrow and without
// dropout, with PyTorch's, as the released code does it: both gradients from one pass. On TFD columns of weights have a
// maximal norm.
func TestGoldenFacesAndObjects(t *testing.T) {
	maxout := MaxoutMLP{Units: []int{4, 3}, Pieces: 5}
	deconv := DeconvMLP{
		MLP:      MLP{Hidden: []int{7}, Activation: "relu", Output: []int{2, 2, 4}, OutputActivation: "sigmoid"},
		Channels: 3, Kernel: 5, Stride: 3,
	}
	conv := MaxoutConv{
		Layers: []MaxoutConvLayer{
			{Channels: 4, Pieces: 2, Kernel: 4, Padding: 2, Pool: 4, Stride: 2},
			{Channels: 3, Pieces: 2, Kernel: 3, Padding: 1, Pool: 2, Stride: 2},
		},
		MLP: MaxoutMLP{Units: []int{4}, Pieces: 5},
	}
	for name, player := range map[string]struct{ g, d gantest.Player }{
		"tfd2014": {MLP{
			Layers: []Layer{{8, "relu", 0}, {3, "sigmoid", -2}, {7, "relu", 0}, {6, "sigmoid", -2}},
			Output: []int{5, 5, 1}, OutputActivation: "sigmoid",
		}.Forward, maxout.Forward},
		"cifar2014-fc": {MLP{
			Layers: []Layer{{7, "relu", 0}, {6, "sigmoid", 0}}, Output: []int{4, 4, 3}, OutputActivation: "linear",
		}.Forward, maxout.Forward},
		"cifar2014-conv": {deconv.Forward, conv.Forward},
	} {
		t.Run(name, func(t *testing.T) {
			golden := gantest.OpenGolden(t, "../tests/golden", name)
			var about struct {
				Momentum optim.Momentum
				Limit    float64 `json:"max_col_norm"`
			}
			golden.About(t, &about)
			require.NotZero(t, about.Momentum.Initial)
			require.Equal(t, name == "tfd2014", about.Limit > 0)
			rule := func(r *gantest.Replay) optim.Rule {
				momentum := about.Momentum
				if about.Limit == 0 {
					return r.Rule(&momentum)
				}
				return r.Rule(optim.MaxColNorm{Rule: &momentum, Limit: about.Limit})
			}
			gantest.CheckIteration(t, golden, func(r *gantest.Replay) gantest.Trainer {
				a := Algorithm1{
					Game: Game{Objective: NonSaturating, HalfV: true, Prior: Prior{Gaussian, 5}},
					K:    1, Simultaneous: true, GeneratorRule: rule(r), DiscriminatorRule: rule(r),
				}
				a.Generator, a.Discriminator = r.Generator(player.g), r.Discriminator(player.d)
				return a.Trainer
			})
		})
	}
}
