package latent

import (
	"math/rand/v2"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// The DCGAN paper's numbers for Figure 7: samples of each concept, neighbours of their sum, and the reach of these.
const (
	Examples       = 3
	NeighbourCount = 8
	NeighbourReach = .25
)

// Mean is the mean of some points, at least one.
func Mean(z [][]float32) ([]float32, error) {
	if len(z) == 0 {
		return nil, invalid.Value("z", "none", "at least one vector")
	}
	if err := sameLength(z...); err != nil {
		return nil, err
	}
	mean := make([]float32, len(z[0]))
	for i := range mean {
		sum := 0.0
		for _, row := range z {
			sum += float64(row[i])
		}
		mean[i] = float32(sum / float64(len(z)))
	}
	return mean, nil
}

// Arithmetic is A − B + C of three concepts, each the mean of the noise of samples that show it (section 6.3.2): smiling
// woman − neutral woman + neutral man is a smiling man. The paper takes three samples of each, since the noise of a
// single one was not stable. Nothing keeps the sum inside the prior.
func Arithmetic(a, b, c [][]float32) ([]float32, error) {
	var means [3][]float32
	for i, concept := range [][][]float32{a, b, c} {
		mean, err := Mean(concept)
		if err != nil {
			return nil, invalid.In([]string{"a", "b", "c"}[i], err)
		}
		means[i] = mean
	}
	if err := sameLength(means[:]...); err != nil {
		return nil, err
	}
	return weighted(weighted(means[0], means[1], 1, -1), means[2], 1, 1), nil
}

// Neighbours are n points about y, each y with noise from U(−reach, reach) added to every number. The seed decides the
// noise, and the first n are those of any larger n.
func Neighbours(y []float32, n int, reach float64, seed uint64) ([][]float32, error) {
	if n < 1 {
		return nil, invalid.Value("n", n, "at least 1")
	}
	if !(reach >= 0) {
		return nil, invalid.Value("reach", reach, "at least 0")
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = make([]float32, len(y))
		for j, v := range y {
			rows[i][j] = float32(float64(v) + (2*rng.Float64()-1)*reach)
		}
	}
	return rows, nil
}
