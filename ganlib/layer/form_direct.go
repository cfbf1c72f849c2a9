package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// convAxes is channels last: image and result [batch, height, width, channels], kernel [height, width, in, out].
var convAxes = ConvolveAxesConfig{
	InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
	KernelSpatial: []int{0, 1}, KernelInputChannels: 2, KernelOutputChannels: 3,
	OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
}

// direct: the framework's convolution, strided or dilated.

func gatherDirect(x, w *Node, g geometry) *Node {
	return ConvGeneral(x, w, convAxes, []int{g[0].s, g[1].s}, pads(g, func(a axis) (int, int) {
		return a.lo, (a.m-1)*a.s + a.k - a.n - a.lo
	}), nil, nil, 1, 1)
}

func scatterDirect(y, w *Node, g geometry) *Node {
	return ConvGeneral(y, flip(w), convAxes, nil, pads(g, func(a axis) (int, int) {
		lo := a.k - 1 - a.lo
		return lo, a.n + a.k - 1 - ((a.m-1)*a.s + 1) - lo
	}), []int{g[0].s, g[1].s}, nil, 1, 1)
}

// correlateDirect computes the gradient of a kernel as a convolution: its batch is the image's channels, its channels are
// the examples, and its kernel is the cotangent. XLA's CPU compiler would move axes to the places that its fast
// convolution wants, but not in the body of a loop, where the same convolution takes 25 times as long. So they are
// moved here.
func correlateDirect(x, y *Node, g geometry) *Node {
	w := ConvGeneral(TransposeAllAxes(x, 3, 1, 2, 0), TransposeAllAxes(y, 1, 2, 0, 3), convAxes, nil, pads(g, func(a axis) (int, int) {
		return a.lo, a.k + (a.m-1)*a.s - a.n - a.lo
	}), nil, []int{g[0].s, g[1].s}, 1, 1)
	return TransposeAllAxes(w, 1, 2, 0, 3)
}

func pads(g geometry, of func(axis) (int, int)) [][2]int {
	p := make([][2]int, len(g))
	for i, a := range g {
		p[i][0], p[i][1] = of(a)
	}
	return p
}

// flip turns a kernel [k, k, in, out] by 180° and swaps its channels: the kernel of the transposed convolution.
func flip(w *Node) *Node { return TransposeAllAxes(Reverse(w, 0, 1), 0, 1, 3, 2) }
