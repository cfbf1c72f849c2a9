package measure_test

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// Samples of the target itself, and of a narrower distribution in its place.
func ExampleHistogramJSD() {
	target := data.Normal1D{Mean: 1, Std: .5}
	narrow := data.Normal1D{Mean: 1, Std: .25}
	for _, p := range []data.Normal1D{target, narrow} {
		jsd, err := measure.HistogramJSD(p.Batch(1, 0, 40_000), target.CDF, .1)
		fmt.Printf("%.2f nats, error %v\n", jsd, err)
	}
	// Output:
	// 0.00 nats, error <nil>
	// 0.09 nats, error <nil>
}

func ExampleMeanPairwiseDistance() {
	varied := []float32{0, 0, 3, 0, 0, 4} // the corners of a triangle
	collapsed := []float32{1, 1, 1, 1, 1, 1}
	for _, x := range [][]float32{varied, collapsed} {
		d, err := measure.MeanPairwiseDistance(x, 2)
		fmt.Println(d, err)
	}
	// Output:
	// 4 <nil>
	// 0 <nil>
}

func ExampleNearest() {
	train := []float32{0, 0, 1, 1, 5, 5}
	indices, distances, err := measure.Nearest([]float32{5, 4, 0, 0}, train, 2)
	fmt.Println(indices, distances, err)
	// Output:
	// [2 0] [1 0] <nil>
}
