package exercise

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	answers["test-1"] = answer{want: .5, tolerance: .01, hint: "Look at V."}
	answers["test-2"] = answer{want: "G", hint: "Who moves?"}
	answers["test-3"] = answer{want: 3, hint: "Count."}
	t.Cleanup(func() { delete(answers, "test-1"); delete(answers, "test-2"); delete(answers, "test-3") })
	for _, test := range []struct {
		id    string
		given any
		says  string
	}{
		{"test-1", .505, "Exercise test-1: right."},
		{"test-1", float32(.5), "Exercise test-1: right."},
		{"test-1", .52, "Exercise test-1: 0.52 is not it. Look at V."},
		{"test-1", "a half", "Exercise test-1: a half is not it. Look at V."},
		{"test-2", "G", "Exercise test-2: right."},
		{"test-2", "D", "Exercise test-2: D is not it. Who moves?"},
		{"test-3", 3, "Exercise test-3: right."},
		{"test-3", nil, "Exercise test-3: no answer yet."},
		{"test-9", 3, `There is no exercise "test-9".`},
	} {
		require.Contains(t, check(test.id, test.given), test.says)
	}
}

// solutions are programs that find the answers, by exercise: each file of solutions adds those of one notebook.
var solutions = map[string]func(t *testing.T) any{}

// solve adds the solutions of one notebook.
func solve(notebook map[string]func(t *testing.T) any) bool {
	for id, solution := range notebook {
		solutions[id] = solution
	}
	return true
}

// TestSolutions: every exercise that has an answer has a solution, a program that finds it, and every hint helps.
func TestSolutions(t *testing.T) {
	for id, a := range answers {
		t.Run(id, func(t *testing.T) {
			require.NotEmpty(t, a.hint)
			require.Contains(t, solutions, id)
			require.Equal(t, "Exercise "+id+": right.", check(id, solutions[id](t)))
		})
	}
	require.Len(t, solutions, len(answers), "a solution without an exercise")
}
