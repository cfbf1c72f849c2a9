// Package evaluate computes every metric that fits a set of samples and reports what each number rests on: how many
// samples, which real examples, which features, which seed, how large the standard error is, and what real training
// examples score in the samples' place.
//
//	report, err := evaluate.Images(ctx, evaluate.Sets{Samples: drawn, Reference: heldOut, Train: train}, evaluate.Options{...})
//	...
//	err = report.Table(os.Stdout)
//
// [Images] is for pictures, [Points] for toy distributions, [Features] for features that were computed elsewhere. If a
// metric cannot be computed on such data, its score has no number but a reason.
//
// [Real] draws the real images of a comparison from a data set, [ClassifierFor] finds a classifier that knows them, and
// [FeaturesFor] the features to compare.
//
// [Table1] is the protocol behind Table 1 of the 2014 paper. It chooses a checkpoint on validation images and touches the
// test images once.
//
// What each metric sees, and what fools it, is the chapter of package measure.
package evaluate
