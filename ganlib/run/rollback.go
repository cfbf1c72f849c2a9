package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/ml/model"
)

// rollbacksValue is the name, in the record of a roll-back, of the number of roll-backs so far. History that is cut loses
// the roll-backs in it.
const rollbacksValue = "rollbacks"

// rollbacks returns the number of roll-backs in a history.
func rollbacks(records []Record) int {
	for _, r := range slices.Backward(records) {
		if r.Event == EventRollback {
			return int(r.Values[rollbacksValue])
		}
	}
	return 0
}

// failure ends the loop of steps although nothing is wrong with the program: a number is not finite, which is
// ErrDiverged, or Judge returned an error.
type failure struct {
	step int
	what error
}

func (f *failure) Error() string { return fmt.Sprintf("step %d: %v", f.step, f.what) }
func (f *failure) Unwrap() error { return f.what }

// recover takes the run back to a good checkpoint, or, after Spec.Rollbacks times, notes in the history that the run ends
// and returns why.
func (s *session) recover(f *failure) error {
	if s.times >= s.Rollbacks {
		return s.stopped(f, s.advice(f))
	}
	target, err := s.target(f)
	if err != nil {
		return s.stopped(f, fmt.Errorf("%w; there is nothing to go back to: %w", f, err))
	}
	s.times++
	if err := s.goBack(target, f); err != nil {
		return fmt.Errorf("rolling back to step %d: %w", target.Step, err)
	}
	fmt.Fprintf(s.Output, "%v. Rolled back to step %d, for the %s time of at most %d\n", f, target.Step, ordinal(s.times), s.Rollbacks)
	return nil
}

// target returns the checkpoint to go back to: the best one before the failure or, without Best, the newest one. Damaged
// ones are passed over.
func (s *session) target(f *failure) (Checkpoint, error) {
	list, err := checkpoints(s.Dir)
	if err != nil {
		return Checkpoint{}, err
	}
	list = slices.DeleteFunc(list, func(c Checkpoint) bool { return c.Step >= f.step || c.Verify() != nil })
	if len(list) == 0 {
		return Checkpoint{}, fmt.Errorf("%w before step %d", ErrNoCheckpoint, f.step)
	}
	best := list[len(list)-1]
	if step, _, ok := s.Best.of(s.records, stepsOf(list)); ok {
		i := slices.IndexFunc(list, func(c Checkpoint) bool { return c.Step == step })
		best = list[i]
	}
	return best, nil
}

// goBack makes the directory what it was when the checkpoint was written, notes the roll-back, and restores the store. If
// it is killed in between, the run resumes from a checkpoint before the failure and reaches it again.
func (s *session) goBack(to Checkpoint, f *failure) error {
	list, err := checkpoints(s.Dir)
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(list) {
		if c.Step > to.Step {
			if err := discard(s.Dir, checkpointName(c.Step)); err != nil {
				return err
			}
		}
	}
	if err := cutSamples(s.Dir, to.Step); err != nil {
		return err
	}
	s.records = slices.DeleteFunc(s.records, func(r Record) bool { return r.Step > to.Step })
	s.records = append(s.records, Record{
		Step: to.Step, Seconds: s.seconds(), Event: EventRollback, Note: f.Error(),
		Values: map[string]float64{rollbacksValue: float64(s.times)},
	})
	if err := s.rewriteHistory(); err != nil {
		return err
	}
	if err := overwrite(s.Trainer.Store(), to); err != nil {
		return err
	}
	return s.rolledBack()
}

// rewriteHistory replaces the history by the session's records, and opens it for appending.
func (s *session) rewriteHistory() error {
	if err := placeHistory(s.Dir, s.records); err != nil {
		return err
	}
	history, err := os.OpenFile(filepath.Join(s.Dir, historyFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	s.history.Close()
	s.history = history
	return nil
}

// overwrite sets the variables of a store in use to the values of a checkpoint.
func overwrite(store *model.Store, with Checkpoint) error {
	saved := model.NewStore()
	if err := with.restore(saved); err != nil {
		return err
	}
	for v := range saved.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return err
		}
		to := store.GetVariable(v.Path())
		if to == nil {
			return fmt.Errorf("%s: %s is not a variable of the model", with.Dir, v.Path())
		}
		copied, err := value.LocalClone()
		if err != nil {
			return err
		}
		if err := to.SetValue(copied); err != nil {
			return err
		}
	}
	return nil
}

// rolledBack calls Spec.RolledBack if there have been roll-backs.
func (s *session) rolledBack() error {
	if s.RolledBack == nil || s.times == 0 {
		return nil
	}
	return s.RolledBack(s.times)
}

// stopped notes in the history why the run ends, draws the plot once more, and returns the reason.
func (s *session) stopped(f *failure, reason error) error {
	r := Record{Step: f.step, Seconds: s.seconds(), Event: EventStopped, Note: f.what.Error()}
	if err := s.append(r); err != nil {
		return errors.Join(reason, err)
	}
	return errors.Join(reason, s.plot(nil, s.records))
}

// advice returns an error that says what went wrong and what can be done about it.
func (s *session) advice(f *failure) error {
	text := "Training again would fail at the same step: train in another directory with a smaller learning rate or a steadier objective"
	if s.times > 0 {
		text = fmt.Sprintf("It was already rolled back %d times: train in another directory with a steadier objective", s.times)
	}
	return fmt.Errorf("step %d of %s: %w; %s.\n%s", f.step, s.Dir, f.what, s.kept(), text)
}

func ordinal(n int) string {
	switch n {
	case 1:
		return "first"
	case 2:
		return "second"
	case 3:
		return "third"
	}
	return fmt.Sprintf("%dth", n)
}
