package run

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Best names the value by which checkpoints are ranked. The zero Best ranks none.
type Best struct {
	Value string `json:"value"`           // the name of a value in the records
	Lower bool   `json:"lower,omitempty"` // whether lower values are better
}

// check returns an error if no record has the value. The last one, of a checkpoint's step, should have it.
func (b Best) check(records []Record) error {
	has := func(r Record) bool { _, ok := r.Values[b.Value]; return ok }
	if b.Value == "" || slices.ContainsFunc(records, has) {
		return nil
	}
	there := slices.Sorted(maps.Keys(records[len(records)-1].Values))
	return invalid.Value("Spec.Best", b.Value, "the name of a value in the records, one of %q", there)
}

// of returns the step, among those given, whose record has the best value, and the first of several that are equal.
func (b Best) of(records []Record, steps []int) (step int, value float64, ok bool) {
	for _, r := range records {
		v, measured := r.Values[b.Value]
		if !measured || r.Event != "" || !slices.Contains(steps, r.Step) {
			continue
		}
		if !ok || v != value && (v < value) == b.Lower {
			step, value, ok = r.Step, v, true
		}
	}
	return step, value, ok
}

// Best returns the best of the checkpoints that are kept, and its value. It returns an error that wraps
// [ErrNoCheckpoint] if the records of their steps do not have that value.
func (r *Run) Best(b Best) (Checkpoint, float64, error) {
	list, err := r.Checkpoints()
	if err != nil {
		return Checkpoint{}, 0, err
	}
	records, err := r.History()
	if err != nil {
		return Checkpoint{}, 0, err
	}
	step, value, ok := b.of(records, stepsOf(list))
	if !ok {
		return Checkpoint{}, 0, fmt.Errorf("%s has %w of a step for which %q was measured", r.Dir, ErrNoCheckpoint, b.Value)
	}
	i := slices.IndexFunc(list, func(c Checkpoint) bool { return c.Step == step })
	return list[i], value, nil
}

func stepsOf(list []Checkpoint) []int {
	steps := make([]int, len(list))
	for i, c := range list {
		steps[i] = c.Step
	}
	return steps
}
