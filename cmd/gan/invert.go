package main

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"os"
	"slices"
	"strconv"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/progress"
)

type invertCmd struct {
	Dir      string   `arg:"" name:"run" help:"The run's directory."`
	Pictures []string `arg:"" optional:"" name:"picture" type:"existingfile" help:"Pictures of any size and format, cropped and resized as those that the run learned from."`
	Data     []int    `placeholder:"N,N" help:"Images of the run's own data, by their numbers from 0."`
	Label    []string `short:"l" placeholder:"CLASS" help:"The class of the pictures in a conditional game, by its name or its number; of several, and by default of all, the one that fits best is taken."`
	Restarts int      `placeholder:"N" help:"Starting points, side by side (default: 8, or 2 of each class that is tried)."`
	Steps    int      `default:"200" placeholder:"N" help:"Steps of descent (default: ${default})."`
	Seed     uint64   `default:"1" help:"Decides the starting points."`
	exhibitOut
	checkpoint
}

// Validate refuses numbers and names that cannot be meant.
func (c *invertCmd) Validate() error {
	switch {
	case len(c.Pictures)+len(c.Data) == 0:
		return fmt.Errorf("expected pictures, such as `gan invert runs/mnist-xla-cpu seven.png`, or --data")
	case c.Restarts < 0:
		return fmt.Errorf("--restarts %d: want at least 1", c.Restarts)
	case c.Steps < 1:
		return fmt.Errorf("--steps %d: want at least 1", c.Steps)
	}
	return c.check()
}

// A target is a picture to find.
type target struct {
	name string
	x    []float32
	span float64 // from its black to its white

	found []latent.Found
	way   [][]float32 // where all restarts were, now and then
}

// Run looks for the pictures one after the other.
func (c *invertCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	gan, err := c.openImages(c.Dir)
	if err != nil {
		return err
	}
	labels, err := gan.Labels(c.Label...)
	if err != nil {
		return err
	}
	targets, err := c.targets(ctx, gan)
	if err != nil {
		return err
	}
	paths, err := c.paths(gan, "invert")
	if err != nil {
		return err
	}
	bar := progress.Count(os.Stderr, "steps", len(targets)*(c.Steps+1))
	defer bar.Done()
	for _, t := range targets {
		o := latent.Inversion{Restarts: c.Restarts, Steps: c.Steps, Seed: c.Seed}
		o.Follow = func(step int, z []float32) {
			if every := max(1, c.Steps/moments); step%every == 0 {
				t.way = append(t.way, z)
			}
			bar.Add(1)
		}
		if t.found, err = o.Invert(ctx, gan.Players, t.x, labels...); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	bar.Done()
	return c.exhibit(gan, targets, paths)
}

// targets reads the pictures.
func (c *invertCmd) targets(ctx context.Context, gan *gans.GAN) (targets []*target, err error) {
	add := func(name string, set *data.Images) error {
		x := make([]float32, len(set.Pixels))
		if err := set.Fill(x, []int{0}, gan.Scale()); err != nil {
			return err
		}
		span := cmp.Or(gan.Scale().Span(), float64(slices.Max(x)-slices.Min(x)))
		targets = append(targets, &target{name: name, x: x, span: span})
		return nil
	}
	frame := data.Frame{Size: gan.Shape[0], Crop: gan.Config.Data.Crop, Channels: gan.Shape[2]}
	for _, path := range c.Pictures {
		set, err := folder.ReadFile(ctx, path, folder.Options{Frame: frame})
		if err == nil {
			err = add(set.Name, set)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(c.Data) == 0 {
		return targets, nil
	}
	feed, err := gan.Config.Data.ImageFeed(ctx, open.Wanted{Side: frame.Size, Channels: frame.Channels, Scale: gan.Scale()}, os.Stderr)
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	for _, n := range c.Data {
		set, err := feed.Source().Choose([]int{n})
		if err == nil {
			err = add(strconv.Itoa(n), set)
		}
		if err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
	}
	return targets, nil
}

// The restarts that are drawn of each picture, and the moments of the descent in the animation.
const drawnRestarts, moments = 5, 24

// exhibit shows the best restarts beside each picture, the descent of the best, and the errors.
func (c *invertCmd) exhibit(gan *gans.GAN, targets []*target, paths []string) error {
	e := exhibit{
		Title:   "Pictures as " + gan.Config.Name + " would make them",
		Text:    []string{"The weights of G stand still, and z descends the squared error by projected gradient, from several starting points."},
		Caption: "In each row what G makes of the best points, and in the frame the picture.",
		Moving:  "The best descent to each picture, and the picture.", columns: 2,
	}
	var rows []image.Image
	columns := min(drawnRestarts, len(targets[0].found))
	for _, t := range targets {
		var x []float32
		for _, f := range t.found[:columns] {
			x = append(x, f.X...)
		}
		pictures, err := gan.Pictures(append(x, t.x...))
		if err != nil {
			return err
		}
		rows = append(rows, pictures...)
		descent, err := t.descent(gan)
		if err != nil {
			return err
		}
		e.frames = slices.Grow(e.frames, len(descent))[:len(descent)]
		for i, picture := range descent {
			e.frames[i] = append(e.frames[i], picture, pictures[columns])
		}
	}
	var err error
	if e.picture, err = figure.Grid(rows, figure.GridStyle{Columns: columns + 1, MarkLast: true}); err != nil {
		return err
	}
	e.Table = errorTable(targets, len(targets[0].found), gan.Classes() > 0)
	for _, row := range errorTable(targets, columns, gan.Classes() > 0) {
		for i, cell := range row {
			fmt.Fprintf(stdout, []string{"%-20s", "%9s"}[min(i, 1)], cell)
		}
		fmt.Fprintln(stdout)
	}
	return e.show(paths, gan, fmt.Sprintf("%d pictures", len(targets)))
}

// descent are the pictures on the way of the best restart, and the one at its end.
func (t *target) descent(gan *gans.GAN) ([]image.Image, error) {
	best := t.found[0]
	var z []float32
	for _, all := range t.way {
		z = append(z, latent.Rows(all, len(best.Z))[best.Restart]...)
	}
	z = append(z, best.Z...)
	var label []int
	if gan.Classes() > 0 {
		label = []int{best.Label}
	}
	x, err := gan.Generate(z, gan.LabelsFor(len(z)/len(best.Z), label...)...)
	if err != nil {
		return nil, err
	}
	return gan.Pictures(x)
}

// errorTable lists the errors of the best n restarts of each picture, in units of the range from black to white.
func errorTable(targets []*target, n int, conditional bool) [][]string {
	head := []string{"picture", "restart", "MSE", "PSNR dB"}
	if conditional {
		head = append(head, "class")
	}
	table := [][]string{head}
	for _, t := range targets {
		for _, f := range t.found[:n] {
			row := []string{t.name, strconv.Itoa(f.Restart), fmt.Sprintf("%.5f", f.MSE/(t.span*t.span)), fmt.Sprintf("%.1f", f.PSNR(t.span))}
			if conditional {
				row = append(row, strconv.Itoa(f.Label))
			}
			table = append(table, row)
		}
	}
	return table
}
