package figure

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// GridStyle says how [Grid] lays out pictures. Zero is a good choice for every field but Columns.
type GridStyle struct {
	Columns  int  // pictures in a row; at least 1
	Zoom     int  // screen pixels along the side of a picture's pixel; 0: the most that keep the grid within 800
	Gap      int  // screen pixels between pictures; 0: 4
	MarkLast bool // sets the last column apart in yellow frames, for the nearest training examples
	Numbered bool // writes its number, from 0, above each picture
}

const (
	gridWidth  = 800 // the limit of a grid whose zoom is not given
	gridMargin = 3   // extra space before a marked column, in gaps
	gridNumber = 13  // height of a number
)

var (
	gridBackground = color.Gray{Y: 0x55} // neither black nor white, so that the edges of every picture show
	markColour     = color.NRGBA{R: 0xff, G: 0xd4, B: 0x00, A: 0xff}
)

// Grid draws pictures of one size in rows, left to right and top to bottom. The last row may be short. The result is an
// [*image.Gray] if all pictures are and none is marked, otherwise an [*image.NRGBA].
//
// With MarkLast, the picture at the end of each row is framed. In the paper it is the training example nearest to the
// sample on its left.
//
// Grid returns an error if there are no pictures, if their sizes differ, or if a number in style is out of range.
func Grid(pictures []image.Image, style GridStyle) (image.Image, error) {
	l, err := layOut(pictures, style)
	if err != nil {
		return nil, err
	}
	var grid draw.Image = image.NewNRGBA(l.bounds)
	if !style.MarkLast && allGrey(pictures) {
		grid = image.NewGray(l.bounds)
	}
	draw.Draw(grid, l.bounds, image.NewUniform(gridBackground), image.Point{}, draw.Src)
	for i, p := range pictures {
		cell := l.cell(i)
		if style.MarkLast && i%style.Columns == style.Columns-1 {
			draw.Draw(grid, cell.Inset(-l.gap), image.NewUniform(markColour), image.Point{}, draw.Src)
		}
		enlarge(grid, cell.Min, p, l.zoom)
		if style.Numbered {
			number(grid, cell.Min, i)
		}
	}
	return grid, nil
}

// number writes a number above a point.
func number(dst draw.Image, at image.Point, n int) {
	const descent = 3
	pen := font.Drawer{Dst: dst, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y-descent)}
	pen.DrawString(strconv.Itoa(n))
}

// Beside joins pictures from left to right on white, such as two grids. Their upper edges are in line.
func Beside(pictures ...image.Image) image.Image {
	const between = 24
	var at []image.Point
	bounds := image.Rectangle{}
	for _, p := range pictures {
		if len(at) > 0 {
			bounds.Max.X += between
		}
		at = append(at, image.Pt(bounds.Max.X, 0))
		bounds.Max = image.Pt(bounds.Max.X+p.Bounds().Dx(), max(bounds.Max.Y, p.Bounds().Dy()))
	}
	joined := image.NewNRGBA(bounds)
	draw.Draw(joined, bounds, image.White, image.Point{}, draw.Src)
	for i, p := range pictures {
		draw.Draw(joined, image.Rectangle{Min: at[i], Max: at[i].Add(p.Bounds().Size())}, p, p.Bounds().Min, draw.Over)
	}
	return joined
}

// layout says where the pictures of a grid go, in screen pixels.
type layout struct {
	columns, zoom, gap int
	apart              int         // extra space before the last column
	above              int         // extra space above each picture
	size               image.Point // of a picture, enlarged
	bounds             image.Rectangle
}

func layOut(pictures []image.Image, style GridStyle) (*layout, error) {
	if len(pictures) == 0 {
		return nil, fmt.Errorf("a grid needs pictures: got none")
	}
	if style.Columns < 1 || style.Zoom < 0 || style.Gap < 0 {
		return nil, fmt.Errorf("grid of %d columns, zoom %d, gap %d: want at least 1 column and no negative number",
			style.Columns, style.Zoom, style.Gap)
	}
	size := pictures[0].Bounds().Size()
	for i, p := range pictures {
		if got := p.Bounds().Size(); got != size || got.X < 1 || got.Y < 1 {
			return nil, fmt.Errorf("picture %d of a grid is %d x %d, the first is %d x %d: want one size, of at least 1 x 1",
				i, got.X, got.Y, size.X, size.Y)
		}
	}
	l := &layout{columns: style.Columns, zoom: style.Zoom, gap: style.Gap}
	if l.gap == 0 {
		l.gap = 4
	}
	if l.zoom == 0 {
		l.zoom = max(1, (gridWidth/style.Columns-l.gap)/size.X)
	}
	if style.MarkLast {
		l.apart = gridMargin * l.gap
	}
	if style.Numbered {
		l.above = gridNumber
	}
	l.size = size.Mul(l.zoom)
	rows := (len(pictures) + style.Columns - 1) / style.Columns
	l.bounds = image.Rect(0, 0,
		l.gap+style.Columns*(l.size.X+l.gap)+l.apart,
		l.gap+rows*(l.above+l.size.Y+l.gap))
	return l, nil
}

// cell returns the rectangle of picture i.
func (l *layout) cell(i int) image.Rectangle {
	column, row := i%l.columns, i/l.columns
	at := image.Pt(l.gap+column*(l.size.X+l.gap), l.gap+row*(l.above+l.size.Y+l.gap)+l.above)
	if column == l.columns-1 {
		at.X += l.apart
	}
	return image.Rectangle{Min: at, Max: at.Add(l.size)}
}

// enlarge draws p at the given point, each pixel as a square of zoom x zoom. It smooths nothing, so that a reader sees
// the pixels that the generator made.
func enlarge(dst draw.Image, at image.Point, p image.Image, zoom int) {
	b := p.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			square := image.Rect(x*zoom, y*zoom, (x+1)*zoom, (y+1)*zoom).Add(at)
			draw.Draw(dst, square, image.NewUniform(p.At(b.Min.X+x, b.Min.Y+y)), image.Point{}, draw.Over)
		}
	}
}

func allGrey(pictures []image.Image) bool {
	for _, p := range pictures {
		if _, ok := p.(*image.Gray); !ok {
			return false
		}
	}
	return true
}
