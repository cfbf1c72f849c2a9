package gans

import (
	"fmt"
	"io"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/layer"
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
	// a D that wins too easily. FlipFake is the share of generated ones that it calls real.
	FlipReal float64 `json:"flip_real,omitempty"`
	FlipFake float64 `json:"flip_fake,omitempty"`
	// SmoothReal is s where D is told 1 − s of real examples in place of 1, as ganlib.Game has it.
	SmoothReal float64 `json:"smooth_real,omitempty"`
	// InstanceNoise blurs all that D sees, less and less.
	InstanceNoise ganlib.InstanceNoise `json:"instance_noise,omitzero"`
	// Penalty is what D pays for the size of its gradient. D must have no batch norm.
	Penalty ganlib.Penalty `json:"penalty,omitzero"`
	// AverageG, where it is not 0, is the decay of a moving average of G's weights, such as .999. Samples and
	// pictures are then made by the average, while the game goes on with the weights themselves.
	AverageG float64 `json:"average_g,omitempty"`

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
	// KeepEvery keeps the checkpoints of the iterations that it divides for good, for measuring how a run came
	// along; of all others the newest three are kept. It is a multiple of SaveEvery, or 0.
	KeepEvery int `json:"keep_every,omitempty"`
	// MeasureEvery is the iterations from one look at samples and gradients to the next: at their diversity,
	// recall, saturated units and so on. A measurement joins a record, so the number is rounded up to a multiple
	// of RecordEvery. 0: never.
	MeasureEvery int `json:"measure_every,omitempty"`
	// Best is the measure by which the best checkpoint is kept for good beside the newest: "recall",
	// "coverage", "precision", "density", "diversity" or, on mixtures of Gaussians, "modes". Empty: none is.
	Best string `json:"best,omitempty"`
	// OnFailure says what to do when the samples collapse, or training diverges. Nil: only a number that is not
	// finite stops the run.
	OnFailure *OnFailure `json:"on_failure,omitempty"`
}

// OnFailure is what a run does when it fails.
type OnFailure struct {
	// Action is "stop", or "rollback" to the best checkpoint there is and on from there, at lower learning
	// rates.
	Action string `json:"action"`
	// RateFactor multiplies both learning rates at each roll-back; 0 means .5.
	RateFactor float64 `json:"rate_factor,omitempty"`
	// Limit is the number of roll-backs after which the run stops; 0 means 3.
	Limit int `json:"limit,omitempty"`
}

// Validate reports an answer to failure that is none, by the names of its JSON.
func (f OnFailure) Validate() error {
	switch {
	case f.Action != actionStop && f.Action != actionRollback:
		return fmt.Errorf("action %q is unknown: want %q or %q", f.Action, actionStop, actionRollback)
	case f.Action == actionStop && (f.RateFactor != 0 || f.Limit != 0):
		return fmt.Errorf("rate_factor %v and limit %d with action %q: they are for %q", f.RateFactor, f.Limit, f.Action, actionRollback)
	case !(f.RateFactor >= 0 && f.RateFactor <= 1):
		return fmt.Errorf("rate_factor is %v: want more than 0 and at most 1, or 0 for .5", f.RateFactor)
	case f.Limit < 0:
		return fmt.Errorf("limit is %d roll-backs: want at least 1, or 0 for 3", f.Limit)
	}
	return nil
}

// The actions that OnFailure knows.
const actionStop, actionRollback = "stop", "rollback"

// measuresOfBest are the values that Config.Best knows; of each, more is better.
var measuresOfBest = []string{"recall", "coverage", "precision", "density", "diversity", measureModes}

const measureModes = "modes"

// Network names a player's network: exactly one field is set.
type Network struct {
	MLP    *ganlib.MLP       `json:"mlp,omitempty"`
	Maxout *ganlib.MaxoutMLP `json:"maxout,omitempty"`
	// DCGAN holds the architecture of both players, of which this is one. Where it has classes the game is
	// conditional, and the data must be labelled.
	DCGAN *dcganlib.Networks `json:"dcgan,omitempty"`
	// Deconv and MaxoutConv are the generator and the discriminator of the 2014 paper's convolutional
	// CIFAR-10 experiment.
	Deconv     *ganlib.DeconvMLP  `json:"deconv,omitempty"`
	MaxoutConv *ganlib.MaxoutConv `json:"maxout_conv,omitempty"`
	// SpectralNorm divides every weight matrix and kernel of the network by its largest singular value
	// (Miyato et al. 2018, arXiv:1802.05957), which bounds how steep the network can be.
	SpectralNorm bool `json:"spectral_norm,omitempty"`
	// BiasFromData starts an MLP's output at the data's mean pixels, as the 2014 code does.
	BiasFromData bool `json:"bias_from_data,omitempty"`
	// Pretrained is the directory of a run whose generator begins this one: an MLP whose layers, with their
	// weights, are this MLP's last ones. It is looked at when a run begins and never again.
	Pretrained string `json:"pretrained,omitempty"`
}

