package gans

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// fixedSeed draws the noise of the pictures a run makes as it goes, the same in every run.
const fixedSeed = 0

// Picture draws n samples: a grid of images, a panel of Figure 1 for numbers on the line, or points in the plane over the
// data's. The grid of a conditional game has a column for each of the labels, which are as [ganlib.Players.Sample] takes
// them; any other grid is nearly square.
func (gan *GAN) Picture(n int, seed uint64, labels ...int) (image.Image, error) {
	if err := gan.CheckLabels(labels...); err != nil {
		return nil, err
	}
	switch {
	case gan.Config.Data.Line() != nil:
		panel, err := gan.panel(n, seed)
		if err != nil {
			return nil, err
		}
		return figure.Figure1([]figure.Panel{panel})
	case slices.Equal(gan.Shape, []int{2}):
		return gan.scatter(n, seed)
	}
	images, err := gan.Images(n, seed, labels...)
	if err != nil {
		return nil, err
	}
	return figure.Grid(images, figure.GridStyle{Columns: gan.columns(n, labels)})
}

// Labels finds classes by their names, as the data of the run have them, or else by their numbers.
func (gan *GAN) Labels(classes ...string) ([]int, error) {
	var names []string
	var err error
	switch {
	case gan.Run != nil:
		names, err = ClassNames(gan.Run)
	case gan.Card != nil:
		names = gan.Card.Classes
	}
	if gan.Classes() == 0 && len(classes) > 0 {
		err = cmp.Or(err, invalid.Value("label", classes[0], "none, in a game without labels"))
	}
	labels := make([]int, len(classes))
	for i, class := range classes {
		if err == nil {
			labels[i], err = data.FindLabel(class, names)
		}
	}
	return labels, cmp.Or(err, gan.CheckLabels(labels...))
}

// columns is the width of a grid of n images.
func (gan *GAN) columns(n int, labels []int) int {
	turn := len(labels)
	if turn == 0 {
		turn = gan.Classes()
	}
	if turn > 1 {
		return min(turn, n)
	}
	return int(math.Ceil(math.Sqrt(float64(n))))
}

// PictureSize is a good number of samples for [GAN.Picture]: 64 images, ten of each class in a conditional game, 20,000
// numbers on the line, or 2,000 points in the plane.
func (gan *GAN) PictureSize() int {
	switch {
	case gan.Config.Data.Line() != nil:
		return 20_000
	case len(gan.Shape) == 1:
		return 2000
	}
	if classes := gan.Classes(); classes > 0 {
		return 10 * classes
	}
	return 64
}

// progress draws the run's fixed noise: a picture of the same z over and over.
func (gan *GAN) progress() (image.Image, error) { return gan.Picture(gan.PictureSize(), fixedSeed) }

// Images draws n examples from p_g as pictures, with the labels that [ganlib.Players.Sample] would give them. It is an
// error if the data are not images.
func (gan *GAN) Images(n int, seed uint64, labels ...int) ([]image.Image, error) {
	x, err := gan.Sample(n, seed, labels...)
	if err != nil {
		return nil, err
	}
	return gan.Pictures(x)
}

// Pictures turns examples [n, ...] into images.
func (gan *GAN) Pictures(x []float32) ([]image.Image, error) {
	set, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	pictures := make([]image.Image, set.N)
	for i := range pictures {
		pictures[i] = set.Image(i)
	}
	return pictures, nil
}

// Pixels rounds examples [n, height, width, channels] to the pixels of an image set.
func (gan *GAN) Pixels(x []float32) (*data.Images, error) {
	set, err := gan.Scale().Images(x, gan.Shape)
	if err != nil {
		return nil, err
	}
	set.Name = "samples of " + gan.Config.Name
	if gan.Run != nil {
		set.Source = gan.Run.Dir
	}
	return set, nil
}

// Scale is the range of the numbers of an example, by the end of the generator.
func (gan *GAN) Scale() data.Scale { return gan.Config.Generator.scale() }

// scatter draws n points of p_g over as many of p_data.
func (gan *GAN) scatter(n int, seed uint64) (image.Image, error) {
	distribution, err := gan.Config.Data.Distribution()
	if err != nil {
		return nil, err
	}
	generated, err := gan.Sample(n, seed)
	if err != nil {
		return nil, err
	}
	const stream = 0xd1b54a32d192ed03 // separates the data from the noise, which is drawn by the same seed
	return figure.Scatter(figure.Plane{Real: distribution.Batch(seed^stream, 0, n), Generated: generated})
}

// binWidth is the width of the histograms that stand for p_g on the line, unless they would have more than mostBins.
const (
	binWidth = .1
	mostBins = 1000
)

// Panel draws up the present state of a one-dimensional game as a panel of Figure 1: both densities on the midpoints of a
// histogram of n samples, D there, D* from the two densities where the densities are not negligible, and the map z → x.
func (gan *GAN) Panel(title string, n int) (figure.Panel, error) {
	panel, err := gan.panel(n, fixedSeed)
	panel.Title = title
	return panel, err
}

func (gan *GAN) panel(n int, seed uint64) (figure.Panel, error) {
	l := gan.Config.Data.Line()
	if l == nil {
		return figure.Panel{}, invalid.Value("data", gan.Config.Data.String(), "a distribution on the line, as Figure 1 shows it")
	}
	first, last := l.Span()
	width := max(binWidth, (last-first)/mostBins)
	lo := math.Floor(first/width) * width
	bins := int(math.Ceil((last - first) / width))
	x := make([]float64, bins)
	at := make([]float32, bins)
	for i := range x {
		x[i] = lo + (float64(i)+.5)*width
		at[i] = float32(x[i])
	}
	samples, err := gan.Sample(n, seed)
	if err != nil {
		return figure.Panel{}, err
	}
	pG, err := measure.Histogram(samples, lo, lo+float64(bins)*width, width)
	if err != nil {
		return figure.Panel{}, err
	}
	atX, err := gan.Discriminate(at)
	if err != nil {
		return figure.Panel{}, err
	}
	pData, d := make([]float64, bins), make([]float64, bins)
	for i := range x {
		pData[i] = (l.CDF(x[i]+width/2) - l.CDF(x[i]-width/2)) / width
		pG[i] /= width
		d[i] = float64(atX[i])
	}
	best := ganlib.OptimalDiscriminator(pData, pG)
	for i := range best {
		if pData[i]+pG[i] < 1e-3/width {
			best[i] = math.NaN() // too few samples fall here to tell p_g
		}
	}
	z, gz, err := gan.arrows()
	return figure.Panel{X: x, PData: pData, PG: pG, D: d, DStar: best, Z: z, GZ: gz}, err
}

// arrows follows evenly spaced noise to where G sends it; noise of more than one dimension has no line of its own to
// start from.
func (gan *GAN) arrows() (z, gz []float64, err error) {
	if gan.Config.Noise.Dim != 1 {
		return nil, nil, nil
	}
	var noise []float32
	for v := -2.0; v <= 2; v += .2 {
		if gan.Config.Noise.Noise == ganlib.Gaussian || math.Abs(v) <= 1 {
			noise = append(noise, float32(v))
		}
	}
	to, err := gan.Generate(noise)
	for i := range to {
		z, gz = append(z, float64(noise[i])), append(gz, float64(to[i]))
	}
	return z, gz, err
}
