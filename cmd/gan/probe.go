package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
)

type probeCmd struct {
	Dir   string `arg:"" name:"run" help:"A run's directory, or a model in the box, such as digits (gan models lists them)."`
	Steps int    `default:"500" placeholder:"N" help:"Number of steps that D trains alone (default: ${default})."`
	checkpoint
}

// Run trains a copy of D alone and says what that means. The players stay as they are; the result joins the run's
// history.
func (c *probeCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	gan, err := c.open(c.Dir)
	if err != nil {
		return err
	}
	p, err := gan.Probe(ctx, c.Steps)
	recorded := fmt.Sprintf("The result is in the run's history, where `gan diagnose %s` reads it.", c.Dir)
	if gan.Run == nil {
		recorded = "A model in the box has no history, so the result is nowhere but here."
	}
	if errors.Is(err, run.ErrLocked) {
		recorded, err = "The result is not in the run's history: a process is training there.", nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "After iteration %d, G stood still and a copy of D trained alone for %d steps.\n", gan.Step, p.Steps)
	fmt.Fprintf(stdout, "V(D,G) went from %.3f ± %.3f to %.3f ± %.3f nats; where p_g = p_data it stays at -log 4 = %.3f.\n",
		p.Before.Value, p.Before.StdErr, p.After.Value, p.After.StdErr, -ganlib.Log4)
	rise := p.Rise()
	saw := "all that it can see"
	if rise.Value > diagnose.BlindRise && rise.Value > 3*rise.StdErr {
		saw = "less than there was to see"
	}
	fmt.Fprintf(stdout, "It %s: during play D saw %s.\n", p.Moved(), saw)
	if jsd := p.JSD(); jsd > 0 {
		fmt.Fprintf(stdout, "The Jensen-Shannon divergence of p_g from p_data is at least %.3f nats. It can be log 2 = %.3f at most.\n", jsd, math.Ln2)
	}
	fmt.Fprintln(stdout, recorded)
	return nil
}
