package figure

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

func scatters(t *testing.T, plane Plane) image.Image {
	t.Helper()
	p, err := Scatter(plane)
	if err != nil {
		t.Fatal(err)
	}
	if p.Bounds() != planeBounds {
		t.Fatalf("bounds %v: want %v", p.Bounds(), planeBounds)
	}
	return p
}

// The picture, and the part of it below the legend, where ink is data.
var planeBounds, planeData = image.Rect(0, 0, 1152, 1248), image.Rect(0, 120, 1152, 1248)

// centre is the middle of the pixels of one colour within r.
func centre(t *testing.T, p image.Image, r image.Rectangle, c color.NRGBA) (x, y float64) {
	t.Helper()
	n := 0.
	for j := r.Min.Y; j < r.Max.Y; j++ {
		for i := r.Min.X; i < r.Max.X; i++ {
			if color.NRGBAModel.Convert(p.At(i, j)) == c {
				x, y, n = x+float64(i), y+float64(j), n+1
			}
		}
	}
	if n == 0 {
		t.Fatalf("nothing of colour %v in %v", c, r)
	}
	return x / n, y / n
}

// A unit has the same number of pixels on both axes, wherever the data are: the longer side of their range gets two
// thirds of the axes, the other its part.
func TestScatterHasEqualScales(t *testing.T) {
	for _, c := range []struct {
		name, title   string
		width, height float32
		longer        float64 // pixels along the longer side
	}{
		{"square", "", 1, 1, 700}, {"wide", "", 1, .2, 700}, {"high", "", .001, 4, 700},
		{"wide numbers", "", 123456, 1000, 660},
		{"high title", "in\nso\nvery\nmany\nlines", 1, .5, 600},
	} {
		below := planeData
		if c.title != "" {
			below.Min.Y = 420
		}
		// A generated point differs from the data in colour.
		at := func(x, y float32) (float64, float64) {
			p := scatters(t, Plane{Title: c.title, Real: []float32{0, 0, c.width, c.height}, Generated: []float32{x, y}})
			return centre(t, p, below, green)
		}
		left, bottom := at(0, 0)
		right, top := at(c.width, c.height)
		long := max(right-left, bottom-top)
		if math.Abs(long-c.longer) > 30 {
			t.Errorf("%s: the data are %.1f pixels across, %.1f upwards: want about %v for the longer",
				c.name, right-left, bottom-top, c.longer)
		}
		unit := long / float64(max(c.width, c.height))
		if math.Abs(right-left-unit*float64(c.width)) > 1 || math.Abs(bottom-top-unit*float64(c.height)) > 1 {
			t.Errorf("%s: data of %v x %v are %.1f pixels across, %.1f upwards: want equal scales",
				c.name, c.width, c.height, right-left, bottom-top)
		}
	}
}

// Both kinds are drawn in their colours, the generated ones on top.
func TestScatterDrawsBoth(t *testing.T) {
	real := []float32{-1, -1, 1, 1, -1, 1}
	p := scatters(t, Plane{Real: real, Generated: []float32{1, -1}})
	// Dots of 1.5 and 1 points radius, at 8/3 pixels a point.
	for _, c := range []struct {
		name   string
		colour color.NRGBA
		dots   float64
		radius float64
	}{{"real", ink, 3, 4}, {"generated", green, 1, 8. / 3}} {
		area := c.dots * math.Pi * c.radius * c.radius
		if n := float64(count(p, planeData, c.colour)); n < .5*area || n > 1.1*area {
			t.Errorf("%v pixels of %s points: want about %.0f", n, c.name, area)
		}
	}
	covered := scatters(t, Plane{Real: real, Generated: real})
	if n := count(covered, planeData, green); n < 25 {
		t.Errorf("%d pixels of generated points over real ones: want three dots", n)
	}
	if n := count(covered, planeData, ink); n < 5 {
		t.Errorf("%d pixels of real points around generated ones: want rims", n)
	}
}

