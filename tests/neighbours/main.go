// Command neighbours teaches a nearest-neighbour classifier by samples of the digits' generator that comes with the
// library, and by real digits, and counts its errors on MNIST's test images: section 8.1 of the DCGAN paper.
//
//	go run ./tests/neighbours                    up to 50,000 samples, minutes
//	go run ./tests/neighbours -samples 1000000   as many as the paper's smaller column, an hour or so
//
// The table is written to tests/neighbours/README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/models"
)

const file = "tests/neighbours/README.md"

// sizes are the numbers of samples after which errors are counted.
var sizes = []int{10_000, 50_000, 1_000_000}

func main() {
	most := flag.Int("samples", 50_000, "samples in all: 10000, 50000 or 1000000")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	table, err := compare(ctx, *most)
	if err == nil {
		fmt.Print(table)
		err = os.WriteFile(file, []byte(table), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "neighbours:", err)
		os.Exit(1)
	}
}

// compare is the table of errors.
func compare(ctx context.Context, most int) (string, error) {
	gan, err := gans.OpenFS(models.Digits())
	if err != nil {
		return "", err
	}
	test, err := mnist.Test()
	if err != nil {
		return "", err
	}
	train, err := mnist.Train()
	if err != nil {
		return "", err
	}
	real, err := classified(ctx, test, examples(train))
	if err != nil {
		return "", err
	}
	samples, err := classified(ctx, test, func(yield func(rows []float32, labels []int) error) error {
		done := 0
		for x, err := range gan.Samples(most, 1) {
			if err != nil {
				return err
			}
			labels := make([]int, len(x)/gan.Shape[0]/gan.Shape[1])
			for i := range labels {
				labels[i] = (done + i) % gan.Classes()
			}
			if err := yield(x, labels); err != nil {
				return err
			}
			done += len(labels)
			fmt.Fprintf(os.Stderr, "\r%d of %d samples", done, most)
		}
		fmt.Fprintln(os.Stderr)
		return nil
	})
	if err != nil {
		return "", err
	}
	return report(real, samples), nil
}

// errorsAt are the error rates after so many rows.
type errorsAt map[int]measure.Estimate

// teacher passes labelled rows on, part by part.
type teacher func(yield func(rows []float32, labels []int) error) error

// examples teaches with a set of images.
func examples(set *data.Images) teacher {
	return func(yield func(rows []float32, labels []int) error) error {
		const part = 1000
		for lo := 0; lo < set.N; lo += part {
			indices := make([]int, min(part, set.N-lo))
			labels := make([]int, len(indices))
			for i := range indices {
				indices[i], labels[i] = lo+i, set.Labels[lo+i]
			}
			rows := make([]float32, len(indices)*set.Size())
			if err := set.Fill(rows, indices, data.Unit); err != nil {
				return err
			}
			if err := yield(rows, labels); err != nil {
				return err
			}
		}
		return nil
	}
}

// classified counts errors on the test images each time the rows that were taught reach one of the sizes.
func classified(ctx context.Context, test *data.Images, teach teacher) (errorsAt, error) {
	var all []float32
	var labels []int
	err := examples(test)(func(rows []float32, of []int) error {
		all, labels = append(all, rows...), append(labels, of...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	c, err := measure.NewNearestNeighbour(all, test.Size())
	if err != nil {
		return nil, err
	}
	found, taught := errorsAt{}, 0
	count := func() error {
		e, err := c.Error(labels)
		found[taught] = e
		return err
	}
	err = teach(func(rows []float32, of []int) error {
		for len(of) > 0 { // up to the next size, then on
			n := len(of)
			if next, _ := slices.BinarySearch(sizes, taught+1); next < len(sizes) {
				n = min(n, sizes[next]-taught)
			}
			if err := c.Add(rows[:n*test.Size()], of[:n]); err != nil {
				return err
			}
			taught, rows, of = taught+n, rows[n*test.Size():], of[n:]
			if slices.Contains(sizes, taught) {
				if err := count(); err != nil {
					return err
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = count()
	}
	return found, err
}

func report(real, samples errorsAt) string {
	var b strings.Builder
	b.WriteString("# A nearest-neighbour classifier taught by a generator\n\n" +
		"Made by `go run ./tests/neighbours`; not to be edited. It gives each of MNIST's 10,000 test images the label of the nearest\n" +
		"labelled image, in pixels. What was taught: samples of the digits' generator in `ganlib/models`, each under the label\n" +
		"that it was asked for, or the 60,000 training images. The DCGAN paper (section 8.1) makes this comparison with a\n" +
		"larger network, trained for far longer.\n\n| taught by | number | test error |\n|---|---|---|\n")
	row := func(what string, n int, of errorsAt) {
		if e, ok := of[n]; ok {
			fmt.Fprintf(&b, "| %s | %d | %.2f%% ± %.2f |\n", what, n, 100*e.Value, 100*e.StdErr)
		}
	}
	for _, n := range []int{10_000, 50_000, 60_000} {
		row("real images", n, real)
	}
	for _, n := range sizes {
		row("samples", n, samples)
	}
	return b.String()
}
