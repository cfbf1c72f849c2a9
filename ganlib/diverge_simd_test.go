//go:build goexperiment.simd && amd64

package ganlib

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestFrameworkNaNVanishes: with SIMD, the Go engine's tanh, sigmoid, exp and maximum turn NaN into numbers, and exp makes 0
// of +Inf. So a loss says nothing of whether a game has diverged; TestNaNIsFound is about what does. XLA is right.
func TestFrameworkNaNVanishes(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	ops := map[string]func(*Node) *Node{"tanh": Tanh, "sigmoid": Sigmoid, "exp": Exp, "maximum": func(x *Node) *Node { return MaxScalar(x, 0) }}
	const n = 19 // some in the lanes that are left over
	count := func(name string, of float32, op func(*Node) *Node) (right int) {
		x := make([]float32, n)
		for i := range x {
			x[i] = of
		}
		y := MustNewExec(gantest.Open(t, name), op).MustCall(x)[0]
		for _, v := range tensors.MustCopyFlatData[float32](y) {
			if v != v || v == inf {
				right++
			}
		}
		return right
	}
	for name, op := range ops {
		require.Equal(t, n, count("xla:cpu", nan, op), name)
		require.Less(t, count("go", nan, op), n, "%s keeps NaN now: docs/engines.md can forget it", name)
	}
	require.Equal(t, n, count("xla:cpu", inf, Exp))
	t.Logf("exp(+Inf) is right for %d of %d on the Go engine", count("go", inf, Exp), n)
}