// A generator that goes astray changes no axis: it is named only in the legend.
func TestScatterAxesDoNotDependOnTheGenerator(t *testing.T) {
	real := []float32{-1, -1, 1, 1}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	astray := Plane{Real: real, Generated: []float32{1000, 0, 0, -1000, nan, 0, 0, inf, -inf, nan, 1.6, 0}}
	without, with := scatters(t, Plane{Real: real}), scatters(t, astray)
	for y := planeData.Min.Y; y < planeData.Max.Y; y++ {
		for x := range planeData.Max.X {
			if without.At(x, y) != with.At(x, y) {
				t.Fatalf("pixel (%d, %d) is changed by points that lie outside", x, y)
			}
		}
	}
	for want, generated := range map[string][]float32{
		"generated, 6 (6 outside)": astray.Generated,
		"generated, 2 (1 outside)": {0, 0, -1.6, 0},
		"generated, 2":             {0, 0, 1.4, -1.4}, // a quarter of the data's width away
	} {
		if got := newCloud(astray.axes(), "generated", generated, green, 1).entry().name; got != want {
			t.Errorf("legend says %q: want %q", got, want)
		}
	}
	legend := image.Rect(0, 0, 1152, 120)
	if count(without, legend, green) != 0 || count(with, legend, green) < 50 || count(without, legend, ink) < 50 {
		t.Error("the legend does not name the points that there are")
	}
}

// A point that is half NaN changes no axis.
func TestScatterAxesIgnoreWhatIsNotFinite(t *testing.T) {
	nan := float32(math.NaN())
	whole := Plane{Real: []float32{0, 0, 1, 1}}.axes()
	for _, bad := range [][]float32{{nan, 50}, {50, nan}, {float32(math.Inf(1)), 50}} {
		got := Plane{Real: append([]float32{0, 0, 1, 1}, bad...)}.axes()
		if got.X.Min != whole.X.Min || got.X.Max != whole.X.Max || got.Y.Min != whole.Y.Min || got.Y.Max != whole.Y.Max {
			t.Errorf("with %v the axes are [%g, %g] x [%g, %g]", bad, got.X.Min, got.X.Max, got.Y.Min, got.Y.Max)
		}
	}
}

func TestScatterWithoutData(t *testing.T) {
	generated := scatters(t, Plane{Generated: []float32{700, 500, 702, 502}})
	if n := count(generated, planeData, green); n < 20 {
		t.Errorf("%d pixels of two generated points: want two dots", n)
	}
	for _, plane := range []Plane{{}, {Real: []float32{3, 4}}, {Real: []float32{float32(math.NaN()), 0}}} {
		scatters(t, plane)
	}
}

// glyphs counts the dots that a cloud draws.
func glyphs(points []float32) int {
	plane := Plane{Real: points}
	p := plane.axes()
	var record recorder.Canvas
	c := draw.NewCanvas(&record, 100*vg.Inch/chartDPI, 100*vg.Inch/chartDPI) // 100 x 100 pixels
	newCloud(p, "", points, ink, 1).Plot(c, p)
	n := 0
	for _, a := range record.Actions {
		if _, ok := a.(*recorder.Fill); ok {
			n++
		}
	}
	return n
}

// Points far enough apart are all drawn; of more points than cells, one per cell.
func TestScatterThins(t *testing.T) {
	grid := func(side int) (points []float32) {
		for row := range side {
			for column := range side {
				points = append(points, float32(column)/float32(side-1), float32(row)/float32(side-1))
			}
		}
		return points
	}
	// The data have two thirds of the 100 pixels: 34 x 34 cells at most.
	if n := glyphs(grid(20)); n != 400 {
		t.Errorf("%d dots for 400 points apart: want each", n)
	}
	if n := glyphs(grid(300)); n < 33*33 || n > 35*35 {
		t.Errorf("%d dots for 90,000 points in 1,156 cells: want one a cell", n)
	}
}

func TestScatterErrors(t *testing.T) {
	for want, plane := range map[string]Plane{
		"real points have 3 coordinates":      {Real: make([]float32, 3)},
		"generated points have 1 coordinates": {Real: make([]float32, 4), Generated: make([]float32, 1)},
	} {
		if _, err := Scatter(plane); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v: want one with %q", err, want)
		}
	}
}
