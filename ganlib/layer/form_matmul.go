package layer

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// matmul: one matrix product. The convolution and the kernel's gradient gather the k² pixels under the kernel into a
// row for each pixel of the result ("im2col"). The transposed convolution computes such rows and adds each of their
// pixels to its place ("col2im").

// patches are the rows, [batch·m·m, k·k·in].
func patches(x *Node, g geometry) *Node {
	d := x.Shape().Dimensions
	var amounts [4]compute.PadAxis
	for i, a := range g {
		amounts[1+i] = compute.PadAxis{Start: a.lo, End: max((a.m-1)*a.s+a.k-a.n-a.lo, 0)}
	}
	x = pad(x, amounts[:]...)
	var taps []*Node
	for s := range g[0].k {
		for t := range g[1].k {
			taps = append(taps, Slice(x, AxisRange(), g[0].under(s), g[1].under(t)))
		}
	}
	return Reshape(Concatenate(taps, 3), d[0]*g[0].m*g[1].m, g[0].k*g[1].k*d[3])
}

// under selects the pixels of a padded image that a tap meets.
func (a axis) under(tap int) SliceAxisSpec { return AxisRange(tap, tap+(a.m-1)*a.s+1).Stride(a.s) }

func gatherMatmul(x, w *Node, g geometry) *Node {
	rows := patches(x, g)
	y := times(rows, Reshape(w, rows.Shape().Dimensions[1], -1))
	return Reshape(y, x.Shape().Dimensions[0], g[0].m, g[1].m, -1)
}

func correlateMatmul(x, y *Node, g geometry) *Node {
	rows := patches(x, g)
	dw := tTimes(rows, Reshape(y, rows.Shape().Dimensions[0], -1))
	return Reshape(dw, g[0].k, g[1].k, x.Shape().Dimensions[3], -1)
}

func scatterMatmul(y, w *Node, g geometry) *Node {
	d, in := y.Shape().Dimensions, w.Shape().Dimensions[2]
	rows := timesT(Reshape(y, -1, d[3]), Reshape(w, -1, d[3]))
	rows = Reshape(rows, d[0], d[1], d[2], g[0].k, g[1].k, in)
	var sum *Node
	for s := range g[0].k {
		for t := range g[1].k {
			tap := Slice(rows, AxisRange(), AxisRange(), AxisRange(), AxisElem(s), AxisElem(t))
			tap = pad(Reshape(tap, d[0], d[1], d[2], in), compute.PadAxis{}, g[0].spread(s), g[1].spread(t), compute.PadAxis{})
			if sum == nil {
				sum = tap
			} else {
				sum = Add(sum, tap)
			}
		}
	}
	return sum
}

// spread moves the pixels of a result to where a tap meets them in the image.
func (a axis) spread(tap int) compute.PadAxis {
	start := tap - a.lo
	return compute.PadAxis{Start: start, End: a.n - start - ((a.m-1)*a.s + 1), Interior: a.s - 1}
}
