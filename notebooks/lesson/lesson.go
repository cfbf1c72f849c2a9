// Package lesson is what the cells of all notebooks share, and no part of the subject: errors, claims, predictions, the
// profiles, where runs lie, and how pictures get into a notebook. Notebooks import it with a dot, in their first cell.
//
//	dir, iterations := Dir("03-value-function"), Pick(600, 2000)
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
	"math"
	"os"
	"path/filepath"

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

// ClaimUnless is [Claim] where the text lets some cases off: those print what was not asked, and never that it is true.
func ClaimUnless(waived, holds bool, format string, args ...any) {
	if waived {
		fmt.Printf("not asked: "+format+"\n", args...)
		return
	}
	Claim(holds, format, args...)
}

// Predicted answers a reader's prediction of a number or a word: how far off it was, or what it should have been. It
// ends nothing: a prediction may be wrong.
//
//	guess := .9 // your prediction
//	Predicted("share between 0 and 2", guess, share)
func Predicted[T int | float64 | string | bool](what string, guess, outcome T) {
	fmt.Println(prediction(what, guess, outcome))
}

func prediction(what string, guess, outcome any) string {
	if guess == outcome {
		return fmt.Sprintf("%s: you said %v. So it is.", what, guess)
	}
	switch is := outcome.(type) {
	case int:
		return fmt.Sprintf("%s: you said %d. It is %d: off by %d.", what, guess, is, max(is-guess.(int), guess.(int)-is))
	case float64:
		return fmt.Sprintf("%s: you said %.4g. It is %.4g: off by %.2g.", what, guess, is, math.Abs(is-guess.(float64)))
	}
	return fmt.Sprintf("%s: you said %v. It is %v.", what, guess, outcome)
}

// profile is the environment's GAN_PROFILE: which counts the cells have.
//
//   - reader, the default: at most four minutes a notebook on two cores
//   - fast, for tests: fewer repetitions
//   - full: the papers' sizes
func profile() string {
	switch p := os.Getenv("GAN_PROFILE"); p {
	case "":
		return "reader"
	case "fast", "reader", "full":
		return p
	default:
		log.Fatalf("GAN_PROFILE is %q; it can be reader (the default), fast or full", p)
		return ""
	}
}

// Pick is a knob of a notebook: one value for tests, one for readers, and a third at full size where it is not the
// reader's.
func Pick[T any](fast, reader T, full ...T) T {
	switch p := profile(); {
	case p == "fast":
		return fast
	case p == "full" && len(full) > 0:
		return full[0]
	}
	return reader
}

// Dir is where a notebook keeps its runs, build/runs/NAME of the checkout, from whichever folder below it the notebook is
// opened.
func Dir(name string) string { return Checkout("build", "runs", name) }

// Checkout is a file or folder of the checkout, relative to the folder in which the notebook runs.
func Checkout(elem ...string) string {
	up := "."
	for {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return filepath.Join(append([]string{up}, elem...)...)
		}
		here := Must(filepath.Abs(up))
		if here == filepath.Dir(here) {
			log.Fatal("this notebook is not in a checkout of the project: no go.mod in any folder above it")
		}
		up = filepath.Join(up, "..")
	}
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
