package svm

import (
	"context"
	"math"
	"math/rand/v2"
)

// problem is the dual of one class against the rest: minimise ½·αᵀQ̄α − Σα over α ≥ 0, where Q̄ᵢⱼ = yᵢyⱼ·xᵢ·xⱼ, and 1/2C
// more on the diagonal.
type problem struct {
	rows     [][]float32
	y        []float64 // 1 or −1
	alpha    []float64
	w        []float64 // Σ αᵢ·yᵢ·xᵢ, and the bias
	diagonal []float64 // Q̄ᵢᵢ
	softness float64   // 1/2C
}

func newProblem(rows [][]float32, labels []int, class int, c float64) *problem {
	p := &problem{
		rows: rows, softness: 1 / (2 * c),
		y: make([]float64, len(rows)), alpha: make([]float64, len(rows)), diagonal: make([]float64, len(rows)),
		w: make([]float64, len(rows[0])+1),
	}
	for i, row := range rows {
		p.y[i] = -1
		if labels[i] == class {
			p.y[i] = 1
		}
		p.diagonal[i] = p.softness + 1 // of the bias
		for _, v := range row {
			p.diagonal[i] += float64(v) * float64(v)
		}
	}
	return p
}

// descend solves the problem to a tolerance, and reports whether it was reached within a number of passes. As in
// liblinear, rows are left out only by the bounds of the pass before, and when the rows that are left agree, all come
// back for a last look.
func (p *problem) descend(ctx context.Context, rng *rand.Rand, tolerance float64, passes int) (reached bool, err error) {
	all := make([]int, len(p.rows))
	for i := range all {
		all[i] = i
	}
	active, above := all, math.Inf(1)
	for range passes {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		rng.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		kept, least, most := p.pass(active, above)
		active = active[:kept]
		if most-least <= tolerance {
			if len(active) == len(all) {
				return true, nil
			}
			active, above = all, math.Inf(1)
			continue
		}
		if above = most; above <= 0 {
			above = math.Inf(1)
		}
	}
	return false, nil
}

// pass sets each active α to its best value. It moves the rows to be left out behind those it keeps, which are those with
// α > 0 or a gradient of at most above. It returns how many it keeps, and the least and the largest projected gradient.
func (p *problem) pass(active []int, above float64) (kept int, least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	kept = len(active)
	for s := 0; s < kept; s++ {
		i := active[s]
		gradient := p.y[i]*dot(p.w, p.rows[i]) - 1 + p.softness*p.alpha[i]
		projected := gradient
		if p.alpha[i] == 0 {
			if gradient > above {
				kept--
				active[s], active[kept] = active[kept], active[s]
				s--
				continue
			}
			projected = min(gradient, 0)
		}
		least, most = min(least, projected), max(most, projected)
		const settled = 1e-12 // liblinear's
		if math.Abs(projected) > settled {
			before := p.alpha[i]
			p.alpha[i] = max(before-gradient/p.diagonal[i], 0)
			addScaled(p.w, (p.alpha[i]-before)*p.y[i], p.rows[i])
		}
	}
	return kept, least, most
}

// dot is w·(x, 1). Four sums hide the latency of one.
func dot(w []float64, x []float32) float64 {
	var a, b, c, d float64
	bias := w[len(x)]
	w = w[:len(x)]
	for len(x) >= 4 {
		a += w[0] * float64(x[0])
		b += w[1] * float64(x[1])
		c += w[2] * float64(x[2])
		d += w[3] * float64(x[3])
		w, x = w[4:], x[4:]
	}
	for i, v := range x {
		a += w[i] * float64(v)
	}
	return a + b + c + d + bias
}

// addScaled adds factor·(x, 1) to w.
func addScaled(w []float64, factor float64, x []float32) {
	w[len(x)] += factor
	w = w[:len(x)]
	for i, v := range x {
		w[i] += factor * float64(v)
	}
}
