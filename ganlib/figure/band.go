package figure

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band is a quantity with a range, such as the median and the quartiles of several runs: a line at Middle over X,
// inside a pale band from Low to High. All four have the same length. A value that is NaN or infinite leaves a gap.
type Band struct {
	Name                 string
	X, Low, Middle, High []float64
}

func (b Band) check() error {
	for _, edge := range []struct {
		name string
		y    []float64
	}{{"low", b.Low}, {"middle", b.Middle}, {"high", b.High}} {
		if len(edge.y) != len(b.X) {
			return fmt.Errorf("band %q has %d values of x and %d of its %s: want the same number of both",
				b.Name, len(b.X), len(edge.y), edge.name)
		}
	}
	return nil
}

// lines returns the line in the middle, and then the two edges.
func (b Band) lines() []Series {
	return []Series{{b.Name, b.X, b.Middle}, {"", b.X, b.Low}, {"", b.X, b.High}}
}

// logarithmicBands returns bands with the decimal logarithms of their heights.
func logarithmicBands(bands []Band) []Band {
	logs := slices.Clone(bands)
	for i, b := range bands {
		logs[i].Low, logs[i].Middle, logs[i].High = logarithms(b.Low), logarithms(b.Middle), logarithms(b.High)
	}
	return logs
}

// ribbon is the pale part of a band.
type ribbon struct {
	Band
	style draw.LineStyle
}

func (r ribbon) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	pale := color.NRGBAModel.Convert(r.style.Color).(color.NRGBA)
	pale.A = 0x40
	for i := 1; i < len(r.X); i++ { // a polygon from each place to the next
		corners := []vg.Point{}
		for _, at := range []struct{ x, y float64 }{
			{r.X[i-1], r.Low[i-1]}, {r.X[i], r.Low[i]}, {r.X[i], r.High[i]}, {r.X[i-1], r.High[i-1]},
		} {
			if drawable(at.x) && drawable(at.y) {
				corners = append(corners, vg.Point{X: toX(at.x), Y: toY(at.y)})
			}
		}
		if len(corners) == 4 {
			c.FillPolygon(pale, corners)
		}
	}
}
