package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReport: the page says who is better, and by how much, also where training D did not help.
func TestReport(t *testing.T) {
	number := func(set, kind string, seed int, accuracy float64) result {
		return result{Set: set, Features: kind, Seed: seed, Train: 600, Test: 100, C: .01, Accuracy: accuracy}
	}
	page := report([]result{
		number("mnist", pixels, 1, .8), number("mnist", trainedD, 1, .94), number("mnist", trainedD, 2, .96),
		number("mnist", randomD, 1, .95), number("mnist", randomD, 2, .96), number("mnist", supervised, 1, .98),
	})
	require.Contains(t, page, "| raw pixels | 80.00 ± 4.00 | not tried |") // √(80·20/100)
	require.Contains(t, page, "| D trained on the other set | 95.00 ± 1.41 | not tried |")
	require.Contains(t, page, "On MNIST, the D that was trained on the other set is better than raw pixels (by 15.00 ± 4.12 points), "+
		"and neither better nor worse than an untrained D (by -0.50 ± 1.12 points). "+
		"With the labels, a network of this shape is 2.50 points above the untrained one: that is the room there is.") // √(4² + 1²), √(1² + ½²)
	require.Contains(t, page, "- C on MNIST: raw pixels 0.01; untrained D 0.01; D trained on the other set 0.01.")
	require.Contains(t, page, "MNIST: 600 images to learn labels from, 100 to test.")
}

// TestOnce: a number that is there is not found again.
func TestOnce(t *testing.T) {
	c := &command{Dir: t.TempDir()}
	found := 0
	find := func(r *result) error {
		found++
		r.Accuracy = .5
		return nil
	}
	for range 2 {
		r, err := c.once(result{Set: "mnist", Features: pixels, Seed: 1}, find)
		require.NoError(t, err)
		require.Equal(t, .5, r.Accuracy)
	}
	require.Equal(t, 1, found)
	require.FileExists(t, filepath.Join(c.Dir, "mnist-pixels-1.json"))
}
