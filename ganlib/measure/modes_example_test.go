package measure_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// A generator that has lost half of the ring, and is too wide.
func ExampleModeCoverage() {
	ring := data.Ring(8, 1, .05)
	generator := data.Mixture{Means: ring.Means[:4], Std: .07}

	m, err := measure.ModeCoverage(generator.Batch(1, 0, 2500), ring)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d modes, without %v\n", m.Found, m.Of, m.Missing)
	fmt.Printf("high quality %.2f ± %.2f, of the data itself %.2f\n", m.HighQuality.Value, m.HighQuality.StdErr, m.HighQualityByChance)
	fmt.Printf("KL %.3f ± %.3f nats, by chance %.3f\n", m.Nearest.KL.Value, m.Nearest.KL.StdErr, m.Nearest.Chance.KL)
	// Output:
	// 4 of 8 modes, without [4 5 6 7]
	// high quality 0.91 ± 0.01, of the data itself 0.99
	// KL 0.693 ± 0.001 nats, by chance 0.001
}

// The labels that a classifier gave 900 samples: never a 7.
func ExampleLabelCoverage() {
	digits := make([]float64, 10)
	for digit := range digits {
		digits[digit] = .1
	}
	var labels []int
	for range 100 {
		labels = append(labels, 0, 1, 2, 3, 4, 5, 6, 8, 9)
	}

	c, err := measure.LabelCoverage(labels, digits)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d digits, without %v\n", c.Found, c.Of, c.Missing)
	fmt.Printf("KL %.3f ± %.3f nats, by chance %.3f\n", c.KL.Value, c.KL.StdErr, c.Chance.KL)
	fmt.Printf("total variation %.2f, by chance %.2f; p-value %.2g\n", c.TotalVariation.Value, c.Chance.TotalVariation, c.PValue)
	// Output:
	// 9 of 10 digits, without [7]
	// KL 0.105 ± 0.002 nats, by chance 0.005
	// total variation 0.10, by chance 0.04; p-value 1.6e-17
}

// The 1000 modes of Stacked MNIST, 26,000 samples as in the literature: the data itself, and a generator without a red
// 9.
func ExampleLabelCoverage_stackedMNIST() {
	modes := make([]float64, 1000)
	for mode := range modes {
		modes[mode] = 1. / 1000
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, below := range []int{1000, 900} {
		labels := make([]int, 26_000)
		for i := range labels {
			labels[i] = rng.IntN(below) // of real samples: a classifier's digits of each colour
		}
		c, err := measure.LabelCoverage(labels, modes)
		fmt.Printf("%d of %d modes, KL %.3f, by chance %.3f, error %v\n", c.Found, c.Of, c.KL.Value, c.Chance.KL, err)
	}
	// Output:
	// 1000 of 1000 modes, KL 0.018, by chance 0.019, error <nil>
	// 900 of 1000 modes, KL 0.124, by chance 0.019, error <nil>
}

// A generator of 50 points in the plane, each drawn again with a little jitter.
func ExampleBirthday() {
	rng := rand.New(rand.NewPCG(1, 2))
	points := func(n int) []float32 {
		x := make([]float32, 2*n)
		for i := range x {
			x[i] = rng.Float32()
		}
		return x
	}
	pictures, heldOut := points(50), points(500)
	var samples []float32
	for range 500 {
		k := rng.IntN(50)
		for _, v := range pictures[2*k : 2*k+2] {
			samples = append(samples, v+1e-4*rng.Float32())
		}
	}

	for _, x := range [][]float32{samples, points(500)} {
		s, err := measure.Birthday(x, heldOut, 2)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d pairs: support %.0f, from %.0f to %.0f; held-out data %.0f\n", s.Pairs, s.Size.Value, s.Low, s.High, s.HeldOut)
	}
	// Output:
	// 2492 pairs: support 50, from 48 to 52; held-out data 41583
	// 4 pairs: support 31188, from 12181 to 114464; held-out data 41583
}
