// Package measure judges generated samples by metrics, and says how far to trust each number. It works on plain slices,
// on the host, whatever made them.
//
// Rows are examples: x of [n, dim] is one slice, row after row, of pixels or of features. Most metrics give an
// [Estimate], a number with its standard error. All refuse sets for which they are undefined with an error that says
// why, so a score of finite rows is never NaN.
//
// # The metrics
//
// Against reference rows, which the generator has not seen:
//
//   - [FID], [FIDInfinity]: the distance between the means and covariances of samples and reference, and what chance
//     adds at n samples.
//   - [KID], [MMD]: the distance between the whole distributions, through a kernel, without that bias.
//   - [Manifold]: precision and density ask whether samples are where the data are, recall and coverage whether the
//     samples are wherever the data are.
//   - [Parzen]: the log-likelihood of test images under a smoothed histogram of samples, the metric of the GAN paper's
//     Table 1.
//   - [HistogramJSD], [ModeCoverage]: for toys whose distribution is known.
//
// On a classifier's labels or probabilities of the samples:
//
//   - [InceptionScore]: is the class of each sample certain, and are all classes there?
//   - [LabelCoverage]: classes found and missing, and how unevenly they are drawn.
//
// On the samples' variety and novelty:
//
//   - [Birthday]: the number of different pictures, from repetitions.
//   - [Memorisation], [Nearest]: are the samples the training set's?
//   - [MeanPairwiseDistance]: how far apart they are.
//
// # What each sees, and what fools it
//
// No single number is enough (Theis et al. 2016, "A note on the evaluation of generative models", arXiv:1511.01844:
// likelihood and the look of samples are largely independent; Borji 2019 and 2022, "Pros and cons of GAN evaluation
// measures", arXiv:1802.03446 and 2103.09396, compare dozens). The table has five ways to cheat or to fail, each with
// 1,000 samples of MNIST's size, in pixels, against 1,000 test images: copies of training images; blur, k-means centres
// of 6 images each; few, 50 pictures drawn again with a little noise; no 7, real images of the other digits; noise,
// real images with noise of .15 on each pixel:
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
// the score of real images, and "likes" a better one. The Inception score and LabelCoverage need a classifier, here one
// of digits. Features change the table: in the last hidden layer of that classifier FID, KID and recall see the missing
// digit, which they do not in pixels, and recall sees the noise.
//
// # How far to trust each
//
//   - Parzen windows rank models wrongly in high dimensions, and prefer blurred means of images to images (Theis et al.
//     2016). Use them to compare with Table 1, with exactly 10,000 samples.
//   - FID is too high by about a constant over n. The constant depends on the generator, so even at equal n a ranking
//     may be wrong (Chong and Forsyth 2020, "Effectively unbiased FID and Inception score", arXiv:1911.07023): compare
//     the limit. FID sees two moments of the features, and no more. Compare it only for one extractor, one way of
//     resizing, one reference set.
//   - KID and MMD have no such bias and scatter around 0. Like FID, they do not say where the difference is.
//   - The Inception score never looks at real images. One good image per class has the top score, and samples optimised
//     for it need not look like images (Barratt and Sharma 2018, "A note on the Inception score", arXiv:1801.01973).
//     Far from the classifier's own training data it means nothing.
//   - Precision and recall rest on the balls around single rows: one outlier with a large ball accepts many samples.
//     This matters less in density and coverage (Naeem et al. 2020, "Reliable fidelity and diversity metrics",
//     arXiv:2002.09797), but density rewards samples that crowd where the data are dense. None asks whether samples are
//     new.
//   - Mode and label coverage are exact if the modes are known, and blind within a mode. With few samples chance alone
//     scores above 0: compare with Chance.
//   - The birthday paradox misses repetitions under noise, and of more pictures than the square of the number of
//     samples. A small size is a warning, a large one no promise (Arora and Zhang 2017, arXiv:1706.08224).
//   - Memorisation finds what is near by Euclidean distance: it takes a copy shifted by two pixels for new. Use it on
//     features too.
//
// A standard error is that of other samples of the same generator. Another training run changes most numbers by more:
// train several. With each number report n, the extractor, the reference set and the seed, and look at the pictures.
package measure
