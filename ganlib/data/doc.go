// Package data holds what a GAN learns from: sets of images and toy
// distributions whose density is known.
//
// An image set is an [Images]: uint8 pixels [n, height, width, channels] in
// one slice, with optional labels and the set's name, licence and source.
// Each file format has a package of its own beside this one: data/idx for MNIST
// and its relatives, data/cifar, data/svhn, data/tfd, data/folder for pictures of
// one's own, and data/lsun for a set too large for memory, which is a [Source].
// Package data/catalog knows the published sets by name, and data/mnist embeds
// the real MNIST:
//
//	digits, err := mnist.Train()                      // 60,000 images of 28 x 28
//	order, err := data.NewOrder(digits.N, 100, seed)  // minibatches of 100
//	x := make([]float32, 100*digits.Size())
//	err = digits.Fill(x, order.Batch(step), data.Unit)
//
// [Images.Resize] and [Images.WithChannels] make a set fit a network of another
// size, or one for colour.
//
// # Toy distributions
//
// On real images nobody knows the density a GAN should learn. Where a mistake is
// to be seen and counted, there is a [Distribution] that is known: [Normal1D] as
// in Figure 1 of the 2014 paper; [Mixture], whose modes a generator can miss, on
// the line, a [Ring] or a [Grid]; [SwissRoll], one mode but a curved one. Each
// gives its density, samples, and the mode or the place a sample belongs to:
//
//	ring := data.Ring(8, 1, .05)
//	x := ring.Batch(seed, step, 256)              // [256, 2]
//	mode, sigmas := ring.Mode([]float64{.7, .69}) // 1, and .37 standard deviations
//
// [Stacked] is the same for images: Stacked MNIST, with its 1000 modes.
//
// # Minibatches
//
// The data of a step is a function of (seed, step) and of nothing else, for
// images ([Order.Batch]) and for toy distributions ([Distribution]). No
// generator is carried from one step to the next, so a run that stops after
// step t and starts again at t+1 sees the data it would have seen in one piece.
//
// # Errors
//
// Readers and [Images.Fill] return errors that name the thing, the value and
// what would be right. [Images.At] and [Images.Image] panic on an index out of
// range, as indexing a slice does.
package data
