package main

import (
	"fmt"
	"image"
	"slices"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib/figure"
)

type walkCmd struct {
	Dir    string   `arg:"" name:"run" help:"The run's directory."`
	Points int      `default:"9" placeholder:"N" help:"How many random points to go through (default: ${default}, as in the DCGAN paper's Figure 4)."`
	Steps  int      `default:"12" placeholder:"N" help:"How many steps from each point to the next (default: ${default})."`
	Linear bool     `help:"Go straight, as the paper does. Gaussian noise is otherwise crossed along great circles, which keep the length that its draws have."`
	Label  []string `short:"l" placeholder:"CLASS" help:"The class, by its name or its number, in a conditional game; several are shown side by side (default: all of them)."`
	Seed   uint64   `default:"1" help:"Decides the points."`
	exhibitOut
	checkpoint
}

// Validate refuses numbers and names that cannot be meant.
func (c *walkCmd) Validate() error {
	switch {
	case c.Points < 2:
		return fmt.Errorf("--points %d: want at least 2", c.Points)
	case c.Steps < 1:
		return fmt.Errorf("--steps %d: want at least 1", c.Steps)
	}
	return c.check()
}

// Run draws the walk.
func (c *walkCmd) Run() error {
	gan, err := c.openImages(c.Dir)
	if err != nil {
		return err
	}
	labels, err := gan.Labels(c.Label...)
	if err != nil {
		return err
	}
	if len(labels) == 0 && gan.Classes() > 0 {
		labels = gan.LabelsFor(gan.Classes())
	}
	side := max(1, len(labels))
	moments := float64(c.Points-1)*float64(c.Steps) + 1
	if err := fitsPicture(gan, int(min(moments*float64(side), 1<<40))); err != nil {
		return err
	}
	paths, err := c.paths(gan, "walk")
	if err != nil {
		return err
	}
	frames, err := c.frames(gan, labels)
	if err != nil {
		return err
	}
	e := exhibit{
		Title: "A walk through the latent space of " + gan.Config.Name, frames: frames, columns: min(side, 5),
		Text:   []string{fmt.Sprintf("G goes through %d random points of z, by %d steps from each to the next.", c.Points, c.Steps)},
		Moving: "The whole way, one moment at a time.",
	}
	if e.picture, e.Caption, err = c.legs(frames); err != nil {
		return err
	}
	return e.show(paths, gan, fmt.Sprintf("%.0f moments between %d points", moments, c.Points))
}

// frames are the pictures at each moment of the walk, one for each label.
func (c *walkCmd) frames(gan *gans.GAN, labels []int) ([][]image.Image, error) {
	way := latent.WayOf(gan.Algorithm1.Prior)
	if c.Linear {
		way = latent.Linear
	}
	points := latent.Rows(gan.NoiseFor(c.Points, c.Seed), gan.Algorithm1.Prior.Dim)
	path, err := latent.Path(points, c.Steps, way)
	if err != nil {
		return nil, err
	}
	side := max(1, len(labels))
	var z [][]float32
	for _, row := range path {
		z = append(z, slices.Repeat([][]float32{row}, side)...)
	}
	pictures, err := drawRows(gan, z, slices.Repeat(labels, len(path))...)
	return slices.Collect(slices.Chunk(pictures, side)), err
}

// drawRows draws what G makes of rows of noise.
func drawRows(gan *gans.GAN, z [][]float32, labels ...int) ([]image.Image, error) {
	x, err := gan.Generate(slices.Concat(z...), labels...)
	if err != nil {
		return nil, err
	}
	return gan.Pictures(x)
}

// legs draws the way from each point to the next as a row. Of several classes it draws one row each, of the points and
// the moments half-way between them.
func (c *walkCmd) legs(frames [][]image.Image) (picture image.Image, caption string, err error) {
	var pictures []image.Image
	columns := c.Steps + 1
	if side := len(frames[0]); side > 1 {
		caption = "In each row one class, in each column one z: the points, and where the way between them is half done."
		moments := c.halfway()
		columns = len(moments)
		for class := range side {
			for _, moment := range moments {
				pictures = append(pictures, frames[moment][class])
			}
		}
	} else {
		caption = "Each row goes from one point to the next, where the row below begins."
		for leg := range c.Points - 1 {
			for _, frame := range frames[leg*c.Steps : (leg+1)*c.Steps+1] {
				pictures = append(pictures, frame[0])
			}
		}
	}
	picture, err = figure.Grid(pictures, figure.GridStyle{Columns: columns})
	return picture, caption, err
}

// halfway lists the moments at the points and, where a step ends there, between them.
func (c *walkCmd) halfway() (moments []int) {
	for leg := range c.Points - 1 {
		moments = append(moments, leg*c.Steps)
		if half := c.Steps / 2; half > 0 {
			moments = append(moments, leg*c.Steps+half)
		}
	}
	return append(moments, (c.Points-1)*c.Steps)
}
