package watch

import (
	"image"
	"math"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Plot draws a history and, beside it, a picture of samples, which may be nil. The panels are
//
//   - the two scores of MathWorks' examples, [record.DScore] and [record.GScore]; both are 1/2 at the end of the game;
//   - the players' losses, in nats, with log 2 and log 4: what a player that can only guess pays for one minibatch, and
//     for two;
//   - V(D,G) with -log 4, its value at the end of the game;
//   - the norms of the players' gradients;
//   - recall, precision and coverage of the samples, and their diversity as a fraction of the data's, if the history
//     has any of them.
//
// A long history is drawn as running medians over bands that hold every value, so that no spike is lost. A dotted line
// marks each event, such as a roll-back or a probe. Values that the history lacks are left out.
func Plot(history []run.Record, sample image.Image) (image.Image, error) {
	charts := []figure.Chart{scores(history), losses(history), value(history), gradients(history)}
	if measured := quality(history); len(measured.Series) > 0 {
		charts = append(charts, measured)
	}
	marks := events(history)
	for i := range charts {
		charts[i].Trend = true
		charts[i].Events = marks
	}
	return figure.Panels(figure.Board{Charts: charts, Columns: 3, Picture: sample, Caption: "Samples, same noise throughout"})
}

func scores(history []run.Record) figure.Chart {
	return figure.Chart{
		Title:  "Scores",
		Series: []figure.Series{series("discriminator", history, record.DScore), series("generator", history, record.GScore)},
		Levels: []figure.Mark{{Name: "1/2", At: .5}}, Holds: []float64{0, 1},
	}
}

func losses(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Losses, nats", Series: []figure.Series{series("of D", history, record.DLoss), series("of G", history, record.GLoss)},
		Levels: []figure.Mark{{Name: "log 2", At: math.Ln2}, {Name: "log 4", At: 2 * math.Ln2}},
	}
}

func value(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Value of the game, V(D,G), nats", Series: []figure.Series{series("", history, record.V)},
		Levels: []figure.Mark{{Name: "-log 4", At: -2 * math.Ln2}},
	}
}

func gradients(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Norms of the gradients", XLabel: "iterations", LogY: true,
		Series: []figure.Series{series("of D", history, record.DGrad), series("of G", history, record.GGrad)},
	}
}

func quality(history []run.Record) figure.Chart {
	chart := figure.Chart{Title: "Samples against the data", XLabel: "iterations", Holds: []float64{0, 1}}
	for _, name := range []string{record.Recall, record.Precision, record.Coverage, record.Diversity} {
		if s := series(name, history, name); len(s.X) > 0 {
			chart.Series = append(chart.Series, s)
		}
	}
	return chart
}

// series is one value of a history, over the iterations that have it. Values of events are not of an iteration.
func series(title string, history []run.Record, value string) figure.Series {
	s := figure.Series{Name: title}
	for _, r := range history {
		if v, ok := record.Value(r.Values, value); ok && r.Event == "" {
			s.X, s.Y = append(s.X, float64(r.Step)), append(s.Y, v)
		}
	}
	return s
}

// events marks what happened to the run: one mark for each iteration that has events, with the name of each kind of
// them once. A run may roll back to one checkpoint again and again.
func events(history []run.Record) []figure.Mark {
	var marks []figure.Mark
	var kinds []string // of the last mark
	for _, r := range history {
		if r.Event == "" {
			continue
		}
		if last := len(marks) - 1; last < 0 || marks[last].At != float64(r.Step) {
			marks, kinds = append(marks, figure.Mark{At: float64(r.Step)}), nil
		}
		if !slices.Contains(kinds, r.Event) {
			kinds = append(kinds, r.Event)
		}
		marks[len(marks)-1].Name = strings.Join(kinds, ", ")
	}
	return marks
}
