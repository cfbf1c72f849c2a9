package main

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/disk"
)

// noiseFlags say which noise G turns into samples, where it is not what the prior draws.
type noiseFlags struct {
	Walk     bool    `help:"Go from one random point of z to the next by 8 steps, along great circles where the noise is Gaussian. Each leg has a class of its own; gan walk shows all of them side by side."`
	Grid     bool    `help:"Span a square of samples between four random points of z, of one class where there are classes (default: the first)."`
	Truncate float64 `placeholder:"T" help:"Draw noise nearer to its middle, for samples more typical and less varied: Gaussian numbers beyond T are drawn again, those of uniform noise are multiplied by T, at most 1."`
	Z        string  `name:"z" type:"existingfile" placeholder:"FILE.npy" help:"The noise itself, [n, dim], as --save-z or numpy.save writes it."`
	SaveZ    string  `name:"save-z" type:"path" placeholder:"FILE.npy" help:"Where to write the noise that was used, [n, dim], float32."`
	GIF      string  `name:"gif" type:"path" placeholder:"FILE.gif" help:"With --walk: write the walk as an animation besides."`
}

// legSteps is how many samples of a walk go from one point to the next.
const legSteps = 8

// none reports whether no flag is set.
func (f noiseFlags) none() bool { return f == noiseFlags{} }

// check refuses flags that do not go together.
func (f noiseFlags) check() error {
	given := 0
	for _, set := range []bool{f.Walk, f.Grid, f.Z != ""} {
		if set {
			given++
		}
	}
	switch {
	case given > 1:
		return fmt.Errorf("want one of --walk, --grid and --z")
	case f.Truncate != 0 && f.Z != "":
		return fmt.Errorf("--truncate %v and --z %s: want one of the two", f.Truncate, f.Z)
	case f.Truncate < 0 || math.IsNaN(f.Truncate):
		return fmt.Errorf("--truncate %v: want a positive number, such as .7", f.Truncate)
	case f.GIF != "" && !f.Walk:
		return fmt.Errorf("--gif %s: want --walk too, which is what it shows", f.GIF)
	case f.GIF != "" && filepath.Ext(f.GIF) != ".gif":
		return fmt.Errorf("--gif %s: want a name that ends in .gif", f.GIF)
	case f.SaveZ != "" && filepath.Ext(f.SaveZ) != ".npy":
		return fmt.Errorf("--save-z %s: want a name that ends in .npy", f.SaveZ)
	}
	return nil
}

// drawNoise draws n samples of the noise that the flags ask for.
func (c *sampleCmd) drawNoise(gan *gans.GAN, n int, out string, labels []int) error {
	if len(gan.Shape) != 3 {
		return misusef("--walk, --grid, --truncate, --z and --save-z are for generators of images: this one's samples have shape %v", gan.Shape)
	}
	drawn, err := c.noise(gan, n, labels)
	if err != nil {
		return err
	}
	z := slices.Concat(drawn.z...)
	if n = len(drawn.z); c.Folder == "" {
		if err := c.fits(gan, n); err != nil {
			return err
		}
	}
	x, err := gan.Generate(z, drawn.labels...)
	if err != nil {
		return err
	}
	if c.SaveZ != "" {
		rows := tensors.FromFlatDataAndDimensions(z, n, len(z)/n)
		if err := disk.Write(c.SaveZ, func(w io.Writer) error { return numpy.ToNpyWriter(rows, w) }); err != nil {
			return err
		}
	}
	if c.Folder != "" {
		return c.apart(gan, n, func(yield func([]float32, error) bool) { yield(x, nil) })
	}
	pictures, err := gan.Pictures(x)
	if err != nil {
		return err
	}
	if c.GIF != "" {
		if err := c.film(pictures); err != nil {
			return err
		}
	}
	picture, err := figure.Grid(pictures, figure.GridStyle{Columns: drawn.columns})
	if err != nil {
		return err
	}
	return c.drawn(gan, n, out, picture)
}

