package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Network is a network layer by layer, for [Stack] and [Volumes].
type Network struct {
	Title     string
	Layers    []Layer // the input first, the output last
	Generator bool    // drawn in the generator's green instead of the discriminator's blue
}

// colour is the player's in every picture.
func (n Network) colour() color.NRGBA {
	if n.Generator {
		return green
	}
	return blue
}

// Layer is a layer of a [Network].
type Layer struct {
	Name  string // such as "transposedConv"
	Shape []int  // of its output, without the batch: [height, width, channels] of an image, or [numbers]
	Note  string // such as "5×5, stride 2"; "" for none
}

// Stack draws networks side by side, a column each, from the input at the top to the output at the bottom: the name of
// each layer with its note below it, and the shape of its output beside it where that changes. A layer that changes the
// shape is coloured. One that keeps it, such as batch norm or ReLU, is white. The picture is 1920 pixels wide, or wider
// if the words need more.
//
// Stack returns an [invalid.Error] if there are no networks, if a network has no layers, or if a shape has neither one
// nor three dimensions of at least 1.
func Stack(networks ...Network) (image.Image, error) {
	s, err := stackLayout(networks)
	if err != nil {
		return nil, err
	}
	return s.picture(), nil
}

// Volumes draws what flows through networks, one network below the other, as Figure 1 of Radford et al. 2016 does. Each
// image is a box: as high and as deep as the image's height and width, and the thicker the more channels it has. A
// vector is a bar. A large image is drawn smaller than its numbers, by a power, so that a small one stays visible; all
// networks share the scale. Below each stand its shape, and the name and the note of the layer that made it. Layers
// that keep the shape of their input are left out. The picture is 1920 pixels wide, or wider if the words need more.
//
// Volumes refuses what [Stack] refuses.
func Volumes(networks ...Network) (image.Image, error) {
	s, err := volumesLayout(networks)
	if err != nil {
		return nil, err
	}
	return s.picture(), nil
}

func checkNetworks(networks []Network) error {
	if len(networks) == 0 {
		return invalid.Value("networks", len(networks), "at least 1")
	}
	for i, n := range networks {
		if len(n.Layers) == 0 {
			return invalid.Value(fmt.Sprintf("networks[%d].layers", i), len(n.Layers), "at least 1, the input")
		}
		for j, l := range n.Layers {
			key := fmt.Sprintf("networks[%d].layers[%d].shape", i, j)
			if len(l.Shape) != 1 && len(l.Shape) != 3 {
				return invalid.Value(key, l.Shape, "[height, width, channels] or [numbers]")
			}
			if err := checkShape(key, l.Shape); err != nil {
				return err
			}
		}
	}
	return nil
}

// times writes a shape as the papers do: 4×4×1024.
func times(shape []int) string {
	words := make([]string, len(shape))
	for i, d := range shape {
		words[i] = strconv.Itoa(d)
	}
	return strings.Join(words, "×")
}

// The parts of figures of networks, in points.
const (
	leastWidth = 720
	netMargin  = 10
	netTitle   = 24 // room of a title

	rowHeight  = 17 // of a layer without a note
	noteHeight = 12
	rowGap     = 7 // with the line between layers
	shapeGap   = 8 // between a layer and its shape
	columnGap  = 24
	mostColumn = 330 // a column gets wider than this only for its words
)

var (
	layerName  = lettering(10, ink, draw.XCenter, middle)
	layerNote  = lettering(8, faded, draw.XCenter, middle)
	layerShape = lettering(10, ink, draw.XLeft, middle)
	netName    = lettering(12, ink, draw.XLeft, draw.YTop)
)

// column is a network's place in a stack.
type column struct {
	Network
	boxes, shapes vg.Length // widths
}

// fit measures a column's words.
func fit(n Network) column {
	c := column{Network: n}
	for _, l := range n.Layers {
		c.boxes = max(c.boxes, layerName.Width(l.Name)+16, layerNote.Width(l.Note)+12)
		c.shapes = max(c.shapes, layerShape.Width(times(l.Shape)))
	}
	c.boxes = max(c.boxes, netName.Width(n.Title)-shapeGap-c.shapes)
	return c
}

