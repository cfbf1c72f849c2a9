package data

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
