package figure_test

import (
	"fmt"
	"image"
	"math"

	"github.com/gans-in-go/gans/ganlib/figure"
)

// Six pictures of 28 x 28 in two rows. The zoom is automatic.
func ExampleGrid() {
	samples := make([]image.Image, 6)
	for i := range samples {
		samples[i] = image.NewGray(image.Rect(0, 0, 28, 28))
	}
	grid, err := figure.Grid(samples, figure.GridStyle{Columns: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(grid.Bounds().Size())

	_, err = figure.Grid(samples, figure.GridStyle{})
	fmt.Println(err)
	// Output:
	// (772,516)
	// grid of 0 columns, zoom 0, gap 0: want at least 1 column and no negative number
}

// The loss of a discriminator that has learned nothing yet is log 4.
func ExampleCurves() {
	chart, err := figure.Curves(figure.Chart{
		Title: "before training", XLabel: "iteration", YLabel: "nats",
		Series: []figure.Series{{Name: "loss of D", X: []float64{0, 1}, Y: []float64{1.40, 1.38}}},
		Levels: []figure.Mark{{Name: "log 4", At: math.Log(4)}},
	})
	fmt.Println(chart.Bounds().Size(), err)
	// Output:
	// (1536,864) <nil>
}

// One panel: a generator that is still to the left of its data.
func ExampleFigure1() {
	p := figure.Panel{Title: "near the start", Z: []float64{-1, 0, 1}, GZ: []float64{-.5, 0, .5}}
	for x := -2.; x <= 3; x += .05 {
		data, generator := math.Exp(-(x-1)*(x-1)), math.Exp(-x*x)
		p.X = append(p.X, x)
		p.PData = append(p.PData, data)
		p.PG = append(p.PG, generator)
		p.DStar = append(p.DStar, data/(data+generator))
	}
	picture, err := figure.Figure1([]figure.Panel{p})
	fmt.Println(picture.Bounds().Size(), err)
	// Output:
	// (1920,699) <nil>
}

// Four modes of data, and a generator that has found one of them.
func ExampleScatter() {
	picture, err := figure.Scatter(figure.Plane{
		Title:     "iteration 500",
		Real:      []float32{-1, -1, -1, 1, 1, -1, 1, 1},
		Generated: []float32{.9, 1, 1.1, 1},
	})
	fmt.Println(picture.Bounds().Size(), err)
	// Output:
	// (1152,1248) <nil>
}

// A generator that never draws a 7, beside data with equally many of each digit.
func ExampleBars() {
	picture, err := figure.Bars(figure.BarChart{
		Title: "digits among 900 samples", XLabel: "digit", YLabel: "samples",
		Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
		Series:  []figure.BarSeries{{Heights: []float64{100, 100, 100, 100, 100, 100, 100, 0, 100, 100}}},
		Data:    []float64{90, 90, 90, 90, 90, 90, 90, 90, 90, 90},
	})
	fmt.Println(picture.Bounds().Size(), err)
	// Output:
	// (1536,864) <nil>
}

// G's step of Algorithm 1 on MNIST: the gradient flows through a frozen D.
func ExampleFlow() {
	game := figure.Game{
		Moment: figure.StepOfG, Value: "− mean log D(G(z))",
		Noise: []int{64, 100}, Images: []int{64, 28, 28, 1}, Scores: []int{64, 1},
	}
	picture, err := figure.Flow(game)
	fmt.Println(picture.Bounds().Size(), err)

	game.Scores = []int{32, 1}
	_, err = figure.Flow(game)
	fmt.Println(err)
	// Output:
	// (1920,640) <nil>
	// scores is [32 1]: want the batch of the others, 64, as the first dimension
}

// A small generator. Package dcganlib lists the layers of its own.
func ExampleStack() {
	picture, err := figure.Stack(figure.Network{Title: "G", Generator: true, Layers: []figure.Layer{
		{Name: "z", Shape: []int{100}},
		{Name: "projectAndReshape", Shape: []int{7, 7, 64}},
		{Name: "relu", Shape: []int{7, 7, 64}},
		{Name: "transposedConv", Shape: []int{14, 14, 1}, Note: "5×5, stride 2"},
	}})
	fmt.Println(picture.Bounds().Dx(), err)
	// Output:
	// 1920 <nil>
}

// The same as boxes, from a vector to an image.
func ExampleVolumes() {
	picture, err := figure.Volumes(figure.Network{Title: "G", Generator: true, Layers: []figure.Layer{
		{Name: "z", Shape: []int{100}},
		{Name: "projectAndReshape", Shape: []int{7, 7, 64}},
		{Name: "transposedConv", Shape: []int{14, 14, 1}, Note: "5×5, stride 2"},
	}})
	fmt.Println(picture.Bounds().Dx(), err)
	// Output:
	// 1920 <nil>
}
