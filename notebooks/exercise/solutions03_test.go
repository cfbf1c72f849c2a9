package exercise

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
)

var _ = solve(map[string]func(t *testing.T) any{
	"03-1": func(*testing.T) any { return ganlib.Criterion([]float64{1, 0}, []float64{0, 1}, 1) },
	"03-2": func(*testing.T) any {
		return ganlib.OptimalDiscriminator([]float64{.5, .5}, []float64{.9, .1})[0]
	},
	"03-3": func(t *testing.T) any {
		engine, err := backend.Open("go")
		require.NoError(t, err)
		v := graph.MustExecOnce(engine, ganlib.Value, [][]float64{{2}}, [][]float64{{-2}})
		return v.Value()
	},
})
