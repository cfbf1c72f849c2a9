package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panel is one moment of a game in one dimension, for [Figure1]. PData, PG, D and DStar are values at X. One that is
// nil is left out, and a NaN leaves a gap.
type Panel struct {
	Title string // what the moment is; with several panels, (a), (b), ... comes before it

	X     []float64 // ascending
	PData []float64 // the data's density: black, dotted
	PG    []float64 // the generator's density: green, solid
	D     []float64 // the discriminator: blue, dashed
	DStar []float64 // the best discriminator, p_data / (p_data + p_g): vermillion, thin

	Z, GZ []float64 // noise, and where the generator sends it: one arrow for each pair
}

// The parts of Figure 1, in points, from the bottom up.
const (
	panelsWidth    = 720
	panelsHeight   = 262
	panelsMargin   = 10 // around everything
	panelsLeft     = 20 // for the numbers beside the first panel
	panelGap       = 16 // between panels
	captionHeight  = 20
	arrowsHeight   = 48 // from the line of z to the line of x
	xNumbersHeight = 20 // from the line of x to the curves
)

var (
	dataLine      = draw.LineStyle{Color: ink, Width: 1.8, Dashes: []vg.Length{1.8, 2.2}}
	generatorLine = draw.LineStyle{Color: green, Width: 1.8}
	learnedLine   = draw.LineStyle{Color: blue, Width: 1.8, Dashes: []vg.Length{6, 3}}
	bestLine      = draw.LineStyle{Color: vermillion, Width: .8}
	axisLine      = draw.LineStyle{Color: faded, Width: .8}
	arrowLine     = draw.LineStyle{Color: faded, Width: .5}
)

// Figure1 draws panels side by side, as in Figure 1 of Goodfellow et al. 2014, which has four. Above are the two
// densities and the discriminator, with the best possible discriminator D* drawn over the learned one. Below are arrows
// from z to x = G(z). All panels share their axes. A generator's density is cut off at twice the peak of the data's.
//
// A single panel has no letter, and its axes do not depend on the generator: it can be a frame of an animation.
//
// Figure1 returns an error if there are no panels, or if a panel's slices differ in length.
func Figure1(panels []Panel) (image.Image, error) {
	if len(panels) == 0 {
		return nil, errors.New("Figure 1 needs panels: got none")
	}
	for i, p := range panels {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("panel %d, %q: %w", i, p.Title, err)
		}
	}
	canvas, picture := newCanvas(panelsWidth, panelsHeight)
	room := legend(draw.Crop(canvas, panelsMargin, -panelsMargin, 6, -panelsMargin), []entry{
		{"p_data, the data", dataLine},
		{"p_g, the generator", generatorLine},
		{"D, learned", learnedLine},
		{"D* = p_data / (p_data + p_g)", bestLine},
	})
	room.Min.X += panelsLeft
	shared := sharedAxes(panels)
	width := (room.Max.X - room.Min.X - panelGap*vg.Length(len(panels)-1)) / vg.Length(len(panels))
	for i, p := range panels {
		box := room
		box.Min.X += vg.Length(i) * (width + panelGap)
		box.Max.X = box.Min.X + width
		caption := p.Title
		if len(panels) > 1 {
			caption = fmt.Sprintf("(%c) %s", 'a'+i, p.Title)
		}
		p.draw(box, shared, caption, i == 0)
	}
	return picture, nil
}

func (p Panel) check() error {
	for _, s := range []struct {
		name   string
		values []float64
	}{{"PData", p.PData}, {"PG", p.PG}, {"D", p.D}, {"DStar", p.DStar}} {
		if s.values != nil && len(s.values) != len(p.X) {
			return fmt.Errorf("%s has %d values at %d points X: want the same number, or none", s.name, len(s.values), len(p.X))
		}
	}
	if len(p.Z) != len(p.GZ) {
		return fmt.Errorf("%d values Z but %d values GZ = G(Z): want the same number of both", len(p.Z), len(p.GZ))
	}
	return nil
}

// panelAxes are the ranges that all panels share.
type panelAxes struct{ x, y, z extent }

func sharedAxes(panels []Panel) panelAxes {
	a := panelAxes{x: nothing(), y: extent{0, 1}, z: nothing()}
	peak := 0. // of the data; a generator is cut off at twice that
	for _, p := range panels {
		for _, x := range p.X {
			a.x.include(x)
		}
		for _, density := range p.PData {
			if drawable(density) {
				peak = max(peak, density)
			}
		}
		for _, z := range p.Z {
			a.z.include(z)
		}
	}
	a.y.include(1.05 * peak)
	for _, p := range panels {
		for _, density := range p.PG {
			a.y.include(min(density, 2*peak))
		}
	}
	if len(panels) == 1 {
		a.y.include(2 * peak)
	}
	a.y.max *= 1.04
	a.x, a.z = a.x.usable(), a.z.usable()
	return a
}

