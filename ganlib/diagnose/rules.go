package diagnose

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/run"
)

// Thresholds. Those without a source were fixed on runs made to fail and on healthy ones.
const (
	explodes     = 100  // a gradient's norm: Chintala et al., "How to Train a GAN?" (ganhacks), 10
	flatRatio    = .01  // of the two losses' gradients
	alike        = .5   // of the data's diversity
	poor         = .3   // coverage
	sure         = .9   // D's score
	even         = .06  // distance of both scores from 1/2
	forgotten    = .25  // share of the best coverage that is gone
	missing      = .6   // recall, in parts of precision
	trueEnough   = .5   // precision
	risen        = .1   // nats of V in the frozen-G test
	alive        = .02  // recall or coverage
	deadUnits    = .95  // share of G's hidden units
	still        = 1e-4 // relative range of a loss
	better       = .05  // rise of coverage that counts as getting better
	moreVaried   = .1   // rise of diversity, in parts of the data's, that counts as getting better
	diverse      = .7   // of the data's diversity, for a healthy run
	turns        = 3    // full turns of an orbit
	beyondChance = 4    // standard deviations of the autocorrelation of noise, 1/√n
	resemblance  = .5   // autocorrelation at one turn
)

// diverged: a number that is not finite ended or turned back the run, or a gradient has no bounds.
func diverged(o *observation) *Verdict {
	if e := o.last; e.Event != "" && slices.ContainsFunc([]string{"NaN", "Inf"}, func(s string) bool { return strings.Contains(e.Note, s) }) {
		v := verdict(Diverged, []run.Record{e}, "training met a number that is not finite, and every step after it would be lost: "+e.Note+".")
		v.Remedies = o.settings.slower(.1)
		return v
	}
	for _, player := range []string{"d_grad", "g_grad"} {
		if m := o.lateMedian(player); m > explodes {
			v := verdict(Diverged, o.late, "a player's gradient is so long that no step by it is small: the rate is too high for this loss.",
				Evidence{"median " + player, m, "> 100"})
			v.Remedies = o.settings.slower(.1)
			return v
		}
	}
	return nil
}

// deadStart: no measurement has ever found life, and G's hidden units are off, or G or one of its layers gets no
// gradient at all, or the losses stand still.
func deadStart(o *observation) *Verdict {
	if o.lately == nil || o.late == nil {
		return nil
	}
	life := slices.Max(append(values(o.measured, "recall"), values(o.measured, "coverage")...))
	if !(life <= alive) {
		return nil
	}
	evidence := []Evidence{{"best recall or coverage of the whole run", life, "< .02"}}
	units, whole := o.latelyMedian("g_saturated"), o.lateMedian("g_grad")
	d, g := relativeRange(values(o.late, "d_loss")), relativeRange(values(o.late, "g_loss"))
	name, gradient := o.leastGradient()
	switch {
	case gradient == 0:
		evidence = append(evidence, Evidence{"longest late " + name, 0, "0"})
	case whole == 0:
		evidence = append(evidence, Evidence{"median g_grad", 0, "0"})
	case units > deadUnits:
		evidence = append(evidence, Evidence{"share of G's hidden units that are saturated", units, "> .95"})
	case d < still && g < still:
		evidence = append(evidence, Evidence{"range of the losses, in parts of them", max(d, g), "< .0001"})
	default:
		return nil
	}
	v := verdict(DeadStart, o.records, "nothing has moved since the first iteration: no gradient gets through.", evidence...)
	v.Remedies = o.settings.revive()
	return v
}

// leastGradient is the layer of G whose longest late gradient is the shortest, and its length.
func (o *observation) leastGradient() (name string, norm float64) {
	norm = math.Inf(1)
	if len(o.lately) == 0 {
		return "", norm
	}
	for _, layer := range slices.Sorted(maps.Keys(o.lately[0].Values)) {
		if all := values(o.lately, layer); strings.HasPrefix(layer, "g_grad/") && slices.Max(all) < norm {
			name, norm = layer, slices.Max(all)
		}
	}
	return name, norm
}

