package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// KIDOptions choose the rows for [KID]. The zero value is the customary hundred subsets of a thousand.
type KIDOptions struct {
	Subsets int    // how many are drawn; 0 is 100, or 1 where a subset is all rows of both sets
	Size    int    // rows of each set in a subset; 0 is 1000, or the smaller set's rows if fewer
	Seed    uint64 // draws them
}

// subset is the indices of as many rows of x as of y, all different.
type subset struct{ x, y []int }

// KID is the Kernel Inception Distance of samples x, [n, dim], and reference rows y, [m, dim] (Bińkowski et al. 2018,
// arXiv:1801.01401): the squared maximum mean discrepancy
//
//	E k(x,x') + E k(y,y') - 2 E k(x,y),  k(a,b) = (aᵀb/dim + 1)³
//
// without bias: each subset's mean over pairs of different rows, and the mean of that over subsets. Lower is better.
// For sets of one distribution it scatters around 0, whatever their sizes. Sets of constant rows score k's closed form.
// Many multiply it by 1000; this does not. Time grows like subsets · size² · dim.
//
// The standard error is that of the draw of x and y and of the subsets together. Subsets share rows, so their spread
// alone says little. Rows are dealt to twenty groups, the estimate is repeated without each, and the jackknife (Efron
// and Stein 1981) computes a standard error from these. If both sets are of one distribution it is on average too
// large, by about a half.
//
// It returns an error unless both sets are at least three whole rows of finite numbers, if a subset needs more rows
// than a set has, or if without one group no pair is left.
func KID(x, y []float32, dim int, o KIDOptions) (Estimate, error) {
	n, m, err := twoSets(x, y, dim)
	if err != nil {
		return Estimate{}, err
	}
	subsets, err := o.draw(n, m)
	if err != nil {
		return Estimate{}, err
	}
	return kidOn(x, y, dim, subsets)
}

// kidOn is the [KID] on the given subsets.
func kidOn(x, y []float32, dim int, subsets []subset) (Estimate, error) {
	cubic := func(ab, _, _ float64) float64 {
		v := ab/float64(dim) + 1
		return v * v * v
	}
	return discrepancy(x, y, dim, subsets, cubic)
}

// MMD is the squared maximum mean discrepancy of samples x, [n, dim], and reference rows y, [m, dim], without bias,
// over all pairs of different rows (Gretton et al. 2012, Journal of Machine Learning Research 13):
//
//	E k(x,x') + E k(y,y') - 2 E k(x,y),  k(a,b) = exp(-|a-b|²/2σ²)
//
// with σ the bandwidth, in the features' unit; 0 is [MedianBandwidth]. It is at most 2; lower is better. For sets of
// one distribution it scatters around 0. Sets of constant rows score k's closed form. Time grows like (n + m)² dim.
//
// The standard error is that of the draw of x and y, by the jackknife over twenty groups, as in [KID]. It returns an
// error unless both sets are at least three whole rows of finite numbers and the bandwidth is 0 or positive.
//
// Deck equation mmd.
func MMD(x, y []float32, dim int, bandwidth float64) (Estimate, error) {
	n, m, err := twoSets(x, y, dim)
	if err != nil {
		return Estimate{}, err
	}
	if bandwidth == 0 {
		if bandwidth, err = MedianBandwidth(x, y, dim); err != nil {
			return Estimate{}, err
		}
	}
	if !(bandwidth > 0) || math.IsInf(bandwidth, 1) {
		return Estimate{}, invalid.Value("bandwidth", bandwidth, "a positive number, or 0 for the median distance")
	}
	gaussian := func(ab, aa, bb float64) float64 {
		return math.Exp(-max(0, aa+bb-2*ab) / (2 * bandwidth * bandwidth))
	}
	return discrepancy(x, y, dim, []subset{{upTo(n), upTo(m)}}, gaussian)
}

