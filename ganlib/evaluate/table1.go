package evaluate

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/measure"
)

// The 2014 paper's protocol for the MNIST column of its Table 1, by its released
// code, parzen_ll.py: so many samples, and so many validation images for σ.
const (
	Table1Samples = 10_000
	table1Sigma   = 1000
)

// Table1 is the protocol behind Table 1 of Goodfellow et al. 2014: the mean
// log-likelihood of test images, in nats, under a Parzen window of 10,000
// samples, whose width σ is chosen on the first 1,000 validation images. The
// paper does not say when training stopped; here the checkpoint is chosen on the
// rest of the validation images, and the test images are touched once, by
// [Table1.Finish].
//
// Fill Validation and Test, [Table1.Add] the samples of each checkpoint, then
// Finish.
type Table1 struct {
	Validation []float32 // [n, Dim] in [0, 1]: MNIST's images 50,000 to 59,999
	Test       []float32 // [n, Dim]
	Dim        int
	Epoch      int // iterations in an epoch; for the result's plot

	// Candidates are the checkpoints in the order they were added.
	Candidates []Candidate

	best    int
	samples []float32 // of the best
}

// Candidate is how a checkpoint does on the validation images.
type Candidate struct {
	Step       int              `json:"step"`
	Sigma      float64          `json:"sigma"`
	Validation measure.Estimate `json:"validation"` // of the images that did not choose σ
}

// Table1Result is a line of Table 1.
type Table1Result struct {
	Candidates []Candidate      `json:"candidates"`
	Epoch      int              `json:"epoch"` // iterations in one
	Chosen     Candidate        `json:"chosen"`
	Test       measure.Estimate `json:"test"`
	// Real is what 10,000 real training images score in the samples' place.
	Real      measure.Estimate `json:"real"`
	RealSigma float64          `json:"real_sigma"`
}

// Add measures the samples of a checkpoint, [10,000, Dim], on the validation
// images.
func (t *Table1) Add(step int, samples []float32) (Candidate, error) {
	if got, want := len(samples), Table1Samples*t.Dim; got != want {
		return Candidate{}, fmt.Errorf("step %d: %d numbers: the protocol wants %d samples of %d, for the score grows with their number", step, got, Table1Samples, t.Dim)
	}
	sigma, rest, err := t.sigma(samples)
	if err != nil {
		return Candidate{}, fmt.Errorf("step %d: %w", step, err)
	}
	c := Candidate{step, sigma, rest}
	if t.Candidates = append(t.Candidates, c); len(t.Candidates) == 1 || rest.Value > t.Candidates[t.best].Validation.Value {
		t.best, t.samples = len(t.Candidates)-1, samples
	}
	return c, nil
}

// sigma chooses σ on the first validation images, and scores the rest with it.
func (t *Table1) sigma(samples []float32) (float64, measure.Estimate, error) {
	if len(t.Validation) <= table1Sigma*t.Dim {
		return 0, measure.Estimate{}, fmt.Errorf("%d numbers of validation images: want more than %d images of %d, which choose σ", len(t.Validation), table1Sigma, t.Dim)
	}
	sigma, _, err := measure.ParzenSigma(samples, t.Validation[:table1Sigma*t.Dim], t.Dim)
	if err != nil {
		return 0, measure.Estimate{}, err
	}
	rest, err := measure.Parzen(samples, t.Validation[table1Sigma*t.Dim:], t.Dim, sigma)
	if err != nil {
		return 0, measure.Estimate{}, err
	}
	return sigma, rest[0], nil
}

// Finish scores the best checkpoint on the test images. Beside it stands what
// 10,000 real training images score in the samples' place, by the same protocol:
// the honest ceiling.
func (t *Table1) Finish(training []float32) (*Table1Result, error) {
	if len(t.Candidates) == 0 {
		return nil, fmt.Errorf("no checkpoint was added: want at least one")
	}
	if got, want := len(training), Table1Samples*t.Dim; got != want {
		return nil, fmt.Errorf("%d numbers of training images: want %d images of %d", got, Table1Samples, t.Dim)
	}
	r := &Table1Result{Candidates: t.Candidates, Epoch: t.Epoch, Chosen: t.Candidates[t.best]}
	test, err := measure.Parzen(t.samples, t.Test, t.Dim, r.Chosen.Sigma)
	if err != nil {
		return nil, err
	}
	r.Test = test[0]
	if r.RealSigma, _, err = measure.ParzenSigma(training, t.Validation[:table1Sigma*t.Dim], t.Dim); err != nil {
		return nil, err
	}
	real, err := measure.Parzen(training, t.Test, t.Dim, r.RealSigma)
	if err != nil {
		return nil, err
	}
	r.Real = real[0]
	return r, nil
}

// WriteFile writes the line as JSON.
func (r *Table1Result) WriteFile(path string) error { return writeJSON(path, r) }
