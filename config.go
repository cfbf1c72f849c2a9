package gans

import (
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Config is everything needed to repeat a run, and where to put it. Figure1, MNIST, MNIST28 and their kin
// make good ones to start from.
type Config struct {
	// Dir is the run's directory.
	Dir string `json:"-"`
	// Output receives progress and messages; nil means silence.
	Output io.Writer `json:"-"`
	// Watch sees every record as it is made; an error stops the run.
	Watch []func(run.Record) error `json:"-"`

	// Name says in a few words what is trained.
	Name string `json:"name"`
	// Backend is the engine; empty means what backend.Resolve chooses. Numbers repeat bit for bit only on
	// the same one, so a run stays on the backend it was begun on.
	Backend string `json:"backend"`
	// Seed decides the weights at the start, the noise, dropout, and the order of the data.
	Seed int64 `json:"seed"`

	Data Data `json:"data"`
	// BatchSize is m, the size of a minibatch. One iteration takes k·m examples.
	BatchSize int `json:"batch_size"`

	Generator     Network      `json:"generator"`
	Discriminator Network      `json:"discriminator"`
	Noise         ganlib.Prior `json:"noise"`

	Objective Objective `json:"objective"`
	// HalfV halves what D minimises, as the 2014 code does.
	HalfV bool `json:"half_v"`
	// K is the number of discriminator steps an iteration.
	K int `json:"k"`
	// Simultaneous updates both players from one forward pass, as the 2014 code does, in place of the
	// alternation of Algorithm 1.
	Simultaneous bool `json:"simultaneous"`
	// FlipReal is the share of real examples that D's loss calls fake, in [0, 1): MathWorks' way to slow
	// a D that wins too easily.
	FlipReal float64 `json:"flip_real,omitempty"`

	GeneratorRule     Rule `json:"generator_rule"`
	DiscriminatorRule Rule `json:"discriminator_rule"`

	// Steps is the total number of iterations. A finished run goes on when it grows, unless a learning
	// rate falls to zero over the steps there were.
	Steps int `json:"steps"`
	// Record, Sample and Save are the iterations from one record, sample picture and checkpoint to the
	// next.
	RecordEvery int `json:"record_every"`
	SampleEvery int `json:"sample_every"`
	SaveEvery   int `json:"save_every"`
}

// Network names a player's network: exactly one field is set.
type Network struct {
	MLP    *ganlib.MLP       `json:"mlp,omitempty"`
	Maxout *ganlib.MaxoutMLP `json:"maxout,omitempty"`
	// DCGAN holds the architecture of both players, of which this is one. Where it has classes the game is
	// conditional, and the data must be labelled.
	DCGAN *dcganlib.Networks `json:"dcgan,omitempty"`
	// BiasFromData starts an MLP's output at the data's mean pixels, as the 2014 code does.
	BiasFromData bool `json:"bias_from_data,omitempty"`
}

// Rule names a learning rule: exactly one field is set.
type Rule struct {
	Momentum *optim.Momentum `json:"momentum,omitempty"`
	Adam     *optim.Adam     `json:"adam,omitempty"`
}

// Objective names one of package ganlib's objectives: "minimax", "non-saturating", "least-squares",
// "hinge", "wasserstein", or "blend" with its two weights.
type Objective struct {
	Name    string  `json:"name"`
	Minimax float64 `json:"minimax,omitempty"`
	Zurich  float64 `json:"zurich,omitempty"`
}

// WithSteps returns the configuration for another number of iterations. Learning rates that fall to
// zero reach it at the new end.
func (cfg Config) WithSteps(steps int) Config {
	for rule, updates := range map[*Rule]int{&cfg.GeneratorRule: steps, &cfg.DiscriminatorRule: steps * cfg.K} {
		if rule.Adam != nil && rule.Adam.Linear > 0 {
			adam := *rule.Adam
			adam.Linear = updates
			rule.Adam = &adam
		}
	}
	cfg.Steps = steps
	return cfg
}

// checkCounts reports a number of things that is less than 1.
func (cfg Config) checkCounts() error {
	for _, count := range []struct {
		key string
		n   int
	}{
		{"batch_size", cfg.BatchSize}, {"k", cfg.K}, {"steps", cfg.Steps},
		{"record_every", cfg.RecordEvery}, {"sample_every", cfg.SampleEvery}, {"save_every", cfg.SaveEvery},
	} {
		if count.n < 1 {
			return fmt.Errorf("%s is %d: want at least 1", count.key, count.n)
		}
	}
	return nil
}

// algorithm maps the names of the configuration to the things.
func (cfg Config) algorithm(d dataset) (*ganlib.Algorithm1, error) {
	generator, err := cfg.Generator.generator(d)
	if err != nil {
		return nil, fmt.Errorf("generator: %w", err)
	}
	discriminator, err := cfg.Discriminator.discriminator(d)
	if err != nil {
		return nil, fmt.Errorf("discriminator: %w", err)
	}
	objective, err := cfg.Objective.objective()
	if err != nil {
		return nil, fmt.Errorf("objective: %w", err)
	}
	gRule, err := cfg.GeneratorRule.rule()
	if err != nil {
		return nil, fmt.Errorf("generator_rule: %w", err)
	}
	dRule, err := cfg.DiscriminatorRule.rule()
	if err != nil {
		return nil, fmt.Errorf("discriminator_rule: %w", err)
	}
	a := &ganlib.Algorithm1{
		Game: ganlib.Game{
			Generator: generator, Discriminator: discriminator,
			Prior: cfg.Noise, Objective: objective, HalfV: cfg.HalfV,
			Classes: cfg.Generator.classes(), FlipReal: cfg.FlipReal,
		},
		K: cfg.K, Simultaneous: cfg.Simultaneous, GeneratorRule: gRule, DiscriminatorRule: dRule,
	}
	return a, a.Validate()
}

// checkNetworks reports players that cannot be built, or not play with each other on such minibatches,
// whatever the data.
func (cfg Config) checkNetworks() error {
	if err := cfg.Generator.validate(cfg.BatchSize); err != nil {
		return fmt.Errorf("generator: %w", err)
	}
	if err := cfg.Discriminator.validate(cfg.BatchSize); err != nil {
		return fmt.Errorf("discriminator: %w", err)
	}
	if g, d := cfg.Generator.classes(), cfg.Discriminator.classes(); g != d {
		return fmt.Errorf("the generator has %d classes, the discriminator %d: want the same labels told to both", g, d)
	}
	return nil
}

// validate reports a network that cannot be built, or not be trained on minibatches of that size.
func (n Network) validate(batchSize int) error {
	switch {
	case n.MLP != nil && n.Maxout == nil && n.DCGAN == nil:
		return n.MLP.Validate()
	case n.Maxout != nil && n.MLP == nil && n.DCGAN == nil:
		return n.Maxout.Validate()
	case n.DCGAN != nil && n.MLP == nil && n.Maxout == nil:
		return n.DCGAN.ValidateFor(batchSize)
	}
	return fmt.Errorf(`want one network: "mlp", "maxout" or "dcgan"`)
}

// generator returns the network as G, and an error if its results are no examples of the data.
func (n Network) generator(d dataset) (ganlib.Generator, error) {
	if got, want := n.output(), d.shape(); !slices.Equal(got, want) {
		return nil, fmt.Errorf("its output has shape %v: want %v, the shape of one example%s", got, want, n.fit(d))
	}
	switch got, want := n.classes(), d.classes(); {
	case got > 0 && want == 0:
		return nil, fmt.Errorf("it has %d classes, and the data have no labels: want 0", got)
	case got > 0 && got != want:
		return nil, fmt.Errorf("it has %d classes, the data have %d: want the data's, or 0 for no labels", got, want)
	}
	switch {
	case n.DCGAN != nil && !n.BiasFromData:
		return n.DCGAN.Generator, nil
	case n.MLP != nil:
		return n.mlp(d)
	}
	return nil, fmt.Errorf("bias_from_data is for an mlp")
}

// fit is a hint at data of another size.
func (n Network) fit(d dataset) string {
	output := n.output()
	if _, ok := d.(*pictures); !ok || len(output) != 3 || output[0] != output[1] {
		return ""
	}
	return fmt.Sprintf("; data of size %d would fit", output[0])
}

// discriminator returns the network as D, and an error if it cannot read the data or its results are no
// logits.
func (n Network) discriminator(d dataset) (ganlib.Discriminator, error) {
	switch {
	case n.BiasFromData && n.MLP == nil:
		return nil, fmt.Errorf("bias_from_data is for an mlp")
	case n.DCGAN != nil:
		if got, want := n.output(), d.shape(); !slices.Equal(got, want) {
			return nil, fmt.Errorf("it reads images of shape %v: want %v, the shape of one example", got, want)
		}
		return n.DCGAN.Discriminator, nil
	case n.Maxout != nil:
		return n.Maxout.Forward, nil
	}
	if got := n.MLP.Output; !slices.Equal(got, []int{1}) {
		return nil, fmt.Errorf("its output has shape %v: want [1], one logit", got)
	}
	if n.MLP.OutputActivation != "linear" {
		return nil, fmt.Errorf(`output_activation is %q: want "linear", for D's output is a logit`, n.MLP.OutputActivation)
	}
	g, err := n.mlp(d)
	return ganlib.Discriminator(g), err
}

// mlp returns an MLP, with the bias that was asked for.
func (n Network) mlp(d dataset) (ganlib.Generator, error) {
	net := *n.MLP
	if n.BiasFromData {
		bias, err := d.meanLogits()
		if err != nil {
			return nil, err
		}
		if net.OutputBias = bias; bias == nil || net.OutputActivation != "sigmoid" {
			return nil, fmt.Errorf(`bias_from_data needs data that are images and output_activation "sigmoid", not %q`, net.OutputActivation)
		}
	}
	return net.Forward, net.Validate()
}

// output is the shape of one result of the network as a generator.
func (n Network) output() []int {
	switch {
	case n.MLP != nil:
		return n.MLP.Output
	case n.DCGAN != nil:
		return []int{n.DCGAN.Size, n.DCGAN.Size, n.DCGAN.Channels}
	}
	return []int{1}
}

// channels is how many the images of the network as a generator have, or 0 where it makes none that data
// could follow.
func (n Network) channels() int {
	if output := n.output(); len(output) == 3 && (output[2] == 1 || output[2] == 3) {
		return output[2]
	}
	return 0
}

// scale is the range of the network's results as a generator.
func (n Network) scale() data.Scale {
	if n.MLP != nil && n.MLP.OutputActivation == "tanh" || n.DCGAN != nil && n.DCGAN.Output != "sigmoid" {
		return data.Symmetric
	}
	return data.Unit
}

// classes is the number of labels the network is told apart, 0 for a network without.
func (n Network) classes() int {
	if n.DCGAN != nil {
		return n.DCGAN.Classes
	}
	return 0
}

// rule returns a fresh learning rule.
func (r Rule) rule() (optim.Rule, error) {
	switch {
	case r.Momentum != nil && r.Adam == nil:
		m := *r.Momentum
		return &m, m.Validate()
	case r.Adam != nil && r.Momentum == nil:
		a := *r.Adam
		return &a, a.Validate()
	}
	return nil, fmt.Errorf(`want one rule, "momentum" or "adam"`)
}

// mayGrow tells whether a run may be asked for more steps than it began with.
func (r Rule) mayGrow() bool { return r.Adam == nil || r.Adam.Linear == 0 }

var objectives = []ganlib.Objective{
	ganlib.Minimax, ganlib.NonSaturating, ganlib.LeastSquares, ganlib.Hinge, ganlib.Wasserstein,
}

func (o Objective) objective() (ganlib.Objective, error) {
	if o.Name == "blend" {
		if !(o.Minimax >= 0 && o.Zurich >= 0 && o.Minimax+o.Zurich > 0) {
			return ganlib.Objective{}, fmt.Errorf("blend of minimax %v and zurich %v: want weights of at least 0, not both 0", o.Minimax, o.Zurich)
		}
		return ganlib.Blend(o.Minimax, o.Zurich), nil
	}
	names := []string{"blend"}
	for _, known := range objectives {
		if known.Name == o.Name {
			return known, nil
		}
		names = append(names, known.Name)
	}
	return ganlib.Objective{}, fmt.Errorf("%q is unknown: want one of %q", o.Name, names)
}
