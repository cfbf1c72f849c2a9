package main

import (
	"fmt"
	"math"
	"slices"
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
	s.WriteString("\n## How\n\n" + how)
	for _, set := range sets {
		fmt.Fprintf(&s, "- C on %s: %s.\n", titles[set], chosen(found, set))
	}
	s.WriteString(guided)
	return s.String()
}

// how says what is needed to read the table.
const how = `- D: two convolutions of 5x5 and stride 2, to 32 and 64 channels, in a DCGAN for 28x28 that played 1,500 iterations
  of 64 images. 1,536 features. Batch norm's statistics are those of the images with labels, for the untrained D too.
- The network with the labels has the same convolutions, then a logit for each class; 1,000 steps of 128 images, not tuned.
- Where 10,000 clothes are all there are (package fashion), a half is learned from and a half tested. Fashion-MNIST's
  60,000 training images, which have to be fetched, come by --fashion.
- C is chosen among .0001, .001, .01 and .1 by cross-validation. Where it is .1, a larger one might do better still.
`

// guided introduces the picture of guided backpropagation.
const guided = `
## What single features look for

![digits and gradients](../notebooks/pictures/guided.png)

A row for each of the first six features of the last convolution of a D that learned digits: the five images on which it
is largest, and what guided backpropagation finds that for; on the right the same of an untrained D. Trained features look
for parts of strokes, hooks and gaps, the untrained for patterns without a shape. The picture is by ` + "`gan features RUN --guided`" + `.

## The paper's protocols

` + "`gan features RUN --protocol cifar10`" + ` learns from all of CIFAR-10's training images (the paper: 82.8%, by a D of 28,672
features trained on ImageNet). ` + "`gan features RUN --protocol svhn`" + ` learns from 1,000 labels, C chosen on 10,000 validation
images by 10 draws, and gives the mean error of 100 draws (the paper: 22.48%). RUN is a DCGAN of colour images, such as one
of preset cifar32; ` + "`gan data fetch`" + ` has the sets. Neither has been run here, for want of the sets.
`

// chosen lists the values of C by the kind of features.
func chosen(found []result, set string) string {
	var all []string
	for _, kind := range []string{pixels, randomD, trainedD} {
		var cs []string
		for _, r := range of(found, set, kind) {
			cs = append(cs, fmt.Sprintf("%g", r.C))
		}
		if len(cs) > 0 {
			all = append(all, kind+" "+strings.Join(slices.Compact(cs), ", "))
		}
	}
	return strings.Join(all, "; ")
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
	says := fmt.Sprintf("On %s, the D that was trained on the other set is %s, and %s.",
		titles[set], against(raw, "raw pixels"), against(random, "an untrained D"))
	if told := of(found, set, supervised); len(told) > 0 {
		untaught, _ := errorOf(random)
		most, _ := errorOf(told)
		says += fmt.Sprintf(" With the labels, a network of this shape is %.2f points above the untrained one: that is the room there is.", most-untaught)
	}
	return says
}

// errorOf is the mean accuracy, in percent, and its standard error.
func errorOf(some []result) (mean, err float64) {
	mean, spread := meanOf(some)
	return mean, spread / math.Sqrt(float64(len(some)))
}
