package latent_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// Through three points, by two steps from each to the next.
func ExamplePath() {
	path, err := latent.Path([][]float32{{0, 0}, {1, 0}, {1, 4}}, 2, latent.Linear)
	fmt.Println(path, err)
	// Output:
	// [[0 0] [0.5 0] [1 0] [1 2] [1 4]] <nil>
}

// A concept is the mean of a few examples; A − B + C has what A has beyond B, added to C.
func ExampleArithmetic() {
	y, err := latent.Arithmetic([][]float32{{1, 5}, {3, 5}}, [][]float32{{2, 4}}, [][]float32{{8, 0}})
	fmt.Println(y, err)
	// Output:
	// [8 1] <nil>
}

// Half of a Gaussian prior's numbers are below .67; those of a draw that is truncated there all are.
func ExampleTruncate() {
	z, err := latent.Truncate(ganlib.Prior{Noise: ganlib.Gaussian, Dim: 100}, 1, .67, 1)
	fmt.Println(slices.Max(z[0]) <= .67, slices.Min(z[0]) >= -.67, err)
	// Output:
	// true true <nil>
}

// From zeros to ones in a game without labels, by a classifier of its samples.
func ExampleDirection() {
	ctx := context.Background()
	gan, err := gans.Open("runs/mnist-xla-cpu")
	if err != nil {
		panic(err)
	}
	digits, err := feature.Digits(gan.Backend)
	if err != nil {
		panic(err)
	}
	z := gan.NoiseFor(1000, 1)
	x, err := gan.Generate(z)
	if err != nil {
		panic(err)
	}
	images, err := gan.Pixels(x)
	if err != nil {
		panic(err)
	}
	labels, err := digits.Classify(ctx, images)
	if err != nil {
		panic(err)
	}
	rows := latent.Rows(z, gan.Algorithm1.Prior.Dim)
	direction, err := latent.Direction(rows, labels, 0, 1)
	if err != nil {
		panic(err)
	}
	moved, err := latent.Along(rows[0], direction, 0, .25, .5, .75, 1)
	if err != nil {
		panic(err)
	}
	pictures, err := gan.Generate(slices.Concat(moved...))
	fmt.Println(len(pictures)/784, err)
}

// By random convolutions, of the numbers as G makes them.
func ExamplePathLength() {
	ctx := context.Background()
	gan, err := gans.Open("runs/mnist28-xla-cpu")
	if err != nil {
		panic(err)
	}
	random, err := feature.Random(gan.Backend, 1)
	if err != nil {
		panic(err)
	}
	features := func(x []float32) ([]float32, int, error) {
		return feature.Unrounded(ctx, random, x, gan.Shape, gan.Scale())
	}
	length, err := latent.PathLength(gan.Players, features, 1000, 1)
	fmt.Println(length, err)
}
