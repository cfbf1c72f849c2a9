package gans

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/run"
)

// begin gives the generator of a run that has no checkpoint yet the weights of the run it is to begin with,
// if there is one.
func (gan *GAN) begin() error {
	from := gan.Config.Generator.Pretrained
	if from == "" || hasCheckpoint(gan.Config.Dir) {
		return nil
	}
	if err := gan.pretrain(from); err != nil {
		return fmt.Errorf("generator: pretrained: %w", err)
	}
	return nil
}

func hasCheckpoint(dir string) bool {
	r, err := run.Open(dir)
	if err != nil {
		return false
	}
	checkpoints, err := r.Checkpoints()
	return err == nil && len(checkpoints) > 0
}

// pretrain copies the weights of the generator of a run into this one's last layers.
func (gan *GAN) pretrain(dir string) error {
	r, err := run.Open(dir)
	if err != nil {
		return err
	}
	var first Config
	if err := r.Config(&first); err != nil {
		return err
	}
	before, err := layersBefore(first, gan.Config)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	store := model.NewStore()
	if _, err := r.Restore(store, backend.Warnings); err != nil {
		return err
	}
	for v := range store.Scope("/" + ganlib.GeneratorScope).IterVariables() {
		value, err := v.Value()
		if err == nil {
			_, err = gan.store.CreateVariable(moved(v.Path(), before), value)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

// layersBefore is how many hidden layers the second run's generator has before those of the first's, and an
// error unless its others are the first's, and read as many numbers as those did.
func layersBefore(first, second Config) (int, error) {
	g := first.Generator.MLP
	if g == nil {
		return 0, fmt.Errorf("its generator is no mlp: want one, whose layers could be the last ones here")
	}
	had, have := g.HiddenLayers(), second.Generator.MLP.HiddenLayers()
	before := len(have) - len(had)
	same := func(a, b ganlib.Layer) bool { return a.Units == b.Units && a.Activation == b.Activation }
	if before < 0 || !slices.EqualFunc(had, have[before:], same) {
		return 0, fmt.Errorf("its generator has hidden layers %v: want the last ones of %v", had, have)
	}
	if !slices.Equal(g.Output, second.Generator.MLP.Output) || g.OutputActivation != second.Generator.MLP.OutputActivation {
		return 0, fmt.Errorf("its generator ends in %s %v: want %s %v", g.OutputActivation, g.Output,
			second.Generator.MLP.OutputActivation, second.Generator.MLP.Output)
	}
	inputs := second.Noise.Dim
	if before > 0 {
		inputs = have[before-1].Units
	}
	if first.Noise.Dim != inputs {
		return 0, fmt.Errorf("its generator reads %d numbers: want %d, which the layers here would give it", first.Noise.Dim, inputs)
	}
	return before, nil
}

// moved is the path of a variable of an MLP once so many hidden layers have come before its own.
func moved(path string, before int) string {
	names := strings.Split(path, "/")
	for i, name := range names {
		var layer int
		if n, _ := fmt.Sscanf(name, "hidden_%d", &layer); n == 1 {
			names[i] = fmt.Sprintf("hidden_%d", layer+before)
		}
	}
	return strings.Join(names, "/")
}