// MedianBandwidth is the median distance between different rows of both sets together, x of [n, dim] and y of [m, dim]:
// the customary bandwidth of [MMD] (Gretton et al. 2012, section 8). From a set of more than 500 rows it takes 500 at
// random, the same ones each time. It returns an error unless both sets are at least three whole rows of finite
// numbers, or if the median is 0, as it is if most rows are alike.
func MedianBandwidth(x, y []float32, dim int) (float64, error) {
	const most = 500
	n, m, err := twoSets(x, y, dim)
	if err != nil {
		return 0, err
	}
	var rows mat.Dense
	rows.Stack(
		block{x: x, rows: mixed(n)[:min(n, most)]}.float64s(dim),
		block{x: y, rows: mixed(m)[:min(m, most)]}.float64s(dim))
	var distances []float64
	for i := range rows.RawMatrix().Rows {
		for j := range i {
			distances = append(distances, floats.Distance(rows.RawRowView(i), rows.RawRowView(j), 2))
		}
	}
	slices.Sort(distances)
	if median := distances[len(distances)/2]; median > 0 {
		return median, nil
	}
	return 0, fmt.Errorf("%w: the median distance between rows of x and y is 0, so state a bandwidth", ErrAlike)
}

// twoSets is the numbers of rows of x and y, at least three each, so that a pair is left without one of them.
func twoSets(x, y []float32, dim int) (n, m int, err error) {
	if n, err = atLeast("x", x, dim, 3); err == nil {
		m, err = atLeast("y", y, dim, 3)
	}
	return n, m, err
}

// draw makes the subsets that the options ask for, of sets of n and m rows.
func (o KIDOptions) draw(n, m int) ([]subset, error) {
	if o.Size == 0 {
		o.Size = min(1000, n, m)
	}
	if o.Subsets == 0 {
		o.Subsets = 100
		if o.Size == n && n == m {
			o.Subsets = 1 // all hundred would be equal
		}
	}
	if o.Size < 2 || o.Size > min(n, m) {
		return nil, invalid.Value("KIDOptions.Size", o.Size, "2 to %d, for x has %d rows and y %d", min(n, m), n, m)
	}
	if o.Subsets < 1 {
		return nil, invalid.Value("KIDOptions.Subsets", o.Subsets, "at least 1, or 0 for 100")
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0))
	subsets := make([]subset, o.Subsets)
	for i := range subsets {
		subsets[i] = subset{rng.Perm(n)[:o.Size], rng.Perm(m)[:o.Size]}
	}
	return subsets, nil
}

// kernel is one of two rows a and b, by aᵀb, aᵀa and bᵀb.
type kernel func(ab, aa, bb float64) float64

// jackknifeGroups is the number of groups that rows are dealt to for a standard error.
const jackknifeGroups = 20

// tally is a kernel's sum over pairs of rows and their number, of all pairs and of those with a row in each group.
type tally struct {
	sum, pairs float64
	of         [jackknifeGroups]struct{ sum, pairs float64 }
}

// tile is two blocks of rows, of one set or of both, or a block with itself.
type tile struct {
	a, b   block
	itself bool
}

// block is some rows of a set, and the group of each of the set's rows.
type block struct {
	x      []float32
	rows   []int
	groups []int
}

// discrepancy is the squared maximum mean discrepancy, without bias, with its standard error: the mean over subsets of
// rows of x and y.
func discrepancy(x, y []float32, dim int, subsets []subset, k kernel) (Estimate, error) {
	count := min(jackknifeGroups, len(x)/dim, len(y)/dim)
	xGroups, yGroups := deal(len(x)/dim, count), deal(len(y)/dim, count)
	var kinds [3][]tile // of x with x, y with y, x with y
	for _, s := range subsets {
		xs, ys := blocks(x, s.x, xGroups), blocks(y, s.y, yGroups)
		kinds[0] = append(kinds[0], within(xs)...)
		kinds[1] = append(kinds[1], within(ys)...)
		for _, a := range xs {
			for _, b := range ys {
				kinds[2] = append(kinds[2], tile{a, b, false})
			}
		}
	}
	var means [3][]float64 // over all pairs, then without each group
	for kind, tiles := range kinds {
		means[kind] = k.total(tiles, dim).means(count)
	}
	estimates := make([]float64, count+1)
	for i := range estimates {
		estimates[i] = means[0][i] + means[1][i] - 2*means[2][i]
	}
	if floats.HasNaN(estimates) {
		return Estimate{}, fmt.Errorf("%w: %d subsets of %d have too few pairs for a standard error, want more or larger subsets", ErrTooFew, len(subsets), len(subsets[0].x))
	}
	return Estimate{estimates[0], jackknife(estimates[1:])}, nil
}

