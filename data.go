package gans

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Data names p_data: a set by its name, or files of one's own.
type Data struct {
	// Set is the name of the data, one of DataSets; empty where Path names files.
	Set string `json:"set,omitempty"`
	// Part is the part of a published set, such as "test"; empty means the one for training.
	Part string `json:"part,omitempty"`
	// Path is a file or folder of images of one's own: a folder, .zip or .tgz of pictures of any sizes, an
	// IDX file (with the labels beside it), CIFAR's binary files, LSUN's LMDB, SVHN's or TFD's .mat.
	Path string `json:"path,omitempty"`

	// First takes only the first so many images; 0 means all. The 2014 paper trains on the first 50,000
	// of MNIST's 60,000.
	First int `json:"first,omitempty"`
	// Size is the side images are resized to; 0 leaves images of one size as they are, and brings pictures
	// of any size to the generator's. Their channels follow the generator: it gets grey images spread over
	// three channels, or colour ones in grey, if that is what it makes.
	Size int `json:"size,omitempty"`
	// Crop is the side of the square cut out of the middle of pictures of any size before they are resized;
	// 0 means the largest there is. For CelebA the literature takes 108.
	Crop int `json:"crop,omitempty"`
	// Flip mirrors each image left to right with probability 1/2.
	Flip bool `json:"flip,omitempty"`
	// Replacement draws every image by itself, so that one may come twice before all have come once.
	// Otherwise they come in shuffled epochs.
	Replacement bool `json:"replacement,omitempty"`
	// OnDevice keeps the whole set in the device's memory. The minibatches are the same.
	OnDevice bool `json:"on_device,omitempty"`

	// Mean and Std of the normal distribution.
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`
}

// Images loads all of the image set at its Size, for comparing samples with it.
func (d Data) Images() (*data.Images, error) {
	source, err := d.source(data.Frame{Size: d.Size, Crop: d.Crop}, nil)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer closeSource(source)
	if source, err = data.Fit(source, d.Size, 0); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return data.All(source)
}

// source opens the images as they are, pictures of any size in the given frame. What takes long shows its
// progress on output.
func (d Data) source(frame data.Frame, output io.Writer) (source data.Source, err error) {
	switch {
	case d.Path != "" && d.Set != "":
		return nil, fmt.Errorf("both set %q and path %s: want one of the two", d.Set, d.Path)
	case d.Path != "" && d.Part != "":
		return nil, fmt.Errorf("part %q of %s: only a published set has parts", d.Part, d.Path)
	case d.Path != "":
		source, err = openPath(d.Path, frame, output)
	default:
		source, err = openSet(d.Set, d.Part, frame, output)
	}
	if err != nil || d.First == 0 {
		return source, err
	}
	return data.First(source, d.First)
}

// closeSource closes a source that is read from an open file.
func closeSource(source data.Source) {
	if file, ok := source.(io.Closer); ok {
		file.Close()
	}
}

// distribution is p_data where it is no set of images, nil where it is.
func (d Data) distribution() (data.Distribution, error) {
	if d.Path != "" {
		return nil, nil
	}
	if d.Set == normal {
		if !(d.Std > 0) || math.IsNaN(d.Mean+d.Std) || math.IsInf(d.Mean+d.Std, 0) {
			return nil, fmt.Errorf("data: normal distribution with mean %v and std %v: want a finite mean and a positive std", d.Mean, d.Std)
		}
		return data.Normal1D{Mean: d.Mean, Std: d.Std}, nil
	}
	return distributions[d.Set], nil
}

// dataset is p_data as a run needs it.
type dataset interface {
	// shape is that of one example.
	shape() []int
	// size is the number of examples there are, math.MaxInt where there is no end of them.
	size() int
	// classes is the number of different labels, 0 without labels.
	classes() int
	// meanLogits is the logit of each coordinate's mean, for data in [0, 1]; nil where they are not.
	meanLogits() ([]float32, error)
	// batches returns what each step sees: n examples [n, ...], and in a conditional game their labels,
	// int32 [n].
	batches(b compute.Backend, n int) (func(step int) (train.Batch, error), error)
	// close frees what the data hold.
	close()
}

// load opens the data of a configuration.
func (cfg Config) load() (dataset, error) {
	distribution, err := cfg.Data.distribution()
	if err != nil {
		return nil, err
	}
	if distribution != nil {
		return &points{distribution, uint64(cfg.Seed)}, nil
	}
	if cfg.Data.Size < 0 {
		return nil, fmt.Errorf("data: size is %d: want the side of an image, or 0 to leave the images as they are", cfg.Data.Size)
	}
	p, err := cfg.pictures()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return p, nil
}

// pictures opens an image set for the networks of a configuration.
func (cfg Config) pictures() (*pictures, error) {
	g := cfg.Generator
	side := cfg.Data.Size
	if output := g.output(); side == 0 && len(output) == 3 {
		side = output[0]
	}
	source, err := cfg.Data.source(data.Frame{Size: side, Crop: cfg.Data.Crop, Channels: g.channels()}, cfg.Output)
	if err != nil {
		return nil, err
	}
	fitting, err := data.Fit(source, cfg.Data.Size, g.channels())
	if err != nil {
		return nil, err
	}
	one, err := fitting.Choose([]int{0})
	if err != nil {
		return nil, err
	}
	return &pictures{
		source: source, fitting: fitting, one: one, labelled: g.classes() > 0,
		drawing: data.Drawing{
			Seed: uint64(cfg.Seed), Scale: g.scale(),
			Replacement: cfg.Data.Replacement, Flip: cfg.Data.Flip, OnDevice: cfg.Data.OnDevice,
		},
	}, nil
}

// points is a distribution of numbers or points.
type points struct {
	data.Distribution
	seed uint64
}

func (p *points) shape() []int                   { return []int{p.Dim()} }
func (p *points) size() int                      { return math.MaxInt }
func (p *points) classes() int                   { return 0 }
func (p *points) meanLogits() ([]float32, error) { return nil, nil }
func (p *points) close()                         {}

func (p *points) batches(_ compute.Backend, n int) (func(step int) (train.Batch, error), error) {
	return func(step int) (train.Batch, error) {
		x := tensors.FromFlatDataAndDimensions(p.Batch(p.seed, step, n), n, p.Dim())
		return train.Batch{Inputs: []*tensors.Tensor{x}}, nil
	}, nil
}

// pictures is an image set, brought to the size, channels and range of the generator's output.
type pictures struct {
	source   data.Source  // as it was opened
	fitting  data.Source  // as the players get it
	one      *data.Images // one image of it
	drawing  data.Drawing
	labelled bool // whether batches hold labels
	drawn    []*data.Batches
}

func (p *pictures) shape() []int { return []int{p.one.Height, p.one.Width, p.one.Channels} }
func (p *pictures) size() int    { return p.fitting.Len() }
func (p *pictures) classes() int { return p.fitting.Classes() }

func (p *pictures) close() {
	for _, b := range p.drawn {
		b.Finalize()
	}
	closeSource(p.source)
}

func (p *pictures) batches(b compute.Backend, n int) (func(step int) (train.Batch, error), error) {
	drawing := p.drawing
	drawing.Size = n
	drawn, err := data.NewBatches(b, p.fitting, drawing)
	if err != nil {
		return nil, err
	}
	p.drawn = append(p.drawn, drawn)
	return func(step int) (train.Batch, error) {
		x, labels, err := drawn.Draw(step)
		if err != nil {
			return train.Batch{}, err
		}
		inputs := []*tensors.Tensor{x}
		if p.labelled {
			inputs = append(inputs, labels)
		}
		return train.Batch{Inputs: inputs}, nil
	}, nil
}

// meanLogits clips the means away from 0 and 1, where pixels that never change would need an infinite
// bias.
func (p *pictures) meanLogits() ([]float32, error) {
	const clip = 1e-7 // as Pylearn2's init_sigmoid_bias_from_marginals
	const atOnce = 1000
	n := p.fitting.Len()
	sums := make([]float64, p.one.Size())
	for lo := 0; lo < n; lo += atOnce {
		indices := make([]int, min(atOnce, n-lo))
		for i := range indices {
			indices[i] = lo + i
		}
		some, err := p.fitting.Choose(indices)
		if err != nil {
			return nil, err
		}
		for i := range some.N {
			for j, v := range some.At(i) {
				sums[j] += float64(v)
			}
		}
	}
	logits := make([]float32, len(sums))
	for j, sum := range sums {
		mean := min(max(sum/255/float64(n), clip), 1-clip)
		logits[j] = float32(math.Log(mean / (1 - mean)))
	}
	return logits, nil
}

// check reports data that the networks of a configuration cannot play with.
func (cfg Config) check(d dataset) error {
	output := cfg.Generator.output()
	if got := d.shape(); !slices.Equal(output, got) {
		return fmt.Errorf("generator: its output has shape %v: want %v, the shape of one example%s", output, got, cfg.Generator.fit(d))
	}
	switch got, want := cfg.Generator.classes(), d.classes(); {
	case got > 0 && want == 0:
		return fmt.Errorf("generator: it has %d classes, and the data have no labels: want 0", got)
	case got > 0 && got != want:
		return fmt.Errorf("generator: it has %d classes, the data have %d: want the data's, or 0 for no labels", got, want)
	}
	return nil
}

// String is what the data are called: the name of the set, or the path.
func (d Data) String() string { return cmp.Or(d.Set, d.Path) }
