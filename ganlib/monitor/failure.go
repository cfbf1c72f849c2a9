package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// ErrFailed says that the samples of a run have collapsed, or that training has diverged.
var ErrFailed = errors.New("training has failed")

// BestMetrics lists the signals by which one checkpoint can be better than another. Of each, more is better.
func BestMetrics() []string {
	return []string{record.Recall, record.Coverage, record.Precision, record.Density, record.Diversity, record.Modes}
}

// Actions that [OnFailure] knows.
const (
	Stop     = "stop"
	RollBack = "rollback"
)

// OnFailure is what a run does when it fails.
type OnFailure struct {
	// Action is [Stop], or [RollBack] to the best checkpoint there is and on from there at lower learning rates.
	Action string `json:"action"`
	// RateFactor multiplies both learning rates at each roll-back; 0 means .5.
	RateFactor float64 `json:"rate_factor,omitempty"`
	// Limit is the number of roll-backs after which the run stops; 0 means 3.
	Limit int `json:"limit,omitempty"`
}

// Validate refuses an action that is unknown, and numbers that do not go with it.
func (f OnFailure) Validate() error {
	switch {
	case f.Action != Stop && f.Action != RollBack:
		return invalid.Value("action", f.Action, "%q or %q", Stop, RollBack)
	case f.Action == Stop && f.RateFactor != 0:
		return invalid.Value("rate_factor", f.RateFactor, "0 with action %q", Stop)
	case f.Action == Stop && f.Limit != 0:
		return invalid.Value("limit", f.Limit, "0 with action %q", Stop)
	case !(f.RateFactor >= 0 && f.RateFactor <= 1):
		return invalid.Value("rate_factor", f.RateFactor, "more than 0 and at most 1, or 0 for .5")
	case f.Limit < 0:
		return invalid.Value("limit", f.Limit, "at least 1, or 0 for 3")
	}
	return nil
}

// Guard has the run of spec act on failure. The spec's records must hold signals, see [Signals].
func (f OnFailure) Guard(spec *run.Spec, p *ganlib.Players) {
	spec.Judge = Failed
	if f.Action == RollBack {
		spec.Rollbacks = cmp.Or(f.Limit, 3)
		factor := cmp.Or(f.RateFactor, .5)
		spec.RolledBack = func(times int) error { return slowDown(p, math.Pow(factor, float64(times))) }
	}
}

// Failed returns an error that wraps [ErrFailed] for a run that has diverged, or whose samples were better before and
// have collapsed. Samples that are not good yet are no failure, whatever package diagnose calls them: many runs begin
// that way.
func Failed(history []run.Record) error {
	for _, v := range diagnose.Diagnose(history, nil) {
		if v.Condition == diagnose.Diverged || v.Rule == diagnose.Forgetting {
			return fmt.Errorf("%w: %s: %s", ErrFailed, v.Condition, v.Text)
		}
	}
	return nil
}

// slowDown multiplies both players' learning rates by a factor.
func slowDown(p *ganlib.Players, factor float64) error {
	for _, player := range []string{ganlib.DiscriminatorScope, ganlib.GeneratorScope} {
		if err := optim.SetRateFactor(p.Store.Scope("/"+player), factor); err != nil {
			return err
		}
	}
	return nil
}
