package main

import (
	"fmt"
	"image"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib/figure"
)

type arithCmd struct {
	Dir   string `arg:"" name:"run" help:"The run's directory."`
	Sheet bool   `help:"Draw numbered samples to choose from, and nothing else."`
	N     int    `short:"n" default:"100" placeholder:"N" help:"How many samples there are to choose from (default: ${default})."`
	A     []int  `placeholder:"N,N,N" help:"Samples by their numbers, three or so, that show what to begin with: smiling women."`
	B     []int  `placeholder:"N,N,N" help:"Samples that show what to take away: women who do not smile."`
	C     []int  `placeholder:"N,N,N" help:"Samples that show what to add: men who do not smile. A - B + C are smiling men."`
	Label string `short:"l" placeholder:"CLASS" help:"The class of all samples in a conditional game, by its name or its number."`
	Seed  uint64 `default:"1" help:"Decides the samples, and the noise of the neighbours."`
	exhibitOut
	checkpoint
}

// Validate refuses numbers and names that cannot be meant.
func (c *arithCmd) Validate() error {
	if c.N < 1 {
		return fmt.Errorf("-n is %d: want at least 1", c.N)
	}
	if c.Sheet {
		switch ending := filepath.Ext(c.Out); {
		case len(c.A)+len(c.B)+len(c.C) > 0:
			return fmt.Errorf("--sheet: want no --a, --b or --c beside it, since they are chosen from the sheet")
		case c.Out != "" && ending != ".png":
			return fmt.Errorf("--out %s: want a name that ends in .png for a sheet", c.Out)
		}
		return nil
	}
	for i, numbers := range [][]int{c.A, c.B, c.C} {
		flag := "--" + string("abc"[i])
		if len(numbers) == 0 {
			return fmt.Errorf("%s is missing: want the numbers of samples such as %[1]s 3,17,25, chosen from what --sheet draws", flag)
		}
		for _, n := range numbers {
			if n < 0 || n >= c.N {
				return fmt.Errorf("%s: no sample %d: want 0 to %d, or more samples by -n", flag, n, c.N-1)
			}
		}
	}
	return c.check()
}

// Run draws the sheet, or A − B + C.
func (c *arithCmd) Run() error {
	gan, err := c.openImages(c.Dir)
	if err != nil {
		return err
	}
	if err := fitsPicture(gan, c.N); err != nil {
		return err
	}
	labels, err := c.label(gan)
	if err != nil {
		return err
	}
	if c.Sheet {
		return c.drawSheet(gan, labels)
	}
	paths, err := c.paths(gan, "arith")
	if err != nil {
		return err
	}
	sum, err := c.sum(gan)
	if err != nil {
		return err
	}
	return c.exhibit(gan, sum, labels, paths)
}

// label is the class that stays fixed, or none in a game without labels.
func (c *arithCmd) label(gan *gans.GAN) ([]int, error) {
	switch {
	case c.Label != "":
		return gan.Labels(c.Label)
	case gan.Classes() > 0:
		return nil, misusef("--label: want the class of all samples, in a game of %d classes", gan.Classes())
	}
	return nil, nil
}

// drawSheet draws numbered samples.
func (c *arithCmd) drawSheet(gan *gans.GAN, labels []int) error {
	paths, err := c.paths(gan, "arith-sheet.png")
	if err != nil {
		return err
	}
	samples, err := gan.Images(c.N, c.Seed, labels...)
	if err != nil {
		return err
	}
	const columns = 10
	sheet, err := figure.Grid(samples, figure.GridStyle{Columns: columns, Numbered: true})
	if err != nil {
		return err
	}
	return exhibit{picture: sheet}.show(paths, gan, fmt.Sprintf("%d numbered samples", c.N))
}

// sum is A − B + C, its terms and its neighbours, all of z.
type sum struct {
	concepts   [3][][]float32
	means      [3][]float32
	y          []float32
	neighbours [][]float32
}

func (c *arithCmd) sum(gan *gans.GAN) (s sum, err error) {
	z := latent.Rows(gan.NoiseFor(c.N, c.Seed), gan.Algorithm1.Prior.Dim)
	for i, numbers := range [][]int{c.A, c.B, c.C} {
		for _, n := range numbers {
			s.concepts[i] = append(s.concepts[i], z[n])
		}
		if s.means[i], err = latent.Mean(s.concepts[i]); err != nil {
			return s, err
		}
	}
	if s.y, err = latent.Arithmetic(s.concepts[0], s.concepts[1], s.concepts[2]); err != nil {
		return s, err
	}
	s.neighbours, err = latent.Neighbours(s.y, latent.NeighbourCount, latent.NeighbourReach, c.Seed)
	return s, err
}

// exhibit shows the sum as the DCGAN paper's Figure 7 does, and the way from A's mean to it.
func (c *arithCmd) exhibit(gan *gans.GAN, s sum, labels []int, paths []string) error {
	const steps = 24
	way, err := latent.Linear(s.means[0], s.y, steps+1)
	if err != nil {
		return err
	}
	paint := func(z [][]float32) ([]image.Image, error) {
		return drawRows(gan, z, gan.LabelsFor(len(z), labels...)...)
	}
	moments, err := paint(way)
	if err != nil {
		return err
	}
	e := exhibit{
		Title:   "Arithmetic in the latent space of " + gan.Config.Name,
		Text:    []string{fmt.Sprintf("A is the mean z of samples %v, B of %v, C of %v.", c.A, c.B, c.C)},
		Caption: "Rows: the samples of A, B and C, and what G makes of their mean. On the right A − B + C, and around it eight neighbours with noise from U(−.25, .25).",
		Moving:  "From A straight to A − B + C.",
		frames:  slices.Collect(slices.Chunk(moments, 1)), columns: 1,
	}
	if e.picture, err = figure7(s, paint); err != nil {
		return err
	}
	return e.show(paths, gan, "A - B + C")
}

// figure7 draws a row for each concept, which ends in its mean, and on their right the sum in the middle of its
// neighbours.
func figure7(s sum, paint func(z [][]float32) ([]image.Image, error)) (image.Image, error) {
	around, err := paint(slices.Insert(slices.Clone(s.neighbours), len(s.neighbours)/2, s.y))
	if err != nil {
		return nil, err
	}
	size := around[0].Bounds()
	zoom := max(1, 80/size.Dx())
	var rows []image.Image
	longest := max(len(s.concepts[0]), len(s.concepts[1]), len(s.concepts[2]))
	for i, concept := range s.concepts {
		pictures, err := paint(append(slices.Clone(concept), s.means[i]))
		if err != nil {
			return nil, err
		}
		missing := slices.Repeat([]image.Image{image.NewNRGBA(size)}, longest-len(concept)) // transparent
		rows = append(rows, slices.Insert(pictures, len(concept), missing...)...)
	}
	left, err := figure.Grid(rows, figure.GridStyle{Columns: longest + 1, Zoom: zoom, MarkLast: true})
	if err != nil {
		return nil, err
	}
	right, err := figure.Grid(around, figure.GridStyle{Columns: 3, Zoom: zoom})
	if err != nil {
		return nil, err
	}
	return figure.Beside(left, right), nil
}
