package data

import "fmt"

// Source is a set of images that are chosen by number, a few at a time: an
// [Images] in memory, or a file too big for it.
type Source interface {
	// Len is the number of images.
	Len() int
	// Choose returns the images that indices name, in their order, as a set of
	// its own. It returns an error if there are none, if an index is not in
	// the set, or if an image cannot be read.
	Choose(indices []int) (*Images, error)
	// Classes is the number of different labels, or 0 without labels.
	Classes() int
}

// Len is N: an [Images] is a [Source].
func (s *Images) Len() int { return s.N }

// All returns every image of a source, in order; an [Images] is returned as it is.
func All(s Source) (*Images, error) {
	if images, ok := s.(*Images); ok {
		return images, nil
	}
	indices := make([]int, s.Len())
	for i := range indices {
		indices[i] = i
	}
	return s.Choose(indices)
}

// First returns the first n images of a source. It returns an error unless
// 1 <= n <= Len.
func First(s Source, n int) (Source, error) {
	if images, ok := s.(*Images); ok {
		return images.Subset(0, n)
	}
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("the first %d of %d images: want 1 to %[2]d", n, s.Len())
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
			return nil, fmt.Errorf("image %d of the first %d: want 0 to %d", i, p.n, p.n-1)
		}
	}
	return p.Source.Choose(indices)
}

// Fit returns a source whose images are those of s at side x side, with 1 or 3
// channels; 0 leaves either as it is. Images are fitted when they are chosen,
// for a large set at another size would fill the memory. It returns an error if
// the images cannot be fitted.
func Fit(s Source, side, channels int) (Source, error) {
	if side == 0 && channels == 0 {
		return s, nil
	}
	f := &fitted{s, side, channels}
	_, err := f.Choose([]int{0})
	return f, err
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
