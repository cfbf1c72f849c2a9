package measure_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gans-in-go/gans/ganlib/measure"
)

// cloud is n rows of two features: independent normals around a middle.
func cloud(n int, middle float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, 2*n)
	for i := range x {
		x[i] = float32(middle + rng.NormFloat64())
	}
	return x
}

// Samples of the data's own distribution, and of one whose mean is (1, 1) away: an FID of 0 and of 2, plus chance.
func ExampleFID() {
	data := cloud(10_000, 0, 1)
	for _, samples := range [][]float32{cloud(1000, 0, 2), cloud(1000, 1, 3)} {
		fid, err := measure.FID(samples, data, 2)
		fmt.Printf("%.0f, error %v\n", fid.Value, err)
	}
	// Output:
	// 0, error <nil>
	// 2, error <nil>
}

// An FID is greater with fewer samples, even from the data's own distribution. A line over 1/n gives the FID of
// infinitely many samples.
func ExampleFIDInfinity() {
	data, samples := cloud(20_000, 0, 1), cloud(2000, 0, 2)
	curve, err := measure.FIDInfinity(samples, data, 2, []int{20, 50, 100, 500, 2000}, 3)
	fmt.Printf("falls: %v, to %.1f, error %v\n", curve.Values[0] > curve.Values[4], max(0, curve.Infinity.Value), err)
	// Output:
	// falls: true, to 0.0, error <nil>
}

// KID of two sets of one distribution scatters around 0, within its standard error.
func ExampleKID() {
	data := cloud(2000, 0, 1)
	for _, samples := range [][]float32{cloud(1000, 0, 2), cloud(1000, 1, 3)} {
		kid, err := measure.KID(samples, data, 2, measure.KIDOptions{Subsets: 10, Size: 200, Seed: 4})
		fmt.Printf("more than chance: %v, error %v\n", kid.Value > 3*kid.StdErr, err)
	}
	// Output:
	// more than chance: false, error <nil>
	// more than chance: true, error <nil>
}

func ExampleMMD() {
	data := cloud(500, 0, 1)
	for _, samples := range [][]float32{cloud(500, 0, 2), cloud(500, 1, 3)} {
		mmd, err := measure.MMD(samples, data, 2, 0)
		fmt.Printf("more than chance: %v, error %v\n", mmd.Value > 3*mmd.StdErr, err)
	}
	// Output:
	// more than chance: false, error <nil>
	// more than chance: true, error <nil>
}

// A classifier that is certain of each sample: all three classes drawn, or one.
func ExampleInceptionScore() {
	a, b, c := []float32{1, 0, 0}, []float32{0, 1, 0}, []float32{0, 0, 1}
	for _, p := range [][]float32{slices.Concat(a, b, c, a, b, c), slices.Concat(b, b, b, b)} {
		score, err := measure.InceptionScore(p, 3, 1)
		fmt.Printf("%.3f, error %v\n", score.Value, err)
	}
	// Output:
	// 3.000, error <nil>
	// 1.000, error <nil>
}

// Two normal distributions with standard deviations 1 and 3, their means 4
// apart: 4² + (3-1)².
func ExampleFrechet() {
	a, err := measure.FitGaussian([]float32{-1, 0, 1}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := measure.FitGaussian([]float32{1, 4, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := measure.Frechet(a, b)
	fmt.Printf("%.3f, error %v\n", d, err)
	// Output:
	// 20.000, error <nil>
}
