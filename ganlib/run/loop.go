package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/ui/commandline"
	"golang.org/x/term"

	"github.com/gans-in-go/gans/ganlib/figure"
)

// session is one invocation's passage through a run.
type session struct {
	*Spec
	ctx     context.Context
	history *os.File
	plain   bool // progress goes to Output, a line a record

	metrics []namedMetric
	first   int       // the step that this invocation began from
	before  float64   // seconds of training in earlier invocations
	started time.Time // of this one

	failed error // what went wrong in a step
	ended  error // why the run was saved and ended before its last step
}

// namedMetric is a metric that records hold.
type namedMetric struct {
	index int // among the trainer's metrics
	name  string
}

// loop runs GoMLX's training loop from where the store stands to the last step.
func (spec *Spec) loop(ctx context.Context, records []Record) error {
	history, err := os.OpenFile(filepath.Join(spec.Dir, historyFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer history.Close()
	loop := train.NewLoop(spec.Trainer)
	s := &session{Spec: spec, ctx: ctx, history: history, first: loop.LoopStep, started: time.Now()}
	if len(records) > 0 {
		s.before = records[len(records)-1].Seconds
	}
	loop.OnStep("run", -1, s.afterStep) // before the progress bar, which looks whether this is the end
	if showsBar(spec.Output) {
		commandline.AttachProgressBar(loop)
	} else {
		s.plain = true
	}
	_, err = loop.RunSteps(batches{s}, spec.Steps-s.first)
	return cmp.Or(s.failed, err, s.ended) // failed is in err too, wrapped in GoMLX's account of who called whom
}

// showsBar reports whether GoMLX's progress bar, which writes to the standard
// output, suits w. In a notebook it does not: drawn anew up to a thousand times,
// it would all be kept in the cell's output.
func showsBar(w io.Writer) bool {
	return w == os.Stdout && term.IsTerminal(int(os.Stdout.Fd()))
}

// batches is the run's data as GoMLX wants it: in sequence, from where this
// invocation began.
type batches struct{ s *session }

func (batches) Name() string { return "the run's minibatches" }

func (b batches) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for step := b.s.first; step < b.s.Steps; step++ {
			if !yield(b.s.Batches(step)) {
				return
			}
		}
	}
}

// afterStep is called by the loop when a step is done.
func (s *session) afterStep(loop *train.Loop, metrics []*tensors.Tensor) error {
	if s.failed = s.finish(loop.LoopStep+1, metrics); s.failed != nil {
		return s.failed
	}
	if s.ended != nil {
		loop.EndStep = loop.LoopStep + 1 // Ends the loop in good order, so that the progress bar is closed.
	}
	return nil
}

// finish does what is due after a step: it records, draws and saves.
func (s *session) finish(step int, metrics []*tensors.Tensor) error {
	due := func(every int) bool { return step == s.Steps || step%every == 0 }
	values, err := s.read(step, metrics)
	if err != nil {
		return err
	}
	if due(s.RecordEvery) {
		if err := s.record(step, values); err != nil {
			return err
		}
	}
	if s.Sample != nil && due(s.SampleEvery) {
		if err := s.sample(step); err != nil {
			return err
		}
	}
	if s.ctx.Err() != nil && s.ended == nil && step < s.Steps {
		s.ended = fmt.Errorf("%w after step %d of %d; %s is saved, and running the same again goes on from there", ErrInterrupted, step, s.Steps, s.Dir)
	}
	if due(s.SaveEvery) || s.ended != nil {
		return s.save(step)
	}
	return nil
}

// read returns the step's metrics by name. One that is not finite is an error:
// every step after it would be lost.
func (s *session) read(step int, metrics []*tensors.Tensor) (map[string]float64, error) {
	if s.metrics == nil {
		if err := s.nameMetrics(); err != nil {
			return nil, err
		}
	}
	values := make(map[string]float64, len(s.metrics))
	for _, m := range s.metrics {
		value := shapes.ConvertTo[float64](metrics[m.index].Value())
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, s.diverged(step, fmt.Errorf("%s is %v", m.name, value))
		}
		values[m.name] = value
	}
	return values, nil
}

// diverged says where training went wrong and what can be done.
func (s *session) diverged(step int, what error) error {
	kept := "no checkpoint was made before"
	if list, err := checkpoints(s.Dir); err == nil && len(list) > 0 {
		kept = fmt.Sprintf("the checkpoint of step %d is good", list[len(list)-1].Step)
	}
	return fmt.Errorf("step %d of %s: %w; %s.\nGoing on would come to the same point: train in another directory with a smaller learning rate or a steadier objective", step, s.Dir, what, kept)
}

// nameMetrics lists the metrics that records hold: those without a memory, which
// GoMLX would keep in variables of the store.
func (s *session) nameMetrics() error {
	remembers := make(map[string]bool)
	for v := range s.Trainer.Store().IterVariables() {
		remembers[v.Scope()] = true
	}
	seen := slices.Clone(reserved)
	for i, m := range s.Trainer.TrainMetrics() {
		if remembers["/"+metric.Scope+"/"+m.ScopeName()] {
			continue
		}
		name := m.ShortName()
		if slices.Contains(seen, name) {
			return fmt.Errorf("run: metric %q has the short name %q, which is taken: want one that is not among %q", m.Name(), name, seen)
		}
		seen = append(seen, name)
		s.metrics = append(s.metrics, namedMetric{i, name})
	}
	return nil
}

// record appends to the history, shows progress and tells the watchers.
func (s *session) record(step int, values map[string]float64) error {
	r := Record{Step: step, Seconds: s.before + time.Since(s.started).Seconds(), Values: values}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := s.history.Write(append(line, '\n')); err != nil {
		return err
	}
	if s.plain {
		say(s.Output, "%s", s.progress(r))
	}
	for _, watch := range s.Watch {
		if err := watch(r); err != nil && s.ended == nil {
			s.ended = fmt.Errorf("stopped after step %d of %d; %s is saved: %w", step, s.Steps, s.Dir, err)
		}
	}
	return nil
}

// progress is a record in one line, with the rate and the time left.
func (s *session) progress(r Record) string {
	var line strings.Builder
	fmt.Fprintf(&line, "%*d/%d", len(strconv.Itoa(s.Steps)), r.Step, s.Steps)
	for _, m := range s.metrics {
		fmt.Fprintf(&line, "  %s %.4g", m.name, r.Values[m.name])
	}
	rate := float64(r.Step-s.first) / time.Since(s.started).Seconds()
	left := time.Duration(float64(s.Steps-r.Step) / rate * float64(time.Second))
	fmt.Fprintf(&line, "  %.3g steps/s, %v left", rate, left.Round(time.Second))
	return line.String()
}

func (s *session) sample(step int) error {
	picture, err := s.Sample()
	if err != nil {
		return fmt.Errorf("drawing samples after step %d: %w", step, err)
	}
	return place(s.Dir, sampleName(step), func(path string) error { return figure.WritePNG(path, picture) })
}

// save writes a checkpoint. The history goes to the disk first: what a
// checkpoint resumes from is never missing from it.
func (s *session) save(step int) error {
	store := s.Trainer.Store()
	if counted := int(optimizer.GetGlobalStep(store)); counted != step {
		return fmt.Errorf("run: global_step is %d after %d iterations: the optimizer must raise it by one an iteration, or the run cannot be resumed", counted, step)
	}
	if err := s.history.Sync(); err != nil {
		return err
	}
	err := saveCheckpoint(s.Dir, step, s.KeepEvery, store)
	if errors.Is(err, errNotFinite) {
		return s.diverged(step, err)
	}
	return err
}
