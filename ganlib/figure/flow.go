package figure

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Moment is what happens in a game while [Flow] looks at it.
type Moment int

// The moments of Algorithm 1 of Goodfellow et al. 2014. In each step one player moves and the other is frozen.
const (
	Evaluation Moment = iota // nobody moves, and no gradient flows
	StepOfD                  // D moves; the gradient ends at G(z), by StopGradient
	StepOfG                  // G moves; the gradient flows through D to G, and the data is not needed
)

// Game is a GAN at one moment, for [Flow].
type Game struct {
	Moment Moment
	Title  string // "" for words of the moment's own
	Value  string // what is computed from the probabilities, such as "V = mean log D(x) + …"; written below V

	// Shapes with the batch first, as in []int{64, 28, 28, 1}. Nil is not written.
	Noise  []int // of z
	Labels []int // of y, which goes into both players; nil for a game without labels
	Images []int // of x and of G(z)
	Scores []int // of what D returns, and of its probabilities
}

// Flow draws how numbers flow through a game: noise z through G to x̃ = G(z); data x and x̃ through D and the sigmoid σ
// to the value V. The shapes stand on the arrows. A player that moves is filled and one that is frozen has a dashed
// edge. Dashed vermillion arrows are the gradient, on its way back from V. The picture is 1920 pixels wide.
//
// Flow returns an [invalid.Error] for a moment that does not exist, for shapes that are none, that disagree about the
// batch or have no room on their arrow, and for words that do not fit.
func Flow(game Game) (image.Image, error) {
	s, err := game.layout()
	if err != nil {
		return nil, err
	}
	return s.picture(), nil
}

// Where the parts of a flow lie, in points.
const (
	flowWidth, flowHeight = 720, 240

	flowMargin                       = 10
	flowUpper, flowMiddle, flowLower = 166, 131, 96 // the rows of G(z), of D, and of x
	flowJoin                         = 50           // where y turns towards D
	flowFoot                         = 18           // the legend, and the value

	flowZ, flowG, flowX, flowD, flowSigma, flowV = 36, 172, 310, 450, 572, 682 // middles

	thingSize, playerWidth = 40, 66
	playerHeight           = 50
	discriminatorHeight    = 120
	gradientBelow          = 9 // the gradient runs this far below the numbers
	shapeSize              = 9
)

var (
	forwardLine  = draw.LineStyle{Color: ink, Width: 1.1}
	unusedLine   = draw.LineStyle{Color: color.NRGBA{R: 0xb4, G: 0xb4, B: 0xb4, A: 0xff}, Width: 1.1}
	gradientLine = draw.LineStyle{Color: vermillion, Width: 1.4, Dashes: []vg.Length{4, 2.5}}
)

// stance is how a player takes part in a moment.
type stance int

const (
	still stance = iota
	moves
	frozen
)

// moments are the words of each moment, and what the players do in it.
var moments = map[Moment]struct {
	title string
	g, d  stance
}{
	Evaluation: {"Evaluation: nobody moves", still, still},
	StepOfD:    {"D's step: G is frozen, and the gradient ends at G(z)", frozen, moves},
	StepOfG:    {"G's step: D is frozen, and the gradient flows through it to G", moves, frozen},
}

func (game Game) check() error {
	if _, ok := moments[game.Moment]; !ok {
		return invalid.Value("moment", int(game.Moment), "Evaluation, StepOfD or StepOfG")
	}
	batch := 0
	for _, shape := range []struct {
		key  string
		dims []int
	}{{"noise", game.Noise}, {"labels", game.Labels}, {"images", game.Images}, {"scores", game.Scores}} {
		if err := checkShape(shape.key, shape.dims); err != nil {
			return err
		}
		if len(shape.dims) == 0 {
			continue
		}
		if batch != 0 && shape.dims[0] != batch {
			return invalid.Value(shape.key, shape.dims, "the batch of the others, %d, as the first dimension", batch)
		}
		batch = shape.dims[0]
	}
	return nil
}

// checkShape refuses a shape with a dimension below 1.
func checkShape(key string, dims []int) error {
	for _, d := range dims {
		if d < 1 {
			return invalid.Value(key, dims, "dimensions of at least 1")
		}
	}
	return nil
}

// bracketed writes a shape as a graph does, or "" for none.
func bracketed(dims []int) string {
	if len(dims) == 0 {
		return ""
	}
	return strings.ReplaceAll(fmt.Sprint(dims), " ", ", ")
}

// layout settles where everything lies.
func (game Game) layout() (*sheet, error) {
	if err := game.check(); err != nil {
		return nil, err
	}
	moment := moments[game.Moment]
	s := &sheet{width: flowWidth, height: flowHeight}
	s.write(cmp.Or(game.Title, moment.title), flowMargin, flowHeight-flowMargin, lettering(12, ink, draw.XLeft, draw.YTop))
	s.write(game.Value, flowWidth-flowMargin, flowFoot, lettering(9, ink, draw.XRight, middle))
	game.layForward(s)
	game.layGradient(s)
	player(s, "G", green, moment.g, flowG, flowUpper, playerHeight)
	player(s, "D", blue, moment.d, flowD, flowMiddle, discriminatorHeight)
	thing(s, "z", faded, flowZ, flowUpper)
	thing(s, "x", green, flowX, flowUpper)
	tilde(s, green, flowX, flowUpper+8)
	thing(s, "x", game.dataLine().Color, flowX, flowLower)
	thing(s, "σ", faded, flowSigma, flowMiddle)
	thing(s, "V", ink, flowV, flowMiddle)
	if game.Labels != nil {
		thing(s, "y", faded, flowG, flowLower)
	}
	return s, s.check()
}

