package evaluate

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/compute"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

const (
	mostReference = 10_000  // images of a reference
	trainNumbers  = 1 << 28 // numbers in the training images among which copies are looked for: a gigabyte
	atOnce        = 1000    // images chosen between two looks at the context
)

// Real draws the real images of an evaluation of n samples; the seed decides which.
//
// The reference is drawn from test, the images that a set keeps for testing. The other real images, and those among which
// copies are looked for, are drawn from train. If test is nil, up to half of the training images are the reference, the
// other real images come from the rest, and Train stays nil.
//
// The embedded classifiers have learned the first 55,000 training images of their sets. By their features, other real
// images from train score a little better than new ones would: 5,000 learned digits have an Inception score of
// 9.938 ± .009, 5,000 that were held out 9.854 ± .014. The reference, from test, is new to them.
//
// Sets.Samples and Sets.Unit are left to the caller. Sets.Real is nil if there are fewer than n images for it.
func Real(ctx context.Context, train, test data.Source, n int, seed uint64) (s Sets, err error) {
	if n < 1 {
		return s, invalid.Value("samples", n, "at least 1")
	}
	if test == nil {
		return halves(ctx, train, n, seed)
	}
	if s.Reference, err = draw(ctx, test, 0, min(mostReference, test.Len()), seed); err != nil {
		return s, err
	}
	if n <= train.Len() {
		if s.Real, err = draw(ctx, train, 0, n, seed); err != nil {
			return s, err
		}
	}
	s.Train, err = draw(ctx, train, 0, min(train.Len(), trainNumbers/s.Reference.Size()), seed)
	return s, err
}

// halves draws a reference and other real images from one set, none twice.
func halves(ctx context.Context, train data.Source, n int, seed uint64) (s Sets, err error) {
	half := min(mostReference, (train.Len()+1)/2)
	if s.Reference, err = draw(ctx, train, 0, half, seed); err != nil {
		return s, err
	}
	s.Reference.Name += ", training images"
	if half+n <= train.Len() {
		s.Real, err = draw(ctx, train, half, n, seed)
	}
	return s, err
}

// draw chooses n images of a source, after skipping some, in an order that the seed decides.
func draw(ctx context.Context, from data.Source, skip, n int, seed uint64) (*data.Images, error) {
	order, err := data.NewOrder(from.Len(), from.Len(), seed)
	if err != nil {
		return nil, err
	}
	return choose(ctx, from, slices.Clone(order.Batch(0)[skip:skip+n]))
}

// choose returns the images that indices name.
func choose(ctx context.Context, from data.Source, indices []int) (*data.Images, error) {
	var all *data.Images
	for chunk := range slices.Chunk(indices, atOnce) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("drawing real images: %w", err)
		}
		some, err := from.Choose(chunk)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = some
			all.Pixels = slices.Grow(all.Pixels, (len(indices)-all.N)*all.Size())
			continue
		}
		all.N += some.N
		all.Pixels = append(all.Pixels, some.Pixels...)
		all.Labels, all.Files = append(all.Labels, some.Labels...), append(all.Files, some.Files...)
	}
	return all, nil
}

// ClassifierFor returns the classifier that knows the images of a set, given by its name and the shape of the images,
// [height, width, channels]. It is nil if there is none.
func ClassifierFor(b compute.Backend, set string, shape []int) (Classifier, error) {
	grey, colour := slices.Equal(shape, []int{28, 28, 1}), slices.Equal(shape, []int{28, 28, 3})
	var c *feature.Classifier
	var err error
	switch {
	case set == "mnist" && grey, set == "stacked-mnist" && colour:
		c, err = feature.Digits(b)
	case (set == "fashion" || set == "fashion-mnist") && grey:
		c, err = feature.Fashion(b)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err // not c, which would be a Classifier that is not nil
	}
	if colour {
		return stacked{c}, nil
	}
	return c, nil
}

// FeaturesFor returns the extractor to use if none was asked for: the classifier if it gives features, otherwise random
// convolutions.
func FeaturesFor(b compute.Backend, c Classifier) (feature.Extractor, error) {
	if learned, ok := c.(feature.Extractor); ok {
		return learned, nil
	}
	return feature.Random(b, 1)
}
