package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
)

// count returns how many pixels of p within r have colour c, up to smoothing.
func count(p image.Image, r image.Rectangle, c color.NRGBA) int {
	const tolerance = 8
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			got := color.NRGBAModel.Convert(p.At(x, y)).(color.NRGBA)
			if apart(got.R, c.R) <= tolerance && apart(got.G, c.G) <= tolerance && apart(got.B, c.B) <= tolerance {
				n++
			}
		}
	}
	return n
}

func apart(a, b uint8) int { return max(int(a), int(b)) - min(int(a), int(b)) }

// ramp is 0, 1, ..., n-1.
func ramp(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

func constant(n int, v float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = v
	}
	return y
}

func draws(t *testing.T, chart Chart) image.Image {
	t.Helper()
	p, err := Curves(chart)
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Rect(0, 0, 1536, 864); p.Bounds() != want {
		t.Fatalf("bounds %v: want %v", p.Bounds(), want)
	}
	return p
}

// The middle third of the series is NaN or infinite: nothing is drawn there, and the line goes on after it.
func TestCurvesLeaveAGap(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		y := constant(301, 1)
		for i := 101; i <= 200; i++ {
			y[i] = bad
		}
		// No name, so no legend: any blue is the curve's.
		p := draws(t, Chart{Series: []Series{{"", ramp(301), y}}})
		// The data reach from about 75 to 1480 pixels; thirds of that, with air.
		for _, part := range []struct {
			name    string
			lo, hi  int
			drawing bool
		}{{"first", 150, 450, true}, {"second", 620, 920, false}, {"last", 1100, 1400, true}} {
			if n := count(p, image.Rect(part.lo, 100, part.hi, 800), blue); (n > 0) != part.drawing {
				t.Errorf("with %g in the middle, the %s third has %d pixels of the curve", bad, part.name, n)
			}
		}
	}
}

func TestCurvesDrawASinglePoint(t *testing.T) {
	p := draws(t, Chart{Series: []Series{{"", []float64{0, 1, 2}, []float64{math.NaN(), 5, math.NaN()}}}})
	if n := count(p, image.Rect(600, 300, 1000, 600), blue); n < 20 {
		t.Errorf("a point between two NaNs has %d pixels: want a dot", n)
	}
}

// A level widens the axis, is drawn across, and is named at its right.
func TestCurvesDrawLevels(t *testing.T) {
	series := []Series{{"", ramp(11), ramp(11)}}
	named := draws(t, Chart{Series: series, Levels: []Mark{{"log 4", 20}}})
	unnamed := draws(t, Chart{Series: series})
	// With a level at 20, twice the data's top, the curve stays in the lower half.
	if n := count(named, image.Rect(100, 0, 1400, 400), blue); n != 0 {
		t.Errorf("%d pixels of the curve in the upper half: the axis does not reach the level", n)
	}
	right := image.Rect(1432, 0, 1536, 100)
	if count(named, right, faded) == 0 || count(unnamed, right, faded) != 0 {
		t.Errorf("the name of the level is not at its right")
	}
	if n := count(named, image.Rect(200, 20, 1300, 100), faded); n < 1000 {
		t.Errorf("%d pixels of the level's line: want a dashed line across", n)
	}
}

func TestCurvesDrawEvents(t *testing.T) {
	series := []Series{{"", ramp(11), ramp(11)}}
	p := draws(t, Chart{Series: series, Events: []Mark{{"", 5}}})
	middle := image.Rect(700, 50, 850, 750)
	without := count(draws(t, Chart{Series: series}), middle, faded)
	if with := count(p, middle, faded); with < without+200 {
		t.Errorf("%d pixels at the event, %d without it: want a dotted line", with, without)
	}
}

// With equal scales a circle is as wide as it is high; without them it fills the chart.
func TestCurvesOfEqualScale(t *testing.T) {
	x, y := make([]float64, 361), make([]float64, 361)
	for i := range x {
		y[i], x[i] = math.Sincos(float64(i) * math.Pi / 180)
	}
	size := func(equal bool) image.Point {
		p := draws(t, Chart{Series: []Series{{"", x, y}}, Equal: equal})
		drawn := image.Rectangle{}
		for i := range p.Bounds().Dx() {
			for j := range p.Bounds().Dy() {
				if one := image.Rect(i, j, i+1, j+1); count(p, one, blue) > 0 {
					drawn = drawn.Union(one)
				}
			}
		}
		return drawn.Size()
	}
	if got := size(true); max(got.X, got.Y)-min(got.X, got.Y) > 4 || got.Y < 500 {
		t.Errorf("the circle is drawn in %v pixels", got)
	}
	if got := size(false); got.X < 1300 {
		t.Errorf("without equal scales it is drawn in %v pixels: want the chart's width", got)
	}
}

// Seven series differ from each other: six colours, then another dash.
func TestSeriesStylesDiffer(t *testing.T) {
	seen := map[string]int{}
	for i := range 18 {
		s := seriesStyle(i)
		key := fmt.Sprint(s.Color, s.Dashes)
		if j, ok := seen[key]; ok {
			t.Errorf("series %d looks like series %d", i, j)
		}
		seen[key] = i
	}
}

