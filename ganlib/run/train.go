package run

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/loop"
)

// A Spec says what to train, and where. Dir, Config, Steps, Trainer, Batches and the intervals RecordEvery, SampleEvery
// and SaveEvery are required.
type Spec struct {
	Dir    string   // the run's directory: new, empty, or an earlier run's
	Config any      // everything needed to repeat the run, as config.json holds it: an object in JSON
	Free   []string // dotted keys of Config that may differ when the run goes on, such as "steps"
	Data   *Data    // knows the data again; nil: nothing does

	Steps       int // number of iterations, earlier invocations included
	RecordEvery int // iterations from one record to the next
	SampleEvery int // iterations from one picture to the next
	SaveEvery   int // iterations from one checkpoint to the next
	KeepEvery   int // keeps the checkpoints of the steps it divides, beside the newest three; 0: only those three

	// Trainer makes the steps. Its store is what checkpoints hold; seed it before. Its optimizer must raise global_step
	// by one per iteration. Its metrics are the values of the records, under their short names; those with a memory
	// (means over steps) are left out, because a resumed run would not repeat them.
	Trainer *train.Trainer

	// Fit returns an error if the variables of a checkpoint, which the store holds then, are not those of the model. It is
	// called before the first step of a run that goes on. Nil: all fit.
	Fit func(store *model.Store) error

	// Batches returns the minibatch of a step, counted from 0. It must depend on the step alone. The trainer frees the
	// tensors.
	Batches func(step int) (train.Batch, error)

	// Update builds one iteration as a graph, the same as Trainer does. With it, many iterations run in one call on a
	// backend that can ([loop.Supported]), and the results depend neither on how many nor on the intervals. Nil: one
	// call a step.
	Update loop.Update
	// Blocks hands Update the minibatches of many steps at once, the same as Batches. Nil: those of Batches, copied beside
	// each other.
	Blocks loop.Blocks
	// Devices is the number of the backend's devices that divide each iteration among them ([loop.Loop.Divide]), for which
	// Update is needed. Another number rounds differently: a run whose every bit is to repeat keeps it in Config. 0 or 1:
	// one device.
	Devices int

	// Sample draws fixed noise with the present weights. It must not change the store, including its random number
	// generator. (On the Go backend GoMLX makes weights constants in a graph that is not for training: a model.Exec kept
	// from one picture to the next draws the first picture again.) Nil: no pictures.
	Sample func() (image.Image, error)

	// Measure measures the present model, on samples or gradients, every MeasureEvery iterations, a multiple of
	// RecordEvery; 0: never. Its values join the step's record, under other names than the metrics. It must not change
	// the store.
	Measure      func() (map[string]float64, error)
	MeasureEvery int

	// Best ranks checkpoints: the best one is kept, beside the newest. SaveEvery must then be a multiple of RecordEvery
	// and MeasureEvery. The run ends with an [*invalid.Error] before its first checkpoint if the records lack the
	// value.
	Best Best

	// Judge sees the history after each record with values from Measure. An error from it is a failure, and so is a NaN
	// or an infinity. After a failure the run goes back to its best checkpoint (without Best: to the newest one before
	// it) and trains on from there, at most Rollbacks times; then, or if Rollbacks is 0, it stops. The history notes
	// either.
	Judge     func(history []Record) error
	Rollbacks int
	// RolledBack is called with the number of roll-backs so far, after each of them and when a run that has some is
	// resumed. It is the place to lower learning rates: the data is a function of the step, so without a change the same
	// steps would follow again.
	RolledBack func(times int) error

	// Plot draws the run so far for plot.png, each time that Sample is due. sample is the newest picture, or nil. Nil: no
	// plot.
	Plot func(history []Record, sample image.Image) (image.Image, error)
	// Line puts a record into a few words, for the terminal. Nil: the trainer's metrics.
	Line func(Record) string

	// Watch sees every record. At the first error the run is saved and stops, and Train returns that error, wrapped.
	Watch []func(Record) error

	// Output receives messages and progress: a bar on a terminal, otherwise one line per record, with the rate and the
	// time left. Nil: silence.
	Output io.Writer

	// Clock returns the time. Nil: time.Now.
	Clock func() time.Time
}

