package data_test

import (
	"context"
	"io/fs"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// counted is a source that counts how often it is closed, and fails to choose when told to.
type counted struct {
	*data.Images
	closed int
	fails  bool
}

func (c *counted) Close() error {
	c.closed++
	return nil
}

func (c *counted) Choose(indices []int) (*data.Images, error) {
	if c.fails {
		return nil, errOnFire
	}
	return c.Images.Choose(indices)
}

// What is opened is closed, once, through all its wrappers.
func TestClose(t *testing.T) {
	s := &counted{Images: noise(10, 8, 8, 1)}
	first, err := data.First(s, 4)
	require.NoError(t, err)
	fitting, err := data.Fit(first, 4, 3)
	require.NoError(t, err)
	feed, err := data.NewFeed(fitting, data.Drawing{}, false)
	require.NoError(t, err)
	_, err = feed.Batches(t.Context(), gantest.Open(t, "go"), 2)
	require.NoError(t, err)
	require.Zero(t, s.closed)
	require.NoError(t, feed.Close())
	require.Equal(t, 1, s.closed)

	require.NoError(t, noise(1, 2, 2, 1).Close())
	require.NoError(t, data.Points(data.Ring(8, 1, .1), 1).Close())
}

// TestClosedFeed: neither a new drawing nor one begun before gives a minibatch.
func TestClosedFeed(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, onDevice := range []bool{false, true} {
		feed, err := data.NewFeed(noise(10, 2, 2, 1), data.Drawing{OnDevice: onDevice}, true)
		require.NoError(t, err)
		draw, err := feed.Batches(t.Context(), b, 2)
		require.NoError(t, err)
		blocks, err := feed.Blocks(t.Context(), b, 2)
		require.NoError(t, err)
		require.NoError(t, feed.Close())
		require.NoError(t, feed.Close())
		_, err = feed.Batches(t.Context(), b, 2)
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = feed.Blocks(t.Context(), b, 2)
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = draw(0)
		require.ErrorIs(t, err, fs.ErrClosed)
		_, err = blocks.Load(0, 1)
		require.ErrorIs(t, err, fs.ErrClosed)
	}
}

// TestFeedsStop: a context that has ended gives no minibatches, also where nothing has to be read for them.
func TestFeedsStop(t *testing.T) {
	b := gantest.Open(t, "go")
	images, err := data.NewFeed(noise(10, 2, 2, 1), data.Drawing{}, false)
	require.NoError(t, err)
	_, err = images.Batches(t.Context(), b, 2) // these are kept
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, feed := range []data.Feed{images, data.Points(data.Ring(8, 1, .1), 1)} {
		for _, n := range []int{2, 3} {
			_, err = feed.Batches(ctx, b, n)
			require.ErrorIs(t, err, context.Canceled)
			_, err = feed.Blocks(ctx, b, n)
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	_, err = data.NewBatches(ctx, b, noise(10, 2, 2, 1), data.Drawing{Size: 2})
	require.ErrorIs(t, err, context.Canceled)
}

// TestFeedWithoutLabels: images without labels cannot be drawn with their labels.
func TestFeedWithoutLabels(t *testing.T) {
	s := &counted{Images: noise(10, 2, 2, 1)}
	s.Labels = nil
	_, err := data.NewFeed(s, data.Drawing{}, true)
	require.ErrorIs(t, err, data.ErrUnfit)
	require.Equal(t, 1, s.closed)
}

// A source that was taken over is closed on an error too.
func TestCloseOnError(t *testing.T) {
	for name, fail := range map[string]func(s data.Source) error{
		"first of too many": func(s data.Source) error { _, err := data.First(s, 11); return err },
		"fit to a side":     func(s data.Source) error { _, err := data.Fit(s, -1, 0); return err },
		"fit to channels":   func(s data.Source) error { _, err := data.Fit(s, 0, 2); return err },
	} {
		s := &counted{Images: noise(10, 8, 8, 1)}
		require.Error(t, fail(s), name)
		require.Equal(t, 1, s.closed, name)
	}
	for name, fail := range map[string]func(s data.Source) error{
		"fit":  func(s data.Source) error { _, err := data.Fit(s, 4, 0); return err },
		"feed": func(s data.Source) error { _, err := data.NewFeed(s, data.Drawing{}, false); return err },
		"all of it": func(s data.Source) error {
			first, err := data.First(s, 4)
			require.NoError(t, err)
			_, err = data.Fit(first, 4, 0)
			return err
		},
	} {
		s := &counted{Images: noise(10, 8, 8, 1), fails: true}
		require.ErrorIs(t, fail(s), errOnFire, name)
		require.Equal(t, 1, s.closed, name)
	}
}

// A feed draws what NewBatches draws, with the labels where the game is conditional.
func TestImageFeed(t *testing.T) {
	b := gantest.Open(t, "go")
	s := noise(10, 4, 4, 3)
	for _, labelled := range []bool{false, true} {
		feed, err := data.NewFeed(s, data.Drawing{Seed: 3, Scale: data.Symmetric}, labelled)
		require.NoError(t, err)
		require.Equal(t, []int{4, 4, 3}, feed.Shape())
		require.Equal(t, 10, feed.Len())
		require.Equal(t, data.Source(s), feed.Source())
		draw, err := feed.Batches(t.Context(), b, 4)
		require.NoError(t, err)
		batch, err := draw(5)
		require.NoError(t, err)

		batches, err := data.NewBatches(t.Context(), b, s, data.Drawing{Size: 4, Seed: 3, Scale: data.Symmetric})
		require.NoError(t, err)
		x, labels, err := batches.Draw(5)
		require.NoError(t, err)
		require.True(t, batch.Inputs[0].Equal(x))
		if labelled {
			require.Equal(t, 3, feed.Classes())
			require.Len(t, batch.Inputs, 2)
			require.True(t, batch.Inputs[1].Equal(labels))
		} else {
			require.Zero(t, feed.Classes())
			require.Len(t, batch.Inputs, 1)
		}
		batches.Finalize()
		_, err = feed.Batches(t.Context(), b, 11)
		gantest.RequireInvalid(t, err, "size")
		require.NoError(t, feed.Close())
	}
}

func TestPointFeed(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	var feed data.Feed = data.Points(ring, 7)
	require.Equal(t, []int{2}, feed.Shape())
	require.Equal(t, math.MaxInt, feed.Len())
	require.Zero(t, feed.Classes())
	draw, err := feed.Batches(t.Context(), nil, 3)
	require.NoError(t, err)
	batch, err := draw(4)
	require.NoError(t, err)
	require.Equal(t, []int{3, 2}, batch.Inputs[0].Shape().Dimensions)
	for _, n := range []int{-1, 0} {
		_, err = feed.Batches(t.Context(), nil, n)
		gantest.RequireInvalid(t, err, "size")
		_, err = feed.Blocks(t.Context(), nil, n)
		gantest.RequireInvalid(t, err, "size")
	}
	require.Equal(t, ring.Batch(7, 4, 3), tensors.MustCopyFlatData[float32](batch.Inputs[0]))
}

// Means of 0, 1/2 and 1, over more images than are read at once, and 2/5 by hand; 0 and 1 are clipped.
func TestMeanLogits(t *testing.T) {
	s := &data.Images{N: 2400, Height: 1, Width: 3, Channels: 1, Pixels: make([]uint8, 7200)}
	for i := range s.N {
		s.Pixels[3*i+1] = uint8(255 * (i % 2))
		s.Pixels[3*i+2] = 255
	}
	feed, err := data.NewFeed(s, data.Drawing{}, false)
	require.NoError(t, err)
	logits, err := feed.MeanLogits(t.Context())
	require.NoError(t, err)
	most := math.Log((1 - 1e-7) / 1e-7)
	require.InDeltaSlice(t, []float32{float32(-most), 0, float32(most)}, logits, 1e-5)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = feed.MeanLogits(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// All reads a source that is not in memory in pieces, and stops between them.
func TestAll(t *testing.T) {
	s := noise(2400, 2, 2, 1)
	ctx, stop := context.WithCancel(t.Context())
	all, err := data.All(ctx, struct{ data.Source }{s})
	require.NoError(t, err)
	require.Equal(t, s.Pixels, all.Pixels)
	require.Equal(t, s.Labels, all.Labels)
	require.NoError(t, all.Validate())
	_, err = data.All(ctx, stopping{s, stop})
	require.ErrorIs(t, err, context.Canceled)
	_, err = data.All(ctx, s)
	require.ErrorIs(t, err, context.Canceled)
}

// stopping cancels a context whenever images are chosen.
type stopping struct {
	data.Source
	stop func()
}

func (s stopping) Choose(indices []int) (*data.Images, error) {
	s.stop()
	return s.Source.Choose(indices)
}

// Scale.Images is the inverse of Fill.
func TestScaleImages(t *testing.T) {
	s := noise(3, 4, 5, 3)
	x := make([]float32, len(s.Pixels))
	require.NoError(t, s.Fill(x, []int{0, 1, 2}, data.Symmetric))
	got, err := data.Symmetric.Images(x, []int{4, 5, 3})
	require.NoError(t, err)
	require.Equal(t, []int{3, 4, 5, 3}, []int{got.N, got.Height, got.Width, got.Channels})
	require.Equal(t, s.Pixels, got.Pixels)

	_, err = data.Unit.Images(x, []int{2})
	require.ErrorIs(t, err, data.ErrUnfit)
	for _, x := range [][]float32{nil, x[1:]} {
		_, err = data.Unit.Images(x, []int{4, 5, 3})
		require.ErrorIs(t, err, data.ErrFormat)
	}
	_, err = data.Scale(9).Images(x, []int{4, 5, 3})
	gantest.RequireInvalid(t, err, "scale")
}
