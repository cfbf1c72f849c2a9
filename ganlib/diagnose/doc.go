// Package diagnose reads a run's history and says in words what is wrong with the game: by which rule, by which
// numbers, and what to try.
//
//	for _, v := range diagnose.Diagnose(history, config) {
//		fmt.Println(v)
//	}
//
// # The rules
//
// A verdict needs persistence, since single records jump: every rule looks at the last third of a run. Samples are poor
// if their coverage is below .3 (coverage of Naeem et al. 2020, arXiv:2002.09797) and does not rise.
//
//	rule            condition      looks for
//	diverged        diverged       a number that is not finite, or gradients longer than 100
//	dead start      dead start     recall and coverage never above .02, and nothing that moves
//	saturated       saturated      log(1 − D(G(z))) with a gradient below .01 of that of −log D(G(z)), and poor samples
//	D ahead         D dominates    D's score above .9, and poor samples
//	D blind         G dominates    scores within .06 of 1/2, and a frozen-G test with a rise above .1, or none and poor samples
//	forgetting      mode collapse  coverage more than 25% below the best of the run
//	little variety  mode collapse  diversity always below .5 of the data's
//	modes missing   mode collapse  recall below .6 of a precision above .5, not getting better
//	circles         oscillation    V with one period over at least 3 turns, in circles that do not close in
//
// Nothing moves if no gradient reaches G or one of its layers, if more than .95 of G's hidden units are saturated, or if
// the losses stand still. The frozen-G test is a probe (`gan probe`, package monitor): a copy of D trains while G stands
// still, and the rise of V is noted in the history.
//
// A verdict lists its evidence under the names of history.jsonl (package record). Two names are not in that file: the
// scores of MathWorks' examples. score_d is D's score, how often D is right if it answers at random with the
// probabilities it states. score_g is G's, the mean of D(G(z)).
//
// If no rule applies, a run is healthy if its samples show it: their coverage is at least .3 and their diversity at
// least .7 of the data's. No score or loss alone makes a run healthy or faulty. Otherwise the verdict is undecided and
// says what is missing. Most often it is measurements of the samples (measure_every in config.json).
//
// tests/trials/README.md says how often the rules are right, on runs whose seeds had no part in fixing the thresholds.
//
// # Five questions
//
// Is this normal? Losses jump, rise and fall, because the players change each other's task at every step. Compare the
// run with a sweep of seeds (`gan sweep`), and look at recall and coverage, not at losses.
//
// Why is D's loss 0? D is sure of everything. That is no fault while G's samples improve. If they do not, D dominates,
// or the loss as printed has saturated and passes no gradient to G.
//
// Why does G's loss rise? It depends on D, which gets better: it can rise while the samples improve.
//
// Why was it good until epoch 20? It forgot. With best in config.json a run keeps its best checkpoint, and commands take
// it with `--step best`. With on_failure a run goes back to it by itself.
//
// Why does resuming not resume? In many programs something is not saved: the optimizer's state, the random state, the
// place in the data. Here a run that was resumed has the same bits as one that never stopped (package run).
package diagnose