func (c column) width() vg.Length { return c.boxes + shapeGap + c.shapes }

// height is that of its layers.
func (c column) height() vg.Length {
	total := vg.Length(-rowGap)
	for _, l := range c.Layers {
		total += l.height() + rowGap
	}
	return total
}

func (l Layer) height() vg.Length {
	if l.Note == "" {
		return rowHeight
	}
	return rowHeight + noteHeight
}

func stackLayout(networks []Network) (*sheet, error) {
	if err := checkNetworks(networks); err != nil {
		return nil, err
	}
	columns := make([]column, len(networks))
	var widths, height vg.Length
	for i, n := range networks {
		columns[i] = fit(n)
		widths += columns[i].width()
		height = max(height, columns[i].height())
	}
	gaps := columnGap * vg.Length(len(columns)-1)
	s := &sheet{width: max(leastWidth, widths+gaps+2*netMargin), height: height + netTitle + 2*netMargin}
	// What is left goes to the boxes, in equal parts.
	spare := (s.width - 2*netMargin - gaps - widths) / vg.Length(len(columns))
	left := vg.Length(netMargin)
	for _, c := range columns {
		c.boxes += min(spare, max(0, mostColumn-c.width()))
		c.put(s, left)
		left += c.width() + columnGap
	}
	return s, s.check()
}

// put draws a column from its left side.
func (c column) put(s *sheet, left vg.Length) {
	top := s.height - netMargin
	s.write(c.Title, left, top, netName)
	top -= netTitle
	x := left + c.boxes/2
	for i, l := range c.Layers {
		height := l.height()
		y := top - height/2
		changes := i == 0 || !slices.Equal(l.Shape, c.Layers[i-1].Shape)
		inside, edge := color.Color(color.White), faint
		if changes {
			inside, edge = pale(c.colour()), c.colour()
		}
		s.fill(inside, draw.LineStyle{Color: edge, Width: 1}, rectangle(vg.Point{X: x, Y: y}, c.boxes, height)...)
		if i > 0 {
			s.arrow(axisLine, vg.Point{X: x, Y: top + rowGap}, vg.Point{X: x, Y: top})
		}
		s.write(l.Name, x, top-rowHeight/2, layerName)
		s.write(l.Note, x, top-rowHeight-noteHeight/2+3, layerNote)
		if changes {
			s.write(times(l.Shape), left+c.boxes+shapeGap, y, layerShape)
		}
		top -= height + rowGap
	}
}

// The parts of volumes, in points.
const (
	tallest      = 120 // an image's side
	thickest     = 64  // an image's channels
	barThickness = 7
	skewX, skewY = .42, .34 // how depth is drawn, of the side
	wordsHeight  = 40       // below the boxes: shape, name, note
	volumeGap    = 10
)

// scales turn sides and channels into points, for all networks alike.
type scales struct{ side, channels, numbers float64 } // the largest

func scalesOf(networks []Network) scales {
	largest := scales{1, 1, 1}
	for _, n := range networks {
		for _, l := range n.Layers {
			if len(l.Shape) == 1 {
				largest.numbers = max(largest.numbers, float64(l.Shape[0]))
				continue
			}
			largest.side = max(largest.side, float64(l.Shape[0]), float64(l.Shape[1]))
			largest.channels = max(largest.channels, float64(l.Shape[2]))
		}
	}
	return largest
}

// solid is what a layer puts out, as it is drawn.
type solid struct{ thickness, height, depth vg.Length }

func (largest scales) solid(shape []int) solid {
	power := func(most, v, largest, exponent float64) vg.Length {
		return vg.Length(most * math.Pow(v/largest, exponent))
	}
	if len(shape) == 1 {
		return solid{barThickness, power(tallest*.7, float64(shape[0]), largest.numbers, .3), 0}
	}
	return solid{
		power(thickest, float64(shape[2]), largest.channels, .5),
		power(tallest, float64(shape[0]), largest.side, .6),
		power(tallest, float64(shape[1]), largest.side, .6),
	}
}

