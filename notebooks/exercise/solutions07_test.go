package exercise

import "testing"

var _ = solve(map[string]func(t *testing.T) any{
	"07-1": func(*testing.T) any {
		side := 32
		for _, layer := range []struct{ kernel, zeros, window, step int }{{8, 4, 4, 2}, {8, 3, 4, 2}, {5, 3, 2, 2}} {
			side = side + 2*layer.zeros - layer.kernel + 1
			side = (side-layer.window)/layer.step + 1
		}
		return side
	},
	"07-2": func(*testing.T) any {
		const pieces = 5
		weights, inputs := 0, 32*32*3
		for _, units := range []int{1600, 1600} {
			weights += (inputs + 1) * units * pieces
			inputs = units
		}
		return weights + inputs + 1
	},
	"07-3": func(*testing.T) any {
		n := 1
		for 3*(n-1)+5 < 62 {
			n++
		}
		return n
	},
})
