package figure

import (
	"image"
	"math"
	"testing"
)

// panel is a data density with a peak of .8 in the middle of 0 to 10, and an equal generator's density.
func panel() Panel {
	p := Panel{Title: "t", X: ramp(101), Z: []float64{-1, 0, 1}, GZ: []float64{20, 50, 80}}
	for i := range p.X {
		u := (p.X[i] - 50) / 10
		density := .8 * math.Exp(-u*u/2)
		p.PData = append(p.PData, density)
		p.PG = append(p.PG, density)
		p.D = append(p.D, .5)
		p.DStar = append(p.DStar, .5)
	}
	return p
}

func figure1(t *testing.T, panels ...Panel) image.Image {
	t.Helper()
	p, err := Figure1(panels)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The legend takes the top 60 rows; everything below belongs to the panels.
func below(p image.Image) image.Rectangle {
	r := p.Bounds()
	r.Min.Y = 60
	return r
}

func TestFigure1DrawsEachLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		line  any
		drop  func(*Panel)
		shown func(p image.Image) int
	}{
		{"p_data", dataLine, func(p *Panel) { p.PData = nil }, func(p image.Image) int { return count(p, below(p), ink) }},
		{"p_g", generatorLine, func(p *Panel) { p.PG = nil }, func(p image.Image) int { return count(p, below(p), green) }},
		{"D", learnedLine, func(p *Panel) { p.D = nil }, func(p image.Image) int { return count(p, below(p), blue) }},
		{"D*", bestLine, func(p *Panel) { p.DStar = nil }, func(p image.Image) int { return count(p, below(p), vermillion) }},
		{"arrows", arrowLine, func(p *Panel) { p.Z, p.GZ = nil, nil }, func(p image.Image) int { return count(p, below(p), faded) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			without := panel()
			c.drop(&without)
			if a, b := c.shown(figure1(t, panel())), c.shown(figure1(t, without)); a < b+50 {
				t.Errorf("%d pixels with the line, %d without", a, b)
			}
		})
	}
}

// D* is drawn over D, so a correct D shows both: blue on either side of the thin line.
func TestFigure1DrawsDStarOverD(t *testing.T) {
	p := figure1(t, panel())
	if count(p, below(p), vermillion) < 500 || count(p, below(p), blue) < 500 {
		t.Error("where D = D*, not both lines are seen")
	}
}

func TestFigure1CutsOffAtThePanel(t *testing.T) {
	wild := panel()
	for i := range wild.PG {
		wild.PG[i] *= 40 // a generator that has collapsed on one value
	}
	wild.GZ = []float64{-1e6, 150, 102} // and one that has diverged, far and just past the edge
	p := figure1(t, panel(), wild)
	for name, r := range map[string]image.Rectangle{
		"legend's right": image.Rect(1500, 0, 1920, 50),
		"left margin":    image.Rect(0, 60, 20, 699),
		"gap":            image.Rect(970, 60, 1002, 440),
		"right margin":   image.Rect(1900, 60, 1920, 699),
	} {
		if n := count(p, r, green); n != 0 {
			t.Errorf("%d pixels of p_g in the %s", n, name)
		}
	}
	// From the line of x to that of z, the arrows stay within their panel.
	if n := count(p, image.Rect(1900, 495, 1920, 640), faded); n != 0 {
		t.Errorf("%d pixels of arrows in the right margin", n)
	}
}

func TestFigure1Panels(t *testing.T) {
	p := figure1(t, panel(), panel(), panel(), panel())
	if want := image.Rect(0, 0, 1920, 699); p.Bounds() != want {
		t.Fatalf("bounds %v: want %v", p.Bounds(), want)
	}
	for i := range 4 { // each quarter has its curve
		quarter := image.Rect(i*480, 60, (i+1)*480, 500)
		if n := count(p, quarter, green); n < 500 {
			t.Errorf("panel %d has %d pixels of p_g", i, n)
		}
	}
}

// The frames of an animation keep the data in one place, whatever the generator does.
func TestFigure1AlonePutsTheDataInOnePlace(t *testing.T) {
	collapsed := panel()
	for i := range collapsed.PG {
		collapsed.PG[i] *= 40
	}
	highest := func(p image.Image) int {
		r := below(p)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			if count(p, image.Rect(r.Min.X, y, r.Max.X, y+1), ink) > 0 {
				return y
			}
		}
		return -1
	}
	if a, b := highest(figure1(t, panel())), highest(figure1(t, collapsed)); a != b {
		t.Errorf("the data's peak is at row %d, and at %d when the generator has collapsed", a, b)
	}
}

// An empty panel, or one of NaN only, is drawn empty.
func TestFigure1SurvivesAnyNumbers(t *testing.T) {
	figure1(t, Panel{})
	nan := panel()
	for _, s := range [][]float64{nan.PData, nan.PG, nan.D, nan.DStar, nan.Z, nan.GZ} {
		for i := range s {
			s[i] = math.NaN()
		}
	}
	figure1(t, nan)
	for i := range nan.X {
		nan.X[i] = math.Inf(1)
	}
	figure1(t, nan)
}

// An arrow with a NaN end is left out: the picture is the same without it.
func TestFigure1DropsArrowsWithoutEnds(t *testing.T) {
	clean, some := panel(), panel()
	some.Z = append(some.Z, math.Inf(-1), .5, math.NaN())
	some.GZ = append(some.GZ, 40, math.NaN(), 60)
	want, got := figure1(t, clean), figure1(t, some)
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if !same(want.At(x, y), got.At(x, y)) {
				t.Fatalf("pixel (%d, %d) is %v: want %v", x, y, got.At(x, y), want.At(x, y))
			}
		}
	}
}

func TestFigure1Refuses(t *testing.T) {
	_, err := Figure1(nil)
	wantError(t, err, "got none")
	short := panel()
	short.D = short.D[1:]
	_, err = Figure1([]Panel{panel(), short})
	wantError(t, err, `panel 1, "t": D has 100 values at 101 points`)
	unpaired := panel()
	unpaired.Z = nil
	_, err = Figure1([]Panel{unpaired})
	wantError(t, err, "0 values Z but 3 values GZ")
}
