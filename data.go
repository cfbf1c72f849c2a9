package gans

import (
	"fmt"
	"image"
	"maps"
	"math"
	"slices"

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
	// Size is the side images are resized to; 0 leaves them as they are. Their channels follow the
	// generator: it gets grey images spread over three channels, or colour ones in grey, if that is what
	// it makes.
	Size int `json:"size,omitempty"`
	// Mean and Std of the normal distribution.
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`
}

// sets are the data that can be had, each as it is.
var sets = map[string]Data{
	"mnist":  {Set: "mnist"},
	"normal": {Set: "normal", Mean: 1, Std: .5},
}

// DataSets lists the names that Data.Set knows.
func DataSets() []string { return slices.Sorted(maps.Keys(sets)) }

// Images loads the image set at its Size, for comparing samples with it.
func (d Data) Images() (*data.Images, error) {
	whole, err := d.whole()
	if err != nil {
		return nil, err
	}
	images, err := d.first(whole)
	if err != nil || d.Size == 0 {
		return images, err
	}
	return images.Resize(d.Size)
}

// whole loads all of the image set, as it is.
func (d Data) whole() (*data.Images, error) {
	if d.Set != "mnist" {
		return nil, fmt.Errorf("data set %q has no images", d.Set)
	}
	return mnist.Train()
}

// first takes First of the images.
func (d Data) first(images *data.Images) (*data.Images, error) {
	if d.First == 0 {
		return images, nil
	}
	return images.Subset(0, d.First)
}

// dataset is p_data as a run needs it.
type dataset interface {
	// batch returns the k·m examples of an iteration, [k·m, ...], and in a conditional game their labels,
	// int32 [k·m].
	batch(step int) (train.Batch, error)
	// shape is that of one example.
	shape() []int
	// classes is the number of different labels, 0 without labels.
	classes() int
	// meanLogits is the logit of each coordinate's mean, for data in [0, 1]; nil where they are not.
	meanLogits() ([]float32, error)
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
		return d.pictures(cfg)
	}
	return nil, fmt.Errorf("data: set %q is not here: want one of %q", d.Set, DataSets())
}

// pictures opens an image set for the networks of a configuration.
func (d Data) pictures(cfg Config) (dataset, error) {
	whole, err := d.whole()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	set, err := d.first(whole)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	n := cfg.K * cfg.BatchSize
	order, err := data.NewOrder(set.N, n, uint64(cfg.Seed))
	if err != nil {
		return nil, fmt.Errorf("data: an iteration takes k·m = %d·%d examples: %w", cfg.K, cfg.BatchSize, err)
	}
	if d.Size < 0 {
		return nil, fmt.Errorf("data: size is %d: want the side of an image, or 0 to leave the images as they are", d.Size)
	}
	p := &pictures{
		set: set, kinds: whole.Classes(), order: order, scale: cfg.Generator.scale(), n: n,
		side: d.Size, channels: cfg.Generator.channels(), labelled: cfg.Generator.classes() > 0,
	}
	one, err := set.Choose([]int{0})
	if err == nil {
		p.one, err = p.fit(one)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return p, nil
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
func (l *line) classes() int                        { return 0 }
func (l *line) meanLogits() ([]float32, error)      { return nil, nil }
func (l *line) image([]float32) (image.Image, bool) { return nil, false }

// pictures is an image set, brought to the size, channels and range of the generator's output.
type pictures struct {
	set            *data.Images // as it was loaded
	one            *data.Images // one image of it, as the players get it
	kinds          int          // the number of different labels
	order          *data.Order
	scale          data.Scale
	n              int
	side, channels int  // 0 leaves the set's
	labelled       bool // whether batches hold labels
}

// fit brings images of the set to the size and channels asked for.
func (p *pictures) fit(images *data.Images) (fitting *data.Images, err error) {
	fitting = images
	if p.side > 0 {
		if fitting, err = fitting.Resize(p.side); err != nil {
			return nil, err
		}
	}
	if p.channels > 0 {
		return fitting.WithChannels(p.channels)
	}
	return fitting, nil
}

// batch fits no more images than it needs: the whole set at 64 x 64 in colour would be 700 MB.
func (p *pictures) batch(step int) (train.Batch, error) {
	chosen, err := p.set.Choose(p.order.Batch(step))
	if err != nil {
		return train.Batch{}, err
	}
	if chosen, err = p.fit(chosen); err != nil {
		return train.Batch{}, err
	}
	x, all := make([]float32, len(chosen.Pixels)), make([]int, chosen.N)
	for i := range all {
		all[i] = i
	}
	if err := chosen.Fill(x, all, p.scale); err != nil {
		return train.Batch{}, err
	}
	dims := append([]int{p.n}, p.shape()...)
	inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, dims...)}
	if p.labelled {
		inputs = append(inputs, labelTensor(chosen.Labels))
	}
	return train.Batch{Inputs: inputs}, nil
}

// labelTensor makes labels int32 [n].
func labelTensor(labels []int) *tensors.Tensor {
	y := make([]int32, len(labels))
	for i, label := range labels {
		y[i] = int32(label)
	}
	return tensors.FromFlatDataAndDimensions(y, len(y))
}

func (p *pictures) shape() []int { return []int{p.one.Height, p.one.Width, p.one.Channels} }

func (p *pictures) classes() int { return p.kinds }

// meanLogits clips the means away from 0 and 1, where pixels that never change would need an infinite
// bias.
func (p *pictures) meanLogits() ([]float32, error) {
	const clip = 1e-7 // as Pylearn2's init_sigmoid_bias_from_marginals
	set, err := p.fit(p.set)
	if err != nil {
		return nil, err
	}
	sums := make([]float64, set.Size())
	for i := range set.N {
		for j, v := range set.At(i) {
			sums[j] += float64(v)
		}
	}
	logits := make([]float32, len(sums))
	for j, sum := range sums {
		mean := min(max(sum/255/float64(set.N), clip), 1-clip)
		logits[j] = float32(math.Log(mean / (1 - mean)))
	}
	return logits, nil
}

func (p *pictures) image(x []float32) (image.Image, bool) {
	one := *p.one
	one.Pixels = make([]uint8, len(x))
	for i, v := range x {
		if p.scale == data.Symmetric {
			v = (v + 1) / 2
		}
		one.Pixels[i] = uint8(math.Round(255 * float64(min(max(v, 0), 1))))
	}
	return one.Image(0), true
}
