package data_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

// A generator that has lost half of the ring: how many modes it still reaches, and how many of its samples are of high
// quality, as the literature counts.
func ExampleMixture_Mode() {
	ring := data.Ring(8, 1, .05)
	generator := data.Mixture{Means: ring.Means[:4], Std: .07}

	x := generator.Sample(rand.New(rand.NewPCG(1, 2)), 2500)
	found, high := map[int]bool{}, 0
	for ; len(x) > 0; x = x[2:] {
		if mode, sigmas := ring.Mode(x[:2]); sigmas <= 3 {
			found[mode] = true
			high++
		}
	}
	fmt.Printf("%d of %d modes, %.0f%% of high quality\n", len(found), len(ring.Means), 100*float64(high)/2500)
	// Output:
	// 4 of 8 modes, 89% of high quality
}

// Two Gaussians, one of them three times as likely, and the best discriminator
// D* = p_data / (p_data + p_g) against a generator that puts all on the other.
func ExampleMixture_Density() {
	pData := data.Mixture{Means: [][]float64{{-1}, {1}}, Std: .5, Weights: []float64{.75, .25}}
	pG := data.Normal1D{Mean: 1, Std: .5}
	for _, x := range []float64{-1, 0, 1} {
		p, q := pData.Density([]float64{x}), pG.Density(x)
		fmt.Printf("x = %2v: p_data %.3f, p_g %.3f, D* %.3f\n", x, p, q, p/(p+q))
	}
	// Output:
	// x = -1: p_data 0.598, p_g 0.000, D* 1.000
	// x =  0: p_data 0.108, p_g 0.108, D* 0.500
	// x =  1: p_data 0.200, p_g 0.798, D* 0.200
}

// Where on the roll a point belongs, and how likely it is there.
func ExampleSwissRoll() {
	roll := data.SwissRoll{Radius: 2, Std: .05}
	for _, x := range [][]float64{{0, 2}, {1.1, 0}, {0, 0}} {
		u, sigmas := roll.Nearest(x)
		fmt.Printf("%v: %3.0f%% of the way along, %4.1f std off, log density %5.1f\n", x, 100*u, sigmas, roll.LogDensity(x))
	}
	// Output:
	// [0 2]: 100% of the way along,  0.0 std off, log density  -1.6
	// [1.1 0]:  17% of the way along,  4.2 std off, log density  -8.9
	// [0 0]:   0% of the way along, 13.3 std off, log density -90.6
}

// The first of 128,000 stacked images, without keeping any in memory.
func ExampleStacked() {
	digits, err := mnist.Train()
	if err != nil {
		fmt.Println(err)
		return
	}
	stacked, err := data.NewStacked(digits, 128_000, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	images, err := stacked.Choose([]int{0, 1, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, label := range images.Labels {
		red, green, blue := data.StackedDigits(label)
		fmt.Printf("image %d: %s, a red %d, a green %d, a blue %d\n", i, images.LabelNames[label], red, green, blue)
	}
	fmt.Println(images.Channels, "channels,", stacked.Classes(), "modes")
	// Output:
	// image 0: 486, a red 4, a green 8, a blue 6
	// image 1: 895, a red 8, a green 9, a blue 5
	// image 2: 282, a red 2, a green 8, a blue 2
	// 3 channels, 1000 modes
}
