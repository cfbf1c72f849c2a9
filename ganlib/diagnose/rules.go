package diagnose

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// BlindRise is how far V must rise in the frozen-G test, in nats, to show that D did not see during play what there was
// to see.
const BlindRise = .1

// Thresholds. Those without a source were fixed on runs made to fail and on healthy ones.
const (
	explodes     = 100  // a gradient's norm: Chintala et al., "How to Train a GAN?" (ganhacks), 10
	flatRatio    = .01  // the gradient of log(1 − D(G(z))) as a fraction of that of −log D(G(z))
	alike        = .5   // diversity
	poor         = .3   // coverage
	sure         = .9   // D's score
	even         = .06  // distance of a score from 1/2
	forgotten    = .25  // fraction of the best coverage that is gone
	missing      = .6   // recall as a fraction of precision
	trueEnough   = .5   // precision
	alive        = .02  // recall or coverage
	deadUnits    = .95  // fraction of G's hidden units that are saturated
	still        = 1e-4 // range of a loss as a fraction of its size
	better       = .05  // rise of coverage that counts as getting better
	moreVaried   = .1   // rise of diversity that counts as getting better
	nearlyAll    = .9   // fraction of the earlier measurements that better samples exceed
	diverse      = .7   // diversity of a healthy run
	turns        = 3    // full turns of an orbit
	closing      = .8   // width of an orbit that closes in, as a fraction of what it was
	beyondChance = 4    // standard deviations of the autocorrelation of noise, 1/√n
	resemblance  = .5   // autocorrelation at one turn
)

// A rule looks for one condition of the game.
type rule struct {
	name string
	// reads lists the values of records on which the rule depends. A name that ends in / stands for all names that
	// begin with it.
	reads []string
	find  func(*observation) *Verdict
}

// Forgetting is the name of the rule that finds samples that were better before.
const Forgetting = "forgetting"

// rules returns the rules in the order in which they are asked.
func rules() []rule {
	return []rule{
		{"diverged", []string{record.DGrad, record.GGrad}, diverged},
		{"dead start", []string{
			record.Coverage, record.Recall, record.GSaturated, record.GGrad, record.GGradIn, record.DLoss, record.GLoss,
		}, deadStart},
		{"saturated", []string{record.GradRatio, record.Coverage, record.Diversity}, saturated},
		{"D ahead", []string{record.DReal, record.DFake, record.Coverage, record.Diversity}, dAhead},
		{"D blind", []string{record.DReal, record.DFake, record.Coverage, record.Diversity, record.ProbeRise}, dBlind},
		{Forgetting, []string{record.Coverage}, forgetting},
		{"little variety", []string{record.Coverage, record.Diversity}, littleVariety},
		{"modes missing", []string{record.Precision, record.Recall, record.Coverage, record.Diversity}, modesMissing},
		{"circles", []string{record.V}, circles},
	}
}

