package data

import "fmt"

// Scale says which numbers the pixel values 0 to 255 become.
type Scale int

const (
	// Unit maps 0..255 to [0, 1]: for a generator that ends in a sigmoid.
	Unit Scale = iota
	// Symmetric maps 0..255 to [-1, 1]: for a generator that ends in tanh.
	Symmetric
)

// table returns the number that each of the 256 pixel values becomes.
func (s Scale) table() (*[256]float32, error) {
	var t [256]float32
	for v := range t {
		switch s {
		case Unit:
			t[v] = float32(v) / 255
		case Symmetric:
			t[v] = float32(v)/127.5 - 1
		default:
			return nil, fmt.Errorf("scale %d is unknown: want Unit (%d) or Symmetric (%d)", s, Unit, Symmetric)
		}
	}
	return &t, nil
}

// Fill writes the images that indices name, scaled, one after the other into
// dst, which is [len(indices), Height, Width, Channels]. It returns an error,
// and leaves dst alone, if dst has another length or an index is not in the set.
func (s *Images) Fill(dst []float32, indices []int, scale Scale) error {
	size := s.Size()
	if want := len(indices) * size; len(dst) != want {
		return fmt.Errorf("a minibatch of %d images of %d values from %q needs room for %d numbers: got room for %d",
			len(indices), size, s.Name, want, len(dst))
	}
	if err := s.check(indices); err != nil {
		return err
	}
	table, err := scale.table()
	if err != nil {
		return err
	}
	for b, i := range indices {
		out := dst[b*size : (b+1)*size]
		for p, v := range s.At(i) {
			out[p] = table[v]
		}
	}
	return nil
}
