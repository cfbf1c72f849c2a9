// Command augment trains a DCGAN on 200 emoji with DiffAugment and without, and measures both, over time, against the
// emoji that were not trained on.
//
//	go run ./tests/augment
//
// Runs are kept in build/augment; a command that was stopped goes on where it stopped. The table is written to
// tests/augment/README.md, the picture beside it.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/emoji"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/measure"
	"gonum.org/v1/gonum/stat"
)

const (
	trained = 200  // emoji that the game learns from
	size    = 32   // of the images
	steps   = 3000 // iterations of a run
	every   = 500  // iterations from one measurement to the next
	seeds   = 3
	samples = 997 // as many as there are other emoji
	here    = "tests/augment"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := tryBoth(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "augment:", err)
		os.Exit(1)
	}
}

// scores are the numbers of one arm, [seed][measurement].
type scores struct{ kid, recall [seeds][]float64 }

func tryBoth(ctx context.Context) error {
	unseen, err := others()
	if err != nil {
		return err
	}
	var arms [2]scores // without, with
	for i := range arms {
		for seed := range seeds {
			if arms[i].kid[seed], arms[i].recall[seed], err = try(ctx, i == 1, seed, unseen); err != nil {
				return err
			}
		}
	}
	if err := draw(arms); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(here, "README.md"), []byte(report(arms)), 0o644)
}

// others are the emoji that are not trained on, as the game would see them.
func others() (*data.Images, error) {
	all, err := emoji.Images()
	if err != nil {
		return nil, err
	}
	small, err := all.Resize(size)
	if err != nil {
		return nil, err
	}
	return small.Subset(trained, small.N)
}

// config is the game: the paper's networks, narrow, on the first emoji.
func config(augment bool, seed int) (gans.Config, error) {
	cfg := gans.CIFAR32()
	cfg, err := cfg.On("emoji")
	if err != nil {
		return cfg, err
	}
	for _, n := range []*gans.Network{&cfg.Generator, &cfg.Discriminator} {
		n.DCGAN.Filters = []int{32, 64, 128}
	}
	cfg.Data.First = trained
	cfg.BatchSize, cfg.Steps, cfg.Seed = 32, steps, int64(seed+1)
	cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery, cfg.KeepEvery, cfg.MeasureEvery = every, steps, every, every, 0
	cfg.Augment = ganlib.Augment{Color: augment, Translation: augment, Cutout: augment}
	return cfg, nil
}

// try makes a run, and measures each of its checkpoints.
func try(ctx context.Context, augment bool, seed int, unseen *data.Images) (kid, recall []float64, err error) {
	cfg, err := config(augment, seed)
	if err != nil {
		return nil, nil, err
	}
	dir := filepath.Join("build", "augment", fmt.Sprintf("%s-%d", name(augment), seed+1))
	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: dir})
	if err != nil {
		return nil, nil, err
	}
	extractor, err := evaluate.FeaturesFor(gan.Backend, nil)
	if err != nil {
		return nil, nil, err
	}
	real, dim, err := extractor.Extract(ctx, unseen)
	if err != nil {
		return nil, nil, err
	}
	for step := every; step <= steps; step += every {
		if err := gan.Restore(step); err != nil {
			return nil, nil, err
		}
		x, err := gan.Sample(samples, 1)
		if err != nil {
			return nil, nil, err
		}
		images, err := gan.Pixels(x)
		if err != nil {
			return nil, nil, err
		}
		drawn, _, err := extractor.Extract(ctx, images)
		if err != nil {
			return nil, nil, err
		}
		k, err := measure.KID(drawn, real, dim, measure.KIDOptions{Seed: 1})
		if err != nil {
			return nil, nil, err
		}
		m, err := measure.Manifold(real, drawn, dim, measure.Neighbours)
		if err != nil {
			return nil, nil, err
		}
		kid, recall = append(kid, k.Value), append(recall, m.Recall.Value)
		fmt.Printf("%-8s seed %d, %4d iterations: KID %.4f, recall %.3f\n", name(augment), seed+1, step, k.Value, m.Recall.Value)
	}
	return kid, recall, nil
}

func name(augment bool) string {
	if augment {
		return "with"
	}
	return "without"
}

// over is the mean of all seeds, and its standard error, at a measurement.
func over(of [seeds][]float64, at int) (mean, err float64) {
	var values []float64
	for _, seed := range of {
		values = append(values, seed[at])
	}
	mean, std := stat.MeanStdDev(values, nil)
	return mean, std / math.Sqrt(seeds)
}

func draw(arms [2]scores) error {
	var boards []figure.Chart
	for _, chart := range []struct {
		title string
		of    func(scores) [seeds][]float64
	}{
		{"KID against emoji not trained on (lower is better)", func(s scores) [seeds][]float64 { return s.kid }},
		{"recall of emoji not trained on (higher is better)", func(s scores) [seeds][]float64 { return s.recall }},
	} {
		c := figure.Chart{Title: chart.title, XLabel: "iterations"}
		for i, arm := range arms {
			var x, y []float64
			for at := range arm.kid[0] {
				mean, _ := over(chart.of(arm), at)
				x, y = append(x, float64((at+1)*every)), append(y, mean)
			}
			c.Series = append(c.Series, figure.Series{Name: name(i == 1) + " DiffAugment", X: x, Y: y})
		}
		boards = append(boards, c)
	}
	picture, err := figure.Panels(figure.Board{Charts: boards, Columns: 2})
	if err != nil {
		return err
	}
	return figure.WritePNG(filepath.Join(here, "augment.png"), picture)
}

func report(arms [2]scores) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# DiffAugment on %d emoji

Made by %s; not to be edited. The paper's DCGAN at %d × %d with 32, 64 and 128 filters and minibatches of 32, on
the first %d of the 1,197 emoji, with %s and without: %d seeds each. KID and recall compare %d samples with the %d
other emoji, in random convolutions' features: they rank these runs, and compare with no other table. Mean and its
standard error.

![KID and recall over time](augment.png)

| iterations | KID without | KID with | recall without | recall with |
|---|---|---|---|---|
`, trained, "`go run ./tests/augment`", size, size, trained, "`--augment`", seeds, samples, samples)
	for at := range arms[0].kid[0] {
		fmt.Fprintf(&b, "| %d |", (at+1)*every)
		for _, of := range [][seeds][]float64{arms[0].kid, arms[1].kid, arms[0].recall, arms[1].recall} {
			mean, err := over(of, at)
			fmt.Fprintf(&b, " %.3f ± %.3f |", mean, err)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