// draw draws the panel into box, with or without numbers on its vertical axis.
func (p Panel) draw(box draw.Canvas, shared panelAxes, caption string, numbered bool) {
	box.FillText(lettering(10, ink, draw.XCenter, draw.YBottom), vg.Point{X: box.Center().X, Y: box.Min.Y}, caption)

	zLine := box.Min.Y + captionHeight
	xLine := zLine + arrowsHeight
	curves := box
	curves.Min.Y = xLine + xNumbersHeight
	p.drawCurves(curves, shared, numbered)
	p.drawArrows(box, shared, zLine, xLine)
}

func (p Panel) drawCurves(box draw.Canvas, shared panelAxes, numbered bool) {
	toX, toY := scale(shared.x, box.Min.X, box.Max.X), scale(shared.y, box.Min.Y, box.Max.Y)
	numbers := lettering(8, faded, draw.XRight, middle)
	for _, level := range []float64{.5, 1} {
		box.StrokeLine2(draw.LineStyle{Color: faint, Width: .8}, box.Min.X, toY(level), box.Max.X, toY(level))
	}
	if numbered {
		for level, name := range map[float64]string{0: "0", .5: "1/2", 1: "1"} {
			box.FillText(numbers, vg.Point{X: box.Min.X - 4, Y: toY(level)}, name)
		}
	}
	numbers.XAlign, numbers.YAlign = draw.XCenter, draw.YTop
	for _, t := range ticks(shared.x.min, shared.x.max) {
		box.StrokeLine2(axisLine, toX(t.Value), box.Min.Y, toX(t.Value), box.Min.Y-3)
		box.FillText(numbers, vg.Point{X: toX(t.Value), Y: box.Min.Y - 5}, t.Label)
	}
	box.StrokeLine2(axisLine, box.Min.X, box.Min.Y, box.Max.X, box.Min.Y)
	for _, line := range []struct {
		y     []float64
		style draw.LineStyle
	}{{p.PG, generatorLine}, {p.PData, dataLine}, {p.D, learnedLine}, {p.DStar, bestLine}} {
		if line.y != nil {
			box.StrokeLines(line.style, box.ClipLinesXY(pieces(p.X, line.y, toX, toY)...)...)
		}
	}
}

// drawArrows draws the line of z, the line of x above it, and an arrow from each z to its G(z). An arrow that leaves
// the range of x is cut at its edge.
func (p Panel) drawArrows(box draw.Canvas, shared panelAxes, zLine, xLine vg.Length) {
	toX, toZ := scale(shared.x, box.Min.X, box.Max.X), scale(shared.z, box.Min.X+4, box.Max.X-4)
	for i := range p.Z {
		if !drawable(p.Z[i]) || !drawable(p.GZ[i]) {
			continue
		}
		from, to := vg.Point{X: toZ(p.Z[i]), Y: zLine}, vg.Point{X: toX(p.GZ[i]), Y: xLine}
		box.StrokeLines(arrowLine, box.ClipLinesX([]vg.Point{from, to})...)
		if box.ContainsX(to.X) {
			drawHead(box, arrowLine.Color, from, to)
		}
	}
	names := lettering(9, ink, draw.XRight, middle)
	for name, y := range map[string]vg.Length{"z": zLine, "x": xLine} {
		box.StrokeLine2(axisLine, box.Min.X, y, box.Max.X, y)
		box.FillText(names, vg.Point{X: box.Min.X - 4, Y: y}, name)
	}
}

// drawHead draws the head of an arrow that ends at to, in the colour of its line.
func drawHead(c draw.Canvas, shade color.Color, from, to vg.Point) {
	const length, half = 4.5, 1.6
	along := to.Sub(from)
	along = along.Scale(1 / vg.Length(math.Hypot(float64(along.X), float64(along.Y))))
	across := vg.Point{X: -along.Y, Y: along.X}
	base := to.Sub(along.Scale(length))
	c.FillPolygon(shade, []vg.Point{to, base.Add(across.Scale(half)), base.Sub(across.Scale(half))})
}

// scale maps a range of numbers to a stretch of the canvas.
func scale(r extent, from, to vg.Length) func(float64) vg.Length {
	return func(v float64) vg.Length {
		return from + vg.Length((v-r.min)/(r.max-r.min))*(to-from)
	}
}
