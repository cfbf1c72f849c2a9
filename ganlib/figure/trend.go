package figure

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	longSeries  = 200 // number of values up to which a line shows each of them
	trendWindow = 40  // the window of a running median is a series' length divided by this
	trendPoints = 150 // most points along a median's line
	bandStep    = 1.5 // points along the axis from one edge of a band to the next
)

// logarithmic returns the chart with the decimal logarithms of its heights, NaN for numbers that have none.
func (chart Chart) logarithmic() Chart {
	series := slices.Clone(chart.Series)
	for i, s := range series {
		series[i].Y = logarithms(s.Y)
	}
	levels := slices.Clone(chart.Levels)
	for i, l := range levels {
		levels[i].At = logarithm(l.At)
	}
	chart.Bands = logarithmicBands(chart.Bands)
	chart.Series, chart.Levels, chart.Holds = series, levels, logarithms(chart.Holds)
	return chart
}

func logarithms(y []float64) []float64 {
	logs := make([]float64, len(y))
	for i, v := range y {
		logs[i] = logarithm(v)
	}
	return logs
}

func logarithm(v float64) float64 {
	if v <= 0 {
		return math.NaN()
	}
	return math.Log10(v)
}

// trend is the running median of a long series.
type trend struct{ curve }

func (t trend) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	window := len(t.X) / trendWindow
	for _, piece := range pieces(t.X, t.Y, toX, toY) {
		stroke(c, t.style, runningMedian(piece, window))
	}
}

// runningMedian returns some of the points, each at the median height of the points in a window around it. The window
// is cut short at the ends.
func runningMedian(points []vg.Point, window int) []vg.Point {
	half, stride := window/2, max(1, len(points)/trendPoints)
	at := func(i int) vg.Point {
		var around []vg.Length
		for _, p := range points[max(0, i-half):min(len(points), i+half+1)] {
			around = append(around, p.Y)
		}
		slices.Sort(around)
		return vg.Point{X: points[i].X, Y: around[len(around)/2]}
	}
	var line []vg.Point
	for i := 0; i < len(points)-1; i += stride {
		line = append(line, at(i))
	}
	return append(line, at(len(points)-1))
}

// band is the range of a long series: from its lowest to its highest value at each place along the axis, spikes
// included.
type band struct{ curve }

func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	pale := color.NRGBAModel.Convert(b.style.Color).(color.NRGBA)
	pale.A = 0x48
	for _, piece := range pieces(b.X, b.Y, toX, toY) {
		low, high := envelope(piece)
		const length = 50 // short polygons, for the same reason as in stroke
		for first := 0; first < len(low); first += length {
			end := min(first+length+1, len(low)) // abutting on the next
			upper := slices.Clone(high[first:end])
			slices.Reverse(upper)
			c.FillPolygon(pale, append(upper, low[first:end]...))
		}
	}
}

// envelope returns the edges below and above points: the lowest and the highest of those within a step of each other,
// at least a pixel apart.
func envelope(points []vg.Point) (low, high []vg.Point) {
	const pixel = vg.Inch / chartDPI
	for first := 0; first < len(points); {
		bottom, top, end := points[first].Y, points[first].Y, first
		for end < len(points) && abs(points[end].X-points[first].X) < bandStep {
			bottom, top = min(bottom, points[end].Y), max(top, points[end].Y)
			end++
		}
		low = append(low, vg.Point{X: points[first].X, Y: bottom - pixel/2})
		high = append(high, vg.Point{X: points[first].X, Y: top + pixel/2})
		first = end
	}
	return low, high
}
