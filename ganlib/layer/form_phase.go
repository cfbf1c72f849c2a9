package layer

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// phase: the pixels of an image fall into s classes along each axis, by their remainder modulo s. Each class meets only
// the kernel's taps r, r+s, r+2s, … for one r. So a strided convolution is a sum, and a transposed one an interleaving,
// of s² convolutions of stride 1 without superfluous taps.

// class is one class along one axis.
type class struct {
	pixel int // the first pixel of the class
	tap   int // the first tap it meets, r
	// unit is the remaining convolution of stride 1: its image is the class, its kernel the taps.
	unit axis
}

func (a axis) classes() []class {
	all := make([]class, a.s)
	for p := range all {
		r := (p + a.lo) % a.s
		pixels, taps := ceilDiv(a.n-p, a.s), ceilDiv(a.k-r, a.s)
		all[p] = class{p, r, axis{n: max(pixels, 0), k: max(taps, 0), s: 1, lo: (p + a.lo) / a.s, m: a.m}}
	}
	return all
}

// plane is a class of both axes.
type plane [2]class

func (g geometry) planes() []plane {
	var all []plane
	for _, p := range g[0].classes() {
		for _, q := range g[1].classes() {
			all = append(all, plane{p, q})
		}
	}
	return all
}

// empty reports whether the plane has no pixels or meets no tap.
func (p plane) empty() bool {
	return min(p[0].unit.n, p[0].unit.k, p[1].unit.n, p[1].unit.k) < 1
}

func (p plane) unit() geometry { return geometry{p[0].unit, p[1].unit} }

// pixels are the plane's part of an image, taps its part of the kernel.
func (p plane) pixels(x *Node, g geometry) *Node {
	return Slice(x, AxisRange(), AxisRange(p[0].pixel).Stride(g[0].s), AxisRange(p[1].pixel).Stride(g[1].s))
}

func (p plane) taps(w *Node, g geometry) *Node {
	return Slice(w, AxisRange(p[0].tap).Stride(g[0].s), AxisRange(p[1].tap).Stride(g[1].s))
}

// phases is the form that computes its convolutions of stride 1 by another form.
func phases(name string, unit form) form {
	return form{name,
		func(x, w *Node, g geometry) *Node { return gatherPhases(x, w, g, unit) },
		func(y, w *Node, g geometry) *Node { return scatterPhases(y, w, g, unit) },
		func(x, y *Node, g geometry) *Node { return correlatePhases(x, y, g, unit) },
	}
}

func gatherPhases(x, w *Node, g geometry, unit form) *Node {
	sum := Zeros(x.Graph(), shapes.Make(x.DType(), x.Shape().Dimensions[0], g[0].m, g[1].m, w.Shape().Dimensions[3]))
	for _, p := range g.planes() {
		if p.empty() {
			continue
		}
		y := unit.gather(p.pixels(x, g), p.taps(w, g), p.unit())
		sum = Add(sum, y)
	}
	return sum
}

func scatterPhases(y, w *Node, g geometry, unit form) *Node {
	planes := g.planes()
	parts := make([]*Node, len(planes))
	part := shapes.Make(y.DType(), y.Shape().Dimensions[0], ceilDiv(g[0].n, g[0].s), ceilDiv(g[1].n, g[1].s), w.Shape().Dimensions[2])
	for i, p := range planes {
		if p[0].unit.k < 1 || p[1].unit.k < 1 {
			parts[i] = Zeros(y.Graph(), part)
			continue
		}
		u := p.unit()
		u[0].n, u[1].n = part.Dimensions[1], part.Dimensions[2] // all planes as large as the first
		parts[i] = unit.scatter(y, p.taps(w, g), u)
	}
	return merge(Stack(parts, 3), g)
}

// merge puts the planes' pixels [batch, height/s, width/s, s², channels] where they belong.
func merge(x *Node, g geometry) *Node {
	d := x.Shape().Dimensions
	x = Reshape(x, d[0], d[1], d[2], g[0].s, g[1].s, d[4])
	x = Reshape(TransposeAllAxes(x, 0, 1, 3, 2, 4, 5), d[0], d[1]*g[0].s, d[2]*g[1].s, d[4])
	return Slice(x, AxisRange(), AxisRange(0, g[0].n), AxisRange(0, g[1].n))
}

func correlatePhases(x, y *Node, g geometry, unit form) *Node {
	return mergeTaps(x, y, g, func(p plane) *Node { return unit.correlate(p.pixels(x, g), y, p.unit()) })
}

// mergeTaps puts the taps [k/s, k/s, in, out] of the planes, zeros for an empty plane, in their places in the kernel of
// a convolution from x to y.
func mergeTaps(x, y *Node, g geometry, of func(plane) *Node) *Node {
	part := shapes.Make(x.DType(), ceilDiv(g[0].k, g[0].s), ceilDiv(g[1].k, g[1].s), x.Shape().Dimensions[3], y.Shape().Dimensions[3])
	planes := g.planes()
	parts := make([]*Node, len(planes)) // in the order of the taps
	for _, p := range planes {
		taps := Zeros(x.Graph(), part)
		if !p.empty() {
			taps = padEnd(padEnd(of(p), 0, part.Dimensions[0]), 1, part.Dimensions[1])
		}
		parts[p[0].tap*g[1].s+p[1].tap] = taps
	}
	w, d := Stack(parts, 0), append([]int{len(parts)}, part.Dimensions...)
	w = Reshape(w, g[0].s, g[1].s, d[1], d[2], d[3], d[4])
	w = Reshape(TransposeAllAxes(w, 2, 0, 3, 1, 4, 5), d[1]*g[0].s, d[2]*g[1].s, d[3], d[4])
	return Slice(w, AxisRange(0, g[0].k), AxisRange(0, g[1].k))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// padEnd adds zeros after the end of an axis, up to the given size.
func padEnd(x *Node, axis, size int) *Node {
	amounts := make([]compute.PadAxis, x.Rank())
	amounts[axis].End = size - x.Shape().Dimensions[axis]
	return pad(x, amounts...)
}

// pad adds zeros, or cuts where an amount is negative.
func pad(x *Node, amounts ...compute.PadAxis) *Node {
	if !slices.ContainsFunc(amounts, func(a compute.PadAxis) bool { return a != compute.PadAxis{} }) {
		return x
	}
	return Pad(x, ScalarZero(x.Graph(), x.DType()), amounts...)
}