// Any numbers of a failed run give a picture and no panic.
func TestCurvesSurviveAnyNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]Chart{
		"nothing":          {},
		"empty series":     {Series: []Series{{Name: "a"}}},
		"all NaN":          {Series: []Series{{"a", []float64{nan, 1}, []float64{1, nan}}}},
		"one point":        {Series: []Series{{"a", []float64{3}, []float64{4}}}},
		"constant zero":    {Series: []Series{{"a", ramp(3), constant(3, 0)}}},
		"huge":             {Series: []Series{{"a", ramp(4), []float64{-math.MaxFloat64, 0, 1e149, -1e149}}}},
		"tiny":             {Series: []Series{{"a", []float64{0, 5e-324, 1e-300}, []float64{1e-300, 0, 5e-324}}}},
		"barely different": {Series: []Series{{"a", ramp(2), []float64{1e9, 1e9 + 1e-6}}}},
		"infinite level":   {Levels: []Mark{{"a", inf}, {"b", nan}}, Events: []Mark{{"c", -inf}}},
		"equal levels":     {Levels: []Mark{{"a", 1}, {"b", 1}, {"c", 1}}},
	} {
		t.Run(name, func(t *testing.T) { draws(t, c) })
	}
}

func TestCurvesRefuse(t *testing.T) {
	_, err := Curves(Chart{Series: []Series{{"loss of D", ramp(3), ramp(2)}}})
	wantError(t, err, `series "loss of D" has 3 values of x and 2 of y`)
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{0, 1, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{-1.5, 3, []string{"-1", "0", "1", "2", "3"}},
		{0, 2000, []string{"0", "500", "1000", "1500", "2000"}},
		{0, 60000, []string{"0", "10000", "20000", "30000", "40000", "50000", "60000"}},
		{-.05, .06, []string{"-0.04", "-0.02", "0.00", "0.02", "0.04", "0.06"}},
		{0, 3e-6, []string{"0", "5e-07", "1e-06", "1.5e-06", "2e-06", "2.5e-06", "3e-06"}},
		{0, 4e8, []string{"0", "1e+08", "2e+08", "3e+08", "4e+08"}},
	} {
		var got []string
		for _, tick := range ticks(c.low, c.high) {
			got = append(got, tick.Label)
			if tick.Value < c.low-1e-9*(c.high-c.low) || tick.Value > c.high+1e-9*(c.high-c.low) {
				t.Errorf("tick at %g outside %g to %g", tick.Value, c.low, c.high)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("ticks from %g to %g are %v: want %v", c.low, c.high, got, c.want)
		}
	}
}

// Any range has a handful of ticks.
func TestTicksAreFew(t *testing.T) {
	for width := 1e-12; width < 1e12; width *= 1.37 {
		if n := len(ticks(-width/3, width)); n < 3 || n > 9 {
			t.Errorf("%d ticks over a range of %g: want 3 to 9", n, width)
		}
	}
}

// Stroked as one path, this line takes minutes.
func TestCurvesDrawALongRun(t *testing.T) {
	const n = 100_000
	y := make([]float64, n)
	for i := range y {
		y[i] = float64(i % 7)
	}
	y[n/2] = 20 // one spike among them must not be lost
	start := time.Now()
	p := draws(t, Chart{Series: []Series{{"", ramp(n), y}}})
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("drawing %d points took %v: want about a second", n, took)
	}
	if count(p, image.Rect(700, 80, 850, 300), blue) < 100 {
		t.Error("the spike is not to be seen")
	}
}

func TestThin(t *testing.T) {
	// Five points within a pixel, then one far away; a pixel is .375 points.
	in := []vg.Point{{X: 1, Y: 5}, {X: 1.1, Y: 9}, {X: 1.2, Y: 6}, {X: 1.25, Y: 2}, {X: 1.3, Y: 7}, {X: 9, Y: 7}}
	want := []vg.Point{{X: 1, Y: 5}, {X: 1.1, Y: 9}, {X: 1.25, Y: 2}, {X: 1.3, Y: 7}, {X: 9, Y: 7}}
	if got := thin(in); !slices.Equal(got, want) {
		t.Errorf("thinned to %v: want %v", got, want)
	}
	if sparse := []vg.Point{{X: 1}, {X: 2}, {X: 3}, {X: 2}}; !slices.Equal(thin(sparse), sparse) {
		t.Errorf("points apart were thinned to %v", thin(sparse))
	}
}

// TestTicksOfNothing: a range of no width, or of one too small to count through, has one mark.
func TestTicksOfNothing(t *testing.T) {
	for _, at := range []float64{0, 1, -3, 1e300} {
		for _, high := range []float64{at, math.Nextafter(at, math.Inf(1))} {
			if marks := ticks(at, high); len(marks) != 1 && at != 0 {
				t.Errorf("from %v to %v: %v, want one mark", at, high, marks)
			}
		}
	}
	if marks := logTicks(-1e-149, 1e-149); len(marks) != 1 || marks[0].Label != "1" {
		t.Errorf("about 1 on a logarithmic axis: %v, want one mark", marks)
	}
}
