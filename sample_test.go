package gans

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// TestSample: the seed decides, and a short sample is the beginning of a long one, over the border of
// what passes through the network at once.
func TestSample(t *testing.T) {
	gan := untrained(t, smallLine(t, "go"))
	long, err := gan.Sample(maxRows+5, 1)
	require.NoError(t, err)
	require.Len(t, long, maxRows+5)
	for _, n := range []int{1, 5, maxRows, maxRows + 1} {
		short, err := gan.Sample(n, 1)
		require.NoError(t, err)
		require.InDeltaSlice(t, long[:n], short, 1e-6)
	}
	again, err := gan.Sample(maxRows+5, 1)
	require.NoError(t, err)
	require.Equal(t, long, again)
	other, err := gan.Sample(5, 2)
	require.NoError(t, err)
	require.NotEqual(t, long[:5], other)
	require.NotEqual(t, long[0], long[maxRows], "each row has noise of its own")

	_, err = gan.Sample(0, 1)
	require.EqualError(t, err, "0 samples: want at least 1")
	_, err = gan.Discriminate(nil)
	require.ErrorContains(t, err, "0 values are no whole, positive number of rows of shape [1]")
}

func TestGenerateWantsWholeRows(t *testing.T) {
	gan := untrained(t, smallMNIST(t, "go"))
	_, err := gan.Generate(make([]float32, 9))
	require.EqualError(t, err, "9 values are no whole, positive number of rows of shape [8]")
	_, err = gan.Discriminate(make([]float32, 785))
	require.EqualError(t, err, "785 values are no whole, positive number of rows of shape [28 28 1]")
	_, err = gan.Pictures(make([]float32, 785))
	require.EqualError(t, err, "785 values are no whole, positive number of rows of shape [28 28 1]")
}

// TestImages: a pixel is its sample times 255, and a picture of many is a grid of them.
func TestImages(t *testing.T) {
	gan := untrained(t, smallMNIST(t, "go"))
	x, err := gan.Sample(5, 1)
	require.NoError(t, err)
	images, err := gan.Images(5, 1)
	require.NoError(t, err)
	require.Len(t, images, 5)
	for i, picture := range images {
		require.Equal(t, image.Rect(0, 0, 28, 28), picture.Bounds())
		const row, column = 14, 15
		want := uint8(math.Round(255 * float64(x[i*784+row*28+column])))
		require.Equal(t, color.Gray{Y: want}, picture.At(column, row))
	}
	grid, err := gan.Picture(5, 1)
	require.NoError(t, err)
	width, height := grid.Bounds().Dx(), grid.Bounds().Dy()
	require.Greater(t, width, height, "3 columns, 2 rows")
	require.GreaterOrEqual(t, height, 2*28)
}

// TestTanhPixels: a generator that ends in tanh plays with data in [−1, 1], and −1 is black.
func TestTanhPixels(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Generator.BiasFromData, cfg.Generator.MLP.OutputActivation = false, "tanh"
	gan := untrained(t, cfg)
	require.Equal(t, float32(-1), batch(t, gan, 0)[0], "the corner of a digit")
	pixels := make([]float32, 784)
	pixels[0], pixels[1], pixels[2] = -1, 0, 1
	pictures, err := gan.Pictures(pixels)
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 128, 255}, pictures[0].(*image.Gray).Pix[:3])
}

// TestMeanLogits against a hand computation: means 0, 1 and .4 of 255, the first two clipped.
func TestMeanLogits(t *testing.T) {
	set := &data.Images{N: 2, Height: 1, Width: 3, Channels: 1, Pixels: []uint8{0, 255, 51, 0, 255, 153}}
	require.NoError(t, set.Validate())
	got, err := (&pictures{fitting: set, one: set}).meanLogits()
	require.NoError(t, err)
	limit := math.Log(1e-7 / (1 - 1e-7))
	require.InDeltaSlice(t, []float64{limit, -limit, math.Log(.4 / .6)}, got, 1e-5)
}

// TestBiasFromData: an untrained G with this bias and hardly any weights draws the mean image.
func TestBiasFromData(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Generator.MLP.IRange = 1e-6
	gan := untrained(t, cfg)
	x, err := gan.Sample(1, 1)
	require.NoError(t, err)
	set, err := cfg.Data.Images()
	require.NoError(t, err)
	mean := make([]float64, 784)
	for i := range set.N {
		for j, v := range set.At(i) {
			mean[j] += float64(v) / 255 / float64(set.N)
		}
	}
	require.InDeltaSlice(t, mean, x, 1e-5)
}

