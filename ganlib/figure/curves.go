package figure

import (
	"cmp"
	"fmt"
	"image"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is a line plot: series over an axis, and the values that theory predicts.
type Chart struct {
	Title, XLabel, YLabel string

	Series []Series
	Bands  []Band // drawn like series, in the colours after theirs
	Levels []Mark // horizontal lines, such as {"-log 4", -math.Log(4)}
	Events []Mark // vertical lines, such as {"G frozen", 2000}

	LogY  bool      // the vertical axis is logarithmic; a value of 0 or less leaves a gap
	Equal bool      // both axes have the same scale, for paths in the plane: a circle is a circle
	Trend bool      // draws series of more than 200 values as their running median, over a pale band that holds every value
	Holds []float64 // values that the vertical axis holds even if no series reaches them
}

// Series is one quantity: Y over X, two slices of the same length. A NaN or an infinity leaves a gap in the line. A
// series without a name is not in the legend, since the label of the axis can say what a single one is.
type Series struct {
	Name string
	X, Y []float64
}

// Mark is a named value on one axis.
type Mark struct {
	Name string
	At   float64
}

// The size of a chart in points: 768 x 432 on screen, twice that in pixels.
const chartWidth, chartHeight = 576, 324

// Curves draws a chart of 1536 x 864 pixels. The axes hold all finite values of the series and all levels. Curves
// returns an error if the X and the Y of a series, or the parts of a band, differ in length.
func Curves(chart Chart) (image.Image, error) {
	if err := chart.check(); err != nil {
		return nil, err
	}
	canvas, picture := newCanvas(chartWidth, chartHeight)
	chart.drawIn(canvas)
	return picture, nil
}

func (chart Chart) check() error {
	for _, s := range chart.Series {
		if len(s.X) != len(s.Y) {
			return fmt.Errorf("series %q has %d values of x and %d of y: want the same number of both",
				s.Name, len(s.X), len(s.Y))
		}
	}
	for _, b := range chart.Bands {
		if err := b.check(); err != nil {
			return err
		}
	}
	return nil
}

// drawIn fills a canvas with the chart.
func (chart Chart) drawIn(canvas draw.Canvas) {
	if chart.LogY {
		chart = chart.logarithmic()
	}
	room := draw.Crop(canvas, 10, -10, 8, -10)
	room = legend(heading(room, chart.Title), chart.entries())

	p := chart.axes()
	p.Add(grid{}, horizontals(chart.Levels), verticals(chart.Events))
	curves := make([]plot.Plotter, len(chart.Series))
	for i, s := range chart.Series {
		c := curve{s, seriesStyle(i)}
		curves[i] = c
		if chart.Trend && len(s.X) > longSeries {
			curves[i] = trend{c}
			p.Add(band{c})
		}
	}
	for i, b := range chart.Bands {
		style := seriesStyle(len(chart.Series) + i)
		p.Add(ribbon{b, style})
		curves = append(curves, curve{b.lines()[0], style})
	}
	p.Add(curves...) // over all bands
	// The names of the levels stand to the right of the data.
	names := lettering(10, faded, draw.XLeft, middle)
	var margin vg.Length = 4
	for _, l := range chart.Levels {
		margin = max(margin, names.Width(l.Name)+8)
	}
	room = draw.Crop(room, 0, -margin, 0, 0)
	if chart.Equal {
		equalise(&p.X, &p.Y)
		room = square(room, p)
	}
	p.Draw(room)
}

// equalise widens the shorter of two axes about its middle, to ranges of the same length.
func equalise(x, y *plot.Axis) {
	half := max(x.Max-x.Min, y.Max-y.Min) / 2
	for _, a := range []*plot.Axis{x, y} {
		middle := (a.Min + a.Max) / 2
		a.Min, a.Max = middle-half, middle+half
	}
}

func (chart Chart) entries() []entry {
	var all []entry
	for i, s := range chart.Series {
		if s.Name != "" {
			all = append(all, entry{s.Name, seriesStyle(i)})
		}
	}
	for i, b := range chart.Bands {
		if b.Name != "" {
			all = append(all, entry{b.Name, seriesStyle(len(chart.Series) + i)})
		}
	}
	return all
}

// seriesStyle returns the line style of series i. After six colours, the dashes change.
func seriesStyle(i int) draw.LineStyle {
	colours := []draw.LineStyle{{Color: blue}, {Color: vermillion}, {Color: green}, {Color: purple}, {Color: orange}, {Color: sky}}
	style := colours[i%len(colours)]
	style.Width = 1.4
	style.Dashes = [][]vg.Length{nil, {6, 2}, {2, 2}}[i/len(colours)%3]
	return style
}

// axes returns an empty plot whose axes hold all that the chart shows.
func (chart Chart) axes() *plot.Plot {
	x, y := nothing(), nothing()
	shown := slices.Clone(chart.Series)
	for _, b := range chart.Bands {
		shown = append(shown, b.lines()...)
	}
	for _, s := range shown {
		for i := range s.X {
			if drawable(s.X[i]) && drawable(s.Y[i]) {
				x.include(s.X[i])
				y.include(s.Y[i])
			}
		}
	}
	for _, e := range chart.Events {
		x.include(e.At)
	}
	for _, l := range chart.Levels {
		y.include(l.At)
	}
	for _, v := range chart.Holds {
		y.include(v)
	}
	x, y = x.usable(), y.usable()
	air := .05 * (y.max - y.min)

	p := plot.New()
	p.X.Min, p.X.Max = x.min, x.max
	p.Y.Min, p.Y.Max = y.min-air, y.max+air
	if len(chart.Events) > 0 {
		p.Y.Max += air // for their names, clear of a level at the top
	}
	p.X.Label.Text, p.Y.Label.Text = chart.XLabel, chart.YLabel
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Marker = plot.TickerFunc(ticks)
		a.Tick.Label.Font = lettering(9, faded, 0, 0).Font
		a.Tick.Label.Color, a.Tick.Color, a.LineStyle.Color = faded, faded, faded
		a.Tick.Length = 4
		a.Label.TextStyle.Font = lettering(10, ink, 0, 0).Font
		a.Label.TextStyle.Color = ink
		a.Padding = 0
	}
	if chart.LogY {
		p.Y.Tick.Marker = plot.TickerFunc(logTicks)
	}
	return p
}

