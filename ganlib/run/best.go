package run

import (
	"fmt"
	"slices"
)

// Best says by which value of the records one checkpoint is better than another.
// The zero Best does not.
type Best struct {
	Value string // the name of the value
	Lower bool   // the lower, the better
}

// of returns the step, among those given, whose record has the best value. Of
// equals it is the first.
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

// Best returns the best of the checkpoints that are kept, and its value. It is an
// error if there is none of a step whose record has such a value.
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
		return Checkpoint{}, 0, fmt.Errorf("%s has no checkpoint of a step for which %q was measured", r.Dir, b.Value)
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
