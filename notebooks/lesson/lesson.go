// Package lesson is what the cells of all notebooks share, and no part of the subject: errors, claims, the two profiles,
// and how pictures get into a notebook. Notebooks import it with a dot, in their first cell.
//
//	iterations := Pick(600, 2000)
//	gan := Must(gans.Train(ctx, gans.Figure1().WithSteps(iterations), gans.Options{Dir: dir}))
//	Show(figure.Curves(figure.Chart{Series: []figure.Series{Curve(dir, "V(D, G)", Value("v"))}}))
//	Claim(gan.Step == iterations, "the game has %d iterations", gan.Step)
//
// A cell is a program of its own. Where something is wrong these functions end it, as a notebook wants: the message goes
// to standard error, and the cell counts as failed.
package lesson

import (
	"fmt"
	"log"
	"os"

	"github.com/gomlx/compute"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Must passes a value on, and ends the cell if there is an error instead. Where there is no value: Must(0, err).
func Must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// Claim prints what the text says will happen, and ends the cell if it did not.
func Claim(holds bool, format string, args ...any) {
	if !holds {
		log.Fatalf("NOT TRUE: "+format, args...)
	}
	fmt.Printf("true: "+format+"\n", args...)
}

// Fast reports whether the cells run for a test, with GAN_PROFILE=fast in the environment: the same cells with smaller
// counts.
func Fast() bool { return os.Getenv("GAN_PROFILE") == "fast" }

// Pick is a knob of a notebook: one value for tests, one for readers.
func Pick[T any](ifFast, ifFull T) T {
	if Fast() {
		return ifFast
	}
	return ifFull
}

// Engine returns an engine by its name, such as "go" or "xla:cpu", started when first asked for. The empty name is the
// engine of the notebook's kernel. "go" has nothing to load and compiles nothing: a small graph has long run on it when
// XLA has compiled the same.
func Engine(name string) compute.Backend { return Must(backend.Open(name)) }

// Curve is a number made of each record of the run in dir, over its iterations.
func Curve(dir, name string, of func(values map[string]float64) float64) figure.Series {
	s := figure.Series{Name: name}
	for _, r := range Must(Must(run.Open(dir)).History()) {
		s.X, s.Y = append(s.X, float64(r.Step)), append(s.Y, of(r.Values))
	}
	return s
}

// Value is one of a record's values as it is, for [Curve].
func Value(name string) func(values map[string]float64) float64 {
	return func(values map[string]float64) float64 { return values[name] }
}

// Rows are the images of a set as the players see them: one after the other, as numbers, [N, height·width·channels].
func Rows(set *data.Images, scale data.Scale) []float32 { return Must(set.Numbers(scale)) }
