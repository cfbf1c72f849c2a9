package feature

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Classifier is a small convolutional network that classifies grey images of 28 x 28. It is also an [Extractor]: its
// features, [n, 64], are the last layer before the classes.
//
// The layers are three convolutions of stride 2 to 32, 64 and 64 channels, the first 5×5 and the others 3×3, and a
// dense layer of 64 units, each with batch normalisation and a leaky ReLU; then the logits of the classes. Only one
// goroutine at a time may call its methods.
type Classifier struct {
	name    string
	classes int
	store   *model.Store
	exec    executor
}

// The weights are float16, trained on xla:cpu by `go run ./cmd/train-classifiers mnist`, and likewise for fashion, with
// the default settings.
var (
	//go:embed mnist.npz
	mnistWeights []byte
	//go:embed fashion.npz
	fashionWeights []byte
)

// Digits returns the embedded classifier of MNIST's digits, trained on MNIST's first 55,000 training images. Its
// accuracy on the 10,000 test images is 99.12%.
func Digits(b compute.Backend) (*Classifier, error) {
	return decode(b, "MNIST classifier 1", mnistWeights)
}

// Fashion returns the embedded classifier of Fashion-MNIST's ten classes of clothes, trained on the set's first 55,000
// training images. Its accuracy on the 10,000 test images is 91.37%.
func Fashion(b compute.Backend) (*Classifier, error) {
	return decode(b, "Fashion-MNIST classifier 1", fashionWeights)
}

// newClassifier is the network with the given weights.
func newClassifier(b compute.Backend, name string, w weights) (*Classifier, error) {
	classes, err := w.classes()
	if err != nil {
		return nil, err
	}
	c := &Classifier{name: name, classes: classes}
	if c.store, err = w.store(b, classes); err != nil {
		return nil, err
	}
	c.exec, err = model.NewExec(b, c.store, func(scope *model.Scope, pixels *Node) (feature, probabilities *Node) {
		feature, logits := network(scope, unitOf(pixels), classes)
		return feature, Softmax(logits, -1)
	})
	return c, err
}

// Name is "MNIST classifier 1" for [Digits]; the number rises when the weights change. A classifier read from a file is
// named after the file and its contents, one from [Train] after its data and its seed.
func (c *Classifier) Name() string { return c.name }

// Classes is the number of classes, 10 for [Digits] and [Fashion].
func (c *Classifier) Classes() int { return c.classes }

// Extract returns the features, [n, 64]. The images must be grey and 28 x 28.
func (c *Classifier) Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error) {
	x, _, err = apply(ctx, c, images, images.Pixels)
	return x, features, err
}

// Probabilities returns p(class | image) by the classifier, [n, Classes], rows that sum to 1. An Inception score is
// computed from them. It returns the errors of Extract.
func (c *Classifier) Probabilities(ctx context.Context, images *data.Images) ([]float32, error) {
	_, p, err := apply(ctx, c, images, images.Pixels)
	return p, err
}

// Classify returns the most probable class of each image, [n]. It returns the errors of Extract.
func (c *Classifier) Classify(ctx context.Context, images *data.Images) ([]int, error) {
	p, err := c.Probabilities(ctx, images)
	if err != nil {
		return nil, err
	}
	labels := make([]int, images.N)
	for i := range labels {
		row := p[i*c.classes : (i+1)*c.classes]
		for class, v := range row {
			if v > row[labels[i]] {
				labels[i] = class
			}
		}
	}
	return labels, nil
}

// ClassifyStacked returns the mode of each image of Stacked MNIST, [n]: the number from 0 to 999 whose digits are those
// in its red, green and blue channels, as [data.Stacked] labels them. The images must be in colour and 28 x 28, and the
// classifier must have ten classes.
func (c *Classifier) ClassifyStacked(ctx context.Context, images *data.Images) ([]int, error) {
	const digits = 10
	if err := images.Validate(); err != nil {
		return nil, err
	}
	if images.Channels != 3 || c.classes != digits {
		return nil, fmt.Errorf("%w: image set %q has %d channels and %s %d classes: want 3 channels, each a digit of %d classes",
			data.ErrUnfit, images.Name, images.Channels, c.name, c.classes, digits)
	}
	labels := make([]int, images.N)
	for channel := range images.Channels {
		digit, err := c.Classify(ctx, channelOf(images, channel))
		if err != nil {
			return nil, err
		}
		for i, d := range digit {
			labels[i] = digits*labels[i] + d
		}
	}
	return labels, nil
}

// channelOf is one channel of images, as grey ones without labels.
func channelOf(images *data.Images, channel int) *data.Images {
	grey := *images
	grey.Channels, grey.Labels, grey.LabelNames = 1, nil, nil
	grey.Pixels = make([]uint8, images.N*grey.Size())
	for p := range grey.Pixels {
		grey.Pixels[p] = images.Pixels[images.Channels*p+channel]
	}
	return &grey
}

// Accuracy is the fraction of the images, which must have labels, that [Classifier.Classify] gives their label. It
// returns the errors of Extract.
func (c *Classifier) Accuracy(ctx context.Context, images *data.Images) (float64, error) {
	if images.Labels == nil {
		return 0, fmt.Errorf("%w: image set %q has no labels: want one for each image", data.ErrUnfit, images.Name)
	}
	labels, err := c.Classify(ctx, images)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, label := range labels {
		if label == images.Labels[i] {
			right++
		}
	}
	return float64(right) / float64(images.N), nil
}

// apply returns the features and the probabilities of images, by their pixels or by values that are not rounded.
func apply[T uint8 | float32](ctx context.Context, c *Classifier, images *data.Images, values []T) (x, p []float32, err error) {
	if err := checkGrey28(images, c.name); err != nil {
		return nil, nil, err
	}
	results, err := inBatches(ctx, c.exec, images, values)
	if err != nil {
		return nil, nil, err
	}
	return results[0], results[1], nil
}

// checkGrey28 refuses images that a classifier does not read.
func checkGrey28(images *data.Images, name string) error {
	if err := images.Validate(); err != nil {
		return err
	}
	if images.Height != side || images.Width != side || images.Channels != 1 {
		return fmt.Errorf("%w: image set %q has images of %d x %d with %d channels: %s wants %d x %[7]d with 1 "+
			"(see Images.Resize and Images.WithChannels)", data.ErrUnfit, images.Name, images.Height, images.Width, images.Channels, name, side)
	}
	return nil
}
