package ganlib

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Objective says what each player minimises. Losses are scalars computed from the outputs of D, [batch, 1]: real are
// those of a minibatch of data, fake those of as many generated examples. Labels are 1 and 0: an objective neither
// smooths nor flips them. [Stabilisers] do, where they are asked to.
//
// Anybody can write one. Its fields are all that [Algorithm1] knows of it: the name decides nothing.
type Objective struct {
	// Name is how configurations spell the objective.
	Name string
	// Discriminator is minimised by D.
	Discriminator func(real, fake *Node) *Node
	// Generator is minimised by G. It holds no constant that G cannot change.
	Generator func(fake *Node) *Node
	// GeneratorInPairs takes Generator's place in an objective that compares generated examples with real ones, such as
	// the relativistic ones (Jolicoeur-Martineau 2018, arXiv:1807.00734). G's step then takes one more pass of D.
	GeneratorInPairs func(real, fake *Node) *Node
	// Boundary is the output above which D calls an example real: 0 for a logit.
	Boundary float64
	// Flip turns outputs of D, [batch, 1], into those that cost D under their own label what these cost under the
	// other. It is nil where labels cannot be flipped.
	Flip func(output *Node) *Node
	// Smooth is what label 1 − s in place of 1 adds to D's loss on real examples, [batch, 1], one by one. It is nil
	// where D is told no label.
	Smooth func(real *Node, s float64) *Node
}

// negativeValue is what D descends to ascend V.
func negativeValue(real, fake *Node) *Node { return Neg(Value(real, fake)) }

// logTrick is −E[log D(G(z))], the generator loss of section 3 of the paper.
func logTrick(fake *Node) *Node { return Neg(ReduceAllMean(LogD(fake))) }

// onLogits is an objective whose D ascends V, with the given loss for G. As 1 − σ(a) = σ(−a), the sign of a logit is
// its label; and −(1−s)·log D − s·log(1−D) is −log D + s·a.
func onLogits(name string, generator func(fake *Node) *Node) Objective {
	return Objective{
		Name: name, Discriminator: negativeValue, Generator: generator,
		Flip:   Neg,
		Smooth: func(real *Node, s float64) *Node { return MulScalar(real, s) },
	}
}

var (
	// Minimax is the game of equation 1 as printed: D ascends V, G descends its second term,
	// E_z[log(1 − D(G(z)))]. Zero-sum. Its gradient to G vanishes where D is sure of itself. Deck equations saturating
	// and dirac-gradients.
	Minimax = onLogits("minimax", FakeTerm)

	// NonSaturating keeps D's side and lets G descend −E_z[log D(G(z))], the paper's section 3: the same
	// fixed point, and a gradient that is strong where D is sure of itself. No longer zero-sum. Deck equation non-saturating.
	NonSaturating = onLogits("non-saturating", logTrick)

	// LeastSquares is Mao et al. 2017 (arXiv:1611.04076), equation 9 with labels 0 for fake, 1 for real
	// and 1 for what G wants, on the raw output of D.
	LeastSquares = Objective{
		Name: "least-squares",
		Discriminator: func(real, fake *Node) *Node {
			return MulScalar(Add(ReduceAllMean(Square(OneMinus(real))), ReduceAllMean(Square(fake))), 0.5)
		},
		Generator: func(fake *Node) *Node { return MulScalar(ReduceAllMean(Square(OneMinus(fake))), 0.5) },
		Boundary:  0.5, // half way between its labels
		Flip:      OneMinus,
		// ½(1 − s − a)² − ½(1 − a)² = ½s² − s(1 − a)
		Smooth: func(real *Node, s float64) *Node { return AddScalar(MulScalar(OneMinus(real), -s), s*s/2) },
	}

	// Hinge is the hinge loss of Lim and Ye 2017 (arXiv:1705.02894), on the raw output of D.
	Hinge = Objective{
		Name: "hinge",
		Discriminator: func(real, fake *Node) *Node {
			return Add(
				ReduceAllMean(MaxScalar(OneMinus(real), 0)),
				ReduceAllMean(MaxScalar(OnePlus(fake), 0)))
		},
		Generator: func(fake *Node) *Node { return Neg(ReduceAllMean(fake)) },
		Flip:      Neg,
	}

	// Wasserstein is the critic loss of Arjovsky et al. 2017 (arXiv:1701.07875), equation 2, on the raw
	// output of D. It says nothing of how D is kept Lipschitz: by itself it does not converge.
	Wasserstein = Objective{
		Name:          "wasserstein",
		Discriminator: func(real, fake *Node) *Node { return Sub(ReduceAllMean(fake), ReduceAllMean(real)) },
		Generator:     func(fake *Node) *Node { return Neg(ReduceAllMean(fake)) },
		Flip:          Neg,
	}
)

const blend = "blend" // the name of Blend's objectives

// Blend is the mixture the 2014 code offers (blend_obj in AdversaryCost2): G descends
//
//	(zurich · −E[log D(G(z))] + minimax · ½V) / (zurich + minimax)
//
// less the part of V that is constant to G. The half is the code's: it blends in −D's cost, and D's
// cost there is −½V.
func Blend(minimax, zurich float64) Objective {
	return onLogits(blend, func(fake *Node) *Node {
		sum := Add(MulScalar(logTrick(fake), zurich), MulScalar(FakeTerm(fake), minimax/2))
		return DivScalar(sum, zurich+minimax)
	})
}
