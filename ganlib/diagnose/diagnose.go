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
	Saturated    Condition = "saturated"     // the loss as printed passes no gradient to G any more
	DDominates   Condition = "D dominates"   // D is sure of everything, and G does not get better
	GDominates   Condition = "G dominates"   // D cannot tell, though there is much to tell
	ModeCollapse Condition = "mode collapse" // the samples are too much alike, or have become so
	Oscillation  Condition = "oscillation"   // the players go round in circles
	Healthy      Condition = "healthy"       // nothing is wrong, and the samples show it
	Undecided    Condition = "undecided"     // too little evidence
)

// Verdict is what a rule has found: in words, with the numbers, and what could be done.
type Verdict struct {
	Condition Condition
	Rule      string     // the rule's name in this package's chapter
	From, To  int        // the iterations it speaks of
	Evidence  []Evidence // what the rule has looked at
	Text      string     // what that means
	Remedies  []Remedy   // the one to try first comes first
}

// Evidence is a number that a rule has looked at.
type Evidence struct {
	Name  string // such as "median scoreD"
	Value float64
	Bound string // what it was held against, such as "> .9"
}

// Remedy is a change of the configuration, for a run in another directory.
type Remedy struct {
	Text    string
	Changes map[string]any // dotted keys of config.json and their new values
}

// String is the verdict in a few lines.
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

// Forgetting is the rule for samples that were better before.
const Forgetting = "forgetting"

// rules are asked in this order.
var rules = []struct {
	name string
	find func(*observation) *Verdict
}{
	{"diverged", diverged},
	{"dead start", deadStart},
	{"saturated", saturated},
	{"D ahead", dAhead},
	{"D blind", dBlind},
	{Forgetting, forgetting},
	{"little variety", littleVariety},
	{"modes missing", modesMissing},
	{"circles", circles},
}

// Diagnose reads a run's history so far and says what is wrong with it, the most serious first, or that nothing
// is, or that there is too little evidence; it never returns nothing. Of several rules for one condition the first
// speaks. The remedies are changes of the
// configuration, the text of config.json; with nil they are in words alone.
func Diagnose(history []run.Record, config []byte) []Verdict {
	o := observe(history, config)
	var found []Verdict
	for _, rule := range rules {
		v := rule.find(o)
		if v == nil || slices.ContainsFunc(found, func(f Verdict) bool { return f.Condition == v.Condition }) {
			continue
		}
		v.Rule = rule.name
		found = append(found, *v)
	}
	if len(found) > 0 {
		return found
	}
	return []Verdict{o.noneFound()}
}
