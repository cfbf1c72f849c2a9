package measure_test

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// Two generators of a ring of eight modes: one that makes only three of them, and one that makes all of them badly.
func ExampleManifold() {
	const n = 1000
	ring := data.Ring(8, 1, .05)
	three := data.Mixture{Means: ring.Means[:3], Std: .05}
	rough := data.Ring(8, 1, .3)
	for _, fake := range []data.Mixture{ring, three, rough} {
		got, err := measure.Manifold(ring.Batch(1, 0, n), fake.Batch(2, 0, n), 2, 5)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("precision %.1f, recall %.1f, density %.1f, coverage %.1f\n",
			got.Precision.Value, got.Recall.Value, got.Density.Value, got.Coverage.Value)
	}
	// Output:
	// precision 1.0, recall 1.0, density 1.0, coverage 1.0
	// precision 1.0, recall 0.4, density 1.0, coverage 0.4
	// precision 0.2, recall 1.0, density 0.1, coverage 0.3
}

// Samples, held-out points and the training set come from one Gaussian. A copycat repeats training points.
func ExampleMemorisation() {
	p := data.Ring(1, 0, 1)
	train, heldOut, fresh := p.Batch(1, 0, 500), p.Batch(2, 0, 1000), p.Batch(3, 0, 1000)
	for _, samples := range [][]float32{fresh, train} {
		got, err := measure.Memorisation(samples, train, heldOut, 2)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("median percentile %.0f, copies %.2f, by chance %.2f\n", got.Median, got.Copies.Value, got.Chance)
	}
	// Output:
	// median percentile 51, copies 0.01, by chance 0.01
	// median percentile 0, copies 1.00, by chance 0.01
}

// One sample is one Gaussian: its density at 0 is 1/√(2π), and log of that -.919.
func ExampleParzen() {
	of, err := measure.Parzen([]float32{0}, []float32{0, 0}, 1, 1, 2)
	fmt.Println(of, err)
	// Output:
	// [-0.9189 ± 0 -1.612 ± 0] <nil>
}

// The width is chosen on validation points, the score is on others.
func ExampleParzenSigma() {
	p := data.Ring(8, 1, .2)
	samples, validation, test := p.Batch(1, 0, 1000), p.Batch(2, 0, 1000), p.Batch(3, 0, 1000)
	sigma, _, err := measure.ParzenSigma(samples, validation, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	of, err := measure.Parzen(samples, test, 2, sigma)
	fmt.Printf("sigma %.2f, %.2f nats, error %v\n", sigma, of[0].Value, err)
	// Output:
	// sigma 0.10, -1.58 nats, error <nil>
}

func ExampleKMeans() {
	x := []float32{0, 0, 0, 1, 9, 9, 9, 10}
	centres, err := measure.KMeans(x, 2, 2, 10, 1)
	fmt.Println(centres, err)
	// Output:
	// [0 0.5 9 9.5] <nil>
}
