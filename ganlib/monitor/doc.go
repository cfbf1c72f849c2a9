// Package monitor looks at a game while it is played, and acts when it fails.
//
//   - [Signals] measures the samples, the gradients and the hidden units of the game now and then. Its values join the
//     run's records.
//   - [Freeze] is the frozen-G test: a copy of D trains alone while G stands still. If V rises, D did not see during play
//     what there was to see.
//   - [OnFailure] stops a run whose training has failed, or rolls it back.
//
// All of them work on [ganlib.Players] and a [data.Feed], whoever made them:
//
//	signals, err := monitor.NewSignals(ctx, players, feed, monitor.Options{BatchSize: 64})
//	spec := run.Spec{ ... Measure: signals.Measure, MeasureEvery: 100}
//	monitor.OnFailure{Action: monitor.RollBack}.Guard(&spec, players)
package monitor
