package gans

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestImages: a pixel is its sample times 255, and a picture of many is a grid of them.
func TestImages(t *testing.T) {
	gan := untrained(t, smallMNIST(t, "go").Config)
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

// TestScale: the numbers of a sample are those of its pixels on the generator's scale, but for rounding.
func TestScale(t *testing.T) {
	gan := untrained(t, smallMNIST(t, "go").Config)
	for activation, span := range map[string]float64{"sigmoid": 1, "tanh": 2} {
		gan.Config.Generator.MLP.OutputActivation = activation
		require.Equal(t, span, gan.Scale().Span())
		x := make([]float32, 784)
		for i := range x {
			x[i] = float32(float64(i%256)/255*span - span + 1) // black is 0, or −1
		}
		pixels, err := gan.Pixels(x)
		require.NoError(t, err)
		back := make([]float32, 784)
		require.NoError(t, pixels.Fill(back, []int{0}, gan.Scale()))
		require.InDeltaSlice(t, x, back, 1e-6)
	}
	require.Zero(t, data.Contrast.Span())
}

// TestTanhPixels: a generator that ends in tanh uses data in [−1, 1], and −1 is black.
func TestTanhPixels(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Generator.BiasFromData, cfg.Generator.MLP.OutputActivation = false, "tanh"
	gan := untrained(t, cfg.Config)
	require.Equal(t, float32(-1), batch(t, gan, 0)[0], "the corner of a digit")
	pixels := make([]float32, 784)
	pixels[0], pixels[1], pixels[2] = -1, 0, 1
	pictures, err := gan.Pictures(pixels)
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 128, 255}, pictures[0].(*image.Gray).Pix[:3])
}

// TestBiasFromData: an untrained G with this bias and tiny weights draws the mean image.
func TestBiasFromData(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Generator.MLP.IRange = 1e-6
	gan := untrained(t, cfg.Config)
	x, err := gan.Sample(1, 1)
	require.NoError(t, err)
	set, err := cfg.Data.Images(t.Context())
	require.NoError(t, err)
	mean := make([]float64, 784)
	for i := range set.N {
		for j, v := range set.At(i) {
			mean[j] += float64(v) / 255 / float64(set.N)
		}
	}
	require.InDeltaSlice(t, mean, x, 1e-5)
}

// TestGridOfClasses: the grid of a conditional game has a column for each label in turn.
func TestGridOfClasses(t *testing.T) {
	conditional, plain := untrained(t, smallDCGAN(t, "go").Config), untrained(t, smallMNIST(t, "go").Config)
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

// TestPanel compares a panel's curves with the game they show.
func TestPanel(t *testing.T) {
	gan := untrained(t, smallLine(t, "go").Config)
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

// TestPanelOfACloud: a distribution drawn on the line has a panel as the normal distribution has, and a wide one no more
// bins than can be drawn.
func TestPanelOfACloud(t *testing.T) {
	for _, far := range []float64{1, 1e6} {
		cfg := smallLine(t, "go")
		cfg.Data = Data{Cloud: &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{-far}, {far}}, Std: .3 * far}}}
		gan := untrained(t, cfg.Config)
		panel, err := gan.Panel("", 1000)
		require.NoError(t, err)
		require.LessOrEqual(t, len(panel.X), mostBins)
		width, mass := panel.X[1]-panel.X[0], 0.
		for _, p := range panel.PData {
			mass += p * width
		}
		require.InDelta(t, 1, mass, 1e-7)
		require.Equal(t, 20_000, gan.PictureSize())
		_, err = gan.Picture(100, 1)
		require.NoError(t, err)
	}
}

func TestPanelIsForTheLine(t *testing.T) {
	_, err := untrained(t, smallMNIST(t, "go").Config).Panel("digits", 10)
	gantest.RequireInvalid(t, err, "data")
	gan := untrained(t, smallLine(t, "go").Config)
	_, err = gan.Images(1, 1)
	require.ErrorIs(t, err, data.ErrUnfit)
	picture, err := gan.Picture(100, 1)
	require.NoError(t, err)
	require.False(t, picture.Bounds().Empty())
}

// TestNoiseOfTwoDimensions: there is no line to draw arrows from.
func TestNoiseOfTwoDimensions(t *testing.T) {
	cfg := smallLine(t, "go")
	cfg.Noise.Dim = 2
	panel, err := untrained(t, cfg.Config).Panel("", 100)
	require.NoError(t, err)
	require.Empty(t, panel.Z)
	require.Empty(t, panel.GZ)
}

// TestTrainDiscriminator: D alone raises V, by no more than it can; G, the moving averages of its batch norm included,
// and the run on disk do not change.
func TestTrainDiscriminator(t *testing.T) {
	for name, small := range map[string]func(testing.TB, string) trial{"line": smallLine, "dcgan": smallDCGAN} {
		on := onBackends
		if name == "dcgan" {
			on = onGo
		}
		t.Run(name, func(t *testing.T) {
			on(t, func(t *testing.T, backendName string) {
				cfg := small(t, backendName)
				if cfg.Steps = 2; name == "line" {
					cfg.BatchSize = 256
				}
				gan, err := cfg.train(t.Context())
				require.NoError(t, err)
				samples, judged := play(t, gan)
				files := contents(t, cfg.Dir)

				rule := func() optim.Rule { return &optim.Adam{LearningRate: 1e-2, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
				before, err := gan.TrainDiscriminator(t.Context(), 1, rule())
				require.NoError(t, err)
				after, err := gan.TrainDiscriminator(t.Context(), 100, rule())
				require.NoError(t, err)
				require.Greater(t, after, before+.1)
				require.Less(t, after, 0.0, "V is a sum of logarithms of probabilities")

				frozen, rejudged := play(t, gan)
				require.Equal(t, samples, frozen, "G is frozen")
				require.NotEqual(t, judged, rejudged, "D is not, and what judges uses its new weights")
				require.Equal(t, files, contents(t, cfg.Dir))
				_, err = gan.TrainDiscriminator(t.Context(), 0, rule())
				gantest.RequireInvalid(t, err, "steps")
			})
		})
	}
}
