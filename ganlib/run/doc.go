// Package run trains inside a directory, so that a run can be stopped, killed, resumed, read and repeated.
//
// It knows GoMLX's [train.Trainer] and nothing of GANs. Whoever calls [Train] provides a trainer, the minibatch of each
// step and a picture to draw. The directory then holds
//
//	config.json             everything needed to repeat the run
//	checkpoints/000300/     the state after 300 steps, and manifest.json with the SHA-256 of each file
//	data.json               knows the data again, if [Spec].Data does
//	history.jsonl           one [Record] a line: what was measured, and what happened
//	samples/000300.png      the same noise, drawn again and again as training goes on
//	samples/animation.gif   those pictures in order, made when the run finishes
//	plot.png                the run so far, drawn again with each picture
//	run.json                a random name, which the manifests of its checkpoints repeat
//	.lock                   held while a process trains
//
// and [Open] reads it, in another process or during training. [Note] adds to the history what was found out about a run
// afterwards. [Change] and [ReadConfig] make the configuration of the next run from that of an earlier one.
//
// # Resuming is exact
//
// A run cut in two ends with the same bits as a run in one piece, for three reasons:
//
//   - A checkpoint holds every variable of the model's store: weights, the optimizer's state, the random number
//     generator and the step. It leaves out only GoMLX's own counters of one process (the running means of metrics, and
//     the step at which its loop will end).
//   - The data is a function of the step: [Spec.Batches] is asked for step t and never for "the next one".
//   - Variables are restored in the order in which they were first created, so that sums over variables are taken in the
//     same order too.
//
// # A kill at any moment
//
// Each checkpoint, picture and rewritten file is first made under .unfinished, synced to the disk and then renamed into
// place. What is deleted is first renamed to .unfinished. So a file outside .unfinished is always whole, except for the
// last line of history.jsonl, which readers leave out if it is not complete. A run resumes from its newest checkpoint
// whose files have the sizes and digests that its manifest states. A checkpoint whose files do not (after a disk error,
// or an edit by hand) is reported and renamed to 000300.damaged.
//
// # When training goes wrong
//
// A metric that is NaN or infinite ends the run at its step with [ErrDiverged], which names the first variable that is
// NaN or infinite too. [Spec.Judge] may find other faults. With [Spec.Rollbacks] the run goes back to its best
// checkpoint instead, by the value that [Spec.Best] names, and forgets what came after; [Spec.RolledBack] can make it go
// on differently. The history has a record of it.
//
// # What is kept
//
// The newest three checkpoints are kept, the best one ([Spec.Best]) and those of the steps that [Spec.KeepEvery] divides.
// A manifest says by which rules its checkpoint was saved: what one invocation kept for good stays, although the next one
// has other rules. A run whose checkpoints are gone, and a checkpoint of another run, are refused
// ([ErrLost], [ErrOtherRun]): nothing is deleted to begin anew.
//
// One process trains in a directory at a time: a lock refuses a second one. The system releases it when the process
// ends, however it ends.
//
// # Versions
//
// config.json and each manifest.json have a key "schema", and history.jsonl a first line {"schema":3}. It is the version
// of the format; files without it are older than the first version and are read as well. A file with a higher version
// than this package knows is refused with a [*NewerError]. The version is not part of the configuration: neither
// [Run.Config] nor [Changes] sees it.
//
// From version 2 on, a run on XLA computes its steps in a loop ([Spec.Update]). A run keeps the version it began with, so
// an older one goes on with a call for each step, and ends as it would have ended then.
package run
