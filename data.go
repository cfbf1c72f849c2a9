package gans

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Data names p_data: a set by its name, or files of one's own.
type Data struct {
	// Set is the name of the data, one of open.Names; empty where Path names files.
	Set string `json:"set,omitempty"`
	// Part is the part of a published set, such as "test"; empty means the one for training.
	Part string `json:"part,omitempty"`
	// Path is a file or folder of images of one's own: a folder, .zip or .tgz of pictures of any sizes, an
	// IDX file (with the labels beside it), CIFAR's binary files, LSUN's LMDB, SVHN's or TFD's .mat.
	Path string `json:"path,omitempty"`

	// First takes only that many images, from the first on; 0 means all. The 2014 paper trains on the first 50,000
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

	// MaxFailed is the fraction of pictures of any size that may be unreadable, up to 1; 0 means 5%.
	MaxFailed float64 `json:"max_failed,omitempty"`

	// Mean and Std of the normal distribution.
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`
}

// String is what the data are called: the name of the set, or the path.
func (d Data) String() string { return cmp.Or(d.Set, d.Path) }

// Images loads all of the image set at its Size, for comparing samples with it.
func (d Data) Images(ctx context.Context) (*data.Images, error) {
	source, err := d.source(ctx, data.Frame{Size: d.Size, Crop: d.Crop}, 0, nil)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	return data.All(ctx, source)
}

// source opens the images, pictures of any size in the given frame, and brings them to the configured size and the given
// number of channels. What takes long shows its progress on output.
func (d Data) source(ctx context.Context, frame data.Frame, channels int, output io.Writer) (source data.Source, err error) {
	o := open.Options{Frame: frame, MaxFailed: d.MaxFailed, Output: output}
	switch {
	case d.Path != "" && d.Set != "":
		return nil, invalid.Value("data.path", d.Path, "none beside the set %q", d.Set)
	case d.Path != "" && d.Part != "":
		return nil, invalid.Value("data.part", d.Part, "none: only a published set has parts, and %s is a path", d.Path)
	case d.Path != "":
		source, err = open.Path(ctx, d.Path, o)
	default:
		source, err = open.Set(ctx, d.Set, d.Part, o)
	}
	if err != nil {
		return nil, invalid.In("data", err)
	}
	if d.First != 0 {
		if source, err = data.First(source, d.First); err != nil {
			return nil, invalid.In("data", err)
		}
	}
	source, err = data.Fit(source, d.Size, channels)
	return source, invalid.In("data", err)
}

// validate refuses a negative size, a distribution without one, and settings of images where there are none.
func (d Data) validate() error {
	if d.Size < 0 {
		return invalid.Value("data.size", d.Size, "the side of an image, or 0 to leave the images as they are")
	}
	if !(d.MaxFailed >= 0 && d.MaxFailed <= 1) {
		return invalid.Value("data.max_failed", d.MaxFailed, "a fraction of the pictures, 0 to 1")
	}
	if d.Set != open.Normal && slices.Contains(open.Names(), d.Set) { // the only one that has them
		switch {
		case d.Mean != 0:
			return invalid.Value("data.mean", d.Mean, "none: only the set %q has one", open.Normal)
		case d.Std != 0:
			return invalid.Value("data.std", d.Std, "none: only the set %q has one", open.Normal)
		}
	}
	distribution, err := d.distribution()
	if err != nil {
		return err
	}
	if distribution == nil {
		if d.Crop != 0 && d.Set != "" && !open.Pictures(d.Set) {
			return invalid.Value("data.crop", d.Crop, "none: the images of %s have one size, and are not cropped", d.Set)
		}
		return nil
	}
	for _, of := range []struct {
		key        string
		value, off any
	}{
		{"part", d.Part, ""}, {"first", d.First, 0}, {"size", d.Size, 0}, {"crop", d.Crop, 0}, {"flip", d.Flip, false},
		{"replacement", d.Replacement, false}, {"on_device", d.OnDevice, false}, {"max_failed", d.MaxFailed, 0.},
	} {
		if of.value != of.off {
			return invalid.Value("data."+of.key, of.value, "none: %s is a distribution, not a set of images", d.Set)
		}
	}
	return nil
}

// distribution is p_data where it is not a set of images, nil where it is.
func (d Data) distribution() (data.Distribution, error) {
	switch {
	case d.Path != "":
		return nil, nil
	case d.Set != open.Normal:
		distribution, _ := open.Distribution(d.Set)
		return distribution, nil
	case !(d.Std > 0) || math.IsInf(d.Std, 0):
		return nil, invalid.Value("data.std", d.Std, "a positive number")
	case math.IsNaN(d.Mean) || math.IsInf(d.Mean, 0):
		return nil, invalid.Value("data.mean", d.Mean, "a finite number")
	}
	return data.Normal1D{Mean: d.Mean, Std: d.Std}, nil
}

// normal is p_data where it is the normal distribution on the line, nil where it is not.
func (d Data) normal() *data.Normal1D {
	distribution, _ := d.distribution()
	if l, ok := distribution.(data.Normal1D); ok {
		return &l
	}
	return nil
}

// mixture is p_data where it is a mixture, whose components can be counted, nil where it is not.
func (d Data) mixture() *data.Mixture {
	distribution, _ := d.distribution()
	if m, ok := distribution.(data.Mixture); ok {
		return &m
	}
	return nil
}

// images reports whether the data are images.
func (d Data) images() bool {
	distribution, err := d.distribution()
	return err == nil && distribution == nil
}

// dataNamed is the data of a name that open.Names lists, or of a path.
func dataNamed(what string) (Data, error) {
	if what == open.Normal {
		return Figure1().Data, nil
	}
	set, path, err := open.NameOrPath(what)
	return Data{Set: set, Path: path}, invalid.In("data", err)
}

// classes counts the classes of an image set.
func (d Data) classes(ctx context.Context) (int, error) {
	if d.Path != "" {
		n, err := open.Classes(ctx, d.Path, open.Options{Frame: data.Frame{Size: d.Size, Crop: d.Crop}, MaxFailed: d.MaxFailed})
		return n, invalid.In("data", err)
	}
	source, err := d.source(ctx, data.Frame{Size: d.Size, Crop: d.Crop}, 0, nil)
	if err != nil {
		return 0, err
	}
	return source.Classes(), source.Close()
}

// knowing is how a run knows the images of a feed again.
func knowing(ctx context.Context, feed *data.ImageFeed) (*run.Data, error) {
	now, err := feed.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(now)
	changes := func(kept []byte) ([]string, error) {
		var was data.Fingerprint
		if err := json.Unmarshal(kept, &was); err != nil {
			return nil, fmt.Errorf("%w: %w", data.ErrDamaged, err)
		}
		return now.Changes(was), nil
	}
	return &run.Data{Text: text, Changes: changes, Keys: []string{"data.path", "data.max_failed"}}, err
}

// ClassNames are the names of a run's classes, as its data have them: nil for a game without labels, where they have
// none, and in runs of earlier versions.
func ClassNames(r *run.Run) ([]string, error) {
	text, err := r.DataText()
	if err != nil || text == nil {
		return nil, err
	}
	var known data.Fingerprint
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, fmt.Errorf("run %s: %w: %w", r.Dir, data.ErrDamaged, err)
	}
	return known.Classes, nil
}

// feed opens the data of a configuration as its networks learn from them. What takes long shows its progress on output.
func (cfg Config) feed(ctx context.Context, output io.Writer) (data.Feed, error) {
	distribution, err := cfg.Data.distribution()
	if err != nil {
		return nil, err
	}
	if distribution != nil {
		return data.Points(distribution, uint64(cfg.Seed)), nil
	}
	return cfg.imageFeed(ctx, output)
}

// imageFeed opens an image set, brought to the size, channels and range of the generator's output.
func (cfg Config) imageFeed(ctx context.Context, output io.Writer) (*data.ImageFeed, error) {
	g := cfg.Generator
	side := cfg.Data.Size
	if size := g.output(); side == 0 && len(size) == 3 {
		side = size[0]
	}
	source, err := cfg.Data.source(ctx, data.Frame{Size: side, Crop: cfg.Data.Crop, Channels: g.channels()}, g.channels(), output)
	if err != nil {
		return nil, err
	}
	feed, err := data.NewFeed(source, data.Drawing{
		Seed: uint64(cfg.Seed), Scale: g.scale(),
		Replacement: cfg.Data.Replacement, Flip: cfg.Data.Flip, OnDevice: cfg.Data.OnDevice,
	}, g.classes() > 0 && source.Classes() > 0) // validateFor refuses a conditional game without labels, by its key
	return feed, invalid.In("data", err)
}

// meanLogits is the logit of each pixel's mean, where a generator with BiasFromData starts.
func meanLogits(ctx context.Context, feed data.Feed) ([]float32, error) {
	images, ok := feed.(*data.ImageFeed)
	if !ok {
		return nil, invalid.Value("bias_from_data", true, "false for data that are not images")
	}
	return images.MeanLogits(ctx)
}
