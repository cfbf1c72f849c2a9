package figure

import (
	"fmt"
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// BarChart is a number for each of a few classes, for [Bars], such as the number of samples that show each digit.
type BarChart struct {
	Title, XLabel, YLabel string

	Classes []string    // named below their bars, from left to right
	Series  []BarSeries // side by side in each class
	Data    []float64   // the data's number for each class, drawn as a line across its bars; nil for none
}

// BarSeries is one bar for each class. A series without a name is not in the legend, since the title can say what a
// single one is.
type BarSeries struct {
	Name    string
	Heights []float64 // a NaN or an infinity leaves a gap
	Errors  []float64 // standard errors, drawn up and down from the bar's end; nil for none
}

// Bars draws a chart of 1536 x 864 pixels. Its axis holds 0, where the bars begin, all bars with their errors, and the
// data. Bars returns an error if there are no classes, or if a series, its errors or the data do not have one number
// for each class.
func Bars(chart BarChart) (image.Image, error) {
	if err := chart.check(); err != nil {
		return nil, err
	}
	canvas, picture := newCanvas(chartWidth, chartHeight)
	room := draw.Crop(canvas, 10, -10, 8, -10)
	room = legend(heading(room, chart.Title), chart.entries())
	p := chart.axes()
	p.Add(levels{})
	for i := range chart.Series {
		p.Add(chart.bars(i))
	}
	p.Add(steps(chart.Data))
	p.Draw(room)
	return picture, nil
}

func (chart BarChart) check() error {
	want := len(chart.Classes)
	if want == 0 {
		return fmt.Errorf("bar chart %q has no classes: want at least 1", chart.Title)
	}
	for i, s := range chart.Series {
		if len(s.Heights) != want {
			return fmt.Errorf("series %d of bars, %q, has %d heights: want one for each of %d classes", i, s.Name, len(s.Heights), want)
		}
		if s.Errors != nil && len(s.Errors) != want {
			return fmt.Errorf("series %d of bars, %q, has %d errors: want one for each of %d classes, or none at all", i, s.Name, len(s.Errors), want)
		}
	}
	if chart.Data != nil && len(chart.Data) != want {
		return fmt.Errorf("bar chart %q has %d numbers of the data: want one for each of %d classes, or none at all", chart.Title, len(chart.Data), want)
	}
	return nil
}

// dataStyle is the line of the data: black, as in the other pictures.
var dataStyle = draw.LineStyle{Color: ink, Width: 1.6}

func (chart BarChart) entries() []entry {
	var all []entry
	for i, s := range chart.Series {
		if s.Name != "" {
			all = append(all, entry{s.Name, draw.LineStyle{Color: seriesStyle(i).Color, Width: 7}})
		}
	}
	if chart.Data != nil {
		all = append(all, entry{"data", dataStyle})
	}
	return all
}

// axes returns an empty plot whose axes hold all that the chart shows, with class k at k.
func (chart BarChart) axes() *plot.Plot {
	y := nothing()
	y.include(0)
	for _, v := range chart.Data {
		y.include(v)
	}
	for _, s := range chart.Series {
		for class, v := range s.Heights {
			y.include(v)
			if e := s.errorOf(class); e > 0 {
				y.include(v - e)
				y.include(v + e)
			}
		}
	}
	if y.min == y.max {
		y.max = 1 // nothing but zeros
	}
	y = y.usable()
	p := Chart{XLabel: chart.XLabel, YLabel: chart.YLabel}.axes()
	p.X.Min, p.X.Max = -.5, float64(len(chart.Classes))-.5
	p.Y.Min, p.Y.Max = y.min, y.max
	air := .05 * (y.max - y.min)
	if y.max > 0 {
		p.Y.Max += air
	}
	if y.min < 0 {
		p.Y.Min -= air
	}
	var names plot.ConstantTicks
	for class, name := range chart.Classes {
		names = append(names, plot.Tick{Value: float64(class), Label: name})
	}
	p.X.Tick.Marker, p.X.Tick.Length = names, 0
	return p
}

// errorOf returns the standard error of a class's bar, or 0 if there is none to draw.
func (s BarSeries) errorOf(class int) float64 {
	if s.Errors == nil || !drawable(s.Errors[class]) || !drawable(s.Heights[class]) {
		return 0
	}
	return s.Errors[class]
}

// levels draws faint lines at the ticks of the vertical axis.
type levels struct{}

func (levels) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	for _, t := range ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: .6}, c.Min.X, toY(t.Value), c.Max.X, toY(t.Value))
	}
}

// groupWidth is the fraction of a class's width that its bars fill.
const groupWidth = .8

// bars is a series at its place among the others.
type bars struct {
	BarSeries
	style       draw.LineStyle
	left, width float64 // of class 0's bar, on the axis
}

func (chart BarChart) bars(i int) bars {
	width := groupWidth / float64(len(chart.Series))
	return bars{chart.Series[i], seriesStyle(i), -groupWidth/2 + float64(i)*width, width}
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for class, height := range b.Heights {
		if !drawable(height) {
			continue
		}
		left := float64(class) + b.left
		from, to, ground, end := toX(left), toX(left+.95*b.width), toY(0), toY(height)
		c.FillPolygon(b.style.Color, []vg.Point{{X: from, Y: ground}, {X: from, Y: end}, {X: to, Y: end}, {X: to, Y: ground}})
		if e := b.errorOf(class); e > 0 {
			c.StrokeLine2(draw.LineStyle{Color: ink, Width: 1}, (from+to)/2, toY(height-e), (from+to)/2, toY(height+e))
		}
	}
}

// steps draws a line for each class, across its bars.
type steps []float64

func (s steps) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for class, v := range s {
		if drawable(v) {
			from, to := toX(float64(class)-.5*groupWidth-.04), toX(float64(class)+.5*groupWidth+.04)
			c.StrokeLine2(dataStyle, from, toY(v), to, toY(v))
		}
	}
}
