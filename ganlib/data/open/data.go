package open

import (
	"cmp"
	"context"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Data names p_data: a set by its name, or files of one's own.
type Data struct {
	// Set is the name of the data, one of [Names]; empty where Path names files.
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
	// Cloud is a distribution drawn by dots, in place of a set.
	Cloud *data.Cloud `json:"cloud,omitempty"`
}

// toy is the distribution of points that the data name, if they name one.
func (d Data) toy() data.Toy { return data.Toy{Set: d.Set, Mean: d.Mean, Std: d.Std, Cloud: d.Cloud} }

// String is what the data are called: the name of the set, or the path.
func (d Data) String() string {
	if d.Cloud != nil {
		return d.toy().String()
	}
	return cmp.Or(d.Set, d.Path)
}

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
	o := Options{Frame: frame, MaxFailed: d.MaxFailed, Output: output}
	switch {
	case d.Path != "" && d.Set != "":
		return nil, invalid.Value("data.path", d.Path, "none beside the set %q", d.Set)
	case d.Path != "" && d.Part != "":
		return nil, invalid.Value("data.part", d.Part, "none: only a published set has parts, and %s is a path", d.Path)
	case d.Path != "":
		source, err = Path(ctx, d.Path, o)
	default:
		source, err = Set(ctx, d.Set, d.Part, o)
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

// Validate refuses a negative size, a distribution without one, and settings of images where there are none.
func (d Data) Validate() error {
	if d.Size < 0 {
		return invalid.Value("data.size", d.Size, "the side of an image, or 0 to leave the images as they are")
	}
	if !(d.MaxFailed >= 0 && d.MaxFailed <= 1) {
		return invalid.Value("data.max_failed", d.MaxFailed, "a fraction of the pictures, 0 to 1")
	}
	distribution, err := d.Distribution()
	if err != nil {
		return err
	}
	if distribution == nil {
		if d.Crop != 0 && d.Set != "" && !Pictures(d.Set) {
			return invalid.Value("data.crop", d.Crop, "none: the images of %s have one size, and are not cropped", d.Set)
		}
		if d.MaxFailed != 0 && d.Set != "" && !Pictures(d.Set) {
			return invalid.Value("data.max_failed", d.MaxFailed, "none: %s is no set of pictures of any size, and is read whole or not at all", d.Set)
		}
		return nil
	}
	if dim := distribution.Dim(); dim > 2 {
		return invalid.Value("data.cloud", dim, "one or two coordinates, which can be drawn")
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

// Distribution is p_data where it is not a set of images, nil where it is.
func (d Data) Distribution() (data.Distribution, error) {
	if d.Path != "" {
		if d.Cloud != nil {
			return nil, invalid.Value("data.cloud", d.Path, "none beside the path %s", d.Path)
		}
		return nil, nil
	}
	if d.Cloud == nil && !slices.Contains(Names(), d.Set) {
		return nil, nil // whoever opens the set says that there is none, whatever its mean
	}
	distribution, err := d.toy().Distribution()
	return distribution, invalid.In("data", err)
}

// Line is p_data where it is a distribution on the line, nil where it is not.
func (d Data) Line() data.Line {
	distribution, _ := d.Distribution()
	if l, ok := distribution.(data.Line); ok && l.Dim() == 1 {
		return l
	}
	return nil
}

// Mixture is p_data where it is a mixture, whose components can be counted, nil where it is not.
func (d Data) Mixture() *data.Mixture {
	distribution, _ := d.Distribution()
	if m, ok := distribution.(data.Mixture); ok {
		return &m
	}
	return nil
}

// OfImages reports whether the data are images.
func (d Data) OfImages() bool {
	distribution, err := d.Distribution()
	return err == nil && distribution == nil
}

// Classes counts the classes of an image set.
func (d Data) Classes(ctx context.Context) (int, error) {
	if d.Path != "" {
		n, err := Classes(ctx, d.Path, Options{Frame: data.Frame{Size: d.Size, Crop: d.Crop}, MaxFailed: d.MaxFailed})
		return n, invalid.In("data", err)
	}
	source, err := d.source(ctx, data.Frame{Size: d.Size, Crop: d.Crop}, 0, nil)
	if err != nil {
		return 0, err
	}
	return source.Classes(), source.Close()
}

// Wanted is how a game wants its data.
type Wanted struct {
	// Seed decides which examples are drawn.
	Seed uint64
	// Side is that of images whose own are of any size, where Size is 0; Channels is 1 for grey images, 3 for colour, 0
	// for the data's own.
	Side, Channels int
	// Scale is the range of the numbers.
	Scale data.Scale
	// Labels asks for the labels of the images, where they have some.
	Labels bool
}

// Feed opens the data as a game learns from them. What takes long shows its progress on output.
func (d Data) Feed(ctx context.Context, w Wanted, output io.Writer) (data.Feed, error) {
	distribution, err := d.Distribution()
	if err != nil {
		return nil, err
	}
	if distribution != nil {
		return data.Points(distribution, w.Seed), nil
	}
	return d.ImageFeed(ctx, w, output)
}

// ImageFeed is [Data.Feed] of an image set.
func (d Data) ImageFeed(ctx context.Context, w Wanted, output io.Writer) (*data.ImageFeed, error) {
	frame := data.Frame{Size: cmp.Or(d.Size, w.Side), Crop: d.Crop, Channels: w.Channels}
	source, err := d.source(ctx, frame, w.Channels, output)
	if err != nil {
		return nil, err
	}
	feed, err := data.NewFeed(source, data.Drawing{
		Seed: w.Seed, Scale: w.Scale, Replacement: d.Replacement, Flip: d.Flip, OnDevice: d.OnDevice,
	}, w.Labels && source.Classes() > 0)
	return feed, invalid.In("data", err)
}
