package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/run"
)

// Condition is a state of the game.
type Condition string

// The conditions, the most serious first.
const (
	Diverged     Condition = "diverged"      // numbers that are not finite, or gradients without bounds
	DeadStart    Condition = "dead start"    // nothing has moved since the first iteration
	Saturated    Condition = "saturated"     // the loss as printed passes almost no gradient to G
	DDominates   Condition = "D dominates"   // D is sure of everything, and G does not improve
	GDominates   Condition = "G dominates"   // D cannot tell samples from data, though they differ
	ModeCollapse Condition = "mode collapse" // the samples are too much alike, or have become so
	Oscillation  Condition = "oscillation"   // the players go round in circles
	Healthy      Condition = "healthy"       // no fault was found, and the samples are good
	Undecided    Condition = "undecided"     // no fault was found, but the samples are not good or not known
)

// Verdict is what a rule has found: in words, with the numbers, and what could be done.
type Verdict struct {
	Condition Condition
	Rule      string     // the rule's name in this package's chapter; "" if no rule found a fault
	From, To  int        // the iterations that the verdict is about
	Evidence  []Evidence // the numbers behind it
	Text      string     // what they mean
	Remedies  []Remedy   // what to try; the first one first
}

// Evidence is a number that a rule has looked at.
type Evidence struct {
	Name  string // such as "median coverage"
	Value float64
	Bound string // what it was compared with, such as "< .3"
}

// Remedy is a change of the configuration, for a run in another directory.
type Remedy struct {
	Text    string
	Changes map[string]any // dotted keys of config.json and their new values; nil if the change is in words alone
}

// String returns the verdict in a few lines.
func (v Verdict) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s (iterations %d to %d): %s", v.Condition, v.From, v.To, v.Text)
	if len(v.Evidence) > 0 {
		s.WriteString("\n  because")
	}
	for i, e := range v.Evidence {
		if i > 0 {
			s.WriteString(",")
		}
		fmt.Fprintf(&s, " %s is %.3g (%s)", e.Name, e.Value, e.Bound)
	}
	for _, r := range v.Remedies {
		fmt.Fprintf(&s, "\n  try: %s", r.Text)
	}
	return s.String()
}

// Diagnose returns what is wrong with a run, given its history so far, the most serious fault first. If no rule finds a
// fault, it returns one verdict, [Healthy] or [Undecided]. If several rules find one condition, the first of them
// speaks.
//
// Config is the text of config.json, which the remedies change; see [run.Run.ConfigText]. Without it, nil, most
// remedies are in words alone.
func Diagnose(history []run.Record, config []byte) []Verdict {
	o := observe(history, config)
	var found []Verdict
	for _, rule := range rules() {
		v := rule.find(o)
		if v == nil || slices.ContainsFunc(found, func(f Verdict) bool { return f.Condition == v.Condition }) {
			continue
		}
		v.Rule = rule.name
		found = append(found, *v)
	}
	if len(found) == 0 {
		return []Verdict{o.noneFound()}
	}
	return found
}
