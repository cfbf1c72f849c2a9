package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/progress"
)

// Numbers of the 2014 paper's protocol for the MNIST column of its Table 1, from its released code, parzen_ll.py.
const (
	// Table1Samples is the number of samples of each checkpoint.
	Table1Samples    = 10_000
	table1Sigma      = 1000   // the number of validation images that choose σ
	table1Validation = 10_000 // the most validation images
)

// Table1 is the protocol behind Table 1 of Goodfellow et al. 2014: the mean log-likelihood of the test images, in nats,
// under a Parzen window of 10,000 samples, whose width σ is chosen on the first 1,000 validation images. The paper does
// not say when training stopped. Here the checkpoint is chosen on the other validation images, and the test images are
// touched once, at the end.
type Table1 struct {
	Validation []float32 // [n, Dim] in [0, 1]: MNIST's images 50,000 to 59,999
	Test       []float32 // [n, Dim]
	Dim        int
	Data       string // the name of the set, for the result
	Epoch      int    // the number of iterations in an epoch, for plots of the result
}

// NewTable1 divides a set of images by the same protocol. Source train has all images of the part that a run learned
// from, of which it saw the first; test has those that the makers of the set keep for testing. The validation images are
// the last 10,000 of train, or as many as are neither among the first nor among the 10,000 training images that
// [Table1.Score] takes, which are returned too.
//
// It returns an *[invalid.Error] of data.first if too few images are left to choose on, and of data if no other
// data.first would help.
func NewTable1(ctx context.Context, train, test data.Source, first int) (t Table1, training []float32, err error) {
	n := train.Len()
	most := n - table1Sigma - 1
	switch {
	case most < Table1Samples:
		return t, nil, invalid.Value("data", fmt.Sprintf("%d images", n), "at least %d to train on, as table 1 takes", Table1Samples+table1Sigma+1)
	case first < 1 || first > most:
		return t, nil, invalid.Value("data.first", first, "1 to %d: table 1 chooses on images that the run did not learn from", most)
	}
	validation := min(table1Validation, n-max(first, Table1Samples))
	for _, of := range []struct {
		to     *[]float32
		from   data.Source
		lo, hi int
	}{{&training, train, 0, Table1Samples}, {&t.Validation, train, n - validation, n}, {&t.Test, test, 0, test.Len()}} {
		if *of.to, t.Dim, err = unitPixels(ctx, of.from, of.lo, of.hi); err != nil {
			return t, nil, err
		}
	}
	return t, training, nil
}

// unitPixels are the images lo to hi−1 of a source, [hi−lo, dim] in [0, 1].
func unitPixels(ctx context.Context, from data.Source, lo, hi int) (x []float32, dim int, err error) {
	indices := make([]int, hi-lo)
	for i := range indices {
		indices[i] = lo + i
	}
	images, err := choose(ctx, from, indices)
	if err != nil {
		return nil, 0, err
	}
	return feature.Pixels().Extract(ctx, images)
}

// Candidate is the score of a checkpoint on the validation images.
type Candidate struct {
	Step       int              `json:"step"`
	Sigma      float64          `json:"sigma"`
	Validation measure.Estimate `json:"validation"` // of the images that did not choose σ
}

// Table1Result is a row of Table 1.
type Table1Result struct {
	Data       string           `json:"data"`       // the name of the set
	Dim        int              `json:"dim"`        // the numbers in an image
	Candidates []Candidate      `json:"candidates"` // in the order of the steps
	Epoch      int              `json:"epoch"`      // the number of iterations in one
	Chosen     Candidate        `json:"chosen"`
	Test       measure.Estimate `json:"test"`
	// Real is the score of 10,000 training images in the samples' place, with σ chosen in the same way: what a perfect
	// generator would score.
	Real      measure.Estimate `json:"real"`
	RealSigma float64          `json:"real_sigma"`
}

