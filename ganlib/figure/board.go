package figure

import (
	"fmt"
	"image"

	"golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
)

// Board is several charts in one picture, for [Panels].
type Board struct {
	Charts  []Chart // in rows, from left to right and top to bottom
	Columns int     // charts in a row; at least 1

	Picture image.Image // shown after the charts, in the rest of their last row or in a row of its own; nil: none
	Caption string      // over the picture
}

// The size of a panel in points.
const panelWidth, panelHeight = 288, 190

// Panels draws a board with charts of 768 x 506 pixels. The picture is made to fit its place: shrunk smoothly, or
// enlarged by a whole number so that its pixels stay square. Panels returns an error if [Curves] would refuse a chart,
// or if there are no columns.
func Panels(board Board) (image.Image, error) {
	if board.Columns < 1 {
		return nil, fmt.Errorf("board of %d columns: want at least 1", board.Columns)
	}
	for _, chart := range board.Charts {
		if err := chart.check(); err != nil {
			return nil, fmt.Errorf("chart %q: %w", chart.Title, err)
		}
	}
	cells := len(board.Charts)
	if board.Picture != nil {
		cells++
	}
	rows := max(1, (cells+board.Columns-1)/board.Columns)
	canvas, picture := newCanvas(vg.Length(board.Columns)*panelWidth, vg.Length(rows)*panelHeight)
	for i, chart := range board.Charts {
		chart.drawIn(board.panel(canvas, i))
	}
	if board.Picture != nil {
		room := board.panel(canvas, len(board.Charts))
		room.Max.X = canvas.Max.X
		room = heading(vgdraw.Crop(room, 10, -10, 8, -10), board.Caption)
		paste(picture.(draw.Image), pixels(room, picture.Bounds()), board.Picture)
	}
	return picture, nil
}

// panel returns the part of a canvas that belongs to chart i.
func (board Board) panel(canvas vgdraw.Canvas, i int) vgdraw.Canvas {
	left := vg.Length(i%board.Columns) * panelWidth
	top := canvas.Max.Y - vg.Length(i/board.Columns)*panelHeight
	canvas.Rectangle = vg.Rectangle{
		Min: vg.Point{X: canvas.Min.X + left, Y: top - panelHeight},
		Max: vg.Point{X: canvas.Min.X + left + panelWidth, Y: top},
	}
	return canvas
}

// pixels returns a part of a canvas in pixels of its picture, which count downwards.
func pixels(c vgdraw.Canvas, picture image.Rectangle) image.Rectangle {
	scale := func(v vg.Length) int { return int(v.Dots(chartDPI)) }
	return image.Rect(scale(c.Min.X), picture.Max.Y-scale(c.Max.Y), scale(c.Max.X), picture.Max.Y-scale(c.Min.Y))
}

// paste draws a picture in the middle of room, as large as fits.
func paste(dst draw.Image, room image.Rectangle, picture image.Image) {
	size := picture.Bounds().Size()
	if size.X < 1 || size.Y < 1 {
		return
	}
	width, height := room.Dx(), room.Dx()*size.Y/size.X
	if height > room.Dy() {
		width, height = room.Dy()*size.X/size.Y, room.Dy()
	}
	var scaler draw.Scaler = draw.BiLinear
	if zoom := width / size.X; zoom > 0 {
		scaler, width, height = draw.NearestNeighbor, zoom*size.X, zoom*size.Y
	}
	corner := room.Min.Add(image.Pt((room.Dx()-width)/2, (room.Dy()-height)/2))
	scaler.Scale(dst, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(width, height))}, picture, picture.Bounds(), draw.Over, nil)
}