// dataLine is the line of the data, which G's step does not need.
func (game Game) dataLine() draw.LineStyle {
	if game.Moment == StepOfG {
		return unusedLine
	}
	return forwardLine
}

// layForward puts down the numbers' way from z, y and x to V.
func (game Game) layForward(s *sheet) {
	wire := func(style draw.LineStyle, dims []int, y, from, to vg.Length) {
		s.arrow(style, vg.Point{X: from, Y: y}, vg.Point{X: to, Y: y})
		s.within(to-from, bracketed(dims), (from+to)/2, y+5, lettering(shapeSize, style.Color, draw.XCenter, draw.YBottom))
	}
	const thing, half = thingSize / 2, playerWidth / 2
	wire(forwardLine, game.Noise, flowUpper, flowZ+thing, flowG-half)
	wire(forwardLine, game.Images, flowUpper, flowG+half, flowX-thing)
	wire(forwardLine, game.Images, flowUpper, flowX+thing, flowD-half)
	wire(game.dataLine(), game.Images, flowLower, flowX+thing, flowD-half)
	wire(forwardLine, game.Scores, flowMiddle, flowD+half, flowSigma-thing)
	wire(forwardLine, game.Scores, flowMiddle, flowSigma+thing, flowV-thing)
	entry := func(x vg.Length, style draw.LineStyle, name string) {
		s.arrow(style, vg.Point{X: x, Y: flowFoot}, vg.Point{X: x + 26, Y: flowFoot})
		s.write(name, x+31, flowFoot, lettering(9, ink, draw.XLeft, middle))
	}
	entry(flowMargin, forwardLine, "numbers")
	if game.Moment != Evaluation {
		entry(flowMargin+84, gradientLine, "gradient")
	}
	if game.Labels == nil {
		return
	}
	s.arrow(forwardLine, vg.Point{X: flowG, Y: flowLower + thing}, vg.Point{X: flowG, Y: flowUpper - playerHeight/2})
	s.arrow(forwardLine, vg.Point{X: flowG, Y: flowLower - thing}, vg.Point{X: flowG, Y: flowJoin},
		vg.Point{X: flowD, Y: flowJoin}, vg.Point{X: flowD, Y: flowMiddle - discriminatorHeight/2})
	s.write(bracketed(game.Labels), (flowG+flowX)/2, flowJoin+5, lettering(shapeSize, ink, draw.XCenter, draw.YBottom))
}

// layGradient puts down the gradient's way back from V, to the player that moves.
func (game Game) layGradient(s *sheet) {
	if game.Moment == Evaluation {
		return
	}
	back := func(y, from, to vg.Length) {
		s.arrow(gradientLine, vg.Point{X: from, Y: y - gradientBelow}, vg.Point{X: to, Y: y - gradientBelow})
	}
	const thing, half = thingSize / 2, playerWidth / 2
	back(flowMiddle, flowV-thing, flowSigma+thing)
	back(flowMiddle, flowSigma-thing, flowD+half)
	if game.Moment == StepOfG {
		back(flowUpper, flowD-half, flowX+thing)
		back(flowUpper, flowX-thing, flowG+half)
		return
	}
	// Two strokes across its end cut it.
	const from, cut, y = flowD - half, flowD - half - 34, flowUpper - gradientBelow
	s.mark(func(c draw.Canvas) {
		c.StrokeLine2(gradientLine, from, y, cut, y)
		for _, x := range []vg.Length{cut, cut - 3.5} {
			c.StrokeLine2(draw.LineStyle{Color: vermillion, Width: 1.6}, x-3, y-7, x+3, y+7)
		}
	})
	s.write("StopGradient", (flowX+thing+flowD-half)/2, y-10, lettering(8, vermillion, draw.XCenter, draw.YTop))
}

// player puts down G or D.
func player(s *sheet, name string, colour color.NRGBA, how stance, x, y, height vg.Length) {
	inside, edge, words := color.Color(pale(colour)), draw.LineStyle{Color: colour, Width: 1.4}, color.Color(ink)
	doing := ""
	switch how {
	case moves:
		inside, words, doing = colour, color.White, "moves"
	case frozen:
		edge.Dashes, doing = []vg.Length{3, 2.5}, "frozen"
	}
	s.fill(inside, edge, rectangle(vg.Point{X: x, Y: y}, playerWidth, height)...)
	if doing == "" {
		s.write(name, x, y, lettering(20, words, draw.XCenter, middle))
		return
	}
	s.write(name, x, y+8, lettering(20, words, draw.XCenter, middle))
	s.write(doing, x, y-12, lettering(10, words, draw.XCenter, middle))
}

// thing puts down numbers or a function without weights.
func thing(s *sheet, name string, edge color.Color, x, y vg.Length) {
	s.fill(color.White, draw.LineStyle{Color: edge, Width: 1.2}, rectangle(vg.Point{X: x, Y: y}, thingSize, thingSize)...)
	s.write(name, x, y, lettering(15, edge, draw.XCenter, middle))
}

// tilde puts the sign of what is generated over a name. The font's own stands beside the letter.
func tilde(s *sheet, colour color.Color, x, y vg.Length) {
	var wave []vg.Point
	for i := range 13 {
		at := float64(i)/6 - 1 // -1 to 1
		wave = append(wave, vg.Point{X: x + vg.Length(3.6*at), Y: y + vg.Length(1.1*math.Sin(-math.Pi*at))})
	}
	s.mark(func(c draw.Canvas) { c.StrokeLines(draw.LineStyle{Color: colour, Width: 1.2}, wave) })
}
