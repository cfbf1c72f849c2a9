package figure

import (
	"errors"
	"image"
	"strings"
	"testing"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// digitsGame is a game on MNIST with labels.
func digitsGame(moment Moment) Game {
	return Game{
		Moment: moment, Value: "V = mean log D(x) + mean log(1 − D(G(z)))",
		Noise: []int{64, 100}, Labels: []int{64, 10}, Images: []int{64, 28, 28, 1}, Scores: []int{64, 1},
	}
}

// requireLegible fails where a label is not whole, or covers another. It does not rely on the sheet's own check.
func requireLegible(t *testing.T, s *sheet) {
	t.Helper()
	for i, l := range s.labels {
		b := l.bounds()
		if min(b.Min.X, b.Min.Y, s.width-b.Max.X, s.height-b.Max.Y) < 0 {
			t.Errorf("%q at %v leaves the sheet of %v by %v", l.words, b, s.width, s.height)
		}
		for _, other := range s.labels[:i] {
			o := other.bounds()
			if min(b.Max.X, o.Max.X) > max(b.Min.X, o.Min.X) && min(b.Max.Y, o.Max.Y) > max(b.Min.Y, o.Min.Y) {
				t.Errorf("%q covers %q", l.words, other.words)
			}
		}
	}
}

// words are the labels of a sheet.
func words(s *sheet) map[string]int {
	all := map[string]int{}
	for _, l := range s.labels {
		all[l.words]++
	}
	return all
}

func TestFlowLegible(t *testing.T) {
	for _, moment := range []Moment{Evaluation, StepOfD, StepOfG} {
		game := digitsGame(moment)
		s, err := game.layout()
		if err != nil {
			t.Fatal(err)
		}
		requireLegible(t, s)
		got := words(s)
		for name, want := range map[string]int{
			"[64, 100]": 1, "[64, 10]": 1, "[64, 28, 28, 1]": 3, "[64, 1]": 2, game.Value: 1,
			"z": 1, "y": 1, "x": 2, "G": 1, "D": 1, "σ": 1, "V": 1,
		} {
			if got[name] != want {
				t.Errorf("moment %d says %q %d times: want %d", moment, name, got[name], want)
			}
		}
	}
}

// Exactly one player moves in a step, and the other is frozen.
func TestFlowMoments(t *testing.T) {
	for _, c := range []struct {
		moment              Moment
		moves, frozen, stop int
	}{{Evaluation, 0, 0, 0}, {StepOfD, 1, 1, 1}, {StepOfG, 1, 1, 0}} {
		s, err := digitsGame(c.moment).layout()
		if err != nil {
			t.Fatal(err)
		}
		got := words(s)
		if got["moves"] != c.moves || got["frozen"] != c.frozen || got["StopGradient"] != c.stop {
			t.Errorf("moment %d: %v", c.moment, got)
		}
	}
}

// In D's step D is filled and no gradient comes to G; in G's step G is filled and it does.
func TestFlowDraws(t *testing.T) {
	scale := func(x0, y0, x1, y1 float64) image.Rectangle { // from points, upwards
		const pixels = chartDPI / 72.
		return image.Rect(int(x0*pixels), int((flowHeight-y1)*pixels), int(x1*pixels), int((flowHeight-y0)*pixels))
	}
	toG := scale(flowG+playerWidth/2+8, flowUpper-gradientBelow-2, flowX-thingSize/2-8, flowUpper-gradientBelow+2)
	toD := scale(flowD+playerWidth/2+8, flowMiddle-gradientBelow-2, flowSigma-thingSize/2-8, flowMiddle-gradientBelow+2)
	for _, c := range []struct {
		moment       Moment
		g, d         bool // filled
		gradG, gradD bool
	}{{Evaluation, false, false, false, false}, {StepOfD, false, true, false, true}, {StepOfG, true, false, true, true}} {
		p, err := Flow(digitsGame(c.moment))
		if err != nil {
			t.Fatal(err)
		}
		if want := image.Rect(0, 0, 1920, 640); p.Bounds() != want {
			t.Errorf("bounds %v: want %v", p.Bounds(), want)
		}
		for _, part := range []struct {
			name string
			got  int
			want bool
		}{
			{"pixels of green", count(p, p.Bounds(), green) / 10000, c.g},
			{"pixels of blue", count(p, p.Bounds(), blue) / 20000, c.d},
			{"gradient before G", count(p, toG, vermillion), c.gradG},
			{"gradient before D", count(p, toD, vermillion), c.gradD},
		} {
			if (part.got > 0) != part.want {
				t.Errorf("moment %d, %s: %d, want some: %v", c.moment, part.name, part.got, part.want)
			}
		}
	}
}

func TestFlowRefuses(t *testing.T) {
	for _, c := range []struct {
		spoil func(*Game)
		want  string
	}{
		{func(g *Game) { g.Moment = 3 }, "moment is 3: want Evaluation, StepOfD or StepOfG"},
		{func(g *Game) { g.Images = []int{64, 0, 28, 1} }, "images is [64 0 28 1]: want dimensions of at least 1"},
		{func(g *Game) { g.Images = []int{32, 28, 28, 1} }, "images is [32 28 28 1]: want the batch of the others, 64"},
		{func(g *Game) { g.Images = []int{64, 1024, 1024, 1024, 3} }, `"[64, 1024, 1024, 1024, 3]": want words of at most`},
		{func(g *Game) { g.Title = strings.Repeat("title ", 40) }, "want words that fit into the picture"},
		{func(g *Game) { g.Value = strings.Repeat("V + ", 35) }, "want words short enough not to cover"},
	} {
		game := digitsGame(StepOfD)
		c.spoil(&game)
		_, err := Flow(game)
		requireRefused(t, err, c.want)
	}
}

// requireRefused fails unless err is an invalid.Error with such words.
func requireRefused(t *testing.T, err error, want string) {
	t.Helper()
	if _, ok := errors.AsType[*invalid.Error](err); !ok || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v: want an invalid.Error, %s", err, want)
	}
}