// Values lists the values of records that the rules read. A name that ends in / stands for all names that begin with
// it.
func Values() []string {
	var all []string
	for _, r := range rules() {
		all = append(all, r.reads...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// number writes a threshold as the verdicts do: .3, 100.
func number(v float64) string {
	return strings.TrimPrefix(strconv.FormatFloat(v, 'f', -1, 64), "0")
}

func above(threshold float64) string { return "> " + number(threshold) }
func below(threshold float64) string { return "< " + number(threshold) }

// diverged finds a number that is not finite, which ended the run or turned it back, and gradients without bounds.
func diverged(o *observation) *Verdict {
	if e := o.last; e.Event != "" && (strings.Contains(e.Note, "NaN") || strings.Contains(e.Note, "Inf")) {
		v := verdict(Diverged, []run.Record{e}, "training met a number that is not finite. No step after it can be of use: "+e.Note+".")
		v.Remedies = o.settings.calm()
		return v
	}
	for _, gradient := range []string{record.DGrad, record.GGrad} {
		if m := o.lateMedian(gradient); m > explodes {
			v := verdict(Diverged, o.late, "the gradient of one player is so long that no step along it is small. The learning rate is too high for this loss.",
				Evidence{"median " + gradient, m, above(explodes)})
			v.Remedies = o.settings.calm()
			return v
		}
	}
	return nil
}

// deadStart finds a game in which no measurement ever found a sample near the data, and nothing moves: G's hidden units
// are off, or G or one of its layers gets no gradient at all, or the losses stand still.
func deadStart(o *observation) *Verdict {
	if o.lately == nil || o.late == nil {
		return nil
	}
	life := slices.Max(append(values(o.measured, record.Recall), values(o.measured, record.Coverage)...))
	if life > alive {
		return nil
	}
	evidence := []Evidence{{"best recall or coverage of the whole run", life, below(alive)}}
	units, whole := o.latelyMedian(record.GSaturated), o.lateMedian(record.GGrad)
	d, g := relativeRange(values(o.late, record.DLoss)), relativeRange(values(o.late, record.GLoss))
	name, gradient := o.leastGradient()
	switch {
	case gradient == 0:
		evidence = append(evidence, Evidence{"longest late " + name, 0, "0"})
	case whole == 0:
		evidence = append(evidence, Evidence{"median " + record.GGrad, 0, "0"})
	case units > deadUnits:
		evidence = append(evidence, Evidence{"median " + record.GSaturated, units, above(deadUnits)})
	case d < still && g < still:
		evidence = append(evidence, Evidence{"range of the losses as a fraction of their size", max(d, g), below(still)})
	default:
		return nil
	}
	v := verdict(DeadStart, o.records, "nothing has moved since the first iteration. No gradient gets through.", evidence...)
	v.Remedies = o.settings.revive()
	return v
}

// leastGradient returns the layer of G whose longest late gradient is the shortest, and its length. Without gradients
// by layer the length is infinite.
func (o *observation) leastGradient() (name string, norm float64) {
	norm = math.Inf(1)
	if len(o.lately) == 0 {
		return "", norm
	}
	for _, layer := range slices.Sorted(maps.Keys(o.lately[0].Values)) {
		if !strings.HasPrefix(layer, record.GGradIn) {
			continue
		}
		if longest := slices.Max(values(o.lately, layer)); longest < norm {
			name, norm = layer, longest
		}
	}
	return name, norm
}

// relativeRange returns the range of some numbers as a fraction of their largest absolute value.
func relativeRange(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	low, high := slices.Min(x), slices.Max(x)
	return (high - low) / max(math.Abs(low), math.Abs(high), math.SmallestNonzeroFloat64)
}

// saturated finds a game in which the gradient of log(1 − D(G(z))) is nothing beside that of −log D(G(z)), while the
// samples are poor and do not get better. It does not apply to a G that descends another loss.
func saturated(o *observation) *Verdict {
	if objective, known := o.settings["objective.name"].(string); known && objective != "minimax" && objective != "blend" {
		return nil
	}
	ratio := o.latelyMedian(record.GradRatio)
	if !(ratio < flatRatio && o.poorAndNoBetter()) {
		return nil
	}
	v := verdict(Saturated, o.lately,
		"D is so sure that log(1 − D(G(z))) is flat where G stands. Its gradient no longer shows G which way to go.",
		Evidence{"median " + record.GradRatio, ratio, below(flatRatio)}, o.poorCoverage())
	v.Remedies = o.settings.unsaturate()
	return v
}

// dAhead finds a D that is sure of everything, while the samples are poor and do not get better.
func dAhead(o *observation) *Verdict {
	score := o.lateMedian(record.DScore)
	if !(score > sure && o.poorAndNoBetter()) {
		return nil
	}
	v := verdict(DDominates, o.late,
		"D is right about almost every example, and G does not improve by what it learns from D. High scores alone are no fault: they are normal while G improves.",
		Evidence{"median " + record.DScore, score, above(sure)}, o.poorCoverage())
	v.Remedies = o.settings.holdBackD()
	return v
}

// dBlind finds scores at 1/2 where G has not arrived: the samples are poor and do not get better, or a D that trained
// alone saw more. A D that trained alone and saw no more was not blind, however poor the samples are.
func dBlind(o *observation) *Verdict {
	d, g, rise := o.lateMedian(record.DScore), o.lateMedian(record.GScore), o.probeRise()
	if !(math.Abs(d-.5) < even && math.Abs(g-.5) < even) {
		return nil
	}
	near := fmt.Sprintf("within %s of 1/2", number(even))
	evidence := []Evidence{{"median " + record.DScore, d, near}, {"median " + record.GScore, g, near}}
	text := "the scores look like the end of the game. But D says 1/2 because it is blind, not because G has arrived."
	switch {
	case rise > BlindRise:
		evidence = append(evidence, Evidence{"rise of V in the frozen-G test", rise, above(BlindRise)})
		text += " With G frozen, D learned to see more."
	case rise <= BlindRise:
		return nil
	case o.poorAndNoBetter():
		evidence = append(evidence, o.poorCoverage())
		text += " `gan probe` tests it: with G frozen, V rises if D has more to see."
	default:
		return nil
	}
	v := verdict(GDominates, o.late, text, evidence...)
	v.Remedies = o.settings.strengthenD()
	return v
}

// littleVariety finds samples that are much nearer to each other than real examples are.
func littleVariety(o *observation) *Verdict {
	all := values(o.lately, record.Diversity)
	if len(all) == 0 || slices.Max(all) >= alike {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, "all samples are much alike. G has found a few that pass as real to D, and draws them whatever the noise.",
		Evidence{"highest " + record.Diversity, slices.Max(all), below(alike) + " of the data's"})
	v.Remedies = o.settings.vary()
	return v
}

// modesMissing finds a G whose samples are right, but that never draws much of the data.
func modesMissing(o *observation) *Verdict {
	precision, recall := o.latelyMedian(record.Precision), o.latelyMedian(record.Recall)
	if !(precision > trueEnough && recall < missing*precision) || o.improving() {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, "the samples are good but too few kinds: G draws some kinds of example and leaves others out.",
		Evidence{"median " + record.Precision, precision, above(trueEnough)},
		Evidence{"median " + record.Recall, recall, below(missing) + " of precision"})
	v.Remedies = o.settings.vary()
	return v
}

// forgetting finds samples that covered more of the data before.
func forgetting(o *observation) *Verdict {
	if o.lately == nil {
		return nil
	}
	now := o.latelyMedian(record.Coverage)
	best, step := o.best(record.Coverage)
	if step >= o.lately[0].Step || !(best > poor/2 && now < (1-forgotten)*best) {
		return nil
	}
	v := verdict(ModeCollapse, o.lately, fmt.Sprintf("the samples were better at iteration %d. G has forgotten part of what it could draw then.", step),
		Evidence{"median " + record.Coverage, now, fmt.Sprintf("> %g%% below %.3g, the best of the run", 100*forgotten, best)})
	v.Remedies = append([]Remedy{o.settings.rollBack()}, o.settings.vary()...)
	return v
}

// circles finds a V that swings with one period, as wide as before or wider.
func circles(o *observation) *Verdict {
	v := values(o.late, record.V)
	period, likeness := orbit(v)
	byChance := beyondChance / math.Sqrt(float64(max(1, len(v)-period)))
	if likeness <= max(resemblance, byChance) || len(v) < turns*period {
		return nil
	}
	half := len(v) / 2
	if spread(v[half:]) < closing*spread(v[:half]) {
		return nil
	}
	steps := period * (o.late[1].Step - o.late[0].Step)
	found := verdict(Oscillation, o.late,
		fmt.Sprintf("the players chase each other in circles, one turn in about %d iterations, and come no nearer to the equilibrium.", steps),
		Evidence{"autocorrelation of V after one turn", likeness, above(resemblance) + ", and the circles do not close in"})
	found.Remedies = o.settings.damp()
	return found
}

// poorAndNoBetter reports whether the samples cover little of the data, and no more than before.
func (o *observation) poorAndNoBetter() bool {
	return o.latelyMedian(record.Coverage) < poor && !o.improving()
}

// poorCoverage is the evidence for poorAndNoBetter.
func (o *observation) poorCoverage() Evidence {
	return Evidence{"median " + record.Coverage, o.latelyMedian(record.Coverage), below(poor) + ", and not rising"}
}

// improving reports whether samples cover more in the last third of the run, or vary more where they varied too little,
// than in nearly all measurements of the third before. What goes up and down does not get better.
func (o *observation) improving() bool {
	n := len(o.lately)
	if n == 0 || n == len(o.measured) {
		return false
	}
	earlier := o.measured[max(0, len(o.measured)-2*n) : len(o.measured)-n]
	rises := func(signal string, by float64) bool {
		was := values(earlier, signal)
		return len(was) > 0 && o.latelyMedian(signal) > max(median(was)+by, quantile(was, nearlyAll))
	}
	return rises(record.Coverage, better) || rises(record.Diversity, moreVaried) && median(values(earlier, record.Diversity)) < diverse
}

// noneFound returns the verdict on a run in which no rule has found anything wrong.
func (o *observation) noneFound() Verdict {
	switch {
	case o.late == nil:
		return *verdict(Undecided, o.records, tooFew("records", len(o.records), fewRecords, "record_every"))
	case len(o.measured) == 0:
		v := verdict(Undecided, o.late, "losses and scores show no fault. But they say nothing about the samples, which were not measured.")
		v.Remedies = []Remedy{o.settings.measure()}
		return *v
	case o.lately == nil:
		return *verdict(Undecided, o.measured, tooFew("measurements of the samples", len(o.measured), fewMeasured, "measure_every"))
	}
	coverage, variety := o.latelyMedian(record.Coverage), o.latelyMedian(record.Diversity)
	evidence := []Evidence{
		{"median " + record.Coverage, coverage, "healthy from " + number(poor)},
		{"median " + record.Diversity, variety, "healthy from " + number(diverse)},
	}
	switch {
	case coverage >= poor && variety >= diverse:
		return *verdict(Healthy, o.lately, "the samples cover the data, vary as the data do, and have not become worse. Losses that rise, fall or jump on the way are normal.", evidence...)
	case o.improving():
		return *verdict(Undecided, o.lately, "the samples are not good yet, but they improve. Go on.", evidence...)
	}
	text := "no rule finds a fault, but the samples are not good yet."
	if rise := o.probeRise(); rise <= BlindRise {
		text += " D has little more to see: in the frozen-G test V hardly rose. A larger D may see more."
		evidence = append(evidence, Evidence{"rise of V in the frozen-G test", rise, "≤ " + number(BlindRise)})
	}
	return *verdict(Undecided, o.lately, text, evidence...)
}

// tooFew says how many records of a kind a verdict needs, and how to get them.
func tooFew(what string, n, least int, key string) string {
	return fmt.Sprintf("%d %s are too few for a verdict: the last third of the run needs at least %d. Train on, or with a smaller %s.",
		n, what, least, key)
}
