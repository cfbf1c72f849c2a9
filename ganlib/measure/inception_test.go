package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func mustScore(t *testing.T, p []float32, classes, splits int) Estimate {
	t.Helper()
	e, err := InceptionScore(p, classes, splits)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// oneHot are rows with a certain class.
func oneHot(classes int, labels ...int) []float32 {
	p := make([]float32, len(labels)*classes)
	for row, label := range labels {
		p[row*classes+label] = 1
	}
	return p
}

func TestInceptionScore(t *testing.T) {
	const classes = 10
	var labels []int
	for i := range 200 {
		labels = append(labels, i%classes)
	}
	third := float32(1) / 3
	for _, c := range []struct {
		name            string
		p               []float32
		classes, splits int
		want            float64
	}{
		{"every class, certain", oneHot(classes, labels...), classes, 1, classes},
		{"every class, certain, in splits", oneHot(classes, labels...), classes, 4, classes},
		{"one class, certain", oneHot(classes, make([]int, 50)...), classes, 1, 1},
		{"never certain", slices.Repeat([]float32{third, third, third}, 50), 3, 2, 1},
		{"two classes of three", oneHot(3, 0, 2, 0, 2), 3, 1, 2},
		// (1, 0) and (1/2, 1/2) have mean (3/4, 1/4): log 4/3 and half of log 2/3 + log 2.
		{"one certain of two", []float32{1, 0, .5, .5}, 2, 1, math.Exp((math.Log(4./3) + math.Log(4./3)/2) / 2)},
		// Splits [0, 2) of score 2, [2, 4) of 1: five rows in two splits are cut after the second.
		{"splits that differ", oneHot(2, 0, 1, 0, 0, 0), 2, 2, 1.5},
	} {
		near(t, c.name, mustScore(t, c.p, c.classes, c.splits).Value, c.want, 1e-6)
	}
	if e := mustScore(t, slices.Repeat([]float32{third, third, third}, 50), 3, 2); e.StdErr != 0 {
		t.Errorf("rows that are all alike score %v: want no error", e)
	}
}

// The standard error is the spread over redraws, whole or in splits.
func TestInceptionScoreStandardError(t *testing.T) {
	const classes = 10
	for _, splits := range []int{1, 5} {
		_, spread, told := redraws(t, 200, func(rng *rand.Rand) (Estimate, error) {
			var p []float32
			for range 1000 {
				row, sum := make([]float64, classes), 0.
				for c := range row {
					row[c] = math.Exp(3*rng.NormFloat64() + float64(c)/4)
					sum += row[c]
				}
				for _, v := range row {
					p = append(p, float32(v/sum))
				}
			}
			return InceptionScore(p, classes, splits)
		})
		between(t, "Inception score", told, spread, .85, 1.15)
	}
}

func TestInceptionScoreRefuses(t *testing.T) {
	ok := oneHot(2, 0, 1, 0, 1)
	for _, c := range []struct {
		p               []float32
		classes, splits int
		want            any
	}{
		{ok, 2, 0, "splits"},
		{ok, 2, 3, ErrTooFew},
		{ok[:2], 2, 1, ErrTooFew},
		{ok, 3, 1, "len(p)"},
		{[]float32{.5, .5, .5, .6}, 2, 1, "p[1]"},
		{[]float32{.5, .5, 1.5, -.5}, 2, 1, "p[1]"},
		{[]float32{.5, .5, .5, float32(math.NaN())}, 2, 1, ErrNotFinite},
	} {
		_, err := InceptionScore(c.p, c.classes, c.splits)
		wantRefusal(t, err, c.want)
	}
}
