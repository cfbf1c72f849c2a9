// Package loop runs many iterations of training in one call of the device.
//
// A call has a price, whatever it computes: about a millisecond on XLA, where an iteration of a small game takes a tenth
// of that. So a [Loop] compiles an iteration once, as the body of a While operation that carries all variables, and hands
// over the minibatches of many iterations at a time, a block. Nothing depends on how many: the same program runs one
// iteration or a thousand.
//
// A loop stops by itself at the first iteration with a metric that is NaN or infinite. The store then holds the state
// after that iteration, as it would if the iterations had been called one by one.
//
// Several devices can divide each iteration among them: see [Loop.Divide].
//
// GoMLX's Go backend cannot compute gradients inside a While ([Supported]); there a training step is one call.
package loop
