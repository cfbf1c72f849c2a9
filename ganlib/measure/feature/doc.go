// Package feature turns images into rows of numbers, the features. The metrics of package measure compare such rows. A
// Fréchet or a kernel distance depends on what the features capture. So each [Extractor] has a name that identifies it,
// and a score belongs to one metric, one extractor and one reference set.
//
//	digits, err := feature.Digits(backend)
//	x, dim, err := digits.Extract(ctx, generated)
//	y, _, err := digits.Extract(ctx, test)
//	fid, err := measure.FID(x, y, dim)
//
// # Which extractor to use
//
//   - [Pixels] keep everything. Two pictures of one thing are far apart if one is shifted by the width of a stroke. Use
//     them to find copies of training images, and for the Parzen window.
//   - [Random] convolutions fit every kind of image and need no training. They capture edges, texture and colour, and
//     nothing of what a picture shows.
//   - [Digits] and [Fashion] are classifiers of MNIST and Fashion-MNIST; use them on these sets. They alone give
//     probabilities of classes, for the Inception score and for counting modes. They assign features and a class to any
//     image, also of a kind that they were not trained on, where neither means anything. [Train] makes a classifier for
//     another set of labelled grey images of 28 x 28.
//   - [ReadNPY] reads features that were computed elsewhere.
//
// # Not comparable with published FID
//
// A published FID is computed on the 2,048 features of one network, the InceptionV3 that TensorFlow released in 2015,
// on images resized to 299 x 299 in one way. The way of resizing alone moves it by several points (Parmar et al. 2022,
// arXiv:2104.11222). A distance on other features has another scale: an FID of 5 by [Digits] is neither better nor
// worse than one of 20 in a paper. Compare generators only by the same extractor, the same reference set and the same
// number of samples. For a number to put beside a paper's, write the samples to files, compute their features with the
// program that the field uses, and read them with [ReadNPY].
//
// # Pixels are bytes
//
// Extractors take [data.Images], so samples are first rounded to 0 to 255, as pictures in files are. [Unrounded] is for
// small differences between samples, which rounding would lose.
package feature
