package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Plane is a game whose data are points in the plane, for [Scatter]. The coordinates are x, y, x, y, ..., as networks
// put them out. Either slice may be nil.
type Plane struct {
	Title string

	Real      []float32 // [n, 2], the data: black
	Generated []float32 // [n, 2], samples: green, above the data
}

// The size of a scatter plot in points, and that of its dots.
const (
	planeWidth, planeHeight = 432, 468
	realRadius              = 1.5
	generatedRadius         = 1.0 // smaller, so that a black rim shows what lies below
)

// Scatter draws points in the plane on axes of equal scale, 1152 x 1248 pixels. The axes hold the data and a quarter of
// their range more on each side. They do not depend on the generator, so the picture can be a frame of an animation.
// The legend says how many generated points lie outside or are not finite. Without data the axes hold the generated
// points.
//
// Points that fall on the same 2 x 2 pixels are drawn once, since the others could not be seen. A million points take
// about a second. Scatter returns an error if the number of coordinates is odd.
func Scatter(plane Plane) (image.Image, error) {
	for _, s := range []struct {
		name string
		xy   []float32
	}{{"real", plane.Real}, {"generated", plane.Generated}} {
		if len(s.xy)%2 != 0 {
			return nil, fmt.Errorf("%s points have %d coordinates: want two for each point", s.name, len(s.xy))
		}
	}
	canvas, picture := newCanvas(planeWidth, planeHeight)
	p := plane.axes()
	clouds := []cloud{
		newCloud(p, "real", plane.Real, ink, realRadius),
		newCloud(p, "generated", plane.Generated, green, generatedRadius),
	}
	p.Add(grid{})
	var entries []entry
	for _, c := range clouds {
		p.Add(c)
		if c.total > 0 {
			entries = append(entries, c.entry())
		}
	}
	room := draw.Crop(canvas, 10, -10, 8, -10)
	room = legend(heading(room, plane.Title), entries)
	p.Draw(square(room, p))
	return picture, nil
}

// axes returns an empty plot whose axes hold the data and have ranges of the same length.
func (plane Plane) axes() *plot.Plot {
	points := plane.Real
	if len(points) == 0 {
		points = plane.Generated
	}
	x, y := nothing(), nothing()
	for i := 0; i < len(points); i += 2 {
		if px, py := float64(points[i]), float64(points[i+1]); drawable(px) && drawable(py) {
			x.include(px)
			y.include(py)
		}
	}
	x, y = x.usable(), y.usable()
	half := .75 * max(x.max-x.min, y.max-y.min)
	p := Chart{}.axes()
	p.X.Min, p.X.Max = (x.min+x.max)/2-half, (x.min+x.max)/2+half
	p.Y.Min, p.Y.Max = (y.min+y.max)/2-half, (y.min+y.max)/2+half
	return p
}

// square returns the part of c in which the data area of p is a square.
func square(c draw.Canvas, p *plot.Plot) draw.Canvas {
	size := p.DataCanvas(c).Size()
	c.Max.X -= max(0, size.X-size.Y)
	c.Min.Y += max(0, size.Y-size.X)
	return c
}

// cloud holds the points of one kind that lie within the axes.
type cloud struct {
	name   string
	points []float32 // [n, 2]
	total  int       // number of points, outside the axes too
	dot    draw.GlyphStyle
}

func newCloud(p *plot.Plot, name string, points []float32, c color.Color, radius vg.Length) cloud {
	within := func(v float32, a plot.Axis) bool { return float64(v) >= a.Min && float64(v) <= a.Max }
	s := cloud{name: name, total: len(points) / 2, dot: draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}}
	for ; len(points) > 0; points = points[2:] {
		if within(points[0], p.X) && within(points[1], p.Y) {
			s.points = append(s.points, points[:2]...)
		}
	}
	return s
}

// entry is the cloud's name in a legend, beside a row of dots.
func (s cloud) entry() entry {
	name := fmt.Sprintf("%s, %d", s.name, s.total)
	if out := s.total - len(s.points)/2; out > 0 {
		name += fmt.Sprintf(" (%d outside)", out)
	}
	return entry{name, draw.LineStyle{Color: s.dot.Color, Width: 2 * s.dot.Radius, Dashes: []vg.Length{2 * s.dot.Radius, 3}}}
}

// Plot draws a dot for each cell of 2 x 2 pixels that has a point.
func (s cloud) Plot(c draw.Canvas, p *plot.Plot) {
	const cell = 2 * vg.Inch / chartDPI
	toX, toY := p.Transforms(&c)
	drawn := map[image.Point]bool{}
	for i := 0; i < len(s.points); i += 2 {
		at := vg.Point{X: toX(float64(s.points[i])), Y: toY(float64(s.points[i+1]))}
		on := image.Pt(int(math.Floor(float64(at.X/cell))), int(math.Floor(float64(at.Y/cell))))
		if !drawn[on] {
			drawn[on] = true
			c.DrawGlyph(s.dot, at)
		}
	}
}
