package gans

import (
	"cmp"
	"fmt"
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
)

// guard has a run look at its samples as it goes, keep the best checkpoint, and answer to failure.
func (gan *GAN) guard(spec *run.Spec, d dataset) error {
	if spec.MeasureEvery = gan.Config.measureEvery(); spec.MeasureEvery > 0 {
		s, err := newSignals(gan, d)
		if err != nil {
			return err
		}
		spec.Measure, spec.Best = s.measure, run.Best{Value: gan.Config.Best}
	}
	f := gan.Config.OnFailure
	if f == nil {
		return nil
	}
	if f.Action == actionRollback {
		spec.Rollbacks = cmp.Or(f.Limit, 3)
		spec.RolledBack = func(times int) error { return gan.slow(math.Pow(cmp.Or(f.RateFactor, .5), float64(times))) }
	}
	return nil
}

// slow multiplies both players' learning rates by a factor.
func (gan *GAN) slow(factor float64) error {
	for _, player := range []string{ganlib.DiscriminatorScope, ganlib.GeneratorScope} {
		if err := optim.SetRateFactor(gan.store.Scope("/"+player), factor); err != nil {
			return err
		}
	}
	return nil
}

// RestoreBest puts the weights of the best checkpoint that is kept in place, by the measure that Config.Best
// names. On an error the weights stay as they were.
func (gan *GAN) RestoreBest() error {
	if gan.Config.Best == "" {
		return fmt.Errorf("%s keeps no best checkpoint: its configuration has no \"best\", such as recall", gan.Run.Dir)
	}
	c, _, err := gan.Run.Best(run.Best{Value: gan.Config.Best})
	if err != nil {
		return err
	}
	return gan.Restore(c.Step)
}