// latents are rows of noise, their labels in a conditional game, and how many of them go in a row of the picture.
type latents struct {
	z       [][]float32
	labels  []int
	columns int
}

// noise is the noise of n samples, or about as many in a walk or a grid.
func (c *sampleCmd) noise(gan *gans.GAN, n int, labels []int) (latents, error) {
	switch {
	case c.Walk:
		return c.walk(gan, max(1, n/legSteps), labels)
	case c.Grid:
		return c.grid(gan, max(2, int(math.Sqrt(float64(n)))), labels)
	}
	z, err := c.rows(gan, n)
	columns := int(math.Ceil(math.Sqrt(float64(len(z)))))
	if turn := cmp.Or(len(labels), gan.Classes()); turn > 1 {
		columns = min(turn, len(z))
	}
	return latents{z, gan.LabelsFor(len(z), labels...), columns}, err
}

// rows are n rows from the prior, as it is or truncated, or those of a file, of which -n takes the first.
func (c *sampleCmd) rows(gan *gans.GAN, n int) ([][]float32, error) {
	prior := gan.Algorithm1.Prior
	switch {
	case c.Z != "":
		z, err := c.readNoise(prior.Dim)
		if c.N != nil && n < len(z) {
			z = z[:n]
		}
		return z, err
	case c.Truncate != 0:
		z, err := latent.Truncate(prior, n, c.Truncate, c.Seed)
		if refused := new(invalid.Error); errors.As(err, &refused) && refused.Key == "psi" {
			return nil, misusef("--truncate %v: want %s", c.Truncate, refused.Want)
		}
		return z, err
	}
	return latent.Rows(gan.NoiseFor(n, c.Seed), prior.Dim), nil
}

// walk goes through random points, up to the step before the last of them. Each leg has its class.
func (c *sampleCmd) walk(gan *gans.GAN, legs int, labels []int) (latents, error) {
	points, err := c.rows(gan, legs+1)
	if err != nil {
		return latents{}, err
	}
	path, err := latent.Path(points, legSteps, latent.WayOf(gan.Algorithm1.Prior))
	if err != nil {
		return latents{}, err
	}
	var y []int
	for _, label := range gan.LabelsFor(legs, labels...) {
		y = append(y, slices.Repeat([]int{label}, legSteps)...)
	}
	return latents{path[:len(path)-1], y, legSteps}, nil
}

// grid spans a square of samples of one class.
func (c *sampleCmd) grid(gan *gans.GAN, side int, labels []int) (latents, error) {
	corners, err := c.rows(gan, 4)
	if err != nil {
		return latents{}, err
	}
	z, err := latent.Grid([4][]float32(corners), side, side, latent.WayOf(gan.Algorithm1.Prior))
	return latents{z, slices.Repeat(gan.LabelsFor(1, labels...), len(z)), side}, err
}

// readNoise reads rows of noise.
func (c *sampleCmd) readNoise(dim int) ([][]float32, error) {
	x, got, err := feature.ReadRows(c.Z)
	if err != nil {
		return nil, fmt.Errorf("--z: %w", err)
	}
	if got != dim {
		return nil, misusef("--z %s: rows of %d numbers: want %d, as the generator takes", c.Z, got, dim)
	}
	return latent.Rows(x, dim), nil
}

// film writes the samples one after the other, as large as a page shows them.
func (c *sampleCmd) film(pictures []image.Image) error {
	frames := make([]image.Image, len(pictures))
	for i, picture := range pictures {
		frame, err := figure.Grid([]image.Image{picture}, figure.GridStyle{Columns: 1, Zoom: max(1, animationWidth/picture.Bounds().Dx())})
		if err != nil {
			return err
		}
		frames[i] = frame
	}
	return figure.WriteGIF(c.GIF, frames, frameTime)
}
