package measure

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// KMeans returns k centres, [k, dim], of x, [n, dim], each the mean of the rows that are nearer to it than to any
// other. They make an instructive fake generator: blurred means of images, which a metric should tell from images.
//
// It starts from k different rows, drawn by seed, and takes iterations steps of Lloyd's algorithm (Lloyd 1982, "Least
// Squares Quantization in PCM"), of n·k distances each, or fewer if the rows keep their centres. A centre that is
// nearest to no row moves to the row furthest from its own. The same seed gives the same centres on any number of
// cores.
//
// It returns an error unless x is whole rows of finite numbers, k is from 1 to n, and iterations is at least 1.
func KMeans(x []float32, dim, k, iterations int, seed uint64) (centres []float32, err error) {
	p, err := newPoints("x", x, dim)
	if err != nil {
		return nil, err
	}
	if k < 1 || k > p.n {
		return nil, invalid.Value("k", k, "1 to %d, the rows of x", p.n)
	}
	if iterations < 1 {
		return nil, invalid.Value("iterations", iterations, "at least 1")
	}
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(p.n)[:k] {
		centres = append(centres, p.at(i)...)
	}
	var last []int
	for range iterations {
		c, err := newPoints("centres", centres, dim)
		if err != nil {
			return nil, err
		}
		found := neighbours(p, c, 1)
		nearest := make([]int, p.n)
		for i := range found {
			nearest[i] = found[i].row
		}
		if slices.Equal(nearest, last) {
			break
		}
		last = nearest
		centres = means(p, found, k)
	}
	return centres, nil
}

// means are the centres of the rows of p that have the same nearest centre, [k, dim]; a centre that is nearest to no
// row gets a row far from its own.
func means(p points, nearest []neighbour, k int) []float32 {
	sums, counts := make([]float64, k*p.dim), make([]int, k)
	for i, n := range nearest { // in order: a sum that repeats to the bit
		counts[n.row]++
		sum := sums[n.row*p.dim : (n.row+1)*p.dim]
		for d, v := range p.at(i) {
			sum[d] += float64(v)
		}
	}
	var far []int // rows, the furthest last
	centres := make([]float32, k*p.dim)
	for c, count := range counts {
		centre := centres[c*p.dim : (c+1)*p.dim]
		if count == 0 {
			if far == nil {
				far = byDistance(nearest)
			}
			copy(centre, p.at(far[len(far)-1]))
			far = far[:len(far)-1]
			continue
		}
		for d := range centre {
			centre[d] = float32(sums[c*p.dim+d] / float64(count))
		}
	}
	return centres
}

// byDistance are the rows in order of their distances, the furthest last.
func byDistance(nearest []neighbour) []int {
	order := make([]int, len(nearest))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(nearest[i].squared, nearest[j].squared) })
	return order
}
