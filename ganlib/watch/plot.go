package watch

import (
	"image"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Plot draws a history and beside it a picture of samples, which may be nil:
//
//   - the two scores of MathWorks' examples. The generator's is mean D(G(z)), the
//     discriminator's how often D is right if it answers at random with the
//     probabilities it states; both are 1/2 at the end of the game;
//   - the players' losses, in nats, and log 2 and log 4: what a player that
//     cannot do better than guess pays for one minibatch, and for two;
//   - V(D,G) and -log 4, its value at the end of the game;
//   - the norms of the players' gradients;
//   - what was measured of the samples: recall, precision, coverage, and their
//     diversity as a share of the data's. Only where there is any.
//
// Long histories become running medians over bands that hold each value, so no
// spike is lost. What happened to the run, such as a roll-back, is a dotted
// line. Values that the history lacks are left out.
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
	d := series("discriminator", history, func(r run.Record) (float64, bool) {
		real, hasReal := r.Values["d_real"]
		fake, hasFake := r.Values["d_fake"]
		return (real + 1 - fake) / 2, hasReal && hasFake
	})
	return figure.Chart{
		Title: "Scores", Series: []figure.Series{d, named("generator", history, "d_fake")},
		Levels: []figure.Mark{{Name: "1/2", At: .5}}, Holds: []float64{0, 1},
	}
}

func losses(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Losses, nats", Series: []figure.Series{named("of D", history, "d_loss"), named("of G", history, "g_loss")},
		Levels: []figure.Mark{{Name: "log 2", At: math.Ln2}, {Name: "log 4", At: 2 * math.Ln2}},
	}
}

func value(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Value of the game, V(D,G), nats", Series: []figure.Series{named("", history, "v")},
		Levels: []figure.Mark{{Name: "-log 4", At: -2 * math.Ln2}},
	}
}

func gradients(history []run.Record) figure.Chart {
	return figure.Chart{
		Title: "Norms of the gradients", XLabel: "iterations", LogY: true,
		Series: []figure.Series{named("of D", history, "d_grad"), named("of G", history, "g_grad")},
	}
}

func quality(history []run.Record) figure.Chart {
	chart := figure.Chart{Title: "Samples against the data", XLabel: "iterations", Holds: []float64{0, 1}}
	for _, name := range []string{"recall", "precision", "coverage", "diversity"} {
		if s := named(name, history, name); len(s.X) > 0 {
			chart.Series = append(chart.Series, s)
		}
	}
	return chart
}

// named is one value of a history, over the iterations that have it.
func named(title string, history []run.Record, value string) figure.Series {
	return series(title, history, func(r run.Record) (float64, bool) {
		v, ok := r.Values[value]
		return v, ok
	})
}

func series(name string, history []run.Record, of func(run.Record) (float64, bool)) figure.Series {
	s := figure.Series{Name: name}
	for _, r := range history {
		if v, ok := of(r); ok {
			s.X, s.Y = append(s.X, float64(r.Step)), append(s.Y, v)
		}
	}
	return s
}

// events marks what happened to the run. Of events after the same iteration
// there is one mark: a run may roll back to the same checkpoint again and again.
func events(history []run.Record) []figure.Mark {
	var marks []figure.Mark
	for _, r := range history {
		if r.Event != "" {
			marks = append(marks, figure.Mark{Name: r.Event, At: float64(r.Step)})
		}
	}
	return slices.Compact(marks)
}
