// Package data holds what a GAN learns from: sets of images and toy distributions whose density is known.
//
// An image set is an [Images]: uint8 pixels [n, height, width, channels] in one slice, with optional labels and the
// set's name, licence and source. A set that may be too large for memory is a [Source]: images are chosen from it by
// number, a few at a time, and it is closed after use. [First] and [Fit] make another source of one: its beginning, or
// its images at another size and in grey or colour.
//
// Package data/open opens every set by its name or its path. Each file format has a package of its own beside this one:
// data/idx for MNIST and its relatives, data/cifar, data/svhn, data/tfd, data/folder for one's own pictures, and
// data/lsun. Package data/catalog lists the published sets and fetches them; data/mnist, data/fashion and data/emoji
// embed theirs.
//
//	digits, err := open.Set(ctx, "mnist", "train", open.Options{})  // 60,000 images of 28 x 28
//	feed, err := data.NewFeed(digits, data.Drawing{Seed: 1}, false) // shuffled epochs
//	defer feed.Close()
//	batches, err := feed.Batches(ctx, backend, 100)                 // minibatches of 100
//	batch, err := batches(step)
//
// # Toy distributions
//
// The density of real images is unknown. To see and count a generator's mistakes, take a [Distribution], whose density
// is known: [Normal1D], as in Figure 1 of the 2014 paper; [Mixture], whose modes a generator can miss, on the line, a
// [Ring] or a [Grid]; [SwissRoll], which has one curved mode; [Cloud], a shape drawn by dots, such as [Moons]. Each gives
// its density and samples, and all but the cloud the mode or the place that a sample belongs to. A [Toy] names them:
//
//	ring := data.Ring(8, 1, .05)
//	x := ring.Batch(seed, step, 256)              // [256, 2]
//	mode, sigmas := ring.Mode([]float64{.7, .69}) // 1, and .37 standard deviations
//
// [Stacked] is the same for images: Stacked MNIST, with its 1000 modes.
//
// # Minibatches
//
// A game learns from a [Feed]: [NewFeed] makes one of a source, [Points] one of a toy distribution. The data of a step
// are a function of (seed, step) and of nothing else, for images ([Order.Batch]) and for toy distributions
// ([Distribution]). No generator of random numbers is carried from one step to the next, so a run that stops after step
// t and starts again at t+1 sees the data it would have seen in one piece. A [Fingerprint] tells whether the images are
// still the same.
//
// # Errors
//
// Errors name the thing, the value and what would be right. They wrap a sentinel of this package, such as [ErrFormat]
// or [ErrTruncated], or are an *invalid.Error of package ganlib/invalid where a setting is refused. [Images.At] and
// [Images.Image] panic on an index out of range, as indexing a slice does.
//
// Functions that read, unpack or download take a [context.Context] and stop once it is done, with an error that wraps
// the context's.
package data
