package layer

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// sub-pixel: the s² planes become the channels of a smaller image, and one convolution of stride 1 goes over all of
// them (Shi et al., Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
// Network, 2016). The planes' taps are shifted to begin together. Zeros fill up a plane that has fewer; they cost
// multiplications.

// together is the convolution over all classes of an axis at once, and where the taps of each begin in its kernel.
func (a axis) together() (unit axis, starts []int) {
	unit = axis{n: ceilDiv(a.n, a.s), s: 1, m: a.m}
	classes := a.classes()
	for _, c := range classes {
		unit.lo = max(unit.lo, c.unit.lo)
	}
	for _, c := range classes {
		start := unit.lo - c.unit.lo
		unit.k = max(unit.k, start+c.unit.k)
		starts = append(starts, start)
	}
	return unit, starts
}

// stacked is all planes of a geometry at once.
type stacked struct {
	geometry // that is left, of stride 1
	of       geometry
	rows     []int // where each class's taps begin
	columns  []int
}

func (g geometry) stack() stacked {
	s := stacked{of: g}
	s.geometry[0], s.rows = g[0].together()
	s.geometry[1], s.columns = g[1].together()
	return s
}

// pixels are all planes of an image, [batch, height/s, width/s, s²·channels].
func (s stacked) pixels(x *Node) *Node {
	var parts []*Node
	d := x.Shape().Dimensions
	for _, p := range s.of.planes() {
		part := Zeros(x.Graph(), shapes.Make(x.DType(), d[0], s.geometry[0].n, s.geometry[1].n, d[3]))
		if p[0].unit.n > 0 && p[1].unit.n > 0 {
			part = padEnd(padEnd(p.pixels(x, s.of), 1, s.geometry[0].n), 2, s.geometry[1].n)
		}
		parts = append(parts, part)
	}
	return Concatenate(parts, 3)
}

// taps are those of all planes, [k', k', s²·in, out].
func (s stacked) taps(w *Node) *Node {
	var parts []*Node
	d := w.Shape().Dimensions
	for i, p := range s.of.planes() {
		part := Zeros(w.Graph(), shapes.Make(w.DType(), s.geometry[0].k, s.geometry[1].k, d[2], d[3]))
		if p[0].unit.k > 0 && p[1].unit.k > 0 {
			row, column := s.rows[i/s.of[1].s], s.columns[i%s.of[1].s]
			part = pad(p.taps(w, s.of),
				compute.PadAxis{Start: row, End: s.geometry[0].k - row - p[0].unit.k},
				compute.PadAxis{Start: column, End: s.geometry[1].k - column - p[1].unit.k}, compute.PadAxis{}, compute.PadAxis{})
		}
		parts = append(parts, part)
	}
	return Concatenate(parts, 2)
}

func gatherSubPixel(x, w *Node, g geometry) *Node {
	s := g.stack()
	return gatherDirect(s.pixels(x), s.taps(w), s.geometry)
}

func scatterSubPixel(y, w *Node, g geometry) *Node {
	s := g.stack()
	x := scatterDirect(y, s.taps(w), s.geometry)
	d := x.Shape().Dimensions
	return merge(Reshape(x, d[0], d[1], d[2], g[0].s*g[1].s, w.Shape().Dimensions[2]), g)
}

func correlateSubPixel(x, y *Node, g geometry) *Node {
	s, in := g.stack(), x.Shape().Dimensions[3]
	w := correlateDirect(s.pixels(x), y, s.geometry)
	return mergeTaps(x, y, g, func(p plane) *Node {
		i := p[0].pixel*g[1].s + p[1].pixel
		row, column := s.rows[p[0].pixel], s.columns[p[1].pixel]
		return Slice(w, AxisRange(row, row+p[0].unit.k), AxisRange(column, column+p[1].unit.k), AxisRange(i*in, (i+1)*in))
	})
}
