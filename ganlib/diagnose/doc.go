// Package diagnose reads a run's history and says in words what is wrong with the game, by which rule and which
// numbers, and what to try.
//
//	for _, v := range diagnose.Diagnose(history, config) {
//		fmt.Println(v)
//	}
//
// # The rules
//
// Every rule looks at the last third of a run, for a verdict needs persistence: single records jump. "Poor" samples
// cover less than .3 of the data (coverage of Naeem et al. 2020, arXiv:2002.09797).
//
//	rule            condition      looks for
//	diverged        diverged       a number that is not finite, or gradients longer than 100
//	dead start      dead start     recall and coverage never above .02, and dead units, no gradient in G or a layer of it, or losses that stand still
//	saturated       saturated      the gradient of log(1 − D(G(z))) below .01 of that of −log D(G(z)); poor samples
//	D ahead         D dominates    D's score above .9, poor samples that do not get better
//	D blind         G dominates    both scores at 1/2, and poor samples or a frozen-G test in which V rises by .1
//	forgetting      mode collapse  coverage 25% below the best of the run
//	little variety  mode collapse  samples less than half as diverse as the data
//	modes missing   mode collapse  recall below .6 of a precision above .5, and no better than before
//	circles         oscillation    V with one period, in circles that do not close in
//
// If none applies, a run is healthy where its samples show it: coverage of .3 or more and the diversity of the data. No
// score or loss alone makes a run healthy, or ill. Otherwise the verdict is undecided, and says what is missing:
// most often, measurements (Config.MeasureEvery).
//
// How often the rules are right, on runs whose seeds had no part in fixing the thresholds, is in
// tests/trials/README.md.
//
// # Five questions
//
// Is this normal? Losses that jump, rise and fall are: the players change each other's task at every step. Compare
// with a sweep of seeds (`gan sweep`), and look at recall and coverage, not at losses.
//
// D's loss is 0. D is sure of everything. While G's samples get better, that is no failure; if they do not, D
// dominates, or, with the loss as printed, G's gradient is saturated.
//
// G's loss rises. It is measured by a D that becomes better: it can rise while the samples improve.
//
// It was good until epoch 20. Then it forgot. Config.Best keeps the best checkpoint, which `--step best` takes up
// again, and Config.OnFailure goes back to it by itself.
//
// Why does resuming not resume? Mostly because something is left out of what is saved: the learning rules' state,
// the random state, the place in the data. Here a resumed run has the bits of one that was never cut (package run).
package diagnose