// TestLabels: without any, every class has its turn; those given have theirs; a label decides what is
// drawn.
func TestLabels(t *testing.T) {
	gan := untrained(t, smallDCGAN(t, "go"))
	require.Equal(t, 10, gan.Classes())
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1}, gan.LabelsFor(12))
	require.Equal(t, []int{7, 3, 7, 3, 7}, gan.LabelsFor(5, 7, 3))

	z := gan.NoiseFor(12, 1)
	turns, err := gan.Sample(12, 1)
	require.NoError(t, err)
	same, err := gan.Generate(z, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1)
	require.NoError(t, err)
	require.Equal(t, turns, same)
	sevens, err := gan.Sample(12, 1, 7)
	require.NoError(t, err)
	for i := range 12 {
		row := func(x []float32) []float32 { return x[256*i : 256*(i+1)] }
		if i == 7 {
			require.InDeltaSlice(t, row(turns), row(sevens), 1e-6)
		} else {
			require.NotEqual(t, row(turns), row(sevens))
		}
	}
	as7, err := gan.Discriminate(sevens[:256], 7)
	require.NoError(t, err)
	as8, err := gan.Discriminate(sevens[:256], 8)
	require.NoError(t, err)
	require.NotEqual(t, as7, as8)
}

func TestLabelsRefused(t *testing.T) {
	conditional, plain := untrained(t, smallDCGAN(t, "go")), untrained(t, smallMNIST(t, "go"))
	require.Zero(t, plain.Classes())
	require.Nil(t, plain.LabelsFor(5))
	for want, call := range map[string]func() error{
		"label 10 in a game of 10 classes: want 0 to 9":                     func() error { _, err := conditional.Sample(3, 1, 1, 10); return err },
		"label -1 in a game of 10 classes: want 0 to 9":                     func() error { _, err := conditional.Picture(3, 1, -1); return err },
		"0 labels for 2 rows in a game of 10 classes: want one label a row": func() error { _, err := conditional.Generate(make([]float32, 16)); return err },
		"3 labels for 2 rows in a game of 10 classes: want one label a row": func() error { _, err := conditional.Discriminate(make([]float32, 512), 1, 2, 3); return err },
		"label 3 in a game without labels: want none":                       func() error { _, err := plain.Images(3, 1, 3); return err },
		"label 4 in a game without labels: want none":                       func() error { _, err := plain.Generate(make([]float32, 8), 4); return err },
		"9 values are no whole, positive number of rows of shape [8]":       func() error { _, err := conditional.Generate(make([]float32, 9), 1); return err },
		"label 1 in a game without labels: want none (on the line, too)": func() error {
			_, err := untrained(t, smallLine(t, "go")).Picture(3, 1, 1)
			return fmt.Errorf("%w (on the line, too)", err)
		},
	} {
		require.EqualError(t, call(), want)
	}
}

// TestGridOfClasses: the grid of a conditional game has a column for each label in turn.
func TestGridOfClasses(t *testing.T) {
	conditional, plain := untrained(t, smallDCGAN(t, "go")), untrained(t, smallMNIST(t, "go"))
	require.Equal(t, 10, conditional.columns(100, nil))
	require.Equal(t, 3, conditional.columns(3, nil))
	require.Equal(t, 2, conditional.columns(50, []int{3, 5}))
	require.Equal(t, 7, conditional.columns(49, []int{3}))
	require.Equal(t, 8, plain.columns(64, nil))
	require.Equal(t, []int{100, 64}, []int{conditional.PictureSize(), plain.PictureSize()})

	picture, err := conditional.progress()
	require.NoError(t, err)
	images, err := conditional.Images(100, fixedSeed)
	require.NoError(t, err)
	want, err := figure.Grid(images, figure.GridStyle{Columns: 10})
	require.NoError(t, err)
	require.Equal(t, want, picture)
}

// TestRowsAtOnce: few large images pass through a network at once, in chunks of one size.
func TestRowsAtOnce(t *testing.T) {
	ofSize := func(size, channels int) *GAN {
		return &GAN{Config: Config{Generator: Network{DCGAN: &dcganlib.Networks{Size: size, Channels: channels}}}}
	}
	large := ofSize(64, 3)
	for n, want := range map[int]int{1: 1, 64: 64, 85: 85, 86: 43, 100: 50, 1000: 84} {
		require.Equal(t, want, large.rowsAtOnce(n), n)
	}
	huge := ofSize(2048, 3)
	require.Equal(t, 1, huge.rowsAtOnce(5))
	small := ofSize(28, 1)
	require.Equal(t, 1000, small.rowsAtOnce(1000))
	require.Equal(t, 501, small.rowsAtOnce(1001))
}

