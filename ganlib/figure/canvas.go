package figure

import (
	"image"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Charts are laid out in points of 1/72 inch, and drawn with two pixels per CSS pixel of 1/96 inch.
const chartDPI = 192

// The palette of Okabe and Ito, whose colours colour-blind readers can tell apart, without its yellow, which is faint
// on white.
var (
	blue       = color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	vermillion = color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
	green      = color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}
	purple     = color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}
	orange     = color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}
	sky        = color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}

	ink   = color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff} // text and data
	faded = color.NRGBA{R: 0x70, G: 0x70, B: 0x70, A: 0xff} // axes, theory lines
	faint = color.NRGBA{R: 0xe4, G: 0xe4, B: 0xe4, A: 0xff} // grid
)

// newCanvas returns a white canvas and the picture that it draws on.
func newCanvas(width, height vg.Length) (draw.Canvas, image.Image) {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(chartDPI))
	return draw.New(c), c.Image()
}

// middle centres letters without descenders on a point. The centre of package plot leaves room for descenders, which
// most names lack.
const middle text.YAlignment = -.4

// lettering is sans-serif text of a size in points, aligned by the given corner.
func lettering(size vg.Length, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: c, XAlign: x, YAlign: y,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

// heading writes a title at the top of c and returns the rest of c.
func heading(c draw.Canvas, title string) draw.Canvas {
	if title == "" {
		return c
	}
	style := lettering(12, ink, draw.XLeft, draw.YTop)
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, title)
	return draw.Crop(c, 0, 0, 0, -style.Height(title)-6)
}

// entry is a line's name in a legend, beside a piece of the line.
type entry struct {
	name  string
	style draw.LineStyle
}

// legend writes entries at the top of c, in as many rows as they need, and returns the rest of c. It never covers the
// data.
func legend(c draw.Canvas, entries []entry) draw.Canvas {
	const stroke, gap, between = 24, 5, 18
	style := lettering(10, ink, draw.XLeft, middle)
	rowHeight := style.Height("Ag") + 4
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - rowHeight/2}
	for _, e := range entries {
		width := stroke + gap + style.Width(e.name)
		if at.X > c.Min.X && at.X+width > c.Max.X {
			at.X, at.Y = c.Min.X, at.Y-rowHeight
		}
		c.StrokeLine2(e.style, at.X, at.Y, at.X+stroke, at.Y)
		c.FillText(style, vg.Point{X: at.X + stroke + gap, Y: at.Y}, e.name)
		at.X += width + between
	}
	if len(entries) == 0 {
		return c
	}
	c.Max.Y = at.Y - rowHeight/2 - 6
	return c
}
