package figure

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func wantError(t *testing.T, err error, says string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("error %v: want one that says %q", err, says)
	}
}

// flat returns a grey picture of w x h, all of one value.
func flat(w, h int, v uint8) *image.Gray {
	p := image.NewGray(image.Rect(0, 0, w, h))
	for i := range p.Pix {
		p.Pix[i] = v
	}
	return p
}

func same(a, b color.Color) bool {
	r, g, b1, a1 := a.RGBA()
	r2, g2, b2, a2 := b.RGBA()
	return r == r2 && g == g2 && b1 == b2 && a1 == a2
}

func wantPixel(t *testing.T, p image.Image, x, y int, want color.Color) {
	t.Helper()
	if got := p.At(x, y); !same(got, want) {
		t.Errorf("pixel (%d, %d) is %v: want %v", x, y, got, want)
	}
}

func TestGrid(t *testing.T) {
	// Three pictures of 2 x 1, two in a row, three times as large, 5 apart: cells of 6 x 3 at x = 5 and 16, y = 5 and
	// 13. The last row is short.
	first := flat(2, 1, 10)
	first.Pix[1] = 11
	g, err := Grid([]image.Image{first, flat(2, 1, 20), flat(2, 1, 30)}, GridStyle{Columns: 2, Zoom: 3, Gap: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := g.(*image.Gray); !ok {
		t.Errorf("grey pictures gave a %T: want *image.Gray", g)
	}
	if want := image.Rect(0, 0, 27, 21); g.Bounds() != want {
		t.Fatalf("bounds %v: want %v", g.Bounds(), want)
	}
	for _, c := range []struct {
		x, y int
		want uint8
	}{
		{5, 5, 10}, {7, 7, 10}, {8, 5, 11}, {10, 7, 11}, // the enlarged pixels of the first
		{16, 5, 20}, {21, 7, 20}, {5, 13, 30}, {10, 15, 30},
	} {
		wantPixel(t, g, c.x, c.y, color.Gray{Y: c.want})
	}
	for _, at := range []image.Point{{4, 4}, {11, 5}, {22, 7}, {5, 8}, {5, 16}, {16, 13}, {26, 20}} {
		wantPixel(t, g, at.X, at.Y, gridBackground)
	}
}

func TestGridMarksTheLastColumn(t *testing.T) {
	// Cells of 4 x 4 with gaps of 2; the second column stands 6 further right.
	pictures := []image.Image{flat(4, 4, 1), flat(4, 4, 2), flat(4, 4, 3), flat(4, 4, 4)}
	g, err := Grid(pictures, GridStyle{Columns: 2, Zoom: 1, Gap: 2, MarkLast: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range []int{2, 8} {
		wantPixel(t, g, 12, y, markColour)       // left frame
		wantPixel(t, g, 19, y, markColour)       // right frame
		wantPixel(t, g, 1, y, gridBackground)    // none on the first column
		wantPixel(t, g, 11, y, gridBackground)   // nor between
		wantPixel(t, g, 14, y-1, markColour)     // above
		wantPixel(t, g, 17, y+3+1, markColour)   // below
		wantPixel(t, g, 2, y-1, gridBackground)  // not above the first
		wantPixel(t, g, 7, y+4, gridBackground)  // nor below it
		wantPixel(t, g, 8, y+2, gridBackground)  // nor at its right
		wantPixel(t, g, 10, y+2, gridBackground) // nor in the margin
	}
	wantPixel(t, g, 2, 2, color.Gray{Y: 1})
	wantPixel(t, g, 14, 2, color.Gray{Y: 2})
	wantPixel(t, g, 17, 11, color.Gray{Y: 4})
}

func TestGridKeepsColour(t *testing.T) {
	red := color.NRGBA{R: 200, G: 10, B: 20, A: 255}
	p := image.NewNRGBA(image.Rect(3, 3, 5, 5)) // bounds need not begin at 0
	draw.Draw(p, p.Bounds(), image.NewUniform(red), image.Point{}, draw.Src)
	g, err := Grid([]image.Image{p, flat(2, 2, 9)}, GridStyle{Columns: 2, Zoom: 1, Gap: 1})
	if err != nil {
		t.Fatal(err)
	}
	wantPixel(t, g, 2, 2, red)
	wantPixel(t, g, 4, 1, color.Gray{Y: 9})
}

func TestGridChoosesZoom(t *testing.T) {
	for _, c := range []struct{ side, columns int }{{28, 10}, {64, 8}, {2, 3}, {28, 1}, {100, 20}} {
		pictures := make([]image.Image, c.columns)
		for i := range pictures {
			pictures[i] = flat(c.side, c.side, 0)
		}
		g, err := Grid(pictures, GridStyle{Columns: c.columns})
		if err != nil {
			t.Fatal(err)
		}
		width, smallest := g.Bounds().Dx(), c.columns*(c.side+4)+4
		if width > gridWidth+8 && width != smallest {
			t.Errorf("%d pictures of side %d make a grid %d wide: want at most about %d", c.columns, c.side, width, gridWidth)
		}
		if larger := width + c.columns*c.side; larger < gridWidth {
			t.Errorf("%d pictures of side %d make a grid %d wide: one more zoom would fit in %d", c.columns, c.side, width, gridWidth)
		}
	}
}

func TestGridRefuses(t *testing.T) {
	one := []image.Image{flat(2, 2, 0)}
	for _, c := range []struct {
		pictures []image.Image
		style    GridStyle
		says     string
	}{
		{nil, GridStyle{Columns: 1}, "got none"},
		{one, GridStyle{}, "0 columns"},
		{one, GridStyle{Columns: 1, Zoom: -1}, "zoom -1"},
		{one, GridStyle{Columns: 1, Gap: -2}, "gap -2"},
		{append(one, flat(3, 2, 0)), GridStyle{Columns: 2}, "picture 1 of a grid is 3 x 2, the first is 2 x 2"},
		{[]image.Image{flat(0, 0, 0)}, GridStyle{Columns: 2}, "picture 0 of a grid is 0 x 0"},
	} {
		_, err := Grid(c.pictures, c.style)
		wantError(t, err, c.says)
	}
}

// TestGridNumbers: above each picture there is room for its number, which is written in white, and no two rows of
// numbers are the same. The pictures stay as they are without.
func TestGridNumbers(t *testing.T) {
	var pictures []image.Image
	for range 4 {
		pictures = append(pictures, image.NewGray(image.Rect(0, 0, 10, 10)))
	}
	grid, err := Grid(pictures, GridStyle{Columns: 2, Zoom: 1, Numbered: true})
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 4+2*14, 4+2*(14+gridNumber)), grid.Bounds())
	band := func(row int) (white []image.Point) {
		top := 4 + row*(14+gridNumber)
		for y := range gridNumber {
			for x := range grid.Bounds().Dx() {
				if grid.(*image.Gray).GrayAt(x, top+y).Y == 0xff {
					white = append(white, image.Pt(x, y))
				}
			}
		}
		for y := range 10 {
			require.Zero(t, grid.(*image.Gray).GrayAt(5, top+gridNumber+y).Y, "the picture")
		}
		return white
	}
	require.NotEmpty(t, band(0))
	require.NotEmpty(t, band(1))
	require.NotEqual(t, band(0), band(1), "0 1 above 2 3")
}

func TestBeside(t *testing.T) {
	left, right := flat(3, 2, 10), flat(2, 5, 200)
	joined := Beside(left, right.SubImage(image.Rect(0, 1, 2, 5)))
	require.Equal(t, image.Rect(0, 0, 3+24+2, 4), joined.Bounds())
	at := func(x, y int) uint8 { return color.GrayModel.Convert(joined.At(x, y)).(color.Gray).Y }
	require.Equal(t, []uint8{10, 10, 255, 255, 200, 200}, []uint8{at(0, 0), at(2, 1), at(2, 2), at(26, 0), at(27, 0), at(28, 3)})
}