// TestPanel holds a panel's curves to the game they show.
func TestPanel(t *testing.T) {
	gan := untrained(t, smallLine(t, "go"))
	panel, err := gan.Panel("untrained", 2000)
	require.NoError(t, err)
	require.Equal(t, "untrained", panel.Title)
	pData, pG := 0.0, 0.0
	at := make([]float32, len(panel.X))
	for i, x := range panel.X {
		at[i] = float32(x)
		pData += panel.PData[i] * binWidth
		pG += panel.PG[i] * binWidth
		if sum := panel.PData[i] + panel.PG[i]; sum*binWidth >= 1e-3 {
			require.InDelta(t, panel.PData[i]/sum, panel.DStar[i], 1e-12)
		} else {
			require.True(t, math.IsNaN(panel.DStar[i]), "too few samples fall on %v", x)
		}
	}
	require.InDelta(t, 1, pData, 1e-8, "6 standard deviations to each side")
	require.Greater(t, pG, .9)
	require.LessOrEqual(t, pG, 1+1e-9)
	peak := 1 / (.5 * math.Sqrt(2*math.Pi)) // of N(1, .5), at the border of two bins
	require.InDelta(t, peak, panel.PData[len(panel.X)/2], .01)

	d, err := gan.Discriminate(at)
	require.NoError(t, err)
	require.InDeltaSlice(t, d, panel.D, 0)
	noise := make([]float32, len(panel.Z))
	for i, z := range panel.Z {
		noise[i] = float32(z)
	}
	gz, err := gan.Generate(noise)
	require.NoError(t, err)
	require.InDeltaSlice(t, gz, panel.GZ, 0)
}

func TestPanelIsForTheLine(t *testing.T) {
	_, err := untrained(t, smallMNIST(t, "go")).Panel("digits", 10)
	require.EqualError(t, err, `mnist is not the normal distribution: Figure 1 has no place for it`)
	gan := untrained(t, smallLine(t, "go"))
	_, err = gan.Images(1, 1)
	require.EqualError(t, err, `normal has no images`)
	picture, err := gan.Picture(100, 1)
	require.NoError(t, err)
	require.False(t, picture.Bounds().Empty())
}

// TestNoiseOfTwoDimensions has no line to draw arrows from.
func TestNoiseOfTwoDimensions(t *testing.T) {
	cfg := smallLine(t, "go")
	cfg.Noise.Dim = 2
	panel, err := untrained(t, cfg).Panel("", 100)
	require.NoError(t, err)
	require.Empty(t, panel.Z)
	require.Empty(t, panel.GZ)
}

// TestTrainDiscriminator: D alone climbs V, by no more than it can; G, the moving averages of its batch norm
// included, and the run on disk stay.
func TestTrainDiscriminator(t *testing.T) {
	for name, small := range map[string]func(testing.TB, string) Config{"line": smallLine, "dcgan": smallDCGAN} {
		t.Run(name, func(t *testing.T) {
			onBackends(t, func(t *testing.T, backendName string) {
				cfg := small(t, backendName)
				if cfg.Steps = 2; name == "line" {
					cfg.BatchSize = 256
				}
				gan, err := Train(t.Context(), cfg)
				require.NoError(t, err)
				samples, judged := play(t, gan)
				files := contents(t, cfg.Dir)

				rule := func() optim.Rule { return &optim.Adam{LearningRate: 1e-2, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
				before, err := gan.TrainDiscriminator(1, rule())
				require.NoError(t, err)
				after, err := gan.TrainDiscriminator(100, rule())
				require.NoError(t, err)
				require.Greater(t, after, before+.1)
				require.Less(t, after, 0.0, "V is a sum of logarithms of probabilities")

				frozen, rejudged := play(t, gan)
				require.Equal(t, samples, frozen, "G is frozen")
				require.NotEqual(t, judged, rejudged, "D is not, and what judges uses its new weights")
				require.Equal(t, files, contents(t, cfg.Dir))
				_, err = gan.TrainDiscriminator(0, rule())
				require.EqualError(t, err, "0 discriminator steps: want at least 1")
			})
		})
	}
}
