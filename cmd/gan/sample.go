package main

import (
	"fmt"
	"image"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/progress"
)

type sampleCmd struct {
	Dir    string   `arg:"" name:"run" help:"A run's directory, or a model in the box, such as digits (gan models lists them)."`
	N      *int     `short:"n" placeholder:"N" help:"How many samples (default: 64 images, ten of each class where there are classes, or 20,000 numbers; all rows of --z)."`
	Label  []string `short:"l" sep:"none" placeholder:"CLASS" help:"The class of the samples in a conditional game, by its name or its number; several, with commas or each with --label, are taken in turn (default: all of them)."`
	Seed   uint64   `default:"1" help:"Decides the noise."`
	Out    string   `short:"o" type:"path" placeholder:"FILE.png" help:"The picture to write (default: samples.png in the run's directory; of a model, MODEL-samples.png here, which only a picture of this program is replaced by)."`
	Folder string   `type:"path" placeholder:"DIR" help:"Write each sample as a PNG of its own into a new folder instead, for other programs to measure."`
	noiseFlags
	checkpoint
}

// Validate refuses numbers and names that cannot be meant.
func (c *sampleCmd) Validate() error {
	switch {
	case c.N != nil && *c.N < 1:
		return fmt.Errorf("-n is %d: want at least 1", *c.N)
	case c.Out != "" && filepath.Ext(c.Out) != ".png":
		return fmt.Errorf("--out %s: want a name that ends in .png", c.Out)
	case c.Folder != "" && c.Out != "":
		return fmt.Errorf("--folder %s and --out %s: want one of the two", c.Folder, c.Out)
	case slices.Contains(c.labels(), ""):
		return fmt.Errorf("--label %q: want the name or the number of a class", strings.Join(c.Label, ","))
	}
	return c.check()
}

// labels are the classes that were asked for.
func (c *sampleCmd) labels() []string {
	var all []string
	for _, some := range c.Label {
		all = append(all, kong.SplitEscaped(some+",", ',')...) // an empty element ends nothing: "" has one
	}
	return all
}

func (c *sampleCmd) Run() error {
	out := c.Out
	if out == "" && c.Folder == "" {
		var err error
		if out, err = beside(c.Dir, "samples.png"); err != nil {
			return err
		}
	}
	gan, err := c.open(c.Dir)
	if err != nil {
		return err
	}
	n := gan.PictureSize()
	if c.N != nil {
		n = *c.N
	}
	labels, err := gan.Labels(c.labels()...)
	if err != nil {
		return err
	}
	if !c.noiseFlags.none() {
		return c.drawNoise(gan, n, out, labels)
	}
	if c.Folder != "" {
		return c.separately(gan, n, labels)
	}
	if err := c.fits(gan, n); err != nil {
		return err
	}
	picture, err := gan.Picture(n, c.Seed, labels...)
	if err != nil {
		return err
	}
	return c.drawn(gan, n, out, picture)
}

// fits refuses more samples than one picture shows.
func (c *sampleCmd) fits(gan *gans.GAN, n int) error {
	size := 1
	for _, n := range gan.Shape {
		size *= n
	}
	if most := mostInPicture / size; len(gan.Shape) == 3 && n > most {
		return misusef("-n is %d: want at most %d in one picture, or --folder DIR for a file of each", n, most)
	}
	return nil
}

// drawn writes a picture of n samples and says so.
func (c *sampleCmd) drawn(gan *gans.GAN, n int, out string, picture image.Image) error {
	if err := figure.WritePNG(out, picture); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d samples after %d iterations: %s\n", n, gan.Step, out)
	return nil
}

// mostInPicture is the most numbers that are drawn in one picture, half a GiB of them. Few programs show a larger one.
const mostInPicture = 1 << 27

// separately writes each sample to a file of its own, as they are made.
func (c *sampleCmd) separately(gan *gans.GAN, n int, labels []int) error {
	if err := gan.CheckLabels(labels...); err != nil {
		return err
	}
	return c.apart(gan, n, gan.Samples(n, c.Seed, labels...))
}

// apart writes each of n samples, which come in parts, to a file of its own in a new folder.
func (c *sampleCmd) apart(gan *gans.GAN, n int, parts iter.Seq2[[]float32, error]) error {
	if len(gan.Shape) != 3 {
		return fmt.Errorf("--folder %s: want none, for the samples are no images", c.Folder)
	}
	if err := os.Mkdir(c.Folder, 0o777); err != nil {
		return err // one that is there already may hold other pictures
	}
	bar := progress.Count(os.Stderr, "pictures", n)
	defer bar.Done()
	i := 0
	for x, err := range parts {
		if err != nil {
			return err
		}
		pictures, err := gan.Pictures(x)
		if err != nil {
			return err
		}
		for _, picture := range pictures {
			if err := figure.WritePNG(filepath.Join(c.Folder, fmt.Sprintf("%06d.png", i)), picture); err != nil {
				return err
			}
			i++
			bar.Add(1)
		}
	}
	fmt.Fprintf(stdout, "%d samples after %d iterations: %s\n", n, gan.Step, c.Folder)
	return nil
}