// relativeRange is the range of numbers in parts of their largest size.
func relativeRange(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	low, high := slices.Min(x), slices.Max(x)
	return (high - low) / max(math.Abs(low), math.Abs(high), math.SmallestNonzeroFloat64)
}

// saturated: the gradient of log(1 − D(G(z))) has gone, by that of −log D(G(z)), while the samples are poor and do not
// get better. A G that descends another loss is not asked.
func saturated(o *observation) *Verdict {
	if name, known := o.settings["objective.name"].(string); known && name != "minimax" && name != "blend" {
		return nil
	}
	ratio, coverage := o.latelyMedian("grad_ratio"), o.latelyMedian("coverage")
	if !(ratio < flatRatio && coverage < poor) || o.improving() {
		return nil
	}
	v := verdict(Saturated, o.lately,
		"D is so sure that log(1 − D(G(z))) is flat where G stands; by it, G cannot find out in which direction to go.",
		Evidence{"median grad_ratio", ratio, "< .01"}, Evidence{"median coverage", coverage, "< .3, and not rising"})
	v.Remedies = o.settings.unsaturate()
	return v
}

// dAhead: D is sure of everything, while the samples are poor and do not get better.
func dAhead(o *observation) *Verdict {
	score, coverage := o.lateMedian("scoreD"), o.latelyMedian("coverage")
	if !(score > sure && coverage < poor) || o.improving() {
		return nil
	}
	v := verdict(DDominates, o.late,
		"D tells almost every example, and G does not get better by what it hears from D. High scores alone would not be bad: they are while G learns.",
		Evidence{"median scoreD", score, "> .9"}, Evidence{"median coverage", coverage, "< .3, and not rising"})
	v.Remedies = o.settings.holdBackD()
	return v
}

// dBlind: both scores are at 1/2 while the samples are poor, or a D trained on with G frozen sees more.
func dBlind(o *observation) *Verdict {
	d, g := o.lateMedian("scoreD"), o.lateMedian("d_fake")
	if !(math.Abs(d-.5) < even && math.Abs(g-.5) < even) {
		return nil
	}
	evidence := []Evidence{{"median scoreD", d, "about 1/2"}, {"median scoreG", g, "about 1/2"}}
	rise := values(o.records, "probe_rise")
	coverage := o.latelyMedian("coverage")
	switch {
	case coverage < poor && !o.improving():
		evidence = append(evidence, Evidence{"median coverage", coverage, "< .3, and not rising"})
	case len(rise) > 0 && rise[len(rise)-1] > risen:
		evidence = append(evidence, Evidence{"rise of V in the frozen-G test", rise[len(rise)-1], "> .1"})
	default:
		return nil
	}
	v := verdict(GDominates, o.late,
		"the scores look like the end of the game, but D says 1/2 because it is blind, not because G has arrived. `gan probe` shows it: with G frozen, V rises.", evidence...)
	v.Remedies = o.settings.strengthenD()
	return v
}

// littleVariety: two samples are much nearer to each other than two real examples are.
func littleVariety(o *observation) *Verdict {
	if o.lately == nil {
		return nil
	}
	variety := slices.Max(append(values(o.lately, "diversity"), 0))
	if !(variety < alike) {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, "all samples are much alike: G has found a few that D lets pass, whatever the noise.",
		Evidence{"highest diversity", variety, "< .5 of the data's"})
	v.Remedies = o.settings.vary()
	return v
}

// modesMissing: what G draws is right, and much of the data it never draws.
func modesMissing(o *observation) *Verdict {
	precision, recall := o.latelyMedian("precision"), o.latelyMedian("recall")
	if !(precision > trueEnough && recall < missing*precision) || o.improving() {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, "samples are good, and too few: G draws some kinds of example and leaves others out.",
		Evidence{"median precision", precision, "> .5"}, Evidence{"median recall", recall, "< .6 of precision"})
	v.Remedies = o.settings.vary()
	return v
}

