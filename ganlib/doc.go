// Package ganlib is the game of Goodfellow et al., Generative Adversarial Nets (NIPS 2014, arXiv:1406.2661), on GoMLX:
// the value function, the objectives, the noise priors, Algorithm 1, the networks of the paper's experiments, and the
// theory that says where the game ends.
//
// [Algorithm1] trains any two networks, which are Go functions. Its example is a whole GAN on one screen.
//
// # The game
//
// A generator G turns noise z ~ p_z into data G(z), whose distribution is called p_g. A discriminator D states the
// probability that its input came from the data. They play for the value function, equation 1 of the paper:
//
//	min_G max_D V(D,G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]
//
//	symbol  in Go                                  shape
//	z       Prior.Sample                           [batch, dim]
//	x       a minibatch of data                    [batch, ...]
//	G(z)    Generator                              as x
//	D(x)    Sigmoid of what Discriminator returns  [batch, 1]
//	V(D,G)  Value                                  scalar, in nats
//	D*(x)   OptimalDiscriminator                   one number per x
//	C(G)    Criterion                              one number, in nats
//
// Discriminators return logits, not probabilities: D(x) = σ(logit). The logarithms of the value function are computed
// from the logits, which is exact where σ has long since rounded to 0 or 1.
//
// In a conditional game (Mirza and Osindero 2014, arXiv:1411.1784) both players are told a label y, and play for V with
// D(x|y) and G(z|y) in place of D(x) and G(z). Game.Classes is the number of classes; y is one-hot, [batch, classes].
//
// # Where it ends
//
// For a fixed G the best D is D*(x) = p_data(x)/(p_data(x) + p_g(x)) (Proposition 1). Against it the generator's
// criterion is C(G) = −log 4 + 2·JSD(p_data‖p_g) (Theorem 1). Its minimum, −log 4, is reached exactly when p_g =
// p_data, where D* = 1/2 everywhere. Before D is optimal, (V + log 4)/2 is only a lower bound of the Jensen-Shannon
// divergence: D near 1/2 proves nothing.
//
// # The types
//
//	Game        two networks, the noise and the objective, with Stabilisers
//	Algorithm1  a Game and how it is trained: k, the order of updates, two learning rules
//	Players     a trained game: Sample, Generate, Discriminate; Fit, which holds the data to it before training
//	Recipe      a game as JSON, with networks of this package: MLP, MaxoutMLP, DeconvMLP, MaxoutConv; see ReadRecipe
//	Play        a Recipe without its networks, for networks from elsewhere
//
// [Algorithm1.Trainer] returns a GoMLX trainer. Package run trains by it in a directory that survives kills.
// [MNIST2014] and the functions beside it are the recipes of the paper's experiments.
//
// # Objectives
//
// An [Objective] is a struct of functions, and anybody can write one. These are here:
//
//	Minimax        Goodfellow et al. 2014, equation 1       as printed: G's gradient vanishes when D wins
//	NonSaturating  Goodfellow et al. 2014, section 3        what most people use
//	Blend          the code released with that paper        a weighted mean of the two
//	LeastSquares   Mao et al. 2017, arXiv:1611.04076        on D's raw output
//	Hinge          Lim and Ye 2017, arXiv:1705.02894        on D's raw output
//	Wasserstein    Arjovsky et al. 2017, arXiv:1701.07875   on D's raw output; needs a penalty
//
// # Stabilisers
//
// The game of the paper is hard to balance. Each of these changes something about it. All are off by default.
//
//	what                from                   does                                  when
//	SmoothReal          Salimans et al. 2016   tells D 1 − s of real examples        D is too sure: its loss is near 0
//	FlipReal, FlipFake  MathWorks' example     mislabels a fraction of D's examples  D wins too easily
//	Augment             Zhao et al. 2020       changes all images that D sees        there are few images: D knows them by heart
//	InstanceNoise       Sønderby et al. 2017   blurs all that D sees, less and less  D wins at once: G's gradient is gone
//	Penalty WGANGP      Gulrajani et al. 2017  pulls D's slope to 1                  with Wasserstein, which needs it
//	Penalty R1          Mescheder et al. 2018  flattens D on real data               the players circle each other
//	WithSpectralNorm    Miyato et al. 2018     bounds the slope of each layer        D's gradients grow
//	MLP.MinibatchStd    Karras et al. 2018     shows D how much a minibatch varies   samples are all alike
//	AverageG            Yazıcı et al. 2019     samples by an average of G's weights  samples change from step to step
//	two learning rates  Heusel et al. 2017     lets D learn faster than G            in place of K > 1
//
// A penalty costs D another pass, and K > 1 another step. The others cost next to nothing.
//
// # Errors
//
// Functions that take or return a *graph.Node build computation graphs and panic on misuse, as GoMLX's do. Everything
// else returns an error. A refused setting is an *invalid.Error, which has the setting's key.
package ganlib
