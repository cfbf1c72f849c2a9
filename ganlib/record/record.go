// Package record names the values in the records of a GAN's run: the keys of a line of history.jsonl.
//
// Packages ganlib and monitor write them, packages diagnose, watch and sweep read them. A value that a record lacks was
// not measured at that iteration.
package record

// Values of the minibatch of one iteration, measured before the update unless said otherwise. Losses and terms of the
// value function are in nats.
const (
	DLoss            = "d_loss"       // what D minimises
	GLoss            = "g_loss"       // what G minimises
	LogDReal         = "log_d_real"   // E[log D(x)]
	LogOneMinusDFake = "log_1md_fake" // E[log(1 − D(G(z)))]
	V                = "v"            // V(D,G)
	DReal            = "d_real"       // mean D(x)
	DFake            = "d_fake"       // mean D(G(z))
	AccReal          = "acc_real"     // fraction of real examples that D calls real
	AccFake          = "acc_fake"     // fraction of generated examples that D calls fake
	DGrad            = "d_grad"       // norm of D's gradient
	GGrad            = "g_grad"       // norm of G's gradient
	DWeights         = "d_weights"    // norm of D's variables, after the update
	GWeights         = "g_weights"    // norm of G's variables, after the update
)

// Signals, measured now and then on fixed noise and fixed real examples.
const (
	DGradIn    = "d_grad/"     // prefix: norm of D's gradient in one of its layers
	GGradIn    = "g_grad/"     // prefix: norm of G's gradient in one of its layers
	GradRatio  = "grad_ratio"  // G's gradient by log(1 − D(G(z))), as a fraction of that by −log D(G(z))
	DSaturated = "d_saturated" // fraction of D's hidden units that are saturated
	GSaturated = "g_saturated" // fraction of G's hidden units that are saturated
	Diversity  = "diversity"   // mean distance of two samples, as a fraction of that of two real examples
	Precision  = "precision"
	Recall     = "recall"
	Density    = "density"
	Coverage   = "coverage"
	Modes      = "modes" // number of a mixture's components that have samples
)

// ProbeRise is how far V rose while a copy of D trained alone against a frozen G, in nats. A probe leaves it in an
// event of the kind Probe.
const (
	Probe     = "probe"
	ProbeRise = "probe_rise"
)

// The scores of MathWorks' examples are not in records: they follow from other values. Both are 1/2 at the end of the
// game.
const (
	DScore = "score_d" // ½ d_real + ½ (1 − d_fake): how often D is right if it answers at random with the probabilities it states
	GScore = "score_g" // d_fake
)

// Value returns the named value, a score included, and whether the record has it.
func Value(values map[string]float64, name string) (v float64, ok bool) {
	switch name {
	case DScore:
		real, hasReal := values[DReal]
		fake, hasFake := values[DFake]
		return (real + 1 - fake) / 2, hasReal && hasFake
	case GScore:
		name = DFake
	}
	v, ok = values[name]
	return v, ok
}
