package data

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Stacked is Stacked MNIST, the image set of 1000 modes. Each image has three digits, drawn anew, as its red, its green
// and its blue. Its label is the number that the three digits write, 0 to 999, red first. A classifier of single
// digits, applied to each channel, counts the modes that a generator has found.
//
// Metz et al. 2017 ("Unrolled Generative Adversarial Networks") count modes on it. The code of Lin et al. 2018
// ("PacGAN") trains on 128,000 such images, drawn from all 70,000 of MNIST, and counts modes among 26,000 generated
// ones.
//
// It is a [Source] that holds no image: number i is a function of (seed, i), put together when it is chosen. It is safe
// for use by several goroutines.
type Stacked struct {
	digits *Images
	n      int
	seed   uint64
	names  []string // of the labels: "000" to "999"
}

const (
	stackedModes    = 1000
	stackedChannels = 3
)

// NewStacked returns n images stacked from digits, which must be grey, each labelled 0 to 9. They are kept, not copied.
// It returns an error for other digits or n < 1.
func NewStacked(digits *Images, n int, seed uint64) (*Stacked, error) {
	if n < 1 {
		return nil, invalid.Value("n", n, "the number of stacked images, at least 1")
	}
	if err := digits.Validate(); err != nil {
		return nil, err
	}
	if digits.Channels != 1 || digits.Labels == nil {
		return nil, fmt.Errorf("%w: image set %q has %d channels and %d labels: want grey digits, 1 channel, each with a label",
			ErrUnfit, digits.Name, digits.Channels, len(digits.Labels))
	}
	for i, label := range digits.Labels {
		if label > 9 {
			return nil, fmt.Errorf("%w: image %d of %q has label %d: want digits, 0 to 9", ErrUnfit, i, digits.Name, label)
		}
	}
	s := &Stacked{digits: digits, n: n, seed: seed}
	for label := range stackedModes {
		s.names = append(s.names, fmt.Sprintf("%03d", label))
	}
	return s, nil
}

// Len is the number of images.
func (s *Stacked) Len() int { return s.n }

// Classes is 1000.
func (s *Stacked) Classes() int { return stackedModes }

// Close does nothing and returns nil: the digits are in memory.
func (s *Stacked) Close() error { return nil }

// Choose returns the images that indices name, in their order, as a set of its own. It returns an error if indices is
// empty or an index is not in the set.
func (s *Stacked) Choose(indices []int) (*Images, error) {
	chosen := s.digits.blank(len(indices), s.digits.Height, s.digits.Width, stackedChannels)
	chosen.Name, chosen.LabelNames = "stacked "+s.digits.Name, s.names
	if len(indices) == 0 {
		return nil, fmt.Errorf("%w chosen of %q: want at least one", ErrEmpty, chosen.Name)
	}
	for to, i := range indices {
		if i < 0 || i >= s.n {
			return nil, fmt.Errorf("%w: %d of %q, which has images 0 to %d", ErrIndex, i, chosen.Name, s.n-1)
		}
		chosen.Labels = append(chosen.Labels, s.stack(i, chosen.At(to)))
	}
	return chosen, nil
}

// stack draws image i into pixels, [Height, Width, 3], and returns its label.
func (s *Stacked) stack(i int, pixels []uint8) (label int) {
	rng := stream(s.seed, i)
	for channel := range stackedChannels {
		digit := rng.IntN(s.digits.N)
		label = 10*label + s.digits.Labels[digit]
		for p, v := range s.digits.At(digit) {
			pixels[stackedChannels*p+channel] = v
		}
	}
	return label
}

// StackedDigits returns the digits in the red, the green and the blue of a [Stacked] image by its label, 0 to 999.
func StackedDigits(label int) (red, green, blue int) {
	return label / 100, label / 10 % 10, label % 10
}
