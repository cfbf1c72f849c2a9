package main

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// titles are the sets' names.
var titles = map[string]string{"mnist": "MNIST", "fashion": "Fashion-MNIST"}

// report is the page docs/features.md.
func report(found []result) string {
	var s strings.Builder
	s.WriteString("# What D knows of pictures that it never saw\n\n")
	s.WriteString("Made by `go run ./tests/transfer`; not to be edited. A DCGAN learned one set without labels. The features of its D\n" +
		"(`gan features`) were then judged on the other set, by a linear SVM: the accuracy on test images, in percent.\n\n")
	sets := []string{"mnist", "fashion"}
	s.WriteString("| features | MNIST | Fashion-MNIST |\n|---|---|---|\n")
	for _, kind := range []string{pixels, randomD, trainedD, supervised} {
		fmt.Fprintf(&s, "| %s |", kind)
		for _, set := range sets {
			fmt.Fprintf(&s, " %s |", cell(found, set, kind))
		}
		s.WriteString("\n")
	}
	for _, set := range sets {
		if r := of(found, set, pixels); len(r) > 0 {
			fmt.Fprintf(&s, "\n%s: %d images to learn labels from, %d to test.", titles[set], r[0].Train, r[0].Test)
		}
	}
	s.WriteString("\n\n± is the standard deviation over seeds; for pixels, where there is no seed, the standard error by the number of test\nimages. In words, with the standard errors of the differences:\n")
	for _, set := range sets {
		s.WriteString("\n" + verdict(found, set) + "\n")
	}
	return s.String()
}

// of are the results of a kind on a set.
func of(found []result, set, kind string) (some []result) {
	for _, r := range found {
		if r.Set == set && r.Features == kind {
			some = append(some, r)
		}
	}
	return some
}

// meanOf is the mean accuracy, in percent, and how uncertain it is.
func meanOf(some []result) (mean, spread float64) {
	var all []float64
	for _, r := range some {
		all = append(all, 100*r.Accuracy)
	}
	mean = stat.Mean(all, nil)
	if len(all) == 1 {
		return mean, math.Sqrt(mean * (100 - mean) / float64(some[0].Test))
	}
	return mean, stat.StdDev(all, nil)
}

func cell(found []result, set, kind string) string {
	some := of(found, set, kind)
	if len(some) == 0 {
		return "not tried"
	}
	mean, spread := meanOf(some)
	return fmt.Sprintf("%.2f ± %.2f", mean, spread)
}

// verdict says in words whether training D helped: a difference counts from two of its standard errors on.
func verdict(found []result, set string) string {
	trained, random, raw := of(found, set, trainedD), of(found, set, randomD), of(found, set, pixels)
	if len(trained) == 0 || len(random) == 0 || len(raw) == 0 {
		return ""
	}
	mean, err := errorOf(trained)
	against := func(some []result, name string) string {
		other, otherErr := errorOf(some)
		difference, uncertain := mean-other, math.Hypot(err, otherErr)
		says := "neither better nor worse than"
		switch {
		case difference > 2*uncertain:
			says = "better than"
		case difference < -2*uncertain:
			says = "worse than"
		}
		return fmt.Sprintf("%s %s (by %.2f ± %.2f points)", says, name, difference, uncertain)
	}
	return fmt.Sprintf("On %s, the D that was trained on the other set is %s, and %s.",
		titles[set], against(raw, "raw pixels"), against(random, "an untrained D"))
}

// errorOf is the mean accuracy, in percent, and its standard error.
func errorOf(some []result) (mean, err float64) {
	mean, spread := meanOf(some)
	return mean, spread / math.Sqrt(float64(len(some)))
}
