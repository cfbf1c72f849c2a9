// Package evaluate measures a set of samples by every measure that fits it, and
// says of each number what it takes to read it: how many samples, against which
// real ones, on which features, by which seed, how far it may be off, and what
// as many real training examples score in the samples' place.
//
//	report, err := evaluate.Images(evaluate.Sets{Samples: drawn, Reference: heldOut, Train: train}, evaluate.Options{...})
//	...
//	err = report.Table(os.Stdout)
//
// A measure that cannot be computed on such data has no number, and says why.
// [Table1] is the protocol behind Table 1 of the 2014 paper, which chooses on
// validation images and touches the test images once.
//
// What each measure sees, and what fools it, is the chapter of package measure.
package evaluate