// Train completes the run in spec.Dir: it begins a new one, or goes on from the newest whole checkpoint, until
// spec.Steps iterations are done. After the last one it writes a record, a picture, a checkpoint and the animation,
// whatever the intervals say. The trainer's store then holds the state of the last step, even if the run was finished
// before.
//
// A run that ended before its first checkpoint is begun anew, under another configuration too.
//
// Cancelling the context ends the run after the iteration in progress: it is saved, and the error wraps
// [ErrInterrupted]. With a context that is cancelled before, there is no iteration, and no directory if there was none.
//
// Train refuses, without changing anything, a directory that
//   - holds something other than a run ([ErrNotARun]), or files of a newer version ([ErrNewer]);
//   - is a run with another configuration ([ErrOtherConfig], and [OtherConfigError] lists the keys);
//   - is a run whose data have changed ([ErrOtherData], and [OtherDataError] says how);
//   - has passed spec.Steps ([ErrPastEnd]);
//   - has only damaged checkpoints ([ErrDamaged]), none although it had some ([ErrLost]), or another run's
//     ([ErrOtherRun]);
//   - is being trained by another process ([ErrLocked]);
//   - cannot be read or written to.
//
// A field of spec that is missing or wrong is an [*invalid.Error]. If a metric or a weight becomes NaN or infinite, the
// run stops with [ErrDiverged], which names the first such variable, or rolls back; earlier checkpoints stay.
func Train(ctx context.Context, spec Spec) (*Run, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w before anything was done in %s", ErrInterrupted, spec.Dir)
	}
	if spec.Output == nil {
		spec.Output = io.Discard
	}
	if _, err := spec.inspect(); err != nil { // before a lock is left in a directory that is not a run
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
		if err := spec.fit(b.from); err != nil {
			return nil, err
		}
	}
	err = spec.train(ctx, b, records)
	if err := cmp.Or(err, clean(spec.Dir)); err != nil {
		return nil, err
	}
	return Open(spec.Dir)
}

// fit returns an error if the checkpoint that was restored is not one of the model.
func (spec *Spec) fit(from Checkpoint) error {
	if spec.Fit == nil {
		return nil
	}
	if err := spec.Fit(spec.Trainer.Store()); err != nil {
		return fmt.Errorf("%s does not fit %s: %w", from.Dir, filepath.Join(spec.Dir, configFile), err)
	}
	return nil
}

// check returns an error for the first field that is missing or wrong.
func (spec *Spec) check() error {
	isNil := func(watch func(Record) error) bool { return watch == nil }
	for _, field := range []struct {
		name    string
		value   any
		missing bool
		want    string
	}{
		{"Dir", spec.Dir, spec.Dir == "", "the run's directory"},
		{"Config", spec.Config, spec.Config == nil, "the configuration"},
		{"Trainer", nil, spec.Trainer == nil, "a trainer"},
		{"Batches", nil, spec.Batches == nil, "a function"},
		{"Steps", spec.Steps, spec.Steps < 1, "at least 1"},
		{"RecordEvery", spec.RecordEvery, spec.RecordEvery < 1, "at least 1"},
		{"SampleEvery", spec.SampleEvery, spec.SampleEvery < 1, "at least 1"},
		{"SaveEvery", spec.SaveEvery, spec.SaveEvery < 1, "at least 1"},
		{"Devices", spec.Devices, spec.Devices > 1 && spec.Update == nil, "1 without an Update"},
		{"Rollbacks", spec.Rollbacks, spec.Rollbacks < 0, "at least 0"},
		{"Watch", nil, slices.ContainsFunc(spec.Watch, isNil), "functions, none of them nil"},
	} {
		if field.missing {
			return invalid.Value("Spec."+field.name, field.value, "%s", field.want)
		}
	}
	if err := loop.CheckDevices(spec.Trainer.Backend(), spec.Devices); err != nil {
		return err // of the key that configurations have for it
	}
	return spec.checkIntervals()
}

// checkIntervals returns an error for the first interval that does not fit the others.
func (spec *Spec) checkIntervals() error {
	every := spec.MeasureEvery
	switch {
	case every < 0 || every%spec.RecordEvery != 0:
		return invalid.Value("Spec.MeasureEvery", every, "a multiple of RecordEvery, %d, or 0", spec.RecordEvery)
	case spec.Best.Value != "" && spec.SaveEvery%max(every, spec.RecordEvery) != 0:
		return invalid.Value("Spec.SaveEvery", spec.SaveEvery, "a multiple of %d: Best needs a record of each checkpoint's step",
			max(every, spec.RecordEvery))
	case spec.KeepEvery < 0 || spec.KeepEvery%spec.SaveEvery != 0:
		return invalid.Value("Spec.KeepEvery", spec.KeepEvery, "a multiple of SaveEvery, %d, or 0", spec.SaveEvery)
	}
	return nil
}

// beginning is where an invocation starts from.
type beginning struct {
	config  []byte     // the new configuration as JSON
	version int        // of the run's files
	from    Checkpoint // the zero Checkpoint: from the first step
	damaged []damage   // checkpoints after from
	run     string     // the run's name
	anew    bool       // an earlier invocation ended before its first checkpoint
}

