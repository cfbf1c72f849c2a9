package gans

import (
	"fmt"
	"slices"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Config is everything needed to repeat a run: the JSON of its config.json. [Figure1], [MNIST], [MNIST28] and the other
// presets are good ones to start from. Where the run is kept and who follows it is in [Options].
type Config struct {
	// Name says in a few words what is trained.
	Name string `json:"name"`
	// Backend is the engine; empty means what backend.Resolve chooses. Numbers repeat bit for bit only on the same one, so
	// a run stays on the backend it was begun on.
	Backend string `json:"backend"`
	// Devices is the number of the backend's devices that divide each minibatch among them, each its part; BatchSize is a
	// multiple of it. Numbers are those of one device but for rounding, so a run stays on the number it was begun on. Batch
	// norm is over the whole minibatch, unless a DCGAN's batch_norm_groups divides it. 0 or 1: one device.
	Devices int `json:"devices,omitempty"`
	// Seed decides the weights at the start, the noise, dropout, and the order of the data.
	Seed int64 `json:"seed"`

	Data Data `json:"data"`
	// BatchSize is m, the size of a minibatch. One iteration takes k·m examples.
	BatchSize int `json:"batch_size"`

	Generator     Network `json:"generator"`
	Discriminator Network `json:"discriminator"`
	ganlib.Play

	// Steps is the total number of iterations. A finished run goes on when it grows, unless a learning rate falls to zero
	// over the steps there were.
	Steps int `json:"steps"`
	// RecordEvery, SampleEvery and SaveEvery are the iterations from one record, sample picture and checkpoint to the next.
	RecordEvery int `json:"record_every"`
	SampleEvery int `json:"sample_every"`
	SaveEvery   int `json:"save_every"`
	// KeepEvery keeps the checkpoints of its multiples for good, to measure how a run came along; of all others the newest
	// three are kept. It is a multiple of SaveEvery, or 0.
	KeepEvery int `json:"keep_every,omitempty"`
	// MeasureEvery is the iterations from one measurement of samples and gradients to the next: of their diversity, recall,
	// saturated units and so on, see package monitor. A measurement joins a record, so the number is rounded up to a
	// multiple of RecordEvery. 0: never.
	MeasureEvery int `json:"measure_every,omitempty"`
	// Best is the metric by which the best checkpoint is kept for good beside the newest: one of monitor.BestMetrics, of
	// which "modes" is for mixtures of Gaussians. Empty: none is.
	Best string `json:"best,omitempty"`
	// OnFailure says what to do when the samples collapse, or training diverges. Nil: only a number that is not finite
	// stops the run.
	OnFailure *monitor.OnFailure `json:"on_failure,omitempty"`
}

// Validate refuses a configuration that cannot be trained, whatever the data hold. The error names the key.
func (cfg Config) Validate() error {
	if err := cfg.validateCounts(); err != nil {
		return err
	}
	if err := cfg.validateBest(); err != nil {
		return err
	}
	if cfg.OnFailure != nil {
		if err := cfg.OnFailure.Validate(); err != nil {
			return invalid.In("on_failure", err)
		}
	}
	if err := cfg.validateNetworks(); err != nil {
		return err
	}
	_, err := cfg.algorithm(nil)
	return err
}

// resolved is the configuration as a run records it: its backend by name, a single device by 0.
func (cfg Config) resolved() Config {
	cfg.Backend = backend.Resolve(cfg.Backend)
	if cfg.Devices == 1 {
		cfg.Devices = 0
	}
	return cfg
}

// validateCounts refuses numbers below 1, and intervals that do not fit each other.
func (cfg Config) validateCounts() error {
	for _, count := range []struct {
		key string
		n   int
	}{
		{"batch_size", cfg.BatchSize}, {"k", cfg.K}, {"steps", cfg.Steps},
		{"record_every", cfg.RecordEvery}, {"sample_every", cfg.SampleEvery}, {"save_every", cfg.SaveEvery},
	} {
		if count.n < 1 {
			return invalid.Value(count.key, count.n, "at least 1")
		}
	}
	switch {
	case cfg.KeepEvery < 0 || cfg.KeepEvery%cfg.SaveEvery != 0:
		return invalid.Value("keep_every", cfg.KeepEvery, "a multiple of save_every, %d, or 0", cfg.SaveEvery)
	case cfg.Devices < 0 || cfg.Devices > 1 && cfg.BatchSize%cfg.Devices != 0:
		return invalid.Value("devices", cfg.Devices, "a divisor of batch_size, %d: each device takes as many examples", cfg.BatchSize)
	case cfg.MeasureEvery < 0:
		return invalid.Value("measure_every", cfg.MeasureEvery, "at least 1, or 0 for never")
	}
	return cfg.Data.Validate()
}

// measureEvery is MeasureEvery as a multiple of RecordEvery.
func (cfg Config) measureEvery() int {
	return (cfg.MeasureEvery + cfg.RecordEvery - 1) / cfg.RecordEvery * cfg.RecordEvery
}

// validateBest refuses a metric that cannot choose checkpoints.
func (cfg Config) validateBest() error {
	every := cfg.measureEvery()
	switch {
	case cfg.Best == "":
		return nil
	case !slices.Contains(monitor.BestMetrics(), cfg.Best):
		return invalid.Value("best", cfg.Best, "one of %q, or none", monitor.BestMetrics())
	case every == 0:
		return invalid.Value("measure_every", 0, "an interval such as %d: without a measurement there is no best checkpoint by %s", cfg.SaveEvery, cfg.Best)
	case cfg.SaveEvery%every != 0:
		return invalid.Value("save_every", cfg.SaveEvery, "a multiple of measure_every, %d: a checkpoint is as good as what was measured at it", every)
	case cfg.Best == record.Modes && cfg.Data.Mixture() == nil:
		return invalid.Value("best", cfg.Best, "another of %q: %s has no components to count, as a mixture such as ring8 has", monitor.BestMetrics(), cfg.Data)
	}
	return nil
}

// validateNetworks refuses players that cannot be built, or cannot play with each other on such minibatches.
func (cfg Config) validateNetworks() error {
	if err := cfg.Generator.validate(); err != nil {
		return invalid.In("generator", err)
	}
	if err := cfg.Discriminator.validate(); err != nil {
		return invalid.In("discriminator", err)
	}
	for _, n := range []*dcganlib.Networks{cfg.Generator.DCGAN, cfg.Discriminator.DCGAN} {
		if n != nil {
			if err := n.ValidateFor(cfg.BatchSize); err != nil {
				return err
			}
		}
	}
	if err := cfg.Augment.ValidateFor(cfg.Generator.output()); err != nil {
		return err
	}
	g, d := cfg.Generator.classes(), cfg.Discriminator.classes()
	switch {
	case cfg.Penalty.Kind != "" && cfg.Discriminator.DCGAN != nil && cfg.Discriminator.DCGAN.HasBatchNorm():
		return invalid.Value("penalty.kind", cfg.Penalty.Kind,
			`none, or a discriminator with batch_norm "none": with batch norm its gradient is that of a whole minibatch`)
	case cfg.Penalty.Kind != "" && cfg.Discriminator.MaxoutConv != nil:
		return invalid.Value("penalty.kind", cfg.Penalty.Kind,
			"none, or another discriminator than maxout_conv: its max pooling has no second derivative")
	case g != d:
		return invalid.Value("discriminator.dcgan.classes", d, "%d, as the generator has: both players are told the same labels", g)
	}
	return nil
}

// validateFor refuses data that the networks cannot play with.
func (cfg Config) validateFor(feed data.Feed) error {
	output, classes := cfg.Generator.output(), cfg.Generator.classes()
	if got := feed.Shape(); !slices.Equal(output, got) {
		hint := ""
		if len(got) == 3 && len(output) == 3 && output[0] == output[1] {
			hint = fmt.Sprintf("; data of size %d would fit", output[0])
		}
		return invalid.Value("generator", shaped(output), "examples of shape %v, as the data's are%s", got, hint)
	}
	switch labels := feed.Classes(); {
	case classes > 0 && labels == 0:
		return invalid.Value("generator.dcgan.classes", classes, "0, and discriminator.dcgan.classes too, for the data have no labels")
	case classes > 0 && classes != labels:
		return invalid.Value("generator.dcgan.classes", classes, "%d, as the data have, or 0 for no labels", labels)
	}
	most := feed.Len() / cfg.K
	switch {
	case cfg.BatchSize <= most || cfg.Data.Replacement:
		return nil
	case most == 0:
		return invalid.Value("k", cfg.K, "at most %d: an iteration takes k·m distinct examples, and there are as many "+
			"(--set k=%[1]d --set batch_size=1), or data.replacement (--with-replacement)", feed.Len())
	}
	return invalid.Value("batch_size", cfg.BatchSize, "at most %d: an iteration takes k·m distinct examples, and there are %d "+
		"(--set batch_size=%[1]d), or data.replacement (--with-replacement)", most, feed.Len())
}

// free are the keys of a configuration that may differ when a run goes on.
func (cfg Config) free() []string {
	free := []string{"name", "data.on_device", "record_every", "sample_every", "save_every", "keep_every", "measure_every", "best", "on_failure"}
	for _, rule := range []ganlib.Rule{cfg.GeneratorRule, cfg.DiscriminatorRule} {
		if rule.Adam != nil && rule.Adam.Linear > 0 {
			return free // the rate falls to zero with the steps there were
		}
	}
	return append(free, "steps")
}

// ReadConfig reads a configuration from a JSON file such as a run's config.json; "-" is the standard input. It refuses
// what [run.ReadConfig] refuses, such as unknown keys.
func ReadConfig(path string) (Config, error) { return run.ReadConfig[Config](path) }

// With returns the configuration with other values for some keys of its config.json, as [run.Change] makes it:
//
//	cfg.With(map[string]any{"k": 2, "discriminator_rule.adam.learning_rate": 4e-4})
//
// A learning rate that falls to zero with the last iteration still does so under other "steps" or another "k", unless the
// changes set it. With does not check whether the changed configuration can be trained; [Config.Validate] does.
func (cfg Config) With(changes map[string]any) (Config, error) {
	changed, err := run.Change(cfg, changes)
	if err != nil {
		return Config{}, err
	}
	before := cfg.rates()
	for i, now := range changed.rates() {
		if before[i].endsWithRun() && !now.isSet(changes) {
			now.endWithRun()
		}
	}
	return changed, nil
}

// WithSteps returns the configuration for another number of iterations. Learning rates that fall to zero reach it with
// the last iteration.
func (cfg Config) WithSteps(steps int) Config {
	cfg.Steps = steps
	for _, r := range cfg.rates() {
		r.endWithRun()
	}
	return cfg
}

// rate is the learning rate of one player.
type rate struct {
	key     string // of its rule
	rule    *ganlib.Rule
	updates int // number of updates of the player in a run
}

func (cfg *Config) rates() []rate {
	return []rate{
		{"generator_rule", &cfg.GeneratorRule, cfg.Steps},
		{"discriminator_rule", &cfg.DiscriminatorRule, cfg.Steps * cfg.K},
	}
}

// endsWithRun reports whether a learning rate falls to zero with the run's last update.
func (r rate) endsWithRun() bool { return r.rule.Adam != nil && r.rule.Adam.Linear == r.updates }

// endWithRun lets a learning rate that falls to zero reach it with the run's last update.
func (r rate) endWithRun() { *r.rule = r.rule.Ending(r.updates) }

// isSet reports whether changes of a configuration set the update at which the rate reaches zero.
func (r rate) isSet(changes map[string]any) bool {
	for _, key := range []string{r.key, r.key + ".adam", r.key + ".adam.linear"} {
		if _, ok := changes[key]; ok {
			return true
		}
	}
	return false
}