// Score scores the checkpoints of the given steps on the validation images, and the best one on the test images. Function
// samples returns the 10,000 samples [10,000, Dim] of a checkpoint; training are 10,000 training images [10,000, Dim],
// which are scored in the samples' place. Progress goes to output; nil means silence.
//
// It returns an *[invalid.Error] for sets of other sizes and for no steps, and an error that wraps the context's if that
// is cancelled. There is no result before all checkpoints are scored.
func (t Table1) Score(ctx context.Context, steps []int, samples func(step int) ([]float32, error), training []float32, output io.Writer) (*Table1Result, error) {
	if err := t.check(steps, training); err != nil {
		return nil, err
	}
	r := &Table1Result{Data: t.Data, Dim: t.Dim, Epoch: t.Epoch}
	var best []float32 // the samples of r.Chosen
	bar := progress.Count(output, "checkpoints", len(steps))
	defer bar.Done()
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped before the checkpoint of step %d: %w", step, err)
		}
		x, err := samples(step)
		if err != nil {
			return nil, fmt.Errorf("samples of step %d: %w", step, err)
		}
		c := Candidate{Step: step}
		if c.Sigma, c.Validation, err = t.validate(x); err != nil {
			return nil, fmt.Errorf("step %d: %w", step, err)
		}
		if best == nil || c.Validation.Value > r.Chosen.Validation.Value {
			r.Chosen, best = c, x
		}
		r.Candidates = append(r.Candidates, c)
		bar.Add(1)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stopped before the test: %w", err)
	}
	var err error
	if r.Test, err = t.test(best, r.Chosen.Sigma); err != nil {
		return nil, err
	}
	if r.RealSigma, _, err = t.validate(training); err != nil {
		return nil, fmt.Errorf("training images: %w", err)
	}
	r.Real, err = t.test(training, r.RealSigma)
	return r, err
}

// check refuses what cannot be scored, before any work.
func (t Table1) check(steps []int, training []float32) error {
	switch {
	case t.Dim < 1:
		return invalid.Value("Table1.Dim", t.Dim, "at least 1")
	case len(steps) == 0:
		return invalid.Value("checkpoints", 0, "at least one")
	case len(t.Validation) <= table1Sigma*t.Dim:
		return invalid.Value("validation", len(t.Validation)/t.Dim, "more than the %d images that choose σ", table1Sigma)
	case len(t.Test) == 0 || len(t.Test)%t.Dim != 0:
		return invalid.Value("test", len(t.Test), "a positive multiple of %d, the numbers in an image", t.Dim)
	case len(training) != Table1Samples*t.Dim:
		return invalid.Value("training", len(training)/t.Dim, "%d images", Table1Samples)
	}
	return nil
}

// validate chooses σ on the first validation images, and scores the others with it.
func (t Table1) validate(samples []float32) (sigma float64, score measure.Estimate, err error) {
	if len(samples) != Table1Samples*t.Dim {
		return 0, score, invalid.Value("samples", len(samples)/t.Dim, "%d, for the score grows with their number", Table1Samples)
	}
	sigma, _, err = measure.ParzenSigma(samples, t.Validation[:table1Sigma*t.Dim], t.Dim)
	if err != nil {
		return 0, score, err
	}
	of, err := measure.Parzen(samples, t.Validation[table1Sigma*t.Dim:], t.Dim, sigma)
	if err != nil {
		return 0, score, err
	}
	return sigma, of[0], nil
}

// test scores samples on the test images.
func (t Table1) test(samples []float32, sigma float64) (measure.Estimate, error) {
	of, err := measure.Parzen(samples, t.Test, t.Dim, sigma)
	if err != nil {
		return measure.Estimate{}, fmt.Errorf("test images: %w", err)
	}
	return of[0], nil
}

// Paper is what Table 1 of the 2014 paper says of its own networks on the images of a row; ok is
// false where it has no column for them.
func (r *Table1Result) Paper() (of measure.Estimate, ok bool) {
	switch {
	case r.Data == "mnist" && r.Dim == 28*28:
		return measure.Estimate{Value: 225, StdErr: 2}, true
	case r.Data == "tfd" && r.Dim == 48*48:
		return measure.Estimate{Value: 2057, StdErr: 26}, true
	}
	return of, false
}

// WriteFile writes the row as JSON.
func (r *Table1Result) WriteFile(path string) error { return disk.WriteJSON(path, r) }

// ReadTable1 reads a row that WriteFile wrote. It returns an error that names the file and wraps [data.ErrFormat] if it
// holds something else, such as an object without candidates.
func ReadTable1(path string) (*Table1Result, error) {
	text, err := disk.ReadFile(path)
	if err != nil {
		return nil, err // it names the path
	}
	r := new(Table1Result)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w: %w: delete it to score the run again", path, data.ErrFormat, err)
	}
	if r.Data == "" { // earlier versions scored nothing else
		r.Data, r.Dim = "mnist", 28*28
	}
	chosen := func(c Candidate) bool { return c.Step == r.Chosen.Step }
	if r.Epoch < 1 || !slices.ContainsFunc(r.Candidates, chosen) {
		return nil, fmt.Errorf("%s: %w: no row of Table 1, with the chosen one among its candidates: delete it to score the run again", path, data.ErrFormat)
	}
	return r, nil
}
