// Package feature turns images into rows of numbers for the measures of package
// measure, which know nothing of images. What a Fréchet or a kernel distance means
// is decided by what the numbers see, so each [Extractor] has a name that pins it,
// and a score is a score of one measure, one extractor and one reference set.
//
//	digits, err := feature.Digits(backend)
//	x, dim, err := digits.Extract(generated)
//	y, _, err := digits.Extract(test)
//	fid, err := measure.FID(x, y, dim)
//
// # Which one for what
//
//   - [Pixels] hide nothing, and hold two pictures of one thing for far apart if it
//     has moved by a stroke's width. They are for copies of training images, and for
//     the Parzen window.
//   - [Random] convolutions fit every kind of image and need no training. They see
//     edges, texture and colour, and not what a picture shows.
//   - [Digits] and [Fashion] know what their images show. They are the ones to use on
//     MNIST and Fashion-MNIST, and they alone give probabilities of classes, for the
//     Inception score and for counting modes. An image of anything else still gets
//     features, and a class: they have never seen another kind. [Train] makes one for
//     other sets of grey images of 28 x 28 with labels.
//   - [ReadNPY] reads features that were computed elsewhere.
//
// # Not comparable with published FID
//
// A published FID is one on the 2,048 features of one particular network, the
// InceptionV3 that TensorFlow released in 2015, on images resized to 299 x 299 in one
// particular way; Parmar et al. 2022 (arXiv:2104.11222) show that the way of resizing
// alone moves it by several points. A distance on other features has another scale:
// an FID of 5 by [Digits] is neither better nor worse than one of 20 in a paper, and
// numbers by two extractors cannot be compared with each other. Here they serve to
// compare generators by the same extractor, the same reference set and the same
// number of samples. For a number to set beside a paper's, write the samples out,
// compute the features by the field's own program, and read them with [ReadNPY].
//
// # Pixels are bytes
//
// Extractors take [data.Images], so samples are rounded to 0 to 255 first, as any
// picture in a file has been.
package feature
