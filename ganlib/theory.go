package ganlib

import (
	"math"
	"slices"
)

// Log4 is log 4, twice log 2: minus the value of the game at its end.
const Log4 = 2 * math.Ln2

// OptimalDiscriminator is D*(x) = p_data(x)/(p_data(x) + p_g(x)), the best response to a fixed G (Proposition 1), from
// the two densities at the same points. Where both are 0, D may say anything and no one can tell: the result there is
// 1/2. Deck equation gan-2.
func OptimalDiscriminator(pData, pG []float64) []float64 {
	d := make([]float64, len(pData))
	for i := range d {
		d[i] = 0.5
		if sum := pData[i] + pG[i]; sum > 0 {
			d[i] = pData[i] / sum
		}
	}
	return d
}

// ValueOnGrid is V(D,G) in nats for any D given as probabilities, with the expectations as sums over a grid: ∑
// (p_data·log D + p_g·log(1−D))·dx. Densities are per unit of x; points are dx apart. Pass probabilities and dx = 1 for
// a discrete distribution. Deck equation gan-3.
func ValueOnGrid(d, pData, pG []float64, dx float64) float64 {
	v := 0.0
	for i := range d {
		v += xlogy(pData[i], d[i]) + xlogy(pG[i], 1-d[i])
	}
	return v * dx
}

// JSD is the Jensen-Shannon divergence of two densities on a grid dx apart, in nats: at least 0, at most log 2 where
// they do not overlap.
func JSD(p, q []float64, dx float64) float64 {
	jsd := 0.0
	for i := range p {
		m := (p[i] + q[i]) / 2
		if m > 0 {
			jsd += (xlogy(p[i], p[i]/m) + xlogy(q[i], q[i]/m)) / 2
		}
	}
	return jsd * dx
}

// Criterion is C(G) = max_D V(D,G) = −log 4 + 2·JSD(p_data‖p_g), Theorem 1, in nats. Deck equations gan-4, gan-5 and
// gan-6.
func Criterion(pData, pG []float64, dx float64) float64 {
	return -Log4 + 2*JSD(pData, pG, dx)
}

// JSDBound is (V + log 4)/2: what a value of the game says about the Jensen-Shannon divergence. It is a lower bound,
// and equal only when D is D*.
func JSDBound(v float64) float64 { return (v + Log4) / 2 }

// DiscriminatorGap compares a learned D with D* on a grid: mean is the mean of |D − D*| under (p_data + p_g)/2, and
// worst its maximum where p_data exceeds a tenth of its peak. In the far tails, where neither density is felt, D is
// free to say anything.
func DiscriminatorGap(d, pData, pG []float64) (mean, worst float64) {
	best := OptimalDiscriminator(pData, pG)
	peak := slices.Max(pData)
	total := 0.0
	for i := range d {
		gap, mass := math.Abs(d[i]-best[i]), pData[i]+pG[i]
		mean, total = mean+gap*mass, total+mass
		if pData[i] > peak/10 {
			worst = max(worst, gap)
		}
	}
	return mean / total, worst
}

// xlogy is x·log y, 0 where x is 0.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}
