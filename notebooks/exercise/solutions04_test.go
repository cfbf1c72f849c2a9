package exercise

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

var _ = solve(map[string]func(t *testing.T) any{
	"04-1": func(*testing.T) any {
		const k = 3
		noise, examples := 0, 0
		for range k {
			noise, examples = noise+1, examples+1
		}
		noise++
		return noise + examples
	},
	"04-2": func(t *testing.T) any {
		player := func(_ *model.Scope, x, _ *graph.Node) *graph.Node { return x }
		algorithm := &ganlib.Algorithm1{
			Game: ganlib.Game{
				Discriminator: player, Generator: player,
				Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1}, Objective: ganlib.Minimax,
			},
			Simultaneous:      true,
			DiscriminatorRule: &optim.Momentum{LearningRate: .1, Initial: .5},
			GeneratorRule:     &optim.Momentum{LearningRate: .1, Initial: .5},
		}
		algorithm.K = 3
		var wrong *invalid.Error
		require.ErrorAs(t, algorithm.Validate(), &wrong)
		require.Equal(t, "k", wrong.Key)
		for algorithm.K = 2; algorithm.Validate() != nil; algorithm.K-- {
		}
		return algorithm.K
	},
	"04-3": func(*testing.T) any {
		const ε, μ, gradient = .1, .5, 1.
		θ, v := 0., 0.
		for range 3 {
			v = μ*v - ε*gradient
			θ += v
		}
		return θ
	},
})
