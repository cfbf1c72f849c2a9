package gans

import (
	"fmt"
	"image"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

// Data names p_data.
type Data struct {
	// Set is "mnist", the training images, or "normal", the normal distribution on the line.
	Set string `json:"set"`
	// First takes only the first so many images; 0 means all. The 2014 paper trains on the first 50,000
	// of MNIST's 60,000.
	First int `json:"first,omitempty"`
	// Mean and Std of the normal distribution.
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`
}

// Images loads the image set, for comparing samples with it.
func (d Data) Images() (*data.Images, error) {
	if d.Set != "mnist" {
		return nil, fmt.Errorf("data set %q has no images", d.Set)
	}
	images, err := mnist.Train()
	if err != nil || d.First == 0 {
		return images, err
	}
	return images.Subset(0, d.First)
}

// dataset is p_data as a run needs it.
type dataset interface {
	// batch returns the k·m examples of an iteration, [k·m, ...].
	batch(step int) (train.Batch, error)
	// shape is that of one example.
	shape() []int
	// meanLogits is the logit of each coordinate's mean, for data in [0, 1].
	meanLogits() []float32
	// image draws one example; ok is false where examples are no images.
	image(x []float32) (picture image.Image, ok bool)
}

// load opens the data of a configuration, which says how much of it an iteration takes.
func (d Data) load(cfg Config) (dataset, error) {
	n := cfg.K * cfg.BatchSize
	switch d.Set {
	case "normal":
		if !(d.Std > 0) || math.IsNaN(d.Mean+d.Std) || math.IsInf(d.Mean+d.Std, 0) {
			return nil, fmt.Errorf("data: normal distribution with mean %v and std %v: want a finite mean and a positive std", d.Mean, d.Std)
		}
		return &line{data.Normal1D{Mean: d.Mean, Std: d.Std}, uint64(cfg.Seed), n}, nil
	case "mnist":
		set, err := d.Images()
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		order, err := data.NewOrder(set.N, n, uint64(cfg.Seed))
		if err != nil {
			return nil, fmt.Errorf("data: an iteration takes k·m = %d·%d examples: %w", cfg.K, cfg.BatchSize, err)
		}
		scale := data.Unit
		if g := cfg.Generator.MLP; g != nil && g.OutputActivation == "tanh" {
			scale = data.Symmetric
		}
		return &pictures{set, order, scale, n}, nil
	}
	return nil, fmt.Errorf(`data: set %q is unknown: want "mnist" or "normal"`, d.Set)
}

// line is a distribution of numbers.
type line struct {
	data.Normal1D
	seed uint64
	n    int
}

func (l *line) batch(step int) (train.Batch, error) {
	x := tensors.FromFlatDataAndDimensions(l.Batch(l.seed, step, l.n), l.n, 1)
	return train.Batch{Inputs: []*tensors.Tensor{x}}, nil
}

func (l *line) shape() []int                        { return []int{1} }
func (l *line) meanLogits() []float32               { return nil }
func (l *line) image([]float32) (image.Image, bool) { return nil, false }

// pictures is an image set, scaled to the range of the generator's output.
type pictures struct {
	set   *data.Images
	order *data.Order
	scale data.Scale
	n     int
}

func (p *pictures) batch(step int) (train.Batch, error) {
	x := make([]float32, p.n*p.set.Size())
	if err := p.set.Fill(x, p.order.Batch(step), p.scale); err != nil {
		return train.Batch{}, err
	}
	dims := append([]int{p.n}, p.shape()...)
	return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, dims...)}}, nil
}

func (p *pictures) shape() []int { return []int{p.set.Height, p.set.Width, p.set.Channels} }

// meanLogits clips the means away from 0 and 1, where pixels that never change would need an infinite
// bias.
func (p *pictures) meanLogits() []float32 {
	const clip = 1e-7 // as Pylearn2's init_sigmoid_bias_from_marginals
	sums := make([]float64, p.set.Size())
	for i := range p.set.N {
		for j, v := range p.set.At(i) {
			sums[j] += float64(v)
		}
	}
	logits := make([]float32, len(sums))
	for j, sum := range sums {
		mean := min(max(sum/255/float64(p.set.N), clip), 1-clip)
		logits[j] = float32(math.Log(mean / (1 - mean)))
	}
	return logits
}

func (p *pictures) image(x []float32) (image.Image, bool) {
	one := &data.Images{N: 1, Height: p.set.Height, Width: p.set.Width, Channels: p.set.Channels, Pixels: make([]uint8, len(x))}
	for i, v := range x {
		if p.scale == data.Symmetric {
			v = (v + 1) / 2
		}
		one.Pixels[i] = uint8(math.Round(255 * float64(min(max(v, 0), 1))))
	}
	return one.Image(0), true
}
