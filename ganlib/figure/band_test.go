package figure

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
)

// paleBlue is what a band of the first colour leaves on white, and where it leaves out a value, nothing.
var paleBlue = color.NRGBA{R: 0xbf, G: 0xdb, B: 0xeb, A: 0xff}

func TestBands(t *testing.T) {
	b := Band{Name: "", X: ramp(31), Low: constant(31, 1), Middle: constant(31, 1.5), High: constant(31, 3)}
	b.Middle[15] = math.NaN()
	p := draws(t, Chart{Bands: []Band{b}})
	pale := count(p, p.Bounds(), paleBlue)
	if line := count(p, p.Bounds(), blue); line < 1000 || pale < 100*line {
		t.Errorf("a line of %d pixels and a band of %d: want a line, and a band far wider than it", line, pale)
	}
	// The line is a quarter of the way up the band.
	var below, above int
	middle := -1
	for y := p.Bounds().Max.Y - 1; y >= 0; y-- {
		row := image.Rect(300, y, 600, y+1)
		switch {
		case count(p, row, blue) > 100:
			middle = y
		case count(p, row, paleBlue) > 100 && middle < 0:
			below++
		case count(p, row, paleBlue) > 100:
			above++
		}
	}
	if ratio := float64(above) / float64(below); math.Abs(ratio-3) > .2 {
		t.Errorf("%d rows of the band are above the line and %d below: want 3 times as many", above, below)
	}

	for i := 10; i <= 20; i++ {
		b.High[i] = math.Inf(1)
	}
	if gap := count(draws(t, Chart{Bands: []Band{b}}), p.Bounds(), paleBlue); float64(gap) > .7*float64(pale) || gap == 0 {
		t.Errorf("with a third infinite the band has %d of %d pixels: want two thirds", gap, pale)
	}
}

// On a logarithmic axis the band from 1 to 100 is cut in halves by a line at 10.
func TestBandsLogarithmic(t *testing.T) {
	got := Chart{LogY: true, Bands: []Band{{X: ramp(2), Low: constant(2, 1), Middle: constant(2, 10), High: constant(2, 100)}}}.logarithmic().Bands[0]
	if got.Low[0] != 0 || got.Middle[0] != 1 || got.High[0] != 2 {
		t.Errorf("logarithms %v, %v, %v: want 0, 1, 2", got.Low, got.Middle, got.High)
	}
}

func TestBandsRefuse(t *testing.T) {
	_, err := Curves(Chart{Bands: []Band{{Name: "loss", X: ramp(3), Low: ramp(3), Middle: ramp(2), High: ramp(3)}}})
	if err == nil || !strings.Contains(err.Error(), `band "loss" has 3 values of x and 2 of its middle`) {
		t.Errorf("a band of 3 places with 2 values: %v", err)
	}
}
