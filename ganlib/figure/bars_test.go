package figure

import (
	"image"
	"math"
	"testing"
)

// Ten digits, of which the samples lack the 7.
var digits = BarChart{
	Title: "digits among 1,000 samples", XLabel: "digit", YLabel: "share",
	Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	Series: []BarSeries{{
		Heights: []float64{.09, .31, .05, .11, .1, .04, .1, 0, .06, .14},
		Errors:  []float64{.009, .015, .007, .01, .009, .006, .009, 0, .008, .011},
	}},
	Data: []float64{.099, .112, .099, .102, .097, .09, .099, .104, .098, .099},
}

func drawsBars(t *testing.T, chart BarChart) image.Image {
	t.Helper()
	p, err := Bars(chart)
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Rect(0, 0, 1536, 864); p.Bounds() != want {
		t.Fatalf("bounds %v: want %v", p.Bounds(), want)
	}
	return p
}

// blueIn counts the pixels of bars in a row of pixels.
func blueIn(p image.Image, y int) int {
	return count(p, image.Rect(0, y, 1536, y+1), blue)
}

// The higher a row of pixels, the fewer bars reach it: of heights 1, 2, 3, 4 four, then two, then one, all of equal
// width.
func TestBarsReachTheirHeights(t *testing.T) {
	p := drawsBars(t, BarChart{
		Classes: []string{"a", "b", "c", "d"},
		Series:  []BarSeries{{Heights: []float64{1, 2, 3, 4}}},
	})
	// 0 is at about 820 and 4 at 55; each is some 190 pixels.
	one := blueIn(p, 100)
	if one < 150 {
		t.Fatalf("the highest bar is %d pixels wide: want some 270", one)
	}
	for _, c := range []struct{ y, bars int }{{750, 4}, {550, 3}, {350, 2}} {
		if got := float64(blueIn(p, c.y)) / float64(one); math.Abs(got-float64(c.bars)) > .1 {
			t.Errorf("at row %d there are %.2f bars: want %d", c.y, got, c.bars)
		}
	}
}

// A class that the samples lack has no bar, but has the data's line.
func TestBarsLeaveAMissingClassOpen(t *testing.T) {
	p := drawsBars(t, digits)
	// Class k is around 75 + 146 (k + 1/2).
	for class, blank := range map[int]bool{6: false, 7: true, 8: false} {
		room := image.Rect(90+146*class, 450, 190+146*class, 790)
		if n := count(p, room, blue); (n == 0) != blank {
			t.Errorf("class %d has %d pixels of its bar", class, n)
		}
		if n := count(p, room, ink); n < 150 {
			t.Errorf("class %d has %d pixels of the data's line: want a line across", class, n)
		}
	}
}

func TestBarsSideBySide(t *testing.T) {
	two := digits
	two.Series = append(two.Series, BarSeries{Name: "other", Heights: two.Data})
	p := drawsBars(t, two)
	if count(p, p.Bounds(), blue) == 0 || count(p, p.Bounds(), vermillion) == 0 {
		t.Error("two series do not both show")
	}
	if n := count(p, image.Rect(90+146*7, 450, 140+146*7, 790), vermillion); n != 0 {
		t.Errorf("the second series has %d pixels where the first one's bar belongs", n)
	}
}

func TestBarsDrawErrors(t *testing.T) {
	without := digits
	without.Data = nil
	with := without
	without.Series = []BarSeries{{Heights: digits.Series[0].Heights}}
	all := image.Rect(90, 60, 1520, 790)
	if a, b := count(drawsBars(t, with), all, ink), count(drawsBars(t, without), all, ink); a < b+100 {
		t.Errorf("%d black pixels with errors, %d without: want more", a, b)
	}
}

func TestBarsSurviveAnyNumbers(t *testing.T) {
	classes := []string{"a", "b", "c"}
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]BarChart{
		"no series": {},
		"zeros":     {Series: []BarSeries{{Heights: constant(3, 0)}}},
		"not numbers": {Series: []BarSeries{{Heights: []float64{nan, inf, -inf}, Errors: []float64{nan, inf, -1}}},
			Data: []float64{nan, inf, 1}},
		"negative": {Series: []BarSeries{{Heights: []float64{-1, 2, -3}, Errors: []float64{1, 1, 1}}}},
		"huge":     {Series: []BarSeries{{Heights: []float64{math.MaxFloat64, -1e149, 1e149}}}},
		"tiny":     {Series: []BarSeries{{Heights: []float64{5e-324, 0, 1e-300}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.Classes = classes
			drawsBars(t, c)
		})
	}
}

func TestBarsRefuse(t *testing.T) {
	two := []string{"a", "b"}
	for says, c := range map[string]BarChart{
		`bar chart "x" has no classes`:            {Title: "x"},
		`"GAN", has 3 heights`:                    {Classes: two, Series: []BarSeries{{Name: "GAN", Heights: ramp(3)}}},
		`"GAN", has 1 errors`:                     {Classes: two, Series: []BarSeries{{Name: "GAN", Heights: ramp(2), Errors: ramp(1)}}},
		`bar chart "x" has 3 numbers of the data`: {Title: "x", Classes: two, Data: ramp(3)},
	} {
		_, err := Bars(c)
		wantError(t, err, says)
	}
}
