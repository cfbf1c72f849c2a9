// Package ganlib is the game of Goodfellow et al., Generative Adversarial Nets (NIPS 2014,
// arXiv:1406.2661), on GoMLX: the value function, the objectives, the noise priors, Algorithm 1, the
// players of the MNIST experiment, and the theory that says where the game ends.
//
// # The game
//
// A generator G turns noise z ~ p_z into data G(z), whose distribution is called p_g. A discriminator
// D says how likely it is that its input came from the data. They play for the value function,
// equation 1 of the paper:
//
//	min_G max_D V(D,G) = E_x[log D(x)] + E_z[log(1 − D(G(z)))]
//
//	symbol  in Go                                  shape
//	z       Prior.Sample                           [batch, dim]
//	x       one minibatch of data                  [batch, ...]
//	G(z)    Generator                              as x
//	D(x)    Sigmoid of what Discriminator returns  [batch, 1]
//	V(D,G)  Value                                  scalar, in nats
//	D*(x)   OptimalDiscriminator                   one number per x
//	C(G)    Criterion                              one number, in nats
//
// Discriminators return logits, not probabilities: D(x) = σ(logit). The logarithms of the value
// function are computed from logits directly, which is exact where σ has long since rounded to 0 or 1.
//
// In a conditional game (Mirza and Osindero 2014, arXiv:1411.1784) both players are told a label y, and
// play for V with D(x|y) and G(z|y) in place of D(x) and G(z). Game.Classes says how many labels there
// are; y is one-hot, [batch, classes].
//
// # Where it ends
//
// For a fixed G the best D is D*(x) = p_data(x)/(p_data(x) + p_g(x)) (Proposition 1). Against it the
// generator's criterion is C(G) = −log 4 + 2·JSD(p_data‖p_g) (Theorem 1), whose least value −log 4 is
// reached exactly when p_g = p_data, where D* = 1/2 everywhere. Before D is optimal,
// (V + log 4)/2 is a lower bound of the Jensen-Shannon divergence, no more: D near 1/2 proves nothing.
//
// # Stabilisers
//
// The game of the paper is hard to balance. Each of these changes something about it; all are off unless asked
// for.
//
//	what                    from                        does                                  when
//	Game.SmoothReal         Salimans et al. 2016        tells D 1 − s of real examples        D is too sure: its loss is near 0
//	Game.FlipReal, FlipFake MathWorks' example          lies to D about a share of examples   D wins too easily
//	Game.InstanceNoise      Sønderby et al. 2017        blurs all D sees, less and less       D tells them apart at once: G's gradient is gone
//	Game.Penalty, WGANGP    Gulrajani et al. 2017       pulls D's slope to 1                  with Wasserstein, which needs it
//	Game.Penalty, R1        Mescheder et al. 2018       flattens D on real data               the players circle each other
//	layer.WithSpectralNorm  Miyato et al. 2018          bounds the slope of each layer        D's gradients grow; cheaper than a penalty
//	MinibatchStd            Karras et al. 2018          shows D how much a batch differs      samples are all alike
//	Algorithm1.AverageG     Yazıcı et al. 2019          samples by averaged weights of G      samples change from step to step
//	two learning rates      Heusel et al. 2017          lets D learn faster than G            in place of K > 1
//
// A penalty and K > 1 cost D another pass, or another step; the others cost next to nothing.
//
// # Errors
//
// Functions that take or return a *graph.Node build computation graphs and panic on misuse, as
// GoMLX's do. Everything else returns an error.
package ganlib
