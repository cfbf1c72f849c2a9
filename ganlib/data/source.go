package data

import (
	"context"
	"errors"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Source is a set of images that are chosen by number, a few at a time: an [Images] in memory, or a file too big for
// it.
type Source interface {
	// Len is the number of images.
	Len() int
	// Choose returns the images that indices name, in their order, as a set of its own. It returns an error if indices
	// is empty, if an index is not in the set, or if an image cannot be read.
	Choose(indices []int) (*Images, error)
	// Classes is the number of classes, or 0 without labels.
	Classes() int
	// Close releases what the source holds, such as an open file. No image can be chosen afterwards. Closing twice is
	// not an error.
	Close() error
}

// Len is N: an [Images] is a [Source].
func (s *Images) Len() int { return s.N }

// atOnce is how many images are chosen at a time when all of a source are read.
const atOnce = 1000

// All returns every image of a source, in order; an [Images] is returned as it is. The error wraps that of the context
// if it is cancelled meanwhile.
func All(ctx context.Context, s Source) (*Images, error) {
	if images, ok := s.(*Images); ok {
		return images, ctx.Err()
	}
	if s.Len() <= atOnce {
		return chooseRange(ctx, s, 0, s.Len())
	}
	var all *Images
	for lo := 0; lo < s.Len(); lo += atOnce {
		some, err := chooseRange(ctx, s, lo, min(lo+atOnce, s.Len()))
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = some.blank(s.Len(), some.Height, some.Width, some.Channels)
		}
		copy(all.Pixels[lo*all.Size():], some.Pixels)
		all.Labels, all.Files = append(all.Labels, some.Labels...), append(all.Files, some.Files...)
	}
	return all, nil
}

// chooseRange chooses images lo to hi-1, unless the context is done.
func chooseRange(ctx context.Context, s Source, lo, hi int) (*Images, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	indices := make([]int, hi-lo)
	for i := range indices {
		indices[i] = lo + i
	}
	return s.Choose(indices)
}

// First returns the first n images of a source. It takes over the source: closing what it returns closes s, and s is
// closed if First returns an error, which it does unless 1 <= n <= Len.
func First(s Source, n int) (Source, error) {
	if n < 1 || n > s.Len() {
		err := invalid.Value("first", n, "1 to %d, the number of images", s.Len())
		return nil, errors.Join(err, s.Close())
	}
	if images, ok := s.(*Images); ok {
		return images.Subset(0, n)
	}
	return &prefix{s, n}, nil
}

// prefix is the beginning of a source.
type prefix struct {
	Source
	n int
}

func (p *prefix) Len() int { return p.n }

func (p *prefix) Choose(indices []int) (*Images, error) {
	for _, i := range indices {
		if i >= p.n {
			return nil, fmt.Errorf("%w: %d of the first %d: want 0 to %d", ErrIndex, i, p.n, p.n-1)
		}
	}
	return p.Source.Choose(indices)
}

// Fit returns a source whose images are those of s at side x side, with 1 or 3 channels; 0 leaves either as it is.
// Images are fitted when they are chosen: a large set, fitted all at once, would fill the memory. It takes over the
// source, as [First] does, and returns an error if the images cannot be fitted.
func Fit(s Source, side, channels int) (Source, error) {
	if side == 0 && channels == 0 {
		return s, nil
	}
	f := &fitted{s, side, channels}
	if _, err := f.Choose([]int{0}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return f, nil
}

type fitted struct {
	Source
	side, channels int
}

func (f *fitted) Choose(indices []int) (*Images, error) {
	images, err := f.Source.Choose(indices)
	if err == nil && f.side != 0 {
		images, err = images.Resize(f.side)
	}
	if err == nil && f.channels != 0 {
		images, err = images.WithChannels(f.channels)
	}
	return images, err
}
