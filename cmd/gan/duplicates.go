package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/dcganlib/dedup"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/progress"
)

type dataDuplicatesCmd struct {
	Data    string `arg:"" help:"The images: a set by its name, or a path as gan train --data takes it."`
	Bits    int    `default:"0" placeholder:"N" help:"Of the 128 bits of an image's hash, how many may differ: 0, as in the paper, or up to about 4 to find more, of which some only look alike."`
	Seed    uint64 `default:"1" help:"Decides the autoencoder's first weights."`
	Out     string `short:"o" type:"path" placeholder:"FILE.png" help:"Draw the groups, a row each, up to 30."`
	Backend string `placeholder:"NAME" help:"go, xla:cpu or xla:cuda."`
}

// Validate refuses numbers and names that cannot be meant.
func (c *dataDuplicatesCmd) Validate() error {
	switch {
	case c.Bits < 0 || c.Bits > 32:
		return fmt.Errorf("--bits is %d: want 0 to 32; unlike images differ in about 64", c.Bits)
	case c.Out != "" && filepath.Ext(c.Out) != ".png":
		return fmt.Errorf("--out %s: want a name that ends in .png", c.Out)
	}
	return nil
}

// Run prints a line for each group: the names of its images, or their numbers, with tabs between.
func (c *dataDuplicatesCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	of := open.Data{Size: dedup.Side}
	var err error
	if of.Set, of.Path, err = open.NameOrPath(c.Data); err != nil {
		return err
	}
	if !of.OfImages() {
		return misusef("%s: want images, for points have no duplicates", c.Data)
	}
	engine, err := backend.Open(backend.Resolve(c.Backend))
	if err != nil {
		return err
	}
	feed, err := of.ImageFeed(ctx, open.Wanted{}, os.Stderr)
	if err != nil {
		return err
	}
	defer feed.Close()
	var bar *progress.Bar
	watch := func(step, steps int, _ float64) {
		if bar == nil {
			bar = progress.Count(os.Stderr, "autoencoder", steps)
		}
		bar.Add(1)
		if step == steps {
			bar.Done()
		}
	}
	coder, err := dedup.Train(ctx, engine, feed.Source(), dedup.Options{Seed: c.Seed, Watch: watch})
	if err != nil {
		return err
	}
	codes, err := coder.Codes(ctx, feed.Source())
	if err != nil {
		return err
	}
	groups := dedup.Groups(codes, c.Bits)
	sheet, err := c.print(feed.Source(), groups)
	if err != nil || c.Out == "" || len(groups) == 0 {
		return err
	}
	return figure.WritePNG(c.Out, sheet)
}

// The most groups that are drawn, and the most images of each.
const mostGroups, mostAlike = 30, 8

// print prints the groups and draws the first of them.
func (c *dataDuplicatesCmd) print(source data.Source, groups [][]int) (image.Image, error) {
	copies := 0
	var rows []image.Image
	for i, group := range groups {
		images, err := source.Choose(group)
		if err != nil {
			return nil, err
		}
		copies += len(group) - 1
		names := make([]string, len(group))
		for j, number := range group {
			names[j] = strconv.Itoa(number)
			if len(images.Files) > 0 {
				names[j] = progress.Printable(images.Files[j])
			}
		}
		fmt.Fprintln(stdout, strings.Join(names, "\t"))
		if i < mostGroups {
			rows = append(rows, alike(images)...)
		}
	}
	fmt.Fprintf(stderr, "%d images; %d groups of duplicates, a line each; without all but the first of each, %d images are left\n",
		source.Len(), len(groups), source.Len()-copies)
	if len(rows) == 0 {
		return nil, nil
	}
	return figure.Grid(rows, figure.GridStyle{Columns: mostAlike})
}

// alike is a row of a group's images, filled up with black.
func alike(images *data.Images) []image.Image {
	row := make([]image.Image, mostAlike)
	for j := range row {
		row[j] = image.NewGray(image.Rect(0, 0, images.Width, images.Height))
		if j < images.N {
			row[j] = images.Image(j)
		}
	}
	return row
}