// grid draws faint lines at the ticks of both axes.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	style := draw.LineStyle{Color: faint, Width: .6}
	toX, toY := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		c.StrokeLine2(style, toX(t.Value), c.Min.Y, toX(t.Value), c.Max.Y)
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(style, c.Min.X, toY(t.Value), c.Max.X, toY(t.Value))
	}
}

// curve is a series and its line, broken where a value cannot be drawn.
type curve struct {
	Series
	style draw.LineStyle
}

func (s curve) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for _, piece := range pieces(s.X, s.Y, toX, toY) {
		if len(piece) == 1 { // a line of one point cannot be seen: a dot
			c.DrawGlyph(draw.GlyphStyle{Color: s.style.Color, Radius: s.style.Width, Shape: draw.CircleGlyph{}}, piece[0])
			continue
		}
		stroke(c, s.style, thin(piece))
	}
}

// pieces returns the points of y over x, cut where a value cannot be drawn.
func pieces(x, y []float64, toX, toY func(float64) vg.Length) [][]vg.Point {
	var all [][]vg.Point
	joined := false
	for i := range x {
		if !drawable(x[i]) || !drawable(y[i]) {
			joined = false
			continue
		}
		if !joined {
			all = append(all, nil)
			joined = true
		}
		last := len(all) - 1
		all[last] = append(all[last], vg.Point{X: toX(x[i]), Y: toY(y[i])})
	}
	return all
}

// stroke draws a long line in short lengths. Each begins with the last segment of the one before. One long path would
// be slow: the rasterizer's time grows faster than the square of what a path has in one row of pixels. Dashes start
// again with each length.
func stroke(c draw.Canvas, style draw.LineStyle, points []vg.Point) {
	const length = 100
	for len(points) > length {
		c.StrokeLines(style, points[:length])
		points = points[length-2:]
	}
	c.StrokeLines(style, points)
}

// thin returns fewer points that draw the same picture: of points within the width of a pixel, the first, the lowest,
// the highest and the last.
func thin(points []vg.Point) []vg.Point {
	const pixel = vg.Inch / chartDPI
	var kept []vg.Point
	for first := 0; first < len(points); {
		low, high, end := first, first, first
		for end < len(points) && abs(points[end].X-points[first].X) < pixel {
			if points[end].Y < points[low].Y {
				low = end
			}
			if points[end].Y > points[high].Y {
				high = end
			}
			end++
		}
		chosen := []int{first, min(low, high), max(low, high), end - 1}
		for _, i := range slices.Compact(chosen) {
			kept = append(kept, points[i])
		}
		first = end
	}
	return kept
}

func abs(v vg.Length) vg.Length { return max(v, -v) }

// horizontals draws dashed lines across the plot, named to its right.
type horizontals []Mark

func (levels horizontals) Plot(c draw.Canvas, p *plot.Plot) {
	style := draw.LineStyle{Color: faded, Width: 1, Dashes: []vg.Length{5, 3}}
	names := lettering(10, faded, draw.XLeft, middle)
	_, toY := p.Transforms(&c)
	sorted := slices.SortedFunc(slices.Values(levels), func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
	free := c.Min.Y // names go upwards from here, so that close levels stay legible
	for _, l := range sorted {
		if !drawable(l.At) {
			continue
		}
		y := toY(l.At)
		c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
		at := max(y, free)
		c.FillText(names, vg.Point{X: c.Max.X + 5, Y: at}, l.Name)
		free = at + names.Height(l.Name) + 1
	}
}

// verticals draws dotted lines from top to bottom, named at the top.
type verticals []Mark

func (events verticals) Plot(c draw.Canvas, p *plot.Plot) {
	style := draw.LineStyle{Color: faded, Width: 1, Dashes: []vg.Length{1.5, 2.5}}
	toX, _ := p.Transforms(&c)
	for _, e := range events {
		if !drawable(e.At) {
			continue
		}
		x := toX(e.At)
		c.StrokeLine2(style, x, c.Min.Y, x, c.Max.Y)
		side, shift := text.XAlignment(draw.XLeft), vg.Length(4)
		if x > c.Center().X {
			side, shift = draw.XRight, -4
		}
		c.FillText(lettering(10, faded, side, draw.YTop), vg.Point{X: x + shift, Y: c.Max.Y - 2}, e.Name)
	}
}
