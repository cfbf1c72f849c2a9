package diagnose

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
)

// settings are a run's configuration by dotted key. They are empty if the configuration is not known.
type settings map[string]any

func readSettings(config []byte) settings {
	var object map[string]any
	if json.Unmarshal(config, &object) != nil {
		return nil
	}
	flat := make(settings)
	flat.add("", object)
	return flat
}

func (s settings) add(prefix string, object map[string]any) {
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			s.add(prefix+name+".", inner)
		}
		s[prefix+name] = value
	}
}

// number returns a number of the configuration, or the given one if the configuration does not have it.
func (s settings) number(key string, unknown float64) float64 {
	if v, ok := s[key].(float64); ok {
		return v
	}
	return unknown
}

// is reports whether a setting is a string, and that one.
func (s settings) is(key, value string) bool {
	v, ok := s[key].(string)
	return ok && v == value
}

// rate is a player's learning rate: its rule, adam or momentum, its key, and its value.
type rate struct {
	rule, key string
	value     float64
}

func (s settings) rate(player string) (r rate, known bool) {
	for _, rule := range []string{"adam", "momentum"} {
		key := fmt.Sprintf("%s_rule.%s.learning_rate", player, rule)
		if value, ok := s[key].(float64); ok {
			return rate{rule, key, value}, true
		}
	}
	return rate{}, false
}

// rates returns the learning rates of both players, and whether they can be compared: both are known and of one rule.
func (s settings) rates() (d, g rate, ok bool) {
	d, dKnown := s.rate("discriminator")
	g, gKnown := s.rate("generator")
	return d, g, dKnown && gKnown && d.rule == g.rule
}

// times multiplies a player's learning rate by a factor. The changes are nil if the rate is not known.
func (s settings) times(player string, factor float64) map[string]any {
	r, known := s.rate(player)
	if !known {
		return nil
	}
	return map[string]any{r.key: r.value * factor}
}

// slower multiplies both learning rates by a factor.
func (s settings) slower(factor float64) Remedy {
	changes := make(map[string]any)
	maps.Copy(changes, s.times("discriminator", factor))
	maps.Copy(changes, s.times("generator", factor))
	return Remedy{Text: fmt.Sprintf("multiply both learning rates by %s", number(factor)), Changes: changes}
}

// calm makes both players' steps much shorter.
func (s settings) calm() []Remedy {
	var remedies []Remedy
	if half, ok := s["half_v"].(bool); ok && !half && s["discriminator_rule.momentum"] != nil {
		remedies = append(remedies, Remedy{Text: "halve D's loss: the learning rate of the 2014 code is meant for ½V", Changes: map[string]any{"half_v": true}})
	}
	return append(remedies, s.slower(.1))
}

// revive gives a game another start.
func (s settings) revive() []Remedy {
	return append(s.calm(), Remedy{Text: "use another seed", Changes: map[string]any{"seed": s.number("seed", 0) + 1}})
}

// nonSaturating is the change to the loss whose gradient is strong where D is sure.
func nonSaturating() map[string]any { return map[string]any{"objective.name": "non-saturating"} }

// unsaturate gives G a loss that passes a gradient.
func (s settings) unsaturate() []Remedy {
	if s.is("objective.name", "non-saturating") {
		return s.holdBackD()
	}
	return append([]Remedy{{Text: "let G maximise log D(G(z)), as section 3 of the 2014 paper proposes", Changes: nonSaturating()}}, s.holdBackD()...)
}

// holdBackD makes the game harder for D, or easier for G.
func (s settings) holdBackD() []Remedy {
	var remedies []Remedy
	if s.is("objective.name", "minimax") {
		remedies = append(remedies, Remedy{Text: "let G maximise log D(G(z)), whose gradient is strong where D is sure", Changes: nonSaturating()})
	}
	if s.number("k", 1) > 1 {
		remedies = append(remedies, Remedy{Text: "train D for one step per step of G", Changes: map[string]any{"k": 1}})
	}
	if d, g, ok := s.rates(); ok && g.value < d.value {
		remedies = append(remedies, Remedy{Text: "let G learn as fast as D", Changes: map[string]any{g.key: d.value}})
	} else {
		remedies = append(remedies, Remedy{Text: "let D learn at a quarter of its rate", Changes: s.times("discriminator", .25)})
	}
	return append(remedies, Remedy{Text: "add noise to what D sees, and anneal it over the run",
		Changes: map[string]any{"instance_noise": map[string]any{"std": .1, "steps": s.number("steps", 1000)}}})
}

