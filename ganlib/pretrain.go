package ganlib

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
)

// ErrNotBefore refuses to begin a generator with another one that is not its last part.
var ErrNotBefore = errors.New("the generators do not fit")

// LayersBefore is how many hidden layers this generator, which reads noise of dim numbers, has before those of another,
// which reads lastDim. It is an error that wraps [ErrNotBefore] unless its other layers are the other's, and are given as
// many numbers as those read.
func (c MLP) LayersBefore(dim int, last MLP, lastDim int) (int, error) {
	had, have := last.HiddenLayers(), c.HiddenLayers()
	before := len(have) - len(had)
	same := func(a, b Layer) bool { return a.Units == b.Units && a.Activation == b.Activation }
	if before < 0 || !slices.EqualFunc(had, have[before:], same) {
		return 0, fmt.Errorf("%w: its generator has hidden layers %v: want the last ones of %v", ErrNotBefore, had, have)
	}
	if !slices.Equal(last.Output, c.Output) || last.OutputActivation != c.OutputActivation {
		return 0, fmt.Errorf("%w: its generator ends in %s %v: want %s %v", ErrNotBefore, last.OutputActivation, last.Output,
			c.OutputActivation, c.Output)
	}
	inputs := dim
	if before > 0 {
		inputs = have[before-1].Units
	}
	if lastDim != inputs {
		return 0, fmt.Errorf("%w: its generator reads %d numbers: want %d, which the layers here would give it", ErrNotBefore, lastDim, inputs)
	}
	return before, nil
}

// CopyLast copies the variables of a store's generator, an MLP, into a store whose generator has a number of hidden layers
// before the same ones.
func CopyLast(into, from *model.Store, before int) error {
	for v := range from.Scope("/" + GeneratorScope).IterVariables() {
		value, err := v.Value()
		if err == nil {
			_, err = into.CreateVariable(moved(v.Path(), before), value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moved is the path of a variable of an MLP once a number of hidden layers have come before its own.
func moved(path string, before int) string {
	names := strings.Split(path, "/")
	for i, name := range names {
		if number, ok := strings.CutPrefix(name, "hidden_"); ok {
			if layer, err := strconv.Atoi(number); err == nil {
				names[i] = "hidden_" + strconv.Itoa(layer+before)
			}
		}
	}
	return strings.Join(names, "/")
}
