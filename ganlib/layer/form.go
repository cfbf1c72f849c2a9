package layer

import (
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// form is one way to compute the three functions of a convolution, called as gather, scatter and
// correlate are. None need be differentiable.
type form struct {
	name                       string
	gather, scatter, correlate func(a, b *Node, g geometry) *Node
}

var (
	direct      = form{"direct", gatherDirect, scatterDirect, correlateDirect}
	matmul      = form{"matmul", gatherMatmul, scatterMatmul, correlateMatmul}
	phase       = phases("phase", direct)
	phaseMatmul = phases("phase matmul", matmul)
	forms       = []form{direct, matmul, phase, phaseMatmul}
)

// choice is the fastest form of each function.
type choice struct{ gather, scatter, correlate form }

// table is the fastest forms by engine and by the size of the layer: the columns are those of sizeOf.
// BenchmarkForms measures it, last on two cores with AVX-512 at the sizes of DCGAN's layers. On a GPU
// cuDNN knows best; that row is not measured.
var table = map[string][5]choice{
	//     4×4 or less               in ≤ 4                         in ≤ 16                        in < 256                  wider
	"cpu": {{matmul, matmul, matmul}, {direct, matmul, phaseMatmul}, {direct, phaseMatmul, direct}, {direct, phase, direct}, {phase, phase, direct}},
	"go":  {{matmul, matmul, matmul}, {matmul, matmul, matmul}, {matmul, phaseMatmul, matmul}, {matmul, phaseMatmul, matmul}, {matmul, phaseMatmul, matmul}},
	"gpu": {{direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}},
}

// fastest is the table's choice for a geometry whose image has so many channels.
func fastest(backend compute.Backend, g geometry, in int) choice {
	return table[engine(backend)][sizeOf(g, in)]
}

// sizeOf is the table's column: by the pixels of the result and the channels of the image.
func sizeOf(g geometry, in int) int {
	switch {
	case g[0].m*g[1].m <= 16:
		return 0
	case in <= 4:
		return 1
	case in <= 16:
		return 2
	case in < 256:
		return 3
	}
	return 4
}

// engine is the table's row: "go", or what XLA runs on, "cpu" or "gpu".
func engine(backend compute.Backend) string {
	if backend.Name() == "Go Backend" {
		return "go"
	}
	if strings.Contains(strings.ToLower(backend.DeviceDescription(0)), "cpu") {
		return "cpu"
	}
	return "gpu"
}

// convAxes is channels last: image and result [batch, height, width, channels], kernel [height, width,
// in, out].
var convAxes = ConvolveAxesConfig{
	InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
	KernelSpatial: []int{0, 1}, KernelInputChannels: 2, KernelOutputChannels: 3,
	OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
}

// kernelAxes is the gradient of a kernel as a convolution: channels of the image are its batch, the
// examples its channels, and the cotangent its kernel.
var kernelAxes = ConvolveAxesConfig{
	InputBatch: 3, InputSpatial: []int{1, 2}, InputChannels: 0,
	KernelSpatial: []int{1, 2}, KernelInputChannels: 0, KernelOutputChannels: 3,
	OutputBatch: 2, OutputSpatial: []int{0, 1}, OutputChannels: 3,
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

func correlateDirect(x, y *Node, g geometry) *Node {
	return ConvGeneral(x, y, kernelAxes, nil, pads(g, func(a axis) (int, int) {
		return a.lo, a.k + (a.m-1)*a.s - a.n - a.lo
	}), nil, []int{g[0].s, g[1].s}, 1, 1)
}

func pads(g geometry, of func(axis) (int, int)) [][2]int {
	p := make([][2]int, len(g))
	for i, a := range g {
		p[i][0], p[i][1] = of(a)
	}
	return p
}

// flip turns a kernel [k, k, in, out] by 180° and swaps its channels: the kernel of the transposed
// convolution.
func flip(w *Node) *Node { return TransposeAllAxes(Reverse(w, 0, 1), 0, 1, 3, 2) }

// phase: the pixels of an image fall into s classes along each axis, by their remainder modulo s. Those
// of one class meet only the kernel's taps r, r+s, r+2s, … for one r, so a strided convolution is a sum,
// and a transposed one an interleaving, of s² convolutions of stride 1 with exactly the taps that count.

// class is one class along one axis.
type class struct {
	pixel int // the first pixel of the class
	tap   int // the first tap it meets, r
	// unit is the convolution of stride 1 that is left, whose image is the class and whose kernel its taps.
	unit axis
}

func (a axis) classes() []class {
	all := make([]class, a.s)
	for p := range all {
		r := (p + a.lo) % a.s
		pixels, taps := (a.n-p+a.s-1)/a.s, (a.k-r+a.s-1)/a.s
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

// empty tells whether the plane has no pixels or meets no tap.
func (p plane) empty() bool {
	return min(p[0].unit.n, p[0].unit.k, p[1].unit.n, p[1].unit.k) < 1
}

func (p plane) unit() geometry { return geometry{p[0].unit, p[1].unit} }

// pixels are those of the plane in an image, taps those of the kernel.
func (p plane) pixels(x *Node, g geometry) *Node {
	return Slice(x, AxisRange(), AxisRange(p[0].pixel).Stride(g[0].s), AxisRange(p[1].pixel).Stride(g[1].s))
}

func (p plane) taps(w *Node, g geometry) *Node {
	return Slice(w, AxisRange(p[0].tap).Stride(g[0].s), AxisRange(p[1].tap).Stride(g[1].s))
}

// phases is the form that leaves convolutions of stride 1 to another form.
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
	x := Reshape(Stack(parts, 3), part.Dimensions[0], part.Dimensions[1], part.Dimensions[2], g[0].s, g[1].s, part.Dimensions[3])
	x = Reshape(TransposeAllAxes(x, 0, 1, 3, 2, 4, 5), part.Dimensions[0], part.Dimensions[1]*g[0].s, part.Dimensions[2]*g[1].s, part.Dimensions[3])
	return Slice(x, AxisRange(), AxisRange(0, g[0].n), AxisRange(0, g[1].n))
}

func correlatePhases(x, y *Node, g geometry, unit form) *Node {
	part := shapes.Make(x.DType(), ceilDiv(g[0].k, g[0].s), ceilDiv(g[1].k, g[1].s), x.Shape().Dimensions[3], y.Shape().Dimensions[3])
	planes := g.planes()
	parts := make([]*Node, len(planes)) // in the order of the taps
	for _, p := range planes {
		dw := Zeros(x.Graph(), part)
		if !p.empty() {
			dw = unit.correlate(p.pixels(x, g), y, p.unit())
			dw = padEnd(padEnd(dw, 0, part.Dimensions[0]), 1, part.Dimensions[1])
		}
		parts[p[0].tap*g[1].s+p[1].tap] = dw
	}
	w := Reshape(Stack(parts, 0), g[0].s, g[1].s, part.Dimensions[0], part.Dimensions[1], part.Dimensions[2], part.Dimensions[3])
	w = Reshape(TransposeAllAxes(w, 2, 0, 3, 1, 4, 5), part.Dimensions[0]*g[0].s, part.Dimensions[1]*g[1].s, part.Dimensions[2], part.Dimensions[3])
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

// matmul: one matrix product. The convolution and the kernel's gradient gather for each pixel of the
// result the k² pixels under the kernel as a row ("im2col"); the transposed convolution makes such rows
// and adds each of their pixels to its place ("col2im").

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

// under is the pixels of a padded image that a tap meets.
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

// spread puts the pixels of a result to where a tap meets them in the image.
func (a axis) spread(tap int) compute.PadAxis {
	start := tap - a.lo
	return compute.PadAxis{Start: start, End: a.n - start - ((a.m-1)*a.s + 1), Interior: a.s - 1}
}