// strengthenD helps a D that does not see enough.
func (s settings) strengthenD() []Remedy {
	var remedies []Remedy
	if d, g, ok := s.rates(); ok && d.value < g.value {
		remedies = append(remedies, Remedy{Text: "let D learn as fast as G", Changes: map[string]any{d.key: g.value}})
	} else {
		remedies = append(remedies, Remedy{Text: "let G learn at a quarter of its rate", Changes: s.times("generator", .25)})
	}
	k := s.number("k", 1) + 2
	return append(remedies,
		Remedy{Text: fmt.Sprintf("train D for %g steps per step of G", k), Changes: map[string]any{"k": k, "simultaneous": false}},
		Remedy{Text: "give D a larger network"})
}

// vary lets D see that samples are alike, or makes the game steadier.
func (s settings) vary() []Remedy {
	const beta1 = .5
	var remedies []Remedy
	if s.number("generator_rule.adam.beta1", 0) > beta1 || s.number("discriminator_rule.adam.beta1", 0) > beta1 {
		remedies = append(remedies, Remedy{Text: "set Adam's β1 to .5 for both players, as DCGAN does",
			Changes: map[string]any{"generator_rule.adam.beta1": beta1, "discriminator_rule.adam.beta1": beta1}})
	}
	if d, g, ok := s.rates(); ok && d.value > 2*g.value {
		remedies = append(remedies, Remedy{Text: "let G learn as fast as D", Changes: map[string]any{g.key: d.value}})
	}
	for _, network := range []string{"mlp", "maxout", "dcgan"} {
		if _, ok := s["discriminator."+network]; ok {
			remedies = append(remedies, Remedy{Text: "show D how much a minibatch varies", Changes: map[string]any{"discriminator." + network + ".minibatch_std": true}})
		}
	}
	return append(remedies, s.damp()...)
}

// damp draws the game to its equilibrium.
func (s settings) damp() []Remedy {
	steadier := Remedy{Text: "penalise D's gradient on real data (R1)", Changes: map[string]any{"penalty": map[string]any{"kind": "r1", "weight": 1}}}
	_, pools := s["discriminator.maxout_conv"]
	_, dcgan := s["discriminator.dcgan"]
	if pools || dcgan && !s.is("discriminator.dcgan.batch_norm", "none") { // R1 goes with neither
		steadier = Remedy{Text: "bound D's slope by spectral norm", Changes: map[string]any{"discriminator.spectral_norm": true}}
	}
	return []Remedy{steadier, s.slower(.5)}
}

// rollBack lets a run go back to its best checkpoint. A checkpoint can be ranked only where a measurement falls on it, so
// save_every and keep_every are rounded up to multiples.
func (s settings) rollBack() Remedy {
	changes := map[string]any{"best": "coverage", "on_failure": map[string]any{"action": "rollback"}}
	every := max(1, s.number("measure_every", 0), s.number("record_every", 0))
	for _, key := range []string{"save_every", "keep_every"} {
		interval := s.number(key, 0)
		if multiple := every * math.Ceil(interval/every); multiple > 0 {
			every = multiple
		}
		if interval > 0 && every != interval {
			changes[key] = every
		}
	}
	return Remedy{Text: "keep the best checkpoint, and let the run go back to it when its samples get worse", Changes: changes}
}

// measure lets a run measure its samples.
func (s settings) measure() Remedy {
	return Remedy{Text: "measure the samples during training", Changes: map[string]any{"measure_every": 10 * s.number("record_every", 10)}}
}
