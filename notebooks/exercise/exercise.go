// Package exercise checks answers to the notebooks' exercises: right, or a hint.
//
//	exercise.Check("02-1", 2_503_984)
//
// The solutions are the programs in solutions_test.go, which the tests execute and hold to the answers.
package exercise

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// An answer is what is right, and what helps somebody who has something else.
type answer struct {
	want      any     // an int, a float64, a bool or a string
	tolerance float64 // of a float64: how far off is still right
	hint      string
}

// answers are those of all notebooks, by "NN-number": each file of this package adds those of one notebook.
var answers = join(
	answers01,
	answers02,
	answers03,
	answers04,
	answers05,
	answers06,
	answers07,
	answers08,
	answers09,
	answers10,
	answers11,
	answers12,
	answers13,
	answers14,
)

func join(notebooks ...map[string]answer) map[string]answer {
	all := map[string]answer{}
	for _, n := range notebooks {
		maps.Copy(all, n)
	}
	return all
}

// Check prints whether an answer, an int, a float64, a bool or a string, is right, and a hint if it is not. nil is no
// answer yet.
func Check(id string, given any) { fmt.Println(check(id, given)) }

func check(id string, given any) string {
	a, found := answers[id]
	switch {
	case !found:
		return fmt.Sprintf("There is no exercise %q. There are %q.", id, slices.Sorted(maps.Keys(answers)))
	case given == nil:
		return fmt.Sprintf("Exercise %s: no answer yet. Put it in place of nil, and run the cell again.", id)
	case a.right(given):
		return fmt.Sprintf("Exercise %s: right.", id)
	}
	return fmt.Sprintf("Exercise %s: %v is not it. %s", id, given, a.hint)
}

// right compares numbers as numbers: 2 is as good as 2.0.
func (a answer) right(given any) bool {
	if want, number := value(a.want); number {
		got, number := value(given)
		return number && math.Abs(got-want) <= a.tolerance
	}
	return given == a.want
}

func value(of any) (float64, bool) {
	switch v := of.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	case float32:
		return float64(v), true
	}
	return 0, false
}