// size is that of the drawing, with its depth.
func (v solid) size() (width, height vg.Length) {
	return v.thickness + skewX*v.depth, v.height + skewY*v.depth
}

// changing returns the layers that change the shape, the input among them.
func (n Network) changing() []Layer {
	return slices.CompactFunc(slices.Clone(n.Layers), func(a, b Layer) bool { return slices.Equal(a.Shape, b.Shape) })
}

// words are what stands below a volume, and their width.
func (l Layer) words() (lines [3]string, width vg.Length) {
	lines = [3]string{times(l.Shape), l.Name, l.Note}
	return lines, max(layerShape.Width(lines[0]), layerNote.Width(lines[1]), layerNote.Width(lines[2]))
}

func volumesLayout(networks []Network) (*sheet, error) {
	if err := checkNetworks(networks); err != nil {
		return nil, err
	}
	largest := scalesOf(networks)
	_, tall := solid{0, tallest, tallest}.size()
	row := tall + netTitle + wordsHeight + netMargin
	s := &sheet{width: leastWidth, height: row*vg.Length(len(networks)) + netMargin}
	// All networks share the places of their layers.
	var places []vg.Length
	for _, n := range networks {
		for i, l := range n.changing() {
			_, words := l.words()
			width, _ := largest.solid(l.Shape).size()
			if i == len(places) {
				places = append(places, 0)
			}
			places[i] = max(places[i], words, width)
		}
	}
	total := vg.Length(0)
	for _, w := range places {
		total += w + volumeGap
	}
	s.width = max(s.width, total-volumeGap+2*netMargin)
	for _, n := range networks {
		s.width = max(s.width, netName.Width(n.Title)+2*netMargin)
	}
	spare := (s.width - 2*netMargin + volumeGap - total) / vg.Length(len(places))
	for i, n := range networks {
		top := s.height - netMargin - vg.Length(i)*row
		s.write(n.Title, netMargin, top, netName)
		n.putVolumes(s, largest, places, spare, top-netTitle-tall/2)
	}
	return s, s.check()
}

// putVolumes draws a network in a row around the height y.
func (n Network) putVolumes(s *sheet, largest scales, places []vg.Length, spare, y vg.Length) {
	left := vg.Length(netMargin)
	_, tall := solid{0, tallest, tallest}.size()
	before := vg.Length(0) // where the volume before ends
	for i, l := range n.changing() {
		x := left + (places[i]+spare)/2
		v := largest.solid(l.Shape)
		width, height := v.size()
		at := vg.Point{X: x - width/2, Y: y - height/2}
		if i > 0 {
			s.arrow(axisLine, vg.Point{X: before + 3, Y: y}, vg.Point{X: at.X - 2, Y: y})
		}
		shade := n.colour()
		if len(l.Shape) == 1 {
			shade = faded
		}
		v.put(s, at, shade)
		before = at.X + width
		lines, _ := l.words()
		below := y - tall/2 - 9
		shape := layerShape
		shape.XAlign = draw.XCenter
		s.write(lines[0], x, below, shape)
		s.write(lines[1], x, below-13, layerNote)
		s.write(lines[2], x, below-24, layerNote)
		left += places[i] + spare + volumeGap
	}
}

// put draws a box in parallel perspective, from its lower left corner in front.
func (v solid) put(s *sheet, at vg.Point, shade color.NRGBA) {
	edge := draw.LineStyle{Color: shade, Width: .9}
	front := at.Add(vg.Point{X: v.thickness / 2, Y: v.height / 2})
	back := vg.Point{X: skewX * v.depth, Y: skewY * v.depth}
	corners := rectangle(front, v.thickness, v.height)
	s.fill(pale(shade), edge, corners...)
	if v.depth == 0 {
		return
	}
	s.fill(color.White, edge, corners[3], corners[2], corners[2].Add(back), corners[3].Add(back))
	s.fill(pale(pale(shade)), edge, corners[1], corners[2], corners[2].Add(back), corners[1].Add(back))
}
