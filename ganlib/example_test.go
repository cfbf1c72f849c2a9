package ganlib_test

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib"
)

// A fair coin against one that always shows heads. Heads come from the coin one time in three, tails
// every time.
func ExampleOptimalDiscriminator() {
	coin, heads := []float64{.5, .5}, []float64{1, 0}
	fmt.Printf("%.3f\n", ganlib.OptimalDiscriminator(coin, heads))
	// Output: [0.333 1.000]
}

// The criterion is −log 4 where p_g is p_data and 0 where they share nothing.
func ExampleCriterion() {
	data := []float64{.5, .5, 0, 0}
	for _, pG := range [][]float64{{.5, .5, 0, 0}, {0, .5, .5, 0}, {0, 0, .5, .5}} {
		fmt.Printf("C = %.4f, JSD = %.4f\n", ganlib.Criterion(data, pG, 1), ganlib.JSD(data, pG, 1))
	}
	// Output:
	// C = -1.3863, JSD = 0.0000
	// C = -0.6931, JSD = 0.3466
	// C = 0.0000, JSD = 0.6931
}

// A discriminator that says 1/2 to everything proves nothing: the bound is 0 whatever p_g is. D* tells.
func ExampleJSDBound() {
	data, pG := []float64{.5, .5, 0}, []float64{0, .5, .5}
	undecided := []float64{.5, .5, .5}
	best := ganlib.OptimalDiscriminator(data, pG)
	for _, d := range [][]float64{undecided, best} {
		fmt.Printf("%.4f\n", ganlib.JSDBound(ganlib.ValueOnGrid(d, data, pG, 1)))
	}
	// Output:
	// 0.0000
	// 0.3466
}

// The noise of sample grids: the same seed, the same z, and more of it begins alike.
func ExamplePrior_Draw() {
	prior := ganlib.Prior{Noise: ganlib.Uniform, Dim: 2}
	few, many := prior.Draw(3, 7), prior.Draw(1000, 7)
	fmt.Println(few.Shape().Dimensions, many.Shape().Dimensions)
	fmt.Println(few.Value().([][]float32)[2][0] == many.Value().([][]float32)[2][0])
	// Output:
	// [3 2] [1000 2]
	// true
}
