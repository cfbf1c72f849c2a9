// Package run trains inside a directory, so that a run can be stopped, killed,
// resumed, read and repeated.
//
// It knows GoMLX's [train.Trainer] and nothing of GANs: whoever calls [Train]
// hands it a trainer, the minibatch of each step and a picture to draw. The
// directory then holds
//
//	config.json             everything needed to repeat the run
//	checkpoints/000300/     the state after 300 steps, and manifest.json with the SHA-256 of each file
//	history.jsonl           one [Record] a line: what was measured, and what happened
//	samples/000300.png      the same noise, drawn again and again as training goes on
//	samples/animation.gif   those pictures in order, made when the run finishes
//	plot.png                the run so far, drawn anew with each picture
//	.lock                   held while a process trains
//
// and [Open] reads it back, in another process or while training goes on.
//
// # Resuming is exact
//
// A run cut in two ends with the same bits as a run in one piece. Three things
// make it so:
//
//   - A checkpoint holds every variable of the model's store: weights, the
//     optimizer's state, the random number generator and the step. Left out are
//     only GoMLX's own counters of one process (the running means of metrics,
//     and the step at which its loop will end).
//   - The data is a function of the step: [Spec.Batches] is asked for step t and
//     never for "the next one".
//   - Variables come back in the order in which they were first created, so
//     that sums over variables are taken in the same order too.
//
// # A kill at any moment
//
// Each checkpoint, picture and rewritten file is first made under .unfinished,
// synced to the disk and then renamed into place; what goes away is renamed to
// .unfinished before it is deleted. So a name outside .unfinished is always
// whole, but for the last line of history.jsonl, which readers leave out when
// it has no end. A run resumes from its newest checkpoint whose files have the
// sizes and digests that its manifest states. One that has not (a bad disk, a
// hand that slipped) is reported and renamed to 000300.damaged.
//
// # When training goes wrong
//
// A metric that is NaN or infinite ends the run at its step, with the name of the
// first variable that is so too. [Spec.Judge] may find other things wrong. With
// [Spec.Rollbacks] the run goes back to its best checkpoint instead, by the value
// that [Spec.Best] names, forgets what came after, and goes on in another way if
// [Spec.RolledBack] sees to that. The history then has a line about it.
//
// One process trains in a directory at a time: a lock, which the system lets go of
// when the process ends, however it ends, refuses a second one.
package run