// forgetting: the samples covered more of the data before.
func forgetting(o *observation) *Verdict {
	best, step := o.best("coverage")
	now := o.latelyMedian("coverage")
	if !(best > poor/2 && now < (1-forgotten)*best) || len(o.lately) == 0 || step >= o.lately[0].Step {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, fmt.Sprintf("the samples were better at iteration %d: what G could draw then it does not draw any more.", step),
		Evidence{"median coverage", now, fmt.Sprintf("> 25%% below %.3g, the best of the run", best)})
	v.Remedies = append([]Remedy{{Text: "keep the best checkpoint, or let the run go back to it by itself",
		Changes: map[string]any{"best": "coverage", "on_failure": map[string]any{"action": "rollback"}}}}, o.settings.vary()...)
	return v
}

// circles: V swings to and fro with one period, as wide as before or wider.
func circles(o *observation) *Verdict {
	v := values(o.late, "v")
	period, likeness := orbit(v)
	byChance := beyondChance / math.Sqrt(float64(max(1, len(v)-period)))
	if !(likeness > max(resemblance, byChance)) || len(v) < turns*period {
		return nil
	}
	half := len(v) / 2
	if spread(v[half:]) < .8*spread(v[:half]) {
		return nil // the circles close in
	}
	steps := period * (o.late[1].Step - o.late[0].Step)
	found := verdict(Oscillation, o.late, fmt.Sprintf("the players run after each other in circles, once round in about %d iterations, and come no nearer to the middle.", steps),
		Evidence{"autocorrelation of V at one turn", likeness, "> .5, and the circles do not close in"})
	found.Remedies = o.settings.damp()
	return found
}

// improving tells whether samples cover more in the last third of the run, or vary more where they varied too little,
// than they did in all but a few moments of the third before: what goes up and down does not get better.
func (o *observation) improving() bool {
	n := len(o.lately)
	if before := len(o.measured) - n; n == 0 || before < 1 {
		return false
	}
	earlier := o.measured[max(0, len(o.measured)-2*n) : len(o.measured)-n]
	rises := func(signal string, by float64) bool {
		was := values(earlier, signal)
		return len(was) > 0 && o.latelyMedian(signal) > max(median(was)+by, quantile(was, .9))
	}
	return rises("coverage", better) || rises("diversity", moreVaried) && median(values(earlier, "diversity")) < diverse
}

// noneFound is what there is to say when no rule has found anything wrong.
func (o *observation) noneFound() Verdict {
	switch {
	case len(o.late) == 0:
		return *verdict(Undecided, o.records, fmt.Sprintf("%d records are too few to say anything.", len(o.records)))
	case len(o.measured) == 0:
		v := verdict(Undecided, o.late, "losses and scores look like nothing bad, which says nothing about the samples.")
		v.Remedies = []Remedy{{Text: "measure the samples now and then", Changes: map[string]any{"measure_every": 10 * o.settings.number("record_every", 10)}}}
		return *v
	case o.lately == nil:
		return *verdict(Undecided, o.measured, fmt.Sprintf("%d measurements of the samples are too few to say anything.", len(o.measured)))
	}
	coverage, variety := o.latelyMedian("coverage"), o.latelyMedian("diversity")
	evidence := []Evidence{{"median coverage", coverage, fmt.Sprintf("healthy from %.2g", poor)}, {"median diversity", variety, fmt.Sprintf("healthy from %.2g", diverse)}}
	switch {
	case coverage >= poor && variety >= diverse:
		return *verdict(Healthy, o.lately, "the samples cover the data and vary as they do, and have not become worse. Losses that rise, fall or jump on the way are normal.", evidence...)
	case o.improving():
		return *verdict(Undecided, o.lately, "not there yet, and getting better: go on.", evidence...)
	}
	return *verdict(Undecided, o.lately, "nothing is plainly wrong, and the samples are not good yet.", evidence...)
}
