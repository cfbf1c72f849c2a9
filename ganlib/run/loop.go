package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"iter"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/progress"
)

// session is one invocation's part of a run.
type session struct {
	*Spec
	ctx     context.Context
	history *os.File
	records []Record // the history as it is written so far
	times   int      // number of roll-backs so far, over all invocations
	run     string   // the run's name, in run.json
	older   []int    // steps of the checkpoints that were kept for good when this invocation began

	metrics []namedMetric
	first   int // the step from which the present loop began

	loops bool       // many steps a call
	loop  *loop.Loop // nil before it is compiled

	began  int           // the step from which this invocation began
	before float64       // seconds of training in earlier invocations
	spent  time.Duration // time of training in this one, until looked
	looked time.Time

	drawing *drawing // nil: nothing is being drawn

	bar    *progress.Bar // on a terminal; otherwise progress goes to Output, one line per record
	failed error         // what went wrong in a step
	ended  error         // why the run was saved and ended before its last step
}

// namedMetric is a metric that the records contain.
type namedMetric struct {
	index int // among the metrics of a step
	name  string
}

// loop makes the steps from the store's global_step to the last one, and goes back after failures, at most Rollbacks
// times.
func (spec *Spec) loop(ctx context.Context, b beginning, records []Record) error {
	history, err := os.OpenFile(filepath.Join(spec.Dir, historyFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	s := &session{Spec: spec, ctx: ctx, history: history, records: records, times: rollbacks(records)}
	list, err := checkpoints(spec.Dir)
	if err != nil {
		return err
	}
	s.run, s.older = b.run, stepsOf(list[:max(0, len(list)-keptCheckpoints)])
	s.loops = b.version >= loopSchema && spec.Update != nil && loop.Supported(spec.Trainer.Backend())
	defer s.close()
	if len(records) > 0 {
		s.before = records[len(records)-1].Seconds
	}
	s.looked = s.now()
	s.began = int(optimizer.GetGlobalStep(spec.Trainer.Store()))
	if err := s.rolledBack(); err != nil {
		return err
	}
	for {
		err := s.steps()
		var f *failure
		if !errors.As(err, &f) {
			return err
		}
		if err := s.recover(f); err != nil {
			return err
		}
	}
}

func (s *session) close() {
	s.history.Close()
	if s.loop != nil {
		s.loop.Finalize()
	}
}

// steps trains until the last step, a failure or an interruption.
func (s *session) steps() error {
	s.first, s.failed = int(optimizer.GetGlobalStep(s.Trainer.Store())), nil
	if s.ctx.Err() != nil {
		return fmt.Errorf("%w before step %d of %d; %s is as it was", ErrInterrupted, s.first+1, s.Steps, s.Dir)
	}
	if progress.Terminal(s.Output) {
		s.bar = progress.Count(s.Output, "training", s.Steps-s.first)
		defer s.bar.Done()
	}
	return cmp.Or(s.train(), s.drawn())
}

// train makes the steps, one or many a call.
func (s *session) train() error {
	if err := s.redraw(); err != nil {
		return err
	}
	if s.loops {
		return s.looped()
	}
	return s.oneByOne()
}

// oneByOne runs GoMLX's training loop.
func (s *session) oneByOne() error {
	loop := train.NewLoop(s.Trainer)
	loop.OnStep("run", 0, s.afterStep)
	_, err := loop.RunSteps(batches{s}, s.Steps-s.first)
	return cmp.Or(s.failed, err, s.ended) // err wraps failed too, under GoMLX's stack trace
}

// now returns the time on the run's clock.
func (s *session) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

// seconds returns the time spent training, over all invocations. Setting the clock back does not reduce it.
func (s *session) seconds() float64 {
	now := s.now()
	s.spent += max(0, now.Sub(s.looked))
	s.looked = now
	return s.before + s.spent.Seconds()
}

// batches is the run's data as GoMLX expects it: in sequence, from the step at which the loop began.
type batches struct{ s *session }

func (batches) Name() string { return "the run's minibatches" }

func (b batches) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for step := b.s.first; step < b.s.Steps; step++ {
			batch, err := b.s.Batches(step)
			if err != nil {
				err = b.s.unread(step, err)
				b.s.failed = err
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

// unread saves the run as it is after step iterations, before it ends because the next minibatch cannot be read. It
// returns why.
func (s *session) unread(step int, err error) error {
	if step > s.first && step%s.SaveEvery != 0 {
		err = errors.Join(err, s.save(step))
	}
	return fmt.Errorf("the minibatch after step %d cannot be read: %w; %s", step, err, s.kept())
}

// afterStep is called by the loop after each step.
func (s *session) afterStep(loop *train.Loop, metrics []*tensors.Tensor) error {
	if s.failed = s.finishStep(loop.LoopStep+1, metrics); s.failed != nil {
		return s.failed
	}
	if s.bar != nil {
		s.bar.Add(1)
	}
	if s.ended != nil {
		loop.EndStep = loop.LoopStep + 1
	}
	return nil
}

// finishStep is finish after a step of GoMLX's loop.
func (s *session) finishStep(step int, metrics []*tensors.Tensor) error {
	if s.metrics == nil {
		if err := s.nameMetrics(); err != nil {
			return err
		}
	}
	values, err := s.read(step, func(i int) float64 { return shapes.ConvertTo[float64](metrics[i].Value()) })
	if err != nil {
		return err
	}
	return s.finish(step, values)
}

// finish records, draws and saves after a step, as far as each is due.
func (s *session) finish(step int, values map[string]float64) error {
	recorded := s.due(step, s.RecordEvery)
	if recorded {
		if err := s.record(step, values); err != nil {
			return err
		}
	}
	if s.due(step, s.SampleEvery) {
		if err := s.sample(step); err != nil {
			return err
		}
	}
	var judged error
	if recorded { // after the picture is in place, for watchers that show it
		judged = s.tell(s.records[len(s.records)-1])
	}
	if s.ctx.Err() != nil && s.ended == nil && step < s.Steps {
		s.ended = fmt.Errorf("%w after step %d of %d; %s is saved, and running the same again goes on from there", ErrInterrupted, step, s.Steps, s.Dir)
	}
	if judged != nil && s.times < s.Rollbacks {
		return judged // unsaved: if it is killed before it is rolled back, the run must reach this failure again
	}
	if s.due(step, s.SaveEvery) || s.ended != nil || judged != nil {
		if err := s.save(step); err != nil {
			return err
		}
	}
	return judged
}

// due reports whether every divides a step, or it is the last. An interval of 0 is never due.
func (s *session) due(step, every int) bool {
	return every > 0 && (step == s.Steps || step%every == 0)
}

// read returns the step's metrics by name; value is that of a metric by its index. One that is not finite is a failure:
// every step after it would be lost.
func (s *session) read(step int, value func(index int) float64) (map[string]float64, error) {
	values := make(map[string]float64, len(s.metrics))
	for _, m := range s.metrics {
		v := value(m.index)
		if err := s.checkValue(step, m.name, v); err != nil {
			return nil, err
		}
		values[m.name] = v
	}
	return values, nil
}

// checkValue returns a failure if a value of a step is not finite.
func (s *session) checkValue(step int, name string, value float64) error {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return &failure{step, diverged(fmt.Sprintf("%s is %v%s", name, value, s.culprits()))}
	}
	return nil
}

// culprits names the first variable, in order of creation, that contains a NaN or an infinity.
func (s *session) culprits() string {
	first, n := "", 0
	for v := range s.Trainer.Store().IterVariables() {
		value, err := v.Value()
		if err != nil || ofOneProcess(v) || checkFinite(value) == nil {
			continue
		}
		if n++; n == 1 {
			first = fmt.Sprintf("variable %s holds %v", v.Path(), checkFinite(value))
		}
	}
	switch n {
	case 0:
		return "; all variables are finite still"
	case 1:
		return "; " + first
	}
	return fmt.Sprintf("; %s, the first of %d", first, n)
}

// kept says, for messages, which checkpoint is the newest.
func (s *session) kept() string {
	if list, err := checkpoints(s.Dir); err == nil && len(list) > 0 {
		return fmt.Sprintf("the checkpoint of step %d is good", list[len(list)-1].Step)
	}
	return "there is no checkpoint yet"
}

// nameMetrics lists the metrics that records contain: those that keep no state in variables of the store.
func (s *session) nameMetrics() error {
	for i, m := range s.Trainer.TrainMetrics() {
		if loop.Remembers(s.Trainer.Store(), m) {
			continue
		}
		if err := s.name(i, m); err != nil {
			return err
		}
	}
	return nil
}

// name notes the name under which records contain the metric of an index.
func (s *session) name(index int, m metric.Interface) error {
	name := m.ShortName()
	taken := func(other namedMetric) bool { return other.name == name }
	if slices.Contains(reserved, name) || slices.ContainsFunc(s.metrics, taken) {
		seen := slices.Clone(reserved)
		for _, other := range s.metrics {
			seen = append(seen, other.name)
		}
		return invalid.In("Spec.Trainer", invalid.Value(m.Name(), name, "a short name other than %q", seen))
	}
	s.metrics = append(s.metrics, namedMetric{index, name})
	return nil
}

// measures reports whether Measure is due at a step.
func (s *session) measures(step int) bool { return s.Measure != nil && s.due(step, s.MeasureEvery) }

// record measures if that is due, appends to the history and shows progress.
func (s *session) record(step int, values map[string]float64) error {
	if s.measures(step) {
		more, err := s.Measure()
		if err != nil {
			return fmt.Errorf("measuring after step %d: %w", step, err)
		}
		for _, name := range slices.Sorted(maps.Keys(more)) {
			if _, taken := values[name]; taken || slices.Contains(reserved, name) {
				return invalid.Value("Spec.Measure", name,
					"values under other names than the metrics of Spec.Trainer and %q", reserved)
			}
			if err := s.checkValue(step, name, more[name]); err != nil {
				return err
			}
			values[name] = more[name]
		}
	}
	r := Record{Step: step, Seconds: s.seconds(), Values: values}
	if s.due(step, s.SaveEvery) {
		if err := s.Best.check(append(s.records, r)); err != nil {
			return err
		}
	}
	if err := s.append(r); err != nil {
		return err
	}
	s.show(r)
	return nil
}

// tell shows the watchers a record and, if there are new measurements, the history to Judge, whose error is a failure.
func (s *session) tell(r Record) error {
	for _, watch := range s.Watch {
		if err := watch(r); err != nil && s.ended == nil {
			s.ended = fmt.Errorf("stopped after step %d of %d; %s is saved: %w", r.Step, s.Steps, s.Dir, err)
		}
	}
	if s.measures(r.Step) && s.Judge != nil {
		if wrong := s.Judge(s.records); wrong != nil {
			return &failure{r.Step, wrong}
		}
	}
	return nil
}

// append adds a line to the history.
func (s *session) append(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := s.history.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("recording step %d: %w; %s", r.Step, err, s.kept())
	}
	s.records = append(s.records, r)
	return nil
}

// show prints progress.
func (s *session) show(r Record) {
	line := s.values(r)
	if s.bar != nil {
		s.bar.Describe(line)
		return
	}
	rate := float64(r.Step-s.began) / s.spent.Seconds()
	left := time.Duration(float64(s.Steps-r.Step) / rate * float64(time.Second))
	fmt.Fprintf(s.Output, "%*d/%d  %s  %.3g steps/s, %v left\n", len(strconv.Itoa(s.Steps)), r.Step, s.Steps, line, rate, left.Round(time.Second))
}

// values returns a record's values in a few words: Spec.Line's, or the trainer's metrics.
func (s *session) values(r Record) string {
	if s.Line != nil {
		return s.Line(r)
	}
	all := make([]string, len(s.metrics))
	for i, m := range s.metrics {
		all[i] = fmt.Sprintf("%s %.4g", m.name, r.Values[m.name])
	}
	return strings.Join(all, "  ")
}

// drawing is the pictures of a step, which are drawn and written while training goes on.
type drawing struct {
	step int
	done chan error
}

// sample draws the samples of a step, and begins to write them and to draw the plot. Whoever watches the run finds them
// in place.
func (s *session) sample(step int) error {
	if err := s.drawn(); err != nil {
		return err
	}
	var picture image.Image
	if s.Sample != nil {
		var err error
		if picture, err = s.Sample(); err != nil {
			return fmt.Errorf("drawing samples after step %d: %w", step, err)
		}
	}
	s.drawing = &drawing{step, make(chan error, 1)}
	go func(done chan<- error, records []Record) { done <- s.place(step, picture, records) }(s.drawing.done, s.records)
	if len(s.Watch) > 0 {
		return s.drawn()
	}
	return nil
}

// drawn waits until the pictures that are being drawn are in place.
func (s *session) drawn() error {
	if s.drawing == nil {
		return nil
	}
	err := <-s.drawing.done
	s.drawing = nil
	return err
}

// drawnBefore waits for pictures that a run that goes on from a checkpoint of a step could not draw again: those of
// earlier steps, and of the last.
func (s *session) drawnBefore(step int) error {
	if s.drawing != nil && s.drawing.step == step && step < s.Steps {
		return nil
	}
	return s.drawn()
}

// redraw draws the samples of the step from which the run goes on, if it was killed before they were in place.
func (s *session) redraw() error {
	if s.Sample == nil || s.first == 0 || s.first%s.SampleEvery != 0 || exists(filepath.Join(s.Dir, sampleName(s.first))) {
		return nil
	}
	return s.sample(s.first)
}

// place writes the samples of a step, if there are any, and draws the plot.
func (s *session) place(step int, picture image.Image, records []Record) error {
	if s.Sample != nil {
		if err := placePNG(s.Dir, sampleName(step), picture, "Spec.Sample"); err != nil {
			return fmt.Errorf("saving the samples of step %d: %w; %s", step, err, s.kept())
		}
	}
	return s.plot(picture, records)
}

// plot draws the run so far, with the given samples; nil: the newest ones on disk.
func (s *session) plot(sample image.Image, records []Record) error {
	if s.Plot == nil {
		return nil
	}
	if sample == nil {
		var err error
		if sample, err = newestPicture(s.Dir); err != nil {
			return err
		}
	}
	picture, err := s.Plot(records, sample)
	if err != nil {
		return fmt.Errorf("plotting %s: %w", s.Dir, err)
	}
	return placePNG(s.Dir, plotFile, picture, "Spec.Plot")
}

// placePNG writes a picture that a function of the Spec drew.
func placePNG(dir, name string, picture image.Image, by string) error {
	if v := reflect.ValueOf(picture); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return invalid.Value(by, picture, "a function that returns a picture or an error; it returned neither")
	}
	return place(dir, name, func(path string) error { return figure.WritePNG(path, picture) })
}

// save writes a checkpoint. It flushes the history to the disk first, so that the records up to a checkpoint are never
// lost.
func (s *session) save(step int) error {
	store := s.Trainer.Store()
	if counted := int(optimizer.GetGlobalStep(store)); counted != step {
		return fmt.Errorf("run: global_step is %d after %d iterations: the optimizer must raise it by one per iteration, or the run cannot be resumed", counted, step)
	}
	if err := s.drawnBefore(step); err != nil {
		return err
	}
	if err := s.history.Sync(); err != nil {
		return err
	}
	err := saveCheckpoint(s.Dir, manifest{Run: s.run, Step: step, Kept: s.keeps(step), Best: s.Best}, store)
	switch {
	case errors.Is(err, ErrDiverged):
		return &failure{step, err}
	case err != nil:
		return fmt.Errorf("%w; %s", err, s.kept())
	}
	if err := identify(s.Dir, s.run); err != nil {
		return err
	}
	return s.prune()
}

// keeps reports whether KeepEvery keeps the checkpoint of a step for good.
func (s *session) keeps(step int) bool { return s.KeepEvery > 0 && step%s.KeepEvery == 0 }

// prune deletes all checkpoints but the newest and those that are kept for good.
func (s *session) prune() error {
	list, err := checkpoints(s.Dir)
	if err != nil {
		return err
	}
	keep := s.forGood(list)
	for _, old := range list[:max(0, len(list)-keptCheckpoints)] {
		if slices.Contains(keep, old.Step) {
			continue
		}
		if err := discard(s.Dir, checkpointName(old.Step)); err != nil {
			return err
		}
	}
	return nil
}

// forGood returns the steps of the checkpoints that are kept for good: by this invocation's rules, and by those under
// which each was saved, for what an invocation promised to keep the next one does not delete. Manifests of older
// versions do not tell their rules. There, whatever an earlier invocation left beside the newest was kept.
func (s *session) forGood(list []Checkpoint) []int {
	var keep []int
	under := map[Best][]int{s.Best: stepsOf(list)}
	for _, c := range list {
		m, err := c.manifest()
		older := err == nil && m.Run == "" && slices.Contains(s.older, c.Step)
		if s.keeps(c.Step) || m.Kept || older {
			keep = append(keep, c.Step)
		}
		if m.Best != s.Best {
			under[m.Best] = append(under[m.Best], c.Step)
		}
	}
	for rule, steps := range under {
		if best, _, ok := rule.of(s.records, steps); ok {
			keep = append(keep, best)
		}
	}
	return keep
}
