package main

import (
	"fmt"
	"math"

	"github.com/gans-in-go/gans/ganlib"
)

type probeCmd struct {
	Dir   string `arg:"" name:"run" type:"existingdir" help:"The run's directory."`
	Steps int    `default:"500" placeholder:"N" help:"How many steps D trains alone (default: ${default})."`
	checkpoint
}

// Run trains a copy of D alone and says what that means. The run stays as it is.
func (c *probeCmd) Run() error {
	gan, err := c.open(c.Dir)
	if err != nil {
		return err
	}
	p, err := gan.Probe(c.Steps)
	if err != nil {
		return err
	}
	fmt.Printf("After iteration %d, G stood still and a copy of D trained alone for %d steps.\n", gan.Step, p.Steps)
	fmt.Printf("V(D,G) went from %.3f ± %.3f to %.3f ± %.3f nats; where p_g = p_data it stays at -log 4 = %.3f.\n",
		p.Before.Value, p.Before.StdErr, p.After.Value, p.After.StdErr, -ganlib.Log4)
	rise := p.Rise()
	if rise.Value < .1 || rise.Value < 3*rise.StdErr {
		fmt.Printf("It rose by %.3f: D had seen already what it can see.\n", rise.Value)
	} else {
		fmt.Printf("It rose by %.3f: during play D saw less than there is to see.\n", rise.Value)
	}
	if jsd := p.JSD(); jsd > 0 {
		fmt.Printf("p_g is at least %.3f nats of JSD away from p_data, of at most log 2 = %.3f.\n", jsd, math.Ln2)
	}
	return nil
}
