package diagnose

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// settings are a run's configuration, by dotted key; none where it is not known.
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

// number is a number of the configuration, or what stands for it where it is not known.
func (s settings) number(key string, unknown float64) float64 {
	if v, ok := s[key].(float64); ok {
		return v
	}
	return unknown
}

// rate is the key and the value of a player's learning rate.
func (s settings) rate(player string) (key string, rate float64, ok bool) {
	for _, rule := range []string{"adam", "momentum"} {
		key = fmt.Sprintf("%s_rule.%s.learning_rate", player, rule)
		if rate, ok = s[key].(float64); ok {
			return key, rate, true
		}
	}
	return "", 0, false
}

// times is the change of a player's rate by a factor; none if it is not known.
func (s settings) times(player string, factor float64) map[string]any {
	key, rate, ok := s.rate(player)
	if !ok {
		return nil
	}
	return map[string]any{key: rate * factor}
}

// slower multiplies both rates by a factor, and halves V for D where that is not so.
func (s settings) slower(factor float64) []Remedy {
	changes := make(map[string]any)
	maps.Copy(changes, s.times("discriminator", factor))
	maps.Copy(changes, s.times("generator", factor))
	remedies := []Remedy{{Text: fmt.Sprintf("learn slower: both rates times %g", factor), Changes: changes}}
	if half, ok := s["half_v"].(bool); ok && !half && s["discriminator_rule.momentum"] != nil {
		remedies = append([]Remedy{{Text: "halve D's loss: the 2014 rate belongs to ½V", Changes: map[string]any{"half_v": true}}}, remedies...)
	}
	return remedies
}

// revive gives a game another start.
func (s settings) revive() []Remedy {
	remedies := s.slower(.1)
	return append(remedies, Remedy{Text: "another seed", Changes: map[string]any{"seed": s.number("seed", 0) + 1}})
}

// unsaturate gives G a loss that passes a gradient.
func (s settings) unsaturate() []Remedy {
	remedy := Remedy{Text: "let G maximise log D(G(z)), section 3 of the 2014 paper", Changes: map[string]any{"objective.name": "non-saturating"}}
	if name, _ := s["objective.name"].(string); name == "non-saturating" {
		return s.holdBackD()
	}
	return append([]Remedy{remedy}, s.holdBackD()...)
}

// holdBackD makes it harder for D, or easier for G.
func (s settings) holdBackD() []Remedy {
	var remedies []Remedy
	if name, _ := s["objective.name"].(string); name == "minimax" {
		remedies = append(remedies, Remedy{Text: "let G maximise log D(G(z)), whose gradient is strong where D is sure", Changes: map[string]any{"objective.name": "non-saturating"}})
	}
	if k := s.number("k", 1); k > 1 {
		remedies = append(remedies, Remedy{Text: "one step of D for one of G", Changes: map[string]any{"k": 1}})
	}
	d, dRate, known := s.rate("discriminator")
	if g, gRate, too := s.rate("generator"); known && too && gRate < dRate && sameRule(d, g) {
		remedies = append(remedies, Remedy{Text: "let G learn as fast as D", Changes: map[string]any{g: dRate}})
	} else {
		remedies = append(remedies, Remedy{Text: "let D learn at a quarter of the rate", Changes: s.times("discriminator", .25)})
	}
	return append(remedies, Remedy{Text: "blur what D sees, and clear it up over the run",
		Changes: map[string]any{"instance_noise": map[string]any{"std": .1, "steps": s.number("steps", 1000)}}})
}

// sameRule tells whether two keys of rates are of rules of one kind.
func sameRule(a, b string) bool {
	return strings.Contains(a, ".adam.") == strings.Contains(b, ".adam.")
}

// strengthenD lets D see again.
func (s settings) strengthenD() []Remedy {
	var remedies []Remedy
	d, dRate, known := s.rate("discriminator")
	if g, gRate, too := s.rate("generator"); known && too && dRate < gRate && sameRule(d, g) {
		remedies = append(remedies, Remedy{Text: "let D learn as fast as G", Changes: map[string]any{d: gRate}})
	} else {
		remedies = append(remedies, Remedy{Text: "let G learn at a quarter of the rate", Changes: s.times("generator", .25)})
	}
	k := s.number("k", 1)
	return append(remedies,
		Remedy{Text: fmt.Sprintf("%g steps of D for one of G", k+2), Changes: map[string]any{"k": k + 2, "simultaneous": false}},
		Remedy{Text: "give D a larger network"})
}

// vary makes sameness visible to D, or the game steadier.
func (s settings) vary() []Remedy {
	var remedies []Remedy
	for _, player := range []string{"generator", "discriminator"} {
		if key := player + "_rule.adam.beta1"; s.number(key, 0) > .5 {
			remedies = append(remedies, Remedy{Text: "Adam's β1 at .5 for both, as DCGAN has it",
				Changes: map[string]any{"generator_rule.adam.beta1": .5, "discriminator_rule.adam.beta1": .5}})
			break
		}
	}
	d, dRate, known := s.rate("discriminator")
	if g, gRate, too := s.rate("generator"); known && too && dRate > 2*gRate && sameRule(d, g) {
		remedies = append(remedies, Remedy{Text: "let both learn at one rate", Changes: map[string]any{g: dRate}})
	}
	for _, network := range []string{"mlp", "maxout", "dcgan"} {
		if _, ok := s["discriminator."+network]; ok {
			remedies = append(remedies, Remedy{Text: "show D how much a minibatch varies", Changes: map[string]any{"discriminator." + network + ".minibatch_std": true}})
		}
	}
	return append(remedies, s.damp()...)
}

// damp pulls the game to the middle.
func (s settings) damp() []Remedy {
	remedies := []Remedy{{Text: "R1: let D pay for the slope of its gradient on real data", Changes: map[string]any{"penalty": map[string]any{"kind": "r1", "weight": 1}}}}
	if norm, _ := s["discriminator.dcgan.batch_norm"].(string); norm != "" && norm != "none" {
		remedies = []Remedy{{Text: "bound D's slope", Changes: map[string]any{"discriminator.spectral_norm": true}}}
	}
	return append(remedies, s.slower(.5)[len(s.slower(.5))-1])
}
