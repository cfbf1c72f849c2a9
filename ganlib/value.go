package ganlib

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// LogD is log D(x) = log σ(logit), element by element; logits and result are [batch, 1]. Value and gradient are exact
// for logits of any size, and at 0.
func LogD(logits *Node) *Node {
	// log σ(a) is −log(1+e^−a) for a ≥ 0 and a − log(1+e^a) for a < 0. Each exponential sees only the side on which it
	// cannot overflow; the zeros put there instead carry no gradient. The usual max(a,0) − |a| form has the wrong
	// gradient at exactly 0, where an untrained D starts.
	zero := ZerosLike(logits)
	negative := LessThan(logits, zero)
	below := Where(negative, logits, zero)
	above := Where(negative, zero, logits)
	return Where(negative,
		Sub(below, Log1P(Exp(below))),
		Neg(Log1P(Exp(Neg(above)))))
}

// LogOneMinusD is log(1 − D(x)) = log σ(−logit), element by element; logits and result are [batch, 1].
func LogOneMinusD(logits *Node) *Node { return LogD(Neg(logits)) }

// RealTerm is the first term of the value function, E_x[log D(x)], a scalar in nats, from the logits [batch, 1] of real
// data. It is 0 for a discriminator that is sure every x is real. Deck equation slide-7.
func RealTerm(real *Node) *Node { return ReduceAllMean(LogD(real)) }

// FakeTerm is the second term of the value function, E_z[log(1 − D(G(z)))], a scalar in nats, from the logits [batch,
// 1] of generated data. It is 0 for a discriminator sure that every G(z) is fake.
func FakeTerm(fake *Node) *Node { return ReduceAllMean(LogOneMinusD(fake)) }

// Value is V(D,G), equation 1 of the paper: the sum of its two terms, a scalar in nats. It is −log 4 where D says 1/2
// to everything. Deck equations gan-1 and gan-1-estimate.
func Value(real, fake *Node) *Node { return Add(RealTerm(real), FakeTerm(fake)) }

// Score is the mean of D over a minibatch, a scalar in [0, 1], from its logits [batch, 1]. At the end of the game it is
// 1/2 on real and generated data alike. Deck equation scores.
func Score(logits *Node) *Node { return ReduceAllMean(Sigmoid(logits)) }