// inspect looks at the directory, without changing it, and returns where to begin or a reason to refuse.
func (spec *Spec) inspect() (beginning, error) {
	config, err := marshalConfig(spec.Config)
	if err != nil {
		return beginning{}, invalid.In("Spec.Config", err)
	}
	b := beginning{config: config, version: schema, run: newIdentity("")}
	earlier, err := openBegun(spec.Dir)
	if err != nil {
		return b, fmt.Errorf("%w\nNothing was changed; train in a directory that is new, empty or a run", err)
	}
	if earlier == nil {
		return b, nil
	}
	records, err := earlier.History()
	if err != nil {
		return b, err
	}
	list, err := earlier.Checkpoints()
	if err != nil {
		return b, err
	}
	if len(list) == 0 {
		b.anew = len(records) > 0
		return b, checkLost(spec.Dir, records)
	}
	b.run = newIdentity(list[0].run)
	b.version = max(1, earlier.version)
	if b.version < loopSchema && spec.Devices > 1 {
		return b, invalid.Value("Spec.Devices", spec.Devices, "1, for %s was begun by a version that makes one call a step", spec.Dir)
	}
	otherData, known, err := spec.compareData(earlier)
	if err != nil {
		return b, err
	}
	free := spec.Free
	if known && len(otherData) == 0 {
		free = slices.Concat(free, spec.Data.Keys)
	}
	changed, err := changes(earlier.config, config, free)
	if err != nil {
		return b, err
	}
	if len(changed) > 0 {
		err := error(&OtherConfigError{Dir: spec.Dir, Changes: changed})
		if len(otherData) > 0 {
			err = fmt.Errorf("%w\n%w", &OtherDataError{Dir: spec.Dir, Changes: otherData}, err)
		}
		return b, err
	}
	if b.from, b.damaged, err = newestWhole(spec.Dir); err != nil {
		return b, err
	}
	if len(otherData) > 0 && b.from.Dir != "" {
		return b, &OtherDataError{Dir: spec.Dir, Changes: otherData}
	}
	if b.from.Step > spec.Steps {
		return b, fmt.Errorf("%s is at step %d, %w, %d: ask for %d or more, or train in another directory",
			spec.Dir, b.from.Step, ErrPastEnd, spec.Steps, b.from.Step)
	}
	return b, nil
}

// openBegun opens the run in dir, and returns nil where one can still begin.
func openBegun(dir string) (*Run, error) {
	begun, err := Begun(dir)
	if err != nil || !begun {
		return nil, err
	}
	return Open(dir)
}

// prepare makes the directory what it was when the checkpoint was written, and returns the records up to then.
func (spec *Spec) prepare(b beginning) ([]Record, error) {
	for _, name := range []string{"", checkpointDir, sampleDir} {
		path := filepath.Join(spec.Dir, name)
		if err := makeDir(path); err != nil {
			return nil, err
		}
		if err := checkWritable(path); err != nil { // now, not after hours of training
			return nil, err
		}
	}
	if err := clean(spec.Dir); err != nil {
		return nil, err
	}
	for _, d := range b.damaged {
		fmt.Fprintf(spec.Output, "warning: %v; resuming from step %d instead. The damaged one is kept as %s\n", d.reason, b.from.Step, d.Dir+damagedSuffix)
		if err := d.setAside(); err != nil {
			return nil, err
		}
	}
	if history := filepath.Join(spec.Dir, historyFile); b.from.Step > 0 && !exists(history) {
		fmt.Fprintf(spec.Output, "warning: there is no %s: the records up to step %d are lost\n", history, b.from.Step)
	}
	if step := lostRecord(spec.Dir); step > 0 && step <= b.from.Step {
		fmt.Fprintf(spec.Output, "warning: %s ends in the midst of the record of step %d, which is lost\n", filepath.Join(spec.Dir, historyFile), step)
	}
	if err := placeBytes(spec.Dir, configFile, addSchema(b.config, b.version)); err != nil {
		return nil, err
	}
	if b.anew {
		fmt.Fprintf(spec.Output, "%s ended before its first checkpoint: it begins again\n", spec.Dir)
	}
	if b.from.Dir != "" {
		if err := identify(spec.Dir, b.run); err != nil {
			return nil, err
		}
	}
	if err := spec.keepData(); err != nil {
		return nil, err
	}
	if err := cutSamples(spec.Dir, b.from.Step); err != nil {
		return nil, err
	}
	return cutHistory(spec.Dir, b.from.Step)
}

// train makes the remaining steps, if any, and the animation.
func (spec *Spec) train(ctx context.Context, b beginning, records []Record) error {
	from := b.from.Step
	switch {
	case from == spec.Steps:
		advice := ""
		if slices.Contains(spec.Free, "steps") {
			advice = ". To go on, ask for more steps"
		}
		fmt.Fprintf(spec.Output, "%s is finished: %d steps%s\n", spec.Dir, from, advice)
		if spec.Sample == nil || exists(filepath.Join(spec.Dir, animationFile)) {
			return nil
		}
		return animate(spec.Dir, spec.Output)
	case from > 0:
		fmt.Fprintf(spec.Output, "resuming %s at step %d of %d\n", spec.Dir, from, spec.Steps)
	default:
		fmt.Fprintf(spec.Output, "training %s, %d steps\n", spec.Dir, spec.Steps)
	}
	if err := spec.loop(ctx, b, records); err != nil {
		return err
	}
	if err := animate(spec.Dir, spec.Output); err != nil {
		return err
	}
	fmt.Fprintf(spec.Output, "%s is finished: %d steps\n", spec.Dir, spec.Steps)
	return nil
}
