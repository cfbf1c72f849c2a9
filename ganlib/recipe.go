package ganlib

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Recipe is a game as JSON: two networks of this package, and how they play. It names neither files nor data.
// [ReadRecipe] reads one, and refuses the keys that json.Unmarshal would pass over.
type Recipe struct {
	Generator     Network `json:"generator"`
	Discriminator Network `json:"discriminator"`
	Play
}

// ReadRecipe reads a recipe from JSON. It returns an *invalid.Error for a key that recipes do not have, and for a value
// that its key cannot hold. Whether a game can be built of it, [Recipe.Algorithm1] says.
func ReadRecipe(text []byte) (Recipe, error) { return invalid.ReadJSON[Recipe]("a recipe", text) }

// Algorithm1 builds the game. Every call returns fresh learning rules.
func (r Recipe) Algorithm1() (*Algorithm1, error) {
	generator, err := r.Generator.Generator()
	if err != nil {
		return nil, invalid.In("generator", err)
	}
	discriminator, err := r.Discriminator.Discriminator(r.Generator.Output())
	if err != nil {
		return nil, invalid.In("discriminator", err)
	}
	if err := r.Augment.ValidateFor(r.Generator.Output()); err != nil {
		return nil, err
	}
	if r.Penalty.Kind != "" && r.Discriminator.MaxoutConv != nil {
		return nil, invalid.Value("penalty.kind", r.Penalty.Kind, "none with a maxout_conv, for max pooling has no second derivative")
	}
	return r.Play.Algorithm1(generator, discriminator, 0)
}

// Play is how a game is played, as JSON: all of it but the two networks. The zero values of what may be left out are
// the 2014 paper's.
type Play struct {
	Noise     Prior           `json:"noise"`
	Objective ObjectiveChoice `json:"objective"`
	// HalfV halves what D minimises, as the 2014 code does.
	HalfV bool `json:"half_v"`
	// K is the number of discriminator steps an iteration.
	K int `json:"k"`
	// Simultaneous updates both players from one forward pass, as the 2014 code does, in place of the alternation of
	// Algorithm 1.
	Simultaneous bool `json:"simultaneous"`
	Stabilisers
	GeneratorRule     Rule `json:"generator_rule"`
	DiscriminatorRule Rule `json:"discriminator_rule"`
}

// Algorithm1 builds the game with the given players. A conditional game has as many classes as there are labels,
// another has 0. Every call returns fresh learning rules.
func (p Play) Algorithm1(g Generator, d Discriminator, classes int) (*Algorithm1, error) {
	objective, err := p.Objective.Objective()
	if err != nil {
		return nil, invalid.In("objective", err)
	}
	gRule, err := p.GeneratorRule.Rule()
	if err != nil {
		return nil, invalid.In("generator_rule", err)
	}
	dRule, err := p.DiscriminatorRule.Rule()
	if err != nil {
		return nil, invalid.In("discriminator_rule", err)
	}
	a := &Algorithm1{
		Game: Game{
			Generator: g, Discriminator: d, Prior: p.Noise, Objective: objective, HalfV: p.HalfV,
			Classes: classes, Stabilisers: p.Stabilisers,
		},
		K: p.K, Simultaneous: p.Simultaneous, GeneratorRule: gRule, DiscriminatorRule: dRule,
	}
	return a, a.Validate()
}

// ObjectiveChoice names one of this package's objectives: "minimax", "non-saturating", "least-squares", "hinge",
// "wasserstein", or "blend" with its two weights.
type ObjectiveChoice struct {
	Name    string  `json:"name"`
	Minimax float64 `json:"minimax,omitempty"`
	Zurich  float64 `json:"zurich,omitempty"`
}

// Objective is the objective of that name.
func (c ObjectiveChoice) Objective() (Objective, error) {
	if c.Name == blend {
		if !(c.Minimax >= 0 && c.Zurich >= 0 && c.Minimax+c.Zurich > 0) {
			return Objective{}, invalid.Value("", fmt.Sprintf("blend of minimax %v and zurich %v", c.Minimax, c.Zurich), "weights of at least 0, not both 0")
		}
		return Blend(c.Minimax, c.Zurich), nil
	}
	names := []string{blend}
	for _, known := range []Objective{Minimax, NonSaturating, LeastSquares, Hinge, Wasserstein} {
		if known.Name == c.Name {
			return known, nil
		}
		names = append(names, known.Name)
	}
	return Objective{}, invalid.Value("name", c.Name, "one of %q", names)
}

// Rule is a learning rule as JSON: either Momentum or Adam is set.
type Rule struct {
	Momentum *optim.Momentum `json:"momentum,omitempty"`
	Adam     *optim.Adam     `json:"adam,omitempty"`
	// MaxColNorm, where it is not 0, is the norm that no column of a weight matrix exceeds after an update, see
	// [optim.MaxColNorm].
	MaxColNorm float64 `json:"max_col_norm,omitempty"`
}

// Rule returns a fresh learning rule.
func (r Rule) Rule() (optim.Rule, error) {
	rule, err := r.withoutLimit()
	if err != nil || r.MaxColNorm == 0 {
		return rule, err
	}
	limited := optim.MaxColNorm{Rule: rule, Limit: r.MaxColNorm}
	return limited, limited.Validate()
}

func (r Rule) withoutLimit() (optim.Rule, error) {
	switch {
	case r.Momentum != nil && r.Adam == nil:
		m := *r.Momentum
		return &m, invalid.In("momentum", m.Validate())
	case r.Adam != nil && r.Momentum == nil:
		a := *r.Adam
		return &a, invalid.In("adam", a.Validate())
	}
	return nil, invalid.Value("", fmt.Sprintf("momentum: %t, adam: %t", r.Momentum != nil, r.Adam != nil), "one of the two")
}

// Ending returns the rule with its linear decay ending after the given number of updates; a constant rate stays
// constant.
func (r Rule) Ending(updates int) Rule {
	if r.Adam != nil && r.Adam.Linear > 0 {
		adam := *r.Adam
		adam.Linear = updates
		r.Adam = &adam
	}
	return r
}
