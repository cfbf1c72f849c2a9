package gans

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/memory"
	"github.com/gans-in-go/gans/internal/progress"
)

const float32Bytes = 4

// CheckMemory refuses a configuration that this machine has too little memory for. It compiles nothing. It counts less
// than training takes:
//
//   - the k·m examples of an iteration, in float32;
//   - unless a GPU computes, whose memory it does not know, every weight with what the learning rules and averages keep
//     of it, and the largest result of a matrix product or convolution on a minibatch.
//
// The error is an [*invalid.Error] of the key that most of it is due to.
func (cfg Config) CheckMemory() error {
	has := memory.Limit()
	if err := cfg.checkExamples(has); err != nil {
		return err
	}
	plan, err := cfg.plan()
	if err != nil {
		return err
	}
	if cfg.Backend != "go" && cfg.Backend != "xla:cpu" {
		return nil
	}
	g, d, largest := plan.Bytes(ganlib.GeneratorScope), plan.Bytes(ganlib.DiscriminatorScope), plan.LargestBytes()
	all := g + d + largest
	want := fmt.Sprintf("less: training takes at least %s of memory, and this machine has %s", progress.Size(all), progress.Size(has))
	switch {
	case all <= has:
		return nil
	case largest >= max(g, d):
		return invalid.Value("batch_size", cfg.BatchSize, "%s", want)
	case g >= d:
		return invalid.Value("generator", weighing(g), "%s", want)
	}
	return invalid.Value("discriminator", weighing(d), "%s", want)
}

// checkExamples refuses data of which the machine cannot hold an iteration's examples.
func (cfg Config) checkExamples(has float64) error {
	example := float64(float32Bytes)
	for _, n := range cfg.Generator.output() {
		example *= float64(n)
	}
	want := func(bytes float64, of string) string {
		return fmt.Sprintf("less: %s take %s of memory, and this machine has %s", of, progress.Size(bytes), progress.Size(has))
	}
	size := float64(cfg.Data.Size)
	switch m, k := float64(cfg.BatchSize), float64(cfg.K); {
	case float32Bytes*size*size > has:
		return invalid.Value("data.size", cfg.Data.Size, "%s", want(float32Bytes*size*size, "the pixels of one image"))
	case example > has:
		return invalid.Value("generator", shaped(cfg.Generator.output()), "%s", want(example, "the numbers of one"))
	case m*example > has:
		return invalid.Value("batch_size", cfg.BatchSize, "%s", want(m*example, "the examples of a minibatch"))
	case k*m*example > has:
		return invalid.Value("k", cfg.K, "%s", want(k*m*example, "the k·m examples of an iteration"))
	}
	return nil
}

// weighing says in a refusal how large a player is.
type weighing float64

func (w weighing) String() string {
	return progress.Size(float64(w)) + " of weights and what is kept of them"
}

// plan is what an iteration needs.
func (cfg Config) plan() (*ganlib.Plan, error) {
	algorithm, err := cfg.algorithm(nil)
	if err != nil {
		return nil, err
	}
	engine, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	return algorithm.Plan(engine, cfg.BatchSize, cfg.Generator.output()...)
}

// fit refuses weights that are not those of the configuration's networks.
func (cfg Config) fit(store *model.Store) error {
	plan, err := cfg.plan()
	if err != nil {
		return err
	}
	return plan.Fit(store)
}
