package game

import (
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// What is looked at.
const (
	cells1D, cells2D = 160, 40 // of the grid, in each direction
	samples          = 1000    // of p_g, for its density and its modes
	judged           = 256     // of them, and as many examples of the data, on which V is taken
	slopes           = 80      // of them, at which G's gradient is taken
	lattice          = 15      // lines of the grid in the noise, each way
	arrows           = 25      // from z to x on the line
	reach            = 2       // the lattice and the arrows begin at z = −2 and end at 2
)

// Board is what stays the same in a game: the grid, and p_data on it.
type Board struct {
	Dim   int     `json:"dim"`   // 1 or 2
	Cells int     `json:"cells"` // of the grid, in each direction
	Lo    float64 `json:"lo"`    // the grid's ends; in the plane, those of the first coordinate
	Hi    float64 `json:"hi"`
	LoY   float64 `json:"lo_y"`
	HiY   float64 `json:"hi_y"`
	// Blur is the standard deviation by which both densities are blurred before they are compared.
	Blur float64 `json:"blur"`
	// Lattice is the number of lines of the noise's grid, each way; 0 unless the noise has two numbers, or on the line
	// the number of arrows, 0 unless it has one.
	Lattice int `json:"lattice"`
	// Of is the number of modes that can be counted; 0 where none can.
	Of int `json:"of"`

	PData []float32 `json:"-"` // p_data, blurred, [cells] or [cells, cells] from the lowest row upwards
	Data  []float32 `json:"-"` // examples
	Z     []float32 `json:"-"` // where the arrows begin
}

// View is what there is to see of a game at one moment.
type View struct {
	Step     int  `json:"step"`
	MovesOfD int  `json:"moves"`
	Earliest int  `json:"earliest"`
	Furthest int  `json:"furthest"`
	Frozen   bool `json:"frozen"`
	// Diverged reports that some number is no longer finite. Those that are not are null or 0.
	Diverged bool `json:"diverged"`

	// V is V(D,G) in nats, on examples and noise that stay the same, with its two terms. It is null for an objective
	// whose D does not say a probability.
	V        *float64 `json:"v"`
	RealTerm *float64 `json:"real_term"`
	FakeTerm *float64 `json:"fake_term"`
	// DReal and DFake are the means of what D says of the same examples; see [Answer].
	DReal float64 `json:"d_real"`
	DFake float64 `json:"d_fake"`
	// JSD is the Jensen-Shannon divergence of the blurred densities, in nats, and Bound is what V says of that of the
	// densities themselves: (V + log 4)/2.
	JSD   float64  `json:"jsd"`
	Bound *float64 `json:"bound"`
	// Gap is how far D is from D* where there is something, on average; see [ganlib.DiscriminatorGap].
	Gap float64 `json:"gap"`
	// Found is the number of modes with a sample within three standard deviations; HighQuality is the fraction of
	// samples so near to one.
	Found       int     `json:"found"`
	HighQuality float64 `json:"high_quality"`
	// Pull is the length of the longest of Slopes.
	Pull float64 `json:"pull"`
	// Mean and Std are of the samples, along each coordinate.
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`

	D       []float32 `json:"-"` // on the grid; see [Answer]
	DStar   []float32 `json:"-"` // p_data/(p_data + p_g) of the blurred densities, 1/2 where neither is felt
	PG      []float32 `json:"-"` // p_g, blurred
	Samples []float32 `json:"-"` // G(z)
	Slopes  []float32 `json:"-"` // where each of the first samples is pulled: minus the gradient of G's loss in it
	Warp    []float32 `json:"-"` // G of the lattice, or of Z
}

// Answer says what D's output is under an objective: "probability", "label" (near 1 for real, near 0 for generated
// examples, unbounded), or "score" (above 0 for real).
func Answer(o ganlib.ObjectiveChoice) string {
	switch o.Name {
	case ganlib.LeastSquares.Name:
		return "label"
	case ganlib.Hinge.Name, ganlib.Wasserstein.Name:
		return "score"
	}
	return "probability"
}

// eye is what a game is looked at with.
type eye struct {
	board Board
	pData []float64 // as in board
	real  []float32 // [judged, dim]
	z     []float32 // samples, then the lattice; nil until it is needed
	grid  []float32 // the points of the grid
}

// The seeds of what is looked at, none of them a run's.
const (
	eyeSeed  = 0x9e3779b97f4a7c15
	eyeNoise = 7
)

// newEye looks at the place where the data are.
func newEye(d data.Distribution) eye {
	dim := d.Dim()
	x := d.Batch(eyeSeed, 0, 2000)
	b := Board{Dim: dim, Cells: cells1D, Data: x[:500*dim]}
	if dim == 2 {
		b.Cells = cells2D
	}
	if m, ok := d.(data.Mixture); ok {
		b.Of = len(m.Means)
	}
	var middle [2]float64
	half := 2. // at least
	for c := range dim {
		lo, hi := -.5, .5 // where an untrained G is
		for i := c; i < len(x); i += dim {
			lo, hi = min(lo, float64(x[i])), max(hi, float64(x[i]))
		}
		middle[c] = (lo + hi) / 2
		half = max(half, .75*(hi-lo))
	}
	b.Lo, b.Hi, b.LoY, b.HiY = middle[0]-half, middle[0]+half, middle[1]-half, middle[1]+half
	b.Blur = 2 * half / float64(b.Cells)
	if dim == 1 {
		b.Blur *= 2
	}
	points := b.points()
	e := eye{board: b, real: d.Batch(eyeSeed, 1, judged), grid: flat(points)}
	density := blurred(d, b.Blur)
	for _, point := range points {
		e.pData = append(e.pData, density(point))
	}
	e.board.PData = float32s(e.pData)
	return e
}

// Points are the middles of the cells, [cells, 1] or [cells·cells, 2].
func (b Board) Points() []float32 { return flat(b.points()) }

func flat(points [][]float64) []float32 { return float32s(slices.Concat(points...)) }

// points are the middles of the cells, as the densities take them.
func (b Board) points() [][]float64 {
	at := func(lo, hi float64, i int) float64 { return lo + (hi-lo)*(float64(i)+.5)/float64(b.Cells) }
	var points [][]float64
	if b.Dim == 1 {
		for i := range b.Cells {
			points = append(points, []float64{at(b.Lo, b.Hi, i)})
		}
		return points
	}
	for j := range b.Cells {
		for i := range b.Cells {
			points = append(points, []float64{at(b.Lo, b.Hi, i), at(b.LoY, b.HiY, j)})
		}
	}
	return points
}

// area is that of a cell.
func (b Board) area() float64 {
	side := (b.Hi - b.Lo) / float64(b.Cells)
	if b.Dim == 1 {
		return side
	}
	return side * side
}

// blurred is the density of a point of the distribution plus Gaussian noise.
func blurred(d data.Distribution, blur float64) func(x []float64) float64 {
	switch d := d.(type) {
	case data.Normal1D:
		d.Std = math.Hypot(d.Std, blur)
		return func(x []float64) float64 { return d.Density(x[0]) }
	case data.Mixture:
		d.Std = math.Hypot(d.Std, blur)
		return d.Density
	case data.Cloud:
		d.Std = math.Hypot(d.Std, blur)
		return d.Density
	case data.SwissRoll:
		d.Std = math.Hypot(d.Std, blur)
		return d.Density
	}
	panic("game: a distribution without a density")
}

// Board is what stays the same in the game.
func (g *Game) Board() Board {
	b := g.eye.board
	prior := g.players.Algorithm1.Prior
	if prior.Dim == b.Dim {
		b.Lattice = lattice
		if b.Dim == 1 {
			b.Lattice = arrows
		}
		b.Z = g.noise()[samples*prior.Dim:]
	}
	return b
}

// noise is what samples are made of, then the lattice. On the line it is spread evenly, so that p_g shows no chance, and
// so is any first part of it, for V and the slopes are taken on a part.
func (g *Game) noise() []float32 {
	e, prior := &g.eye, g.players.Algorithm1.Prior
	if e.z != nil {
		return e.z
	}
	e.z = g.players.NoiseFor(samples, eyeNoise)
	if prior.Dim == 1 {
		for i := range e.z {
			const stride = 619 // the golden section of samples, and prime to it
			e.z[i] = float32(quantile(prior, (float64(i*stride%samples)+.5)/samples))
		}
	}
	if prior.Dim != g.data.Dim() {
		return e.z
	}
	most := min(reach, prior.Bound())
	at := func(i, n int) float32 { return float32(most * (2*float64(i)/float64(n-1) - 1)) }
	if prior.Dim == 1 {
		for i := range arrows {
			e.z = append(e.z, at(i, arrows))
		}
		return e.z
	}
	for j := range lattice {
		for i := range lattice {
			e.z = append(e.z, at(i, lattice), at(j, lattice))
		}
	}
	return e.z
}

// quantile is that of one number of the noise.
func quantile(p ganlib.Prior, q float64) float64 {
	if p.Noise == ganlib.Gaussian {
		return distuv.UnitNormal.Quantile(q)
	}
	return p.Bound() * (2*q - 1)
}

// View looks at the game as it stands. It changes nothing.
func (g *Game) View() (*View, error) {
	e, dim := &g.eye, g.data.Dim()
	made, err := g.rows(g.generates(), g.noise(), g.players.Algorithm1.Prior.Dim)
	if err != nil {
		return nil, err
	}
	v := &View{Step: g.step, MovesOfD: g.moves, Earliest: g.Earliest(), Furthest: max(g.past.furthest, g.step), Frozen: g.frozen}
	v.Samples, v.Warp = made[:samples*dim], made[samples*dim:]
	x := append(append(append([]float32{}, e.grid...), e.real...), v.Samples[:judged*dim]...)
	logits, err := g.rows(judge, x, dim)
	if err != nil {
		return nil, err
	}
	v.Slopes, err = g.rows(slope, v.Samples[:slopes*dim], dim)
	if err != nil {
		return nil, err
	}
	for i := range v.Slopes {
		v.Slopes[i] = -v.Slopes[i]
	}
	v.Pull = longest(v.Slopes, dim)
	cells := len(e.pData)
	v.judge(Answer(g.scene.Objective), logits[:cells], logits[cells:cells+judged], logits[cells+judged:])
	g.compare(v)
	v.settle()
	return v, nil
}

// longest is the length of the longest of some vectors.
func longest(x []float32, dim int) (most float64) {
	for i := 0; i < len(x); i += dim {
		most = max(most, math.Hypot(float64(x[i]), float64(x[i+dim-1])*float64(dim-1)))
	}
	return most
}

// generates is the program that makes samples. Averages begin with the first iteration; before, they are 0.
func (g *Game) generates() string {
	if g.scene.AverageG != 0 && g.step > 0 {
		return averaged
	}
	return generate
}

// settle replaces numbers that are not finite, which JSON does not have.
func (v *View) settle() {
	for _, number := range []**float64{&v.V, &v.RealTerm, &v.FakeTerm, &v.Bound} {
		if *number != nil && !finite(**number) {
			*number, v.Diverged = nil, true
		}
	}
	numbers := []*float64{&v.DReal, &v.DFake, &v.JSD, &v.Gap, &v.HighQuality, &v.Pull}
	for c := range v.Mean {
		numbers = append(numbers, &v.Mean[c], &v.Std[c])
	}
	for _, number := range numbers {
		if !finite(*number) {
			*number, v.Diverged = 0, true
		}
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// rows passes rows of numbers through a program.
func (g *Game) rows(name string, x []float32, width int) ([]float32, error) {
	exec, err := g.exec(name)
	if err != nil {
		return nil, err
	}
	results, err := exec.Call(tensors.FromFlatDataAndDimensions(x, len(x)/width, width))
	if err != nil {
		return nil, err
	}
	defer results[0].MustFinalizeAll()
	return tensors.CopyFlatData[float32](results[0])
}

// judge reads D's outputs on the grid, on real and on generated examples.
func (v *View) judge(answer string, grid, real, fake []float32) {
	say := func(a float32) float32 { return a }
	if answer == "probability" {
		say = func(a float32) float32 { return float32(1 / (1 + math.Exp(-float64(a)))) }
	}
	v.D = make([]float32, len(grid))
	for i, a := range grid {
		v.D[i] = say(a)
	}
	var realTerm, fakeTerm float64
	for i := range real {
		v.DReal += float64(say(real[i])) / judged
		v.DFake += float64(say(fake[i])) / judged
		realTerm -= softplus(-float64(real[i])) / judged // log σ(a) = −log(1 + e^−a)
		fakeTerm -= softplus(float64(fake[i])) / judged
	}
	if answer == "probability" {
		value := realTerm + fakeTerm
		bound := ganlib.JSDBound(value)
		v.V, v.RealTerm, v.FakeTerm, v.Bound = &value, &realTerm, &fakeTerm, &bound
	}
}

// softplus is log(1 + eᵃ).
func softplus(a float64) float64 { return max(a, 0) + math.Log1p(math.Exp(-math.Abs(a))) }

// compare compares the samples with the data.
func (g *Game) compare(v *View) {
	e, dim := &g.eye, g.data.Dim()
	pG, outside := e.board.density(v.Samples)
	v.PG = float32s(pG)
	v.DStar = float32s(ganlib.OptimalDiscriminator(felt(e.pData, e.pData), felt(pG, e.pData)))
	v.JSD = ganlib.JSD(e.pData, pG, e.board.area()) + outside*math.Ln2/2 // out there p_data is 0
	d := make([]float64, len(v.D))
	for i, said := range v.D {
		d[i] = float64(said)
	}
	v.Gap, _ = ganlib.DiscriminatorGap(d, e.pData, pG)
	for c := range dim {
		var sum, square float64
		for i := c; i < len(v.Samples); i += dim {
			sum += float64(v.Samples[i])
			square += float64(v.Samples[i]) * float64(v.Samples[i])
		}
		mean := sum / samples
		v.Mean, v.Std = append(v.Mean, mean), append(v.Std, math.Sqrt(max(0, square/samples-mean*mean)))
	}
	if m, ok := g.data.(data.Mixture); ok {
		if modes, err := measure.ModeCoverage(v.Samples, m); err == nil { // no samples that are NaN
			v.Found, v.HighQuality = modes.Found, modes.HighQuality.Value
		}
	}
}

// felt adds a thousandth of the data's peak to a density. Where neither density is felt nobody can tell them apart, and D*
// is then 1/2, not what the tails of the blur say.
func felt(p, pData []float64) []float64 {
	floor := slices.Max(pData) / 1000
	sum := make([]float64, len(p))
	for i := range p {
		sum[i] = p[i] + floor
	}
	return sum
}

// density is that of samples on the grid, blurred. outside is the part of it that is not on the grid.
func (b Board) density(x []float32) (p []float64, outside float64) {
	n, dim := b.Cells, b.Dim
	p = make([]float64, int(math.Pow(float64(n), float64(dim))))
	one := 1 / (float64(len(x)/dim) * b.area())
	for i := 0; i < len(x); i += dim {
		row := 0.
		if dim == 2 {
			row = (float64(x[i+1])-b.LoY)/(b.HiY-b.LoY)*float64(n) - .5
		}
		column := (float64(x[i])-b.Lo)/(b.Hi-b.Lo)*float64(n) - .5
		if !(column >= 0 && column < float64(n-1) && row >= 0 && row <= float64(n-1)) { // or NaN
			continue
		}
		spread(p, n, dim, column, row, one)
	}
	side := (b.Hi - b.Lo) / float64(n)
	kernel := gaussian(b.Blur / side)
	blurRows(p, n, 1, kernel)
	if dim == 2 {
		blurRows(p, n, n, kernel)
	}
	return p, max(0, 1-floats.Sum(p)*b.area())
}

// spread divides a sample among the cells around it.
func spread(p []float64, n, dim int, column, row, one float64) {
	c, right := int(column), column-math.Floor(column)
	if dim == 1 {
		p[c] += one * (1 - right)
		p[c+1] += one * right
		return
	}
	r, up := int(row), row-math.Floor(row)
	for _, at := range []struct {
		r    int
		part float64
	}{{r, 1 - up}, {min(r+1, n-1), up}} {
		p[at.r*n+c] += one * at.part * (1 - right)
		p[at.r*n+c+1] += one * at.part * right
	}
}

// gaussian is a kernel of a standard deviation, in cells.
func gaussian(std float64) []float64 {
	half := int(math.Ceil(4 * std))
	kernel := make([]float64, 2*half+1)
	sum := 0.
	for i := range kernel {
		u := float64(i-half) / std
		kernel[i] = math.Exp(-u * u / 2)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return kernel
}

// blurRows blurs along one direction, in which neighbours are step apart.
func blurRows(p []float64, n, step int, kernel []float64) {
	half := len(kernel) / 2
	line := make([]float64, n)
	other := n
	if step > 1 {
		other = 1
	}
	for at := range len(p) / n {
		first := at * other
		for i := range line {
			line[i] = p[first+i*step]
		}
		for i := range line {
			sum := 0.
			for j, weight := range kernel {
				if from := i + j - half; from >= 0 && from < n {
					sum += weight * line[from]
				}
			}
			p[first+i*step] = sum
		}
	}
}

func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}
