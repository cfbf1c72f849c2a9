package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/ml/train"
)

// ErrInterrupted is what [Train] returns, wrapped, when its context was
// cancelled. The run is saved and can go on.
var ErrInterrupted = errors.New("interrupted")

// A Spec says what to train, and where. Dir, Config, Steps, Trainer, Batches and
// the three Every fields are required.
type Spec struct {
	Dir    string   // the run's directory: new, empty, or an earlier run's
	Config any      // everything needed to repeat the run; config.json is its JSON, an object
	Free   []string // keys of config.json that may differ when the run goes on, like "steps"; nested keys are dotted

	Steps       int // iterations in all, earlier invocations included
	RecordEvery int // iterations from one record to the next
	SampleEvery int // iterations from one picture to the next
	SaveEvery   int // iterations from one checkpoint to the next
	KeepEvery   int // checkpoints of steps that it divides are kept for good, of others the newest three; 0: none for good

	// Trainer makes the steps. Its store is what checkpoints hold; seed it before.
	// Its optimizer must raise global_step by one an iteration. Its metrics are the
	// values of the records, under their short names; those with a memory (means
	// over steps) are left out, for a resumed run would not repeat them.
	Trainer *train.Trainer

	// Batches returns the minibatch of a step, counted from 0. It must depend on
	// the step alone. The trainer frees the tensors.
	Batches func(step int) (train.Batch, error)

	// Sample draws fixed noise with the weights as they are now. It must leave the
	// store as it is, the random number generator included. (Mind that on the Go
	// backend GoMLX makes weights constants in a graph that is not for training: a
	// model.Exec kept from one picture to the next draws the first again.)
	// Nil: no pictures.
	Sample func() (image.Image, error)

	// Measure looks at the model as it is, by samples of it or gradients, every MeasureEvery iterations, a multiple
	// of RecordEvery; 0: never. Its values join the step's record. It must leave the store as Sample does.
	Measure      func() (map[string]float64, error)
	MeasureEvery int

	// Best is what makes one checkpoint better than another: the best one is kept for good, beside the newest.
	// SaveEvery must then be a multiple of RecordEvery and MeasureEvery.
	Best Best

	// Judge sees the history after each record with values from Measure. An error says what is wrong with the run,
	// which is a failure. So is a NaN or an infinity. After a failure the run goes back to its best checkpoint
	// (without Best: to the newest one before it) and goes on from there, at most Rollbacks times; after that, or
	// where Rollbacks is 0, it stops. What it does it says in the history.
	Judge     func(history []Record) error
	Rollbacks int
	// RolledBack is called with the number of roll-backs so far after each of them, and when a run with some is
	// resumed: the place to lower learning rates. As the data is a function of the step, without it the same steps
	// would follow again.
	RolledBack func(times int) error

	// Plot draws the run so far. It is called with Sample, for plot.png; sample is the newest picture, nil where there
	// is none. Nil: no plot.
	Plot func(history []Record, sample image.Image) (image.Image, error)
	// Line says what a record holds in a few words, for the terminal. Nil: the trainer's metrics.
	Line func(Record) string

	// Watch sees every record. The run is saved and stops at the first error,
	// which Train returns, wrapped.
	Watch []func(Record) error

	// Output takes messages and progress: a bar on a terminal, otherwise a line a record, with the rate and the time
	// left. Nil: silence.
	Output io.Writer

	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Train makes the run in spec.Dir complete: it begins a new one, or goes on from
// the newest whole checkpoint, until spec.Steps iterations are done. After the
// last one it writes a record, a picture, a checkpoint and the animation, whatever
// the intervals say. The trainer's store then holds the state of the last step,
// also when there was nothing left to do.
//
// Cancelling the context ends the run after the iteration in progress: it saves
// and returns [ErrInterrupted].
//
// It refuses, and changes nothing, when the directory holds something that is not
// a run, a run with another configuration (the error names each key that differs),
// a run that is past spec.Steps already, or one with only damaged checkpoints.
// It also refuses while another process trains there, and where it cannot write.
// When a metric or a weight becomes NaN or infinite it stops with an error that
// names the first such variable, or rolls back, and leaves the checkpoints made
// before.
func Train(ctx context.Context, spec Spec) (*Run, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if _, err := spec.inspect(); err != nil { // before a lock is left in a directory that is no run
		return nil, err
	}
	unlock, err := lock(spec.Dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	b, err := spec.inspect()
	if err != nil {
		return nil, err
	}
	records, err := spec.prepare(b)
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", spec.Dir, err)
	}
	if b.from.Dir != "" {
		if err := b.from.restore(spec.Trainer.Store()); err != nil {
			return nil, fmt.Errorf("resuming: %w", err)
		}
	}
	err = spec.train(ctx, b.from.Step, records)
	if err := cmp.Or(err, clean(spec.Dir)); err != nil {
		return nil, err
	}
	return Open(spec.Dir)
}

// check returns an error that names what is missing from the spec or wrong.
func (spec *Spec) check() error {
	for name, missing := range map[string]bool{
		"Dir": spec.Dir == "", "Config": spec.Config == nil,
		"Trainer": spec.Trainer == nil, "Batches": spec.Batches == nil,
	} {
		if missing {
			return fmt.Errorf("run: Spec.%s is missing", name)
		}
	}
	for name, n := range map[string]int{
		"Steps": spec.Steps, "RecordEvery": spec.RecordEvery,
		"SampleEvery": spec.SampleEvery, "SaveEvery": spec.SaveEvery,
	} {
		if n < 1 {
			return fmt.Errorf("run: Spec.%s is %d, want 1 or more", name, n)
		}
	}
	if err := spec.checkMeasure(); err != nil {
		return err
	}
	if spec.KeepEvery < 0 || spec.KeepEvery%spec.SaveEvery != 0 {
		return fmt.Errorf("run: Spec.KeepEvery is %d, want a multiple of SaveEvery, %d, or 0", spec.KeepEvery, spec.SaveEvery)
	}
	return nil
}

// checkMeasure returns an error that names what is wrong with the intervals of
// measuring.
func (spec *Spec) checkMeasure() error {
	every := spec.MeasureEvery
	switch {
	case spec.Rollbacks < 0:
		return fmt.Errorf("run: Spec.Rollbacks is %d, want 0 or more", spec.Rollbacks)
	case every < 0 || every%spec.RecordEvery != 0:
		return fmt.Errorf("run: Spec.MeasureEvery is %d, want a multiple of RecordEvery, %d, or 0", every, spec.RecordEvery)
	case spec.Best.Value != "" && spec.SaveEvery%max(every, spec.RecordEvery) != 0:
		return fmt.Errorf("run: Spec.SaveEvery is %d, want a multiple of %d: Best needs a record of each checkpoint's step", spec.SaveEvery, max(every, spec.RecordEvery))
	}
	return nil
}

// beginning is where an invocation starts from.
type beginning struct {
	config  []byte     // the new text of config.json
	from    Checkpoint // the zero Checkpoint: from nothing
	damaged []damage   // checkpoints after from
}

// inspect looks at the directory without changing it and finds where to begin,
// or a reason to refuse.
func (spec *Spec) inspect() (beginning, error) {
	config, err := marshalConfig(spec.Config)
	if err != nil {
		return beginning{}, err
	}
	b := beginning{config: config}
	entries, err := os.ReadDir(spec.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == unfinished || e.Name() == lockFile })
	if len(entries) == 0 {
		return b, nil
	}
	earlier, err := Open(spec.Dir)
	if err != nil {
		return b, fmt.Errorf("%w\nNothing was changed; train in a directory that is new, empty or a run", err)
	}
	changed, err := changes(earlier.config, config, spec.Free)
	if err != nil {
		return b, err
	}
	if len(changed) > 0 {
		return b, fmt.Errorf("%s is a run with another configuration:\n  %s\nGo on with the same configuration, or train in another directory",
			spec.Dir, strings.Join(changed, "\n  "))
	}
	if b.from, b.damaged, err = newestWhole(spec.Dir); err != nil {
		return b, err
	}
	if b.from.Step > spec.Steps {
		return b, fmt.Errorf("%s stands at step %d, past the %d asked for: ask for %d or more, or train in another directory",
			spec.Dir, b.from.Step, spec.Steps, b.from.Step)
	}
	return b, nil
}

