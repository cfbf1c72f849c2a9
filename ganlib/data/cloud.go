package data

import "math"

// Cloud is a distribution drawn by dots: each is blurred, and together they make a shape such as a curve. It is a
// [Mixture] whose components are no modes to be counted.
type Cloud struct{ Mixture }

// Moons are two half circles in the plane that reach into each other, equally likely and blurred by std: scikit-learn's
// make_moons, moved so that its middle is 0. Each is drawn by 32 dots, .1 apart; with an std below .05 the dots show.
func Moons(std float64) Cloud {
	const dots = 32
	c := Cloud{Mixture{Std: std}}
	for i := range dots {
		sin, cos := math.Sincos(math.Pi * float64(i) / (dots - 1))
		c.Means = append(c.Means, []float64{cos - .5, sin - .25}, []float64{.5 - cos, .25 - sin})
	}
	return c
}
