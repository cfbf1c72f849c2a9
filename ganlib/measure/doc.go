// Package measure says in numbers how good generated samples are, and how far to trust each number. It works on plain
// slices, on the host, whatever made them.
//
// Rows are examples: x of [n, dim] is one slice, row after row, of pixels or of features. Most measures give an
// [Estimate], a number with its standard error, and all refuse what has no answer with an error that says why, so a
// score is never NaN.
//
// # The measures
//
// Against reference rows, which the generator has not seen:
//
//   - [FID], [FIDInfinity]: how far the mean and covariance of the samples are from
//     the reference's, and what chance adds to that at n samples.
//   - [KID], [MMD]: how far the whole distributions are, through a kernel, without
//     that bias.
//   - [Manifold]: precision and density ask whether samples are where the data
//     are, recall and coverage whether the samples are wherever the data are.
//   - [Parzen]: the log-likelihood of test images under a smoothed histogram of
//     samples, the measure of the GAN paper's Table 1.
//   - [HistogramJSD], [ModeCoverage]: for toys whose distribution is known.
//
// Of the samples' labels or probabilities by a classifier:
//
//   - [InceptionScore]: are samples certain of their class, and all classes there?
//   - [LabelCoverage]: classes found and missing, and how unevenly they are drawn.
//
// Of the samples' variety and novelty:
//
//   - [Birthday]: how many different pictures there are, from repetitions.
//   - [Memorisation], [Nearest]: are they the training set's?
//   - [MeanPairwiseDistance]: how far apart they are.
//
// # What each sees, and what fools it
//
// No single number is enough (Theis et al. 2016, "A note on the evaluation of generative models", arXiv:1511.01844:
// likelihood and the look of samples are largely independent; Borji 2019 and 2022, "Pros and cons of GAN evaluation
// measures", arXiv:1802.03446 and 2103.09396, compare dozens). Five ways to cheat or to fail, each with 1,000 samples
// of MNIST's size, in pixels, against 1,000 test images: copies of training images; blur, k-means centres of 6 images
// each; few, 50 pictures drawn again with a little noise; no 7, real images of the other digits; noise, real images
// with noise of .15 on each pixel:
//
//	                        copies   blur     few      no 7     noise
//	Parzen                  -        likes    sees     -        sees
//	FID                     -        hardly   sees     -        sees
//	KID                     -        -        sees     -        sees
//	MMD                     -        hardly   sees     -        sees
//	precision               -        likes    hardly   -        sees
//	recall                  -        sees     sees     -        -
//	density                 -        likes    -        -        sees
//	coverage                -        likes    sees     hardly   sees
//	Inception score         -        hardly   hardly   hardly   sees
//	LabelCoverage           -        -        sees     sees     sees
//	Birthday                -        -        sees     -        -
//	Memorisation            sees     hardly   -        -        -
//	MeanPairwiseDistance    -        sees     -        -        hardly
//
// "Sees" is a score plainly worse than that of real images, "hardly" one that few readers would take for a failure, "-"
// one of real images, and "likes" a better one than theirs. The Inception score and LabelCoverage ask a classifier of
// digits, as they must. Features move the marks: in the last hidden layer of that classifier FID, KID and recall see
// the missing digit, which they do not in pixels, and recall sees the noise.
//
// # How far to trust each
//
//   - Parzen windows rank models wrongly in high dimensions, and prefer blurred
//     means of images to images (Theis et al. 2016). Use it to compare with Table 1,
//     with exactly 10,000 samples.
//   - FID is too high by about a constant over n, and that constant is the
//     generator's own, so even at equal n an order may be wrong (Chong and Forsyth
//     2020, "Effectively unbiased FID and Inception score", arXiv:1911.07023): compare
//     the limit. It sees two moments of the features, and no more, and can be
//     compared only for one extractor, one way of resizing, one reference set.
//   - KID and MMD have no such bias and stray to both sides of 0. They say as
//     little as FID of where the difference is.
//   - The Inception score never looks at real images. One good image a class
//     has the top score, and what is optimised for it need not look like an
//     image (Barratt and Sharma 2018, "A note on the Inception score",
//     arXiv:1801.01973). Far from the classifier's own training data it means
//     nothing.
//   - Precision and recall rest on the balls around single rows: one outlier with
//     a large ball vouches for many samples. Density and coverage count so that it
//     matters less (Naeem et al. 2020, "Reliable fidelity and diversity metrics",
//     arXiv:2002.09797); density in turn rewards samples that crowd where the data
//     are dense. None asks whether samples are new.
//   - Mode and label coverage are exact where the modes are known, and blind within
//     a mode. With few samples chance alone scores above 0: compare with Chance.
//   - The birthday paradox misses repetitions under noise, and of more pictures
//     than the samples' number squared: a small size is a warning, a large one
//     no promise (Arora and Zhang 2017, arXiv:1706.08224).
//   - Memorisation finds what is near by Euclidean distance: a copy that is shifted
//     by two pixels is new to it. Ask in features too.
//
// A standard error is that of other samples of the same generator. Another run of the same training moves most numbers
// by more: train several. With each number tell n, the extractor, the reference set and the seed, and look at the
// pictures.
package measure