// deal gives each of n rows one of count groups at random: rows are often in the order of their labels.
func deal(n, count int) []int {
	groups := make([]int, n)
	for place, row := range mixed(n) {
		groups[row] = place % count
	}
	return groups
}

// blocks cuts rows into blocks, small enough to hold many of their products.
func blocks(x []float32, rows, groups []int) []block {
	var cut []block
	for part := range slices.Chunk(rows, 500) {
		cut = append(cut, block{x, part, groups})
	}
	return cut
}

// within are the tiles of a set with itself: each two blocks once.
func within(set []block) []tile {
	var tiles []tile
	for i, a := range set {
		tiles = append(tiles, tile{a, a, true})
		for _, b := range set[i+1:] {
			tiles = append(tiles, tile{a, b, false})
		}
	}
	return tiles
}

// total is the tally of tiles, counted on all cores and added up in order.
func (k kernel) total(tiles []tile, dim int) tally {
	tallies := make([]tally, len(tiles))
	parallel(len(tiles), func(i int) { k.count(&tallies[i], tiles[i], dim) })
	var total tally
	for _, t := range tallies {
		total.sum, total.pairs = total.sum+t.sum, total.pairs+t.pairs
		for g := range t.of {
			total.of[g].sum += t.of[g].sum
			total.of[g].pairs += t.of[g].pairs
		}
	}
	return total
}

// count adds a tile's pairs to the tally. Of a block with itself it takes each pair of different rows once.
func (k kernel) count(t *tally, tile tile, dim int) {
	a, b := tile.a.float64s(dim), tile.b.float64s(dim)
	var products mat.Dense
	products.Mul(a, b.T())
	aa, bb := squaredLengths(a), squaredLengths(b)
	for i, row := range tile.a.rows {
		from := 0
		if tile.itself {
			from = i + 1
		}
		clearUpper()
		var of [jackknifeGroups]struct{ sum, pairs float64 }
		line := products.RawRowView(i)
		for j := from; j < len(line); j++ {
			o := &of[tile.b.groups[tile.b.rows[j]]]
			o.sum += k(line[j], aa[i], bb[j])
			o.pairs++
		}
		t.add(tile.a.groups[row], of)
	}
}

// add adds the pairs of one row, of that group, with rows of each group.
func (t *tally) add(group int, with [jackknifeGroups]struct{ sum, pairs float64 }) {
	for g, w := range with {
		t.sum, t.pairs = t.sum+w.sum, t.pairs+w.pairs
		t.of[g].sum += w.sum
		t.of[g].pairs += w.pairs
		if g != group {
			t.of[group].sum += w.sum
			t.of[group].pairs += w.pairs
		}
	}
}

// means are the kernel's mean over all pairs and, for each of count groups, over the pairs without a row in it: NaN if
// there are none.
func (t tally) means(count int) []float64 {
	means := []float64{t.sum / t.pairs}
	for _, of := range t.of[:count] {
		means = append(means, (t.sum-of.sum)/(t.pairs-of.pairs))
	}
	return means
}

// jackknife is the standard error of an estimate, from its values without each group of rows.
func jackknife(without []float64) float64 {
	n := float64(len(without))
	mean := floats.Sum(without) / n
	var total float64
	for _, v := range without {
		total += (v - mean) * (v - mean)
	}
	return math.Sqrt(total * (n - 1) / n)
}

// float64s is the block's rows as a matrix.
func (b block) float64s(dim int) *mat.Dense {
	m := mat.NewDense(len(b.rows), dim, nil)
	for i, row := range b.rows {
		to := m.RawRowView(i)
		for j, v := range b.x[row*dim : (row+1)*dim] {
			to[j] = float64(v)
		}
	}
	return m
}

// squaredLengths are those of a matrix's rows.
func squaredLengths(m *mat.Dense) []float64 {
	n, _ := m.Dims()
	lengths := make([]float64, n)
	for i := range lengths {
		lengths[i] = floats.Dot(m.RawRowView(i), m.RawRowView(i))
	}
	return lengths
}

// upTo is 0 to n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
