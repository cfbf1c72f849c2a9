// Package dedup finds images that are in a training set more than once, or nearly so: the DCGAN paper's way (Radford et
// al. 2016, arXiv:1511.06434, section 4.1.1), who took 275,000 near-duplicates out of LSUN's three million bedrooms so
// that a generator could not pass for good by having learned them by heart.
//
// An autoencoder of 3072, 128 and 3072 units learns to restore 32 × 32 colour images of which a part was dropped. Its
// code is 128 rectified numbers; which of them are above zero is a hash of 128 bits that hardly changes where the image
// hardly changes. Images with the same hash are duplicates. That takes one pass over the set, and no pair of images is
// ever compared.
//
//	coder, err := dedup.Train(ctx, engine, source, dedup.Options{})
//	codes, err := coder.Codes(ctx, source)
//	groups := dedup.Groups(codes, 0)
//
// The paper is silent on how many are dropped, how long it is trained and by what rule: see [Options].
package dedup
