package data

import (
	"fmt"
	"image"
)

// Images is a set of images of one size, all in memory.
//
// Build one with a reader, or fill the fields and call [Images.Validate].
type Images struct {
	Name    string // what a reader calls it, such as "MNIST, training part"
	License string // the terms it is published under; "" if unknown
	Source  string // where it comes from: an address or a path

	N, Height, Width int
	Channels         int     // 1 for grey, 3 for red, green, blue
	Pixels           []uint8 // [N, Height, Width, Channels], 0 is black
	Labels           []int   // [N], or nil where nothing is labelled

	// Files are the names of the files that the images are from, [N]; nil if each has no file of its own.
	Files []string

	// LabelNames says what each label means, such as "daisy" for 0; nil if that is not known.
	LabelNames []string
}

// Validate returns an error unless the sizes are positive, Channels is 1 or 3, and Pixels, Labels and Files have the
// lengths that the sizes ask for.
func (s *Images) Validate() error {
	if s.N < 1 || s.Height < 1 || s.Width < 1 {
		return fmt.Errorf("%w: image set %q has %d images of %d x %d: each number must be at least 1",
			ErrFormat, s.Name, s.N, s.Height, s.Width)
	}
	if s.Channels != 1 && s.Channels != 3 {
		return fmt.Errorf("%w: image set %q has %d channels: want 1 (grey) or 3 (red, green, blue)", ErrFormat, s.Name, s.Channels)
	}
	if want := s.N * s.Size(); len(s.Pixels) != want {
		return fmt.Errorf("%w: image set %q has %d pixel bytes: want %d x %d x %d x %d = %d",
			ErrFormat, s.Name, len(s.Pixels), s.N, s.Height, s.Width, s.Channels, want)
	}
	if s.Labels != nil && len(s.Labels) != s.N {
		return fmt.Errorf("%w: image set %q has %d labels for %d images: want one label per image, or none at all",
			ErrFormat, s.Name, len(s.Labels), s.N)
	}
	if s.Files != nil && len(s.Files) != s.N {
		return fmt.Errorf("%w: image set %q has %d files for %d images: want one per image, or none", ErrFormat, s.Name, len(s.Files), s.N)
	}
	for i, label := range s.Labels {
		if label < 0 || s.LabelNames != nil && label >= len(s.LabelNames) {
			return fmt.Errorf("%w: image %d of %q has label %d: want at least 0, and less than the number of label names if there are any (%d)",
				ErrFormat, i, s.Name, label, len(s.LabelNames))
		}
	}
	return nil
}

// Size is the number of values in one image, Height x Width x Channels.
func (s *Images) Size() int { return s.Height * s.Width * s.Channels }

// At returns the pixels of image i, [Height, Width, Channels]. They are the set's own, not a copy. It panics unless 0
// <= i < N.
func (s *Images) At(i int) []uint8 {
	if i < 0 || i >= s.N {
		panic(fmt.Sprintf("data: image %d of %q: the set has images 0 to %d", i, s.Name, s.N-1))
	}
	size := s.Size()
	return s.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// Image returns a copy of image i: an *image.Gray or an *image.NRGBA. It panics unless 0 <= i < N.
func (s *Images) Image(i int) image.Image {
	pixels := s.At(i)
	bounds := image.Rect(0, 0, s.Width, s.Height)
	if s.Channels == 1 {
		grey := image.NewGray(bounds)
		copy(grey.Pix, pixels)
		return grey
	}
	colour := image.NewNRGBA(bounds)
	for p := range s.Height * s.Width {
		copy(colour.Pix[4*p:], pixels[3*p:3*p+3])
		colour.Pix[4*p+3] = 0xff
	}
	return colour
}

// Subset returns images lo to hi-1 as a set of its own that shares the pixels and labels. It returns an error unless 0
// <= lo < hi <= N.
func (s *Images) Subset(lo, hi int) (*Images, error) {
	if lo < 0 || lo >= hi || hi > s.N {
		return nil, fmt.Errorf("%w: images %d to %d of %q: want 0 <= lo < hi <= %d", ErrIndex, lo, hi, s.Name, s.N)
	}
	sub := *s
	sub.N = hi - lo
	size := s.Size()
	sub.Pixels = s.Pixels[lo*size : hi*size : hi*size]
	if s.Labels != nil {
		sub.Labels = s.Labels[lo:hi:hi]
	}
	if s.Files != nil {
		sub.Files = s.Files[lo:hi:hi]
	}
	return &sub, nil
}

// Choose returns the images that indices name, in their order, as a set of its own. It returns an error if indices is
// empty or an index is not in the set.
func (s *Images) Choose(indices []int) (*Images, error) {
	if len(indices) == 0 {
		return nil, fmt.Errorf("%w chosen of %q: want at least one", ErrEmpty, s.Name)
	}
	if err := s.check(indices); err != nil {
		return nil, err
	}
	chosen := s.blank(len(indices), s.Height, s.Width, s.Channels)
	for to, from := range indices {
		copy(chosen.At(to), s.At(from))
		if s.Labels != nil {
			chosen.Labels = append(chosen.Labels, s.Labels[from])
		}
		if s.Files != nil {
			chosen.Files = append(chosen.Files, s.Files[from])
		}
	}
	return chosen, nil
}

// check reports an index that is not in the set.
func (s *Images) check(indices []int) error {
	for _, i := range indices {
		if i < 0 || i >= s.N {
			return fmt.Errorf("%w: %d of %q, which has images 0 to %d", ErrIndex, i, s.Name, s.N-1)
		}
	}
	return nil
}

// blank returns n black images without labels, with the name and terms of s.
func (s *Images) blank(n, height, width, channels int) *Images {
	b := &Images{Name: s.Name, License: s.License, Source: s.Source, LabelNames: s.LabelNames, N: n, Height: height, Width: width, Channels: channels}
	b.Pixels = make([]uint8, n*b.Size())
	return b
}

// Close does nothing and returns nil: the images are in memory.
func (s *Images) Close() error { return nil }

// Classes is the number of classes: the number of label names or, if it is larger, one more than the largest label. It
// is 0 for a set without labels.
func (s *Images) Classes() int {
	if s.Labels == nil {
		return 0
	}
	classes := len(s.LabelNames)
	for _, label := range s.Labels {
		classes = max(classes, label+1)
	}
	return classes
}
