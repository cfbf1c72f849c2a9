package figure

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// sheet is a picture of boxes, arrows and words while it is laid out: where everything lies is settled before anything
// is drawn. Lengths are points, from the lower left corner.
type sheet struct {
	width, height vg.Length
	marks         []func(draw.Canvas) // in the order in which they are drawn
	labels        []label             // drawn over the marks
}

// label is a word at its place.
type label struct {
	words string
	at    vg.Point
	style text.Style
	room  vg.Length // the most that it may be wide; 0: what the sheet is
}

// bounds is the part of the sheet that a label covers.
func (l label) bounds() vg.Rectangle { return l.style.Rectangle(l.words).Add(l.at) }

// write puts words on the sheet. Empty ones leave nothing.
func (s *sheet) write(words string, x, y vg.Length, style text.Style) {
	s.within(0, words, x, y, style)
}

// within is write for words that have only so much room.
func (s *sheet) within(room vg.Length, words string, x, y vg.Length, style text.Style) {
	if words != "" {
		s.labels = append(s.labels, label{words, vg.Point{X: x, Y: y}, style, room})
	}
}

// check refuses words that leave the sheet, have no room, or cover others.
func (s *sheet) check() error {
	for i, l := range s.labels {
		b := l.bounds()
		if b.Min.X < 0 || b.Min.Y < 0 || b.Max.X > s.width || b.Max.Y > s.height {
			return invalid.Value("", l.words, "words that fit into the picture, %.0f points wide", s.width)
		}
		if width := b.Max.X - b.Min.X; l.room > 0 && width > l.room {
			return invalid.Value("", l.words, "words of at most %.0f points, not %.0f", l.room, width)
		}
		for _, other := range s.labels[:i] {
			if o := other.bounds(); b.Min.X < o.Max.X && o.Min.X < b.Max.X && b.Min.Y < o.Max.Y && o.Min.Y < b.Max.Y {
				return invalid.Value("", l.words, "words short enough not to cover %q", other.words)
			}
		}
	}
	return nil
}

func (s *sheet) mark(m func(draw.Canvas)) { s.marks = append(s.marks, m) }

// fill fills a polygon and draws its outline.
func (s *sheet) fill(inside color.Color, edge draw.LineStyle, corners ...vg.Point) {
	s.mark(func(c draw.Canvas) {
		c.FillPolygon(inside, corners)
		c.StrokeLines(edge, append(corners, corners[0]))
	})
}

// arrow draws a line through points, with a head at the last.
func (s *sheet) arrow(style draw.LineStyle, points ...vg.Point) {
	s.mark(func(c draw.Canvas) {
		c.StrokeLines(style, points)
		drawHead(c, style.Color, points[len(points)-2], points[len(points)-1])
	})
}

// picture draws the sheet.
func (s *sheet) picture() image.Image {
	canvas, picture := newCanvas(s.width, s.height)
	for _, m := range s.marks {
		m(canvas)
	}
	for _, l := range s.labels {
		canvas.FillText(l.style, l.at, l.words)
	}
	return picture
}

// rectangle returns the corners of a box by its middle and its size.
func rectangle(middle vg.Point, width, height vg.Length) []vg.Point {
	w, h := width/2, height/2
	return []vg.Point{
		{X: middle.X - w, Y: middle.Y - h}, {X: middle.X + w, Y: middle.Y - h},
		{X: middle.X + w, Y: middle.Y + h}, {X: middle.X - w, Y: middle.Y + h},
	}
}

// pale mixes a colour with white, which takes the larger part.
func pale(c color.NRGBA) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8(255 - (255-int(v))/5) }
	return color.NRGBA{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 0xff}
}
