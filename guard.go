package gans

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
)

// ErrFailed is what Train returns, wrapped, when Config.OnFailure stops a run.
var ErrFailed = errors.New("training has failed")

// judge finds a run that has diverged, or whose samples were better before and have collapsed. Samples that are not good
// yet are no failure, whatever package diagnose calls them: many runs begin that way.
func judge(history []run.Record) error {
	for _, v := range diagnose.Diagnose(history, nil) {
		if v.Condition == diagnose.Diverged || v.Rule == diagnose.Forgetting {
			return fmt.Errorf("%w: %s: %s", ErrFailed, v.Condition, v.Text)
		}
	}
	return nil
}

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
	spec.Judge = judge
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
