package ganlib

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Move is one update of one player, a part of an iteration: its numbers, before the update, in nats.
type Move struct {
	// Loss is what the player minimises, a scalar.
	Loss *Node
	// Real and Fake are the logits [m, 1] of D on the minibatch of data and on that of generated examples. Real is nil
	// in a move of G.
	Real, Fake *Node
	// Z is the noise [m, Prior.Dim], and GZ are the examples [m, ...] generated from it.
	Z, GZ *Node
	// Norm is the Euclidean norm of the player's gradient, a scalar.
	Norm *Node
}

// MoveDiscriminator builds one of the K discriminator steps of an iteration by itself: Algorithm 1's inner loop, on the
// data x [m, ...] with labels y, one-hot [m, Classes] or nil, and fresh noise. K of them and a [Algorithm1.MoveGenerator]
// are [Algorithm1.Iterate], number for number, in a game that is not Simultaneous. The global step stays.
func (a *Algorithm1) MoveDiscriminator(root *model.Scope, x, y *Node) Move {
	it, before := a.move(root, x, y)
	a.playDiscriminator(root, it, 0)
	it.dNorm = update(root.At(DiscriminatorScope), a.DiscriminatorRule, it.dLoss)
	optimizer.GetGlobalStepVar(root).SetNodeValue(before)
	return Move{Loss: it.dLoss, Real: it.real, Fake: it.fake, Z: it.z, GZ: it.gz, Norm: it.dNorm}
}

// MoveGenerator builds the generator's step of an iteration by itself, on as many examples as there are in x [m, ...], the
// data of the last discriminator step, with their labels y, one-hot [m, Classes] or nil. It ends the iteration: the
// global step grows by one, and the averages of G move.
func (a *Algorithm1) MoveGenerator(root *model.Scope, x, y *Node) Move {
	it, before := a.move(root, x, y)
	it.labels = y
	if a.Objective.GeneratorInPairs != nil {
		it.seen = a.shown(root, it, x)
	}
	fake := a.playGenerator(root, it)
	it.gVariables = networkVariables(root.At(GeneratorScope), x.Graph())
	it.gNorm = update(root.At(GeneratorScope), a.GeneratorRule, it.gLoss)
	a.endMoves(root, it, before)
	return Move{Loss: it.gLoss, Fake: fake, Z: it.z, GZ: it.gz, Norm: it.gNorm}
}

// MoveBoth builds an iteration of a game that is Simultaneous, and returns the move of each player.
func (a *Algorithm1) MoveBoth(root *model.Scope, x, y *Node) (d, g Move) {
	if !a.Simultaneous {
		Panicf("ganlib.Algorithm1: both moves at once in a game that is not Simultaneous: want MoveDiscriminator and MoveGenerator")
	}
	it, before := begin(root, x, y)
	a.playDiscriminator(root, it, 0)
	it.gVariables = networkVariables(root.At(GeneratorScope), x.Graph())
	a.updateBoth(root, it, it.dLoss)
	a.endMoves(root, it, before)
	return Move{Loss: it.dLoss, Real: it.real, Fake: it.fake, Z: it.z, GZ: it.gz, Norm: it.dNorm},
		Move{Loss: it.gLoss, Fake: it.fake, Z: it.z, GZ: it.gz, Norm: it.gNorm}
}

// move begins a move of one player. before is the number of iterations before this one.
func (a *Algorithm1) move(root *model.Scope, x, y *Node) (it *iteration, before *Node) {
	if a.Simultaneous {
		Panicf("ganlib.Algorithm1: a move of one player in a game that is Simultaneous: want MoveBoth")
	}
	return begin(root, x, y)
}

func begin(root *model.Scope, x, y *Node) (it *iteration, before *Node) {
	root.SetTraining(x.Graph(), true)
	return &iteration{x: x, y: y, m: x.Shape().Dimensions[0]}, optimizer.GetGlobalStepVar(root).NodeValue(x.Graph())
}

// endMoves ends an iteration.
func (a *Algorithm1) endMoves(root *model.Scope, it *iteration, before *Node) {
	optimizer.GetGlobalStepVar(root).SetNodeValue(AddScalar(before, 1))
	a.average(root, it, before)
}
