package latent

import (
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Way is a way from one point to another: n points at equal steps of time, the first a and the last b. [Linear] and
// [Spherical] are ways.
type Way func(a, b []float32, n int) ([][]float32, error)

// WayOf is the way that stays where a prior has drawn from: straight in the box of a uniform one, which is convex, and
// along the sphere for a Gaussian one, nearly all of whose draws have a length close to √dim. A straight line between
// two of them passes much closer to 0 than any draw does (White 2016, arXiv:1609.04468).
func WayOf(prior ganlib.Prior) Way {
	if prior.Noise == ganlib.Gaussian {
		return Spherical
	}
	return Linear
}

// Linear goes straight from a to b, as the DCGAN paper's Figure 4 does: n points, at least 2.
func Linear(a, b []float32, n int) ([][]float32, error) { return along(a, b, n, straight) }

// Spherical goes from a to b with a constant angular speed: n points, at least 2, of which point t, from 0 to 1, is
// (sin((1−t)Ω)·a + sin(tΩ)·b)/sin Ω, where Ω is the angle between a and b (Shoemake 1985). Between vectors of one
// length it keeps that length. Where Ω is 0 or π, or a vector is 0, there is no one such way, and it goes straight.
func Spherical(a, b []float32, n int) ([][]float32, error) { return along(a, b, n, circular) }

// straight and circular return the point at each time of a way between two points.
func straight(a, b []float32) func(t float64) []float32 {
	return func(t float64) []float32 { return weighted(a, b, 1-t, t) }
}

func circular(a, b []float32) func(t float64) []float32 {
	angle := angleBetween(a, b)
	sin := math.Sin(angle)
	if !(sin > 1e-6) {
		return straight(a, b)
	}
	return func(t float64) []float32 { return weighted(a, b, math.Sin((1-t)*angle)/sin, math.Sin(t*angle)/sin) }
}

// weighted is ofA·a + ofB·b.
func weighted(a, b []float32, ofA, ofB float64) []float32 {
	sum := make([]float32, len(a))
	for i := range sum {
		sum[i] = float32(ofA*float64(a[i]) + ofB*float64(b[i]))
	}
	return sum
}

// along lists n points of a way. The ends are copies.
func along(a, b []float32, n int, way func(a, b []float32) func(t float64) []float32) ([][]float32, error) {
	if err := sameLength(a, b); err != nil {
		return nil, err
	}
	if n < 2 {
		return nil, invalid.Value("n", n, "at least 2, both ends")
	}
	points, at := make([][]float32, n), way(a, b)
	for i := range points {
		points[i] = at(float64(i) / float64(n-1))
	}
	copy(points[0], a)
	copy(points[n-1], b)
	return points, nil
}

// angleBetween is the angle between two vectors, 0 to π, and NaN where one of them is 0.
func angleBetween(a, b []float32) float64 {
	// Kahan's form: the cosine alone loses small angles to rounding.
	lengthA, lengthB := length(a), length(b)
	var apart, together float64
	for i := range a {
		x, y := float64(a[i])/lengthA, float64(b[i])/lengthB
		apart += (x - y) * (x - y)
		together += (x + y) * (x + y)
	}
	return 2 * math.Atan2(math.Sqrt(apart), math.Sqrt(together))
}

func length(a []float32) float64 {
	sum := 0.0
	for _, v := range a {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// Path goes through all points, at least 2, by steps of equal time between each and the next: (len(points)−1)·steps + 1
// rows, of which every steps-th is a point itself.
func Path(points [][]float32, steps int, way Way) ([][]float32, error) {
	if len(points) < 2 {
		return nil, invalid.Value("points", len(points), "at least 2")
	}
	if steps < 1 {
		return nil, invalid.Value("steps", steps, "at least 1")
	}
	path := [][]float32{points[0]}
	for i, to := range points[1:] {
		part, err := way(points[i], to, steps+1)
		if err != nil {
			return nil, err
		}
		path = append(path, part[1:]...)
	}
	return path, nil
}

// Grid spans rows·cols points, one row after the other, between four corners: top left, top right, bottom left and
// bottom right. It goes down both sides, and then from side to side. Each number is at least 2.
func Grid(corners [4][]float32, rows, cols int, way Way) ([][]float32, error) {
	if rows < 2 {
		return nil, invalid.Value("rows", rows, "at least 2")
	}
	if cols < 2 {
		return nil, invalid.Value("cols", cols, "at least 2")
	}
	left, err := way(corners[0], corners[2], rows)
	if err != nil {
		return nil, err
	}
	right, err := way(corners[1], corners[3], rows)
	if err != nil {
		return nil, err
	}
	var grid [][]float32
	for i := range rows {
		row, err := way(left[i], right[i], cols)
		if err != nil {
			return nil, err
		}
		grid = append(grid, row...)
	}
	return grid, nil
}

// sameLength refuses vectors of no or of different lengths.
func sameLength(vectors ...[]float32) error {
	for _, v := range vectors {
		switch want := len(vectors[0]); {
		case want == 0:
			return invalid.Value("z", "empty", "at least one number")
		case len(v) != want:
			return invalid.Value("z", len(v), "%d numbers, as many as the first", want)
		}
	}
	return nil
}