// Rule names a learning rule: either Momentum or Adam is set.
type Rule struct {
	Momentum *optim.Momentum `json:"momentum,omitempty"`
	Adam     *optim.Adam     `json:"adam,omitempty"`
	// MaxColNorm, where it is not 0, is the norm that no column of a weight matrix exceeds after an update,
	// as optim.MaxColNorm has it.
	MaxColNorm float64 `json:"max_col_norm,omitempty"`
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

// checkCounts reports a number of things that is less than 1, or intervals that do not fit each other.
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
	if cfg.KeepEvery < 0 || cfg.KeepEvery%cfg.SaveEvery != 0 {
		return fmt.Errorf("keep_every is %d: want a multiple of save_every, %d, or 0", cfg.KeepEvery, cfg.SaveEvery)
	}
	if cfg.MeasureEvery < 0 {
		return fmt.Errorf("measure_every is %d: want at least 1, or 0 for never", cfg.MeasureEvery)
	}
	return cfg.checkWatch()
}

// measureEvery is MeasureEvery as a multiple of RecordEvery.
func (cfg Config) measureEvery() int {
	return (cfg.MeasureEvery + cfg.RecordEvery - 1) / cfg.RecordEvery * cfg.RecordEvery
}

// checkWatch reports a measure that cannot choose checkpoints, or an answer to failure that is none.
func (cfg Config) checkWatch() error {
	every := cfg.measureEvery()
	switch {
	case cfg.Best == "":
	case !slices.Contains(measuresOfBest, cfg.Best):
		return fmt.Errorf("best %q is unknown: want one of %q, or none", cfg.Best, measuresOfBest)
	case every == 0:
		return fmt.Errorf("best is %q, and measure_every 0: want it measured, such as every %d iterations", cfg.Best, cfg.SaveEvery)
	case cfg.SaveEvery%every != 0:
		return fmt.Errorf("best is %q, and save_every %d: want a multiple of measure_every, %d, for a checkpoint is as good as what was measured at it",
			cfg.Best, cfg.SaveEvery, every)
	case cfg.Best == measureModes && !cfg.Data.hasModes():
		return fmt.Errorf("best is %q, and %s has none to count: want a mixture such as ring8, or another of %q", cfg.Best, cfg.Data, measuresOfBest)
	}
	if cfg.OnFailure == nil {
		return nil
	}
	if err := cfg.OnFailure.Validate(); err != nil {
		return fmt.Errorf("on_failure: %w", err)
	}
	return nil
}

// hasModes tells whether the data are a mixture, whose modes can be counted.
func (d Data) hasModes() bool {
	distribution, err := d.distribution()
	_, mixture := distribution.(data.Mixture)
	return err == nil && mixture
}

// algorithm maps the names of the configuration to the things. The data decide no more than the bias an
// untrained generator may begin with: where there are weights already, d is nil.
func (cfg Config) algorithm(d dataset) (*ganlib.Algorithm1, error) {
	generator, err := cfg.Generator.generator(d)
	if err != nil {
		return nil, fmt.Errorf("generator: %w", err)
	}
	generator = ganlib.Generator(cfg.Generator.normalised(generator))
	discriminator, err := cfg.Discriminator.discriminator(cfg.Generator.output())
	if err != nil {
		return nil, fmt.Errorf("discriminator: %w", err)
	}
	discriminator = ganlib.Discriminator(cfg.Discriminator.normalised(discriminator))
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
			Classes: cfg.Generator.classes(), FlipReal: cfg.FlipReal, FlipFake: cfg.FlipFake,
			SmoothReal: cfg.SmoothReal, InstanceNoise: cfg.InstanceNoise, Penalty: cfg.Penalty,
		},
		K: cfg.K, Simultaneous: cfg.Simultaneous, GeneratorRule: gRule, DiscriminatorRule: dRule,
		AverageG: cfg.AverageG,
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
	if d := cfg.Discriminator.DCGAN; cfg.Penalty.Kind != "" && d != nil && d.HasBatchNorm() {
		return fmt.Errorf(`penalty %q with batch norm in the discriminator, whose gradient is then that of a whole batch: want its batch_norm "none"`, cfg.Penalty.Kind)
	}
	if cfg.Penalty.Kind != "" && cfg.Discriminator.MaxoutConv != nil {
		return fmt.Errorf("penalty %q with a maxout_conv for a discriminator, whose max pooling has no second derivative: want another network", cfg.Penalty.Kind)
	}
	if g, d := cfg.Generator.classes(), cfg.Discriminator.classes(); g != d {
		return fmt.Errorf("the generator has %d classes, the discriminator %d: want the same labels told to both", g, d)
	}
	return nil
}

// validate reports a network that cannot be built, or not be trained on minibatches of that size.
func (n Network) validate(batchSize int) error {
	named := 0
	for _, there := range []bool{n.MLP != nil, n.Maxout != nil, n.DCGAN != nil, n.Deconv != nil, n.MaxoutConv != nil} {
		if there {
			named++
		}
	}
	switch {
	case named != 1:
		return fmt.Errorf(`want one network: "mlp", "maxout", "dcgan", "deconv" or "maxout_conv"`)
	case n.Maxout != nil:
		return n.Maxout.Validate()
	case n.DCGAN != nil:
		return n.DCGAN.ValidateFor(batchSize)
	case n.Deconv != nil:
		return n.Deconv.Validate()
	case n.MaxoutConv != nil:
		return n.MaxoutConv.Validate()
	}
	return n.MLP.Validate()
}

