package gans

import (
	"fmt"
	"image"
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// binWidth is the width of the histograms that stand for p_g on the line.
const binWidth = .1

// Panel draws up the present state of a one-dimensional game as a panel of Figure 1: both densities on
// the midpoints of a histogram of n samples, D there, D* from the two densities where they are felt,
// and where noise goes.
func (gan *GAN) Panel(title string, n int) (figure.Panel, error) {
	panel, err := gan.panelOf(n, fixedSeed)
	panel.Title = title
	return panel, err
}

func (gan *GAN) panelOf(n int, seed uint64) (figure.Panel, error) {
	l := gan.onLine()
	if l == nil {
		return figure.Panel{}, fmt.Errorf("%s is not the normal distribution: Figure 1 has no place for it", gan.Config.Data)
	}
	lo := math.Floor((l.Mean-6*l.Std)/binWidth) * binWidth
	bins := int(math.Ceil(12 * l.Std / binWidth))
	x := make([]float64, bins)
	at := make([]float32, bins)
	for i := range x {
		x[i] = lo + (float64(i)+.5)*binWidth
		at[i] = float32(x[i])
	}
	samples, err := gan.Sample(n, seed)
	if err != nil {
		return figure.Panel{}, err
	}
	pG, err := measure.Histogram(samples, lo, lo+float64(bins)*binWidth, binWidth)
	if err != nil {
		return figure.Panel{}, err
	}
	judged, err := gan.Discriminate(at)
	if err != nil {
		return figure.Panel{}, err
	}
	pData, d := make([]float64, bins), make([]float64, bins)
	for i := range x {
		pData[i] = (l.CDF(x[i]+binWidth/2) - l.CDF(x[i]-binWidth/2)) / binWidth
		pG[i] /= binWidth
		d[i] = float64(judged[i])
	}
	best := ganlib.OptimalDiscriminator(pData, pG)
	for i := range best {
		if pData[i]+pG[i] < 1e-3/binWidth {
			best[i] = math.NaN() // too few samples fall here to tell p_g
		}
	}
	z, gz, err := gan.arrows()
	return figure.Panel{X: x, PData: pData, PG: pG, D: d, DStar: best, Z: z, GZ: gz}, err
}

// arrows follows evenly spaced noise to where G sends it; noise of more than one dimension has no line
// of its own to start from.
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

// onLine is p_data where it is the normal distribution on the line, nil where it is not.
func (gan *GAN) onLine() *data.Normal1D {
	distribution, _ := gan.Config.Data.distribution()
	if l, ok := distribution.(data.Normal1D); ok {
		return &l
	}
	return nil
}

// scatter draws n points of p_g over as many of p_data.
func (gan *GAN) scatter(n int, seed uint64) (image.Image, error) {
	distribution, err := gan.Config.Data.distribution()
	if err != nil {
		return nil, err
	}
	generated, err := gan.Sample(n, seed)
	if err != nil {
		return nil, err
	}
	return figure.Scatter(figure.Plane{Real: distribution.Batch(seed, 0, n), Generated: generated})
}
