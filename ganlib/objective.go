package ganlib

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Objective says what each player minimises. Both losses are scalars computed from logits [batch, 1]:
// real are those of a minibatch of data, fake those of generated data. Labels are 1 and 0: an objective
// neither smooths nor flips them. Game.SmoothReal and Game.FlipReal do, where they are asked to.
type Objective struct {
	// Name is how configurations spell the objective.
	Name string
	// Discriminator is minimised by D.
	Discriminator func(real, fake *Node) *Node
	// Generator is minimised by G. It holds no constant that G cannot change.
	Generator func(fake *Node) *Node
}

// negativeValue is what D descends to ascend V.
func negativeValue(real, fake *Node) *Node { return Neg(Value(real, fake)) }

// logTrick is −E[log D(G(z))], the generator loss of section 3 of the paper.
func logTrick(fake *Node) *Node { return Neg(ReduceAllMean(LogD(fake))) }

var (
	// Minimax is the game of equation 1 as printed: D ascends V, G descends its second term,
	// E_z[log(1 − D(G(z)))]. Zero-sum. Its gradient to G vanishes where D is sure of itself.
	Minimax = Objective{"minimax", negativeValue, FakeTerm}

	// NonSaturating keeps D's side and lets G descend −E_z[log D(G(z))], the paper's section 3: the same
	// fixed point, and a gradient that is strong where D is sure of itself. No longer zero-sum.
	NonSaturating = Objective{"non-saturating", negativeValue, logTrick}

	// LeastSquares is Mao et al. 2017 (arXiv:1611.04076), equation 9 with labels 0 for fake, 1 for real
	// and 1 for what G wants, on the raw output of D.
	LeastSquares = Objective{"least-squares",
		func(real, fake *Node) *Node {
			return MulScalar(Add(ReduceAllMean(Square(OneMinus(real))), ReduceAllMean(Square(fake))), 0.5)
		},
		func(fake *Node) *Node { return MulScalar(ReduceAllMean(Square(OneMinus(fake))), 0.5) }}

	// Hinge is the hinge loss of Lim and Ye 2017 (arXiv:1705.02894), on the raw output of D.
	Hinge = Objective{"hinge",
		func(real, fake *Node) *Node {
			return Add(
				ReduceAllMean(MaxScalar(OneMinus(real), 0)),
				ReduceAllMean(MaxScalar(OnePlus(fake), 0)))
		},
		func(fake *Node) *Node { return Neg(ReduceAllMean(fake)) }}

	// Wasserstein is the critic loss of Arjovsky et al. 2017 (arXiv:1701.07875), equation 2, on the raw
	// output of D. It says nothing of how D is kept Lipschitz: by itself it does not converge.
	Wasserstein = Objective{"wasserstein",
		func(real, fake *Node) *Node { return Sub(ReduceAllMean(fake), ReduceAllMean(real)) },
		func(fake *Node) *Node { return Neg(ReduceAllMean(fake)) }}
)

const blend = "blend" // the name of Blend's objectives

// Blend is the mixture the 2014 code offers (blend_obj in AdversaryCost2): G descends
//
//	(zurich · −E[log D(G(z))] + minimax · ½V) / (zurich + minimax)
//
// less the part of V that is constant to G. The half is the code's: it blends in −D's cost, and D's
// cost there is −½V.
func Blend(minimax, zurich float64) Objective {
	return Objective{blend, negativeValue, func(fake *Node) *Node {
		sum := Add(MulScalar(logTrick(fake), zurich), MulScalar(FakeTerm(fake), minimax/2))
		return DivScalar(sum, zurich+minimax)
	}}
}