// generator returns the network as G. With BiasFromData its output begins at the data's mean, if there are
// data.
func (n Network) generator(d dataset) (ganlib.Generator, error) {
	switch {
	case n.BiasFromData && (n.MLP == nil || n.MLP.OutputActivation != "sigmoid"):
		return nil, fmt.Errorf(`bias_from_data is for an mlp with output_activation "sigmoid"`)
	case n.Pretrained != "" && n.MLP == nil:
		return nil, fmt.Errorf("pretrained is for an mlp")
	case n.DCGAN != nil:
		return n.DCGAN.Generator, nil
	case n.Deconv != nil:
		return n.Deconv.Forward, nil
	case n.MLP == nil:
		return nil, fmt.Errorf("maxout and maxout_conv are discriminators: want an mlp, a dcgan or a deconv")
	}
	net := *n.MLP
	if net.MinibatchStd {
		return nil, fmt.Errorf("minibatch_std is for a discriminator")
	}
	if n.BiasFromData && d != nil {
		bias, err := d.meanLogits()
		if err != nil {
			return nil, err
		}
		if net.OutputBias = bias; bias == nil {
			return nil, fmt.Errorf("bias_from_data needs data that are images")
		}
	}
	return net.Forward, net.Validate()
}

// normalised is a player of this network under spectral norm, where that is asked for.
func (n Network) normalised(player func(scope *model.Scope, x, y *Node) *Node) func(scope *model.Scope, x, y *Node) *Node {
	if !n.SpectralNorm {
		return player
	}
	return func(scope *model.Scope, x, y *Node) *Node {
		return player(layer.WithSpectralNorm(scope, x.Graph()), x, y)
	}
}

// fit is a hint at data of another size.
func (n Network) fit(d dataset) string {
	output := n.output()
	if _, ok := d.(*pictures); !ok || len(output) != 3 || output[0] != output[1] {
		return ""
	}
	return fmt.Sprintf("; data of size %d would fit", output[0])
}

// discriminator returns the network as D, and an error if it cannot read such examples or its results are
// no logits.
func (n Network) discriminator(example []int) (ganlib.Discriminator, error) {
	switch {
	case n.BiasFromData:
		return nil, fmt.Errorf("bias_from_data is for a generator")
	case n.Pretrained != "":
		return nil, fmt.Errorf("pretrained is for a generator")
	case n.DCGAN != nil:
		if got := n.output(); !slices.Equal(got, example) {
			return nil, fmt.Errorf("it reads images of shape %v: want %v, the shape of one example", got, example)
		}
		return n.DCGAN.Discriminator, nil
	case n.Maxout != nil:
		return n.Maxout.Forward, nil
	case n.MaxoutConv != nil:
		return n.MaxoutConv.Forward, n.MaxoutConv.Reads(example)
	case n.MLP == nil:
		return nil, fmt.Errorf("deconv is a generator: want an mlp, a maxout, a maxout_conv or a dcgan")
	}
	if got := n.MLP.Output; !slices.Equal(got, []int{1}) {
		return nil, fmt.Errorf("its output has shape %v: want [1], one logit", got)
	}
	if n.MLP.OutputActivation != "linear" {
		return nil, fmt.Errorf(`output_activation is %q: want "linear", for D's output is a logit`, n.MLP.OutputActivation)
	}
	return n.MLP.Forward, n.MLP.Validate()
}

// output is the shape of one result of the network as a generator.
func (n Network) output() []int {
	switch {
	case n.MLP != nil:
		return n.MLP.Output
	case n.DCGAN != nil:
		return []int{n.DCGAN.Size, n.DCGAN.Size, n.DCGAN.Channels}
	case n.Deconv != nil:
		return n.Deconv.Output()
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

// scale is the range of the network's results as a generator of images: [0, 1] behind a sigmoid, [−1, 1]
// behind tanh, and contrast-normalised where its output is linear.
func (n Network) scale() data.Scale {
	activation := "tanh"
	switch {
	case n.MLP != nil:
		activation = n.MLP.OutputActivation
	case n.Deconv != nil:
		activation = "linear"
	case n.DCGAN != nil && n.DCGAN.Output == "sigmoid":
		activation = "sigmoid"
	}
	return map[string]data.Scale{"sigmoid": data.Unit, "tanh": data.Symmetric, "linear": data.Contrast}[activation]
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
	rule, err := r.unlimited()
	if err != nil || r.MaxColNorm == 0 {
		return rule, err
	}
	limited := optim.MaxColNorm{Rule: rule, Limit: r.MaxColNorm}
	return limited, limited.Validate()
}

// unlimited is the rule without MaxColNorm.
func (r Rule) unlimited() (optim.Rule, error) {
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