// prepare makes the directory what it was when the checkpoint was written, and
// returns the records until then.
func (spec *Spec) prepare(b beginning) ([]Record, error) {
	for _, name := range []string{"", checkpointDir, sampleDir} {
		path := filepath.Join(spec.Dir, name)
		if err := makeDir(path); err != nil {
			return nil, err
		}
		if err := checkWritable(path); err != nil { // not after hours of training
			return nil, err
		}
	}
	if err := clean(spec.Dir); err != nil {
		return nil, err
	}
	for _, d := range b.damaged {
		say(spec.Output, "warning: %v; resuming from step %d instead. The damaged one is kept as %s", d, b.from.Step, d.Dir+damagedSuffix)
		if err := d.setAside(); err != nil {
			return nil, err
		}
	}
	if step := lostRecord(spec.Dir); step > 0 && step <= b.from.Step {
		say(spec.Output, "warning: %s ends in the midst of the record of step %d, which is lost", filepath.Join(spec.Dir, historyFile), step)
	}
	if err := placeBytes(spec.Dir, configFile, b.config); err != nil {
		return nil, err
	}
	if err := cutSamples(spec.Dir, b.from.Step); err != nil {
		return nil, err
	}
	return cutHistory(spec.Dir, b.from.Step)
}

// train makes the steps that are left, if any, and the animation.
func (spec *Spec) train(ctx context.Context, from int, records []Record) error {
	switch {
	case from == spec.Steps:
		say(spec.Output, "%s is finished: %d steps. To go on, ask for more", spec.Dir, from)
		if spec.Sample == nil || exists(filepath.Join(spec.Dir, animationFile)) {
			return nil
		}
		return animate(spec.Dir)
	case from > 0:
		say(spec.Output, "resuming %s at step %d of %d", spec.Dir, from, spec.Steps)
	default:
		say(spec.Output, "training %s, %d steps", spec.Dir, spec.Steps)
	}
	if err := spec.loop(ctx, records); err != nil {
		return err
	}
	if err := animate(spec.Dir); err != nil {
		return err
	}
	say(spec.Output, "%s is finished: %d steps", spec.Dir, spec.Steps)
	return nil
}
