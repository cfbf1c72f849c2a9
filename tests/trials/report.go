package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gans-in-go/gans/ganlib/diagnose"
)

// result is what was found in one run.
type result struct {
	trial    trial
	seed     int64
	verdicts []diagnose.Verdict
}

// found reports whether one of the verdicts is of a condition.
func (r result) found(c diagnose.Condition) bool {
	return slices.ContainsFunc(r.verdicts, func(v diagnose.Verdict) bool { return v.Condition == c })
}

// conditions lists the conditions of verdicts.
func conditions(verdicts []diagnose.Verdict) string {
	var all []string
	for _, v := range verdicts {
		all = append(all, string(v.Condition))
	}
	return strings.Join(slices.Compact(all), ", ")
}

// failures returns the conditions that raise an alarm.
func failures() []diagnose.Condition {
	return []diagnose.Condition{
		diagnose.Diverged, diagnose.DeadStart, diagnose.Saturated, diagnose.DDominates, diagnose.GDominates,
		diagnose.ModeCollapse, diagnose.Oscillation,
	}
}

// report returns the results in Markdown: a table by condition, and one by trial.
func report(results []result, seeds string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "# Trials of the diagnosis, seeds %s\n\n", seeds)
	s.WriteString("Made by `make trials`; not to be edited. A hit is a run made to fail in a way, of which the diagnosis says so; a false\n" +
		"alarm is one not made to fail of which it names that failure, or, for \"healthy\", one made to fail that it calls so. In\n" +
		"brackets: Wilson's 95% interval (1927). Thresholds are fixed on seeds 0-9.\n\n")
	s.WriteString("| data | condition | hits | false alarms |\n|---|---|---|---|\n")
	for _, data := range []string{"toy", "MNIST"} {
		for _, c := range append([]diagnose.Condition{diagnose.Healthy}, failures()...) {
			made := func(r result) bool { return r.trial.data == data && r.trial.made == c }
			other := func(r result) bool { return r.trial.data == data && !r.trial.fails() }
			if c == diagnose.Healthy { // said of a run that fails
				other = func(r result) bool { return r.trial.data == data && r.trial.fails() }
			}
			fmt.Fprintf(&s, "| %s | %s | %s | %s |\n", data, c, fraction(results, made, c), fraction(results, other, c))
		}
	}
	s.WriteString("\n| trial | made | found, and in how many runs |\n|---|---|---|\n")
	for _, t := range trials {
		if counts := counted(results, t.name); counts != "" {
			fmt.Fprintf(&s, "| %s | %s | %s |\n", t.name, t.made, counts)
		}
	}
	return s.String()
}

// fails reports whether a trial is made to fail.
func (t trial) fails() bool { return slices.Contains(failures(), t.made) }

// fraction says in how many of some results a condition is found, with Wilson's interval.
func fraction(results []result, of func(result) bool, c diagnose.Condition) string {
	n, k := 0, 0
	for _, r := range results {
		if of(r) {
			n++
			if r.found(c) {
				k++
			}
		}
	}
	if n == 0 {
		return "not tried"
	}
	low, high := wilson(k, n)
	return fmt.Sprintf("%d of %d [%.2f, %.2f]", k, n, low, high)
}

// wilson returns the interval that holds the probability behind k of n with 95% confidence (Wilson 1927): all p within
// 1.96 of their own standard errors of k/n.
func wilson(k, n int) (low, high float64) {
	z, of, p := distuv.UnitNormal.Quantile(.975), float64(n), float64(k)/float64(n)
	middle := p + z*z/(2*of)
	reach := z * math.Sqrt(p*(1-p)/of+z*z/(4*of*of))
	return max(0, (middle-reach)/(1+z*z/of)), min(1, (middle+reach)/(1+z*z/of))
}

// counted says which conditions are found in a trial's runs, the most frequent first.
func counted(results []result, trial string) string {
	type count struct {
		found string
		n     int
	}
	var counts []count
	for _, r := range results {
		if r.trial.name != trial {
			continue
		}
		found := conditions(r.verdicts)
		i := slices.IndexFunc(counts, func(c count) bool { return c.found == found })
		if i < 0 {
			counts, i = append(counts, count{found: found}), len(counts)
		}
		counts[i].n++
	}
	slices.SortStableFunc(counts, func(a, b count) int { return b.n - a.n })
	var all []string
	for _, c := range counts {
		all = append(all, fmt.Sprintf("%d × %s", c.n, c.found))
	}
	return strings.Join(all, "; ")
}
