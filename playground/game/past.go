package game

import (
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// past is what a game needs to go back to any earlier iteration: its state every so many iterations, and what happened
// between them. Everything between is repeated, to the same bits.
type past struct {
	kept     []state
	every    int         // iterations from one kept state to the next
	moves    map[int]int // of D in iterations that had others than K
	changes  []change    // of settings, the first at iteration 0
	furthest int         // the last iteration that Back can reach
}

// state is a game at the beginning of an iteration.
type state struct {
	step   int
	values map[string]*tensors.Tensor
}

// change is the settings from an iteration on.
type change struct {
	step   int
	scene  Scene
	frozen bool
	store  *model.Store // the game's variables, with their values there
}

// What bounds the memory of the past. Where there are too many states every other goes; where there are too many changes,
// the first goes, and what was before the next.
const (
	mostKept    = 240
	leastKept   = 8
	mostBytes   = 100 << 20
	mostChanges = 100
)

// change notes new settings, from the present iteration on.
func (p *past) change(g *Game) error {
	if p.moves == nil {
		p.moves, p.every = make(map[int]int), 1
	}
	store, err := g.players.Store.Clone()
	if err != nil {
		return err
	}
	values, err := valuesOf(store) // nothing runs on it, so they stay
	if err != nil {
		return err
	}
	p.changes = slices.DeleteFunc(p.changes, func(c change) bool { return c.step == g.step })
	p.changes = append(p.changes, change{g.step, g.scene, g.frozen, store})
	p.kept = slices.DeleteFunc(p.kept, func(s state) bool { return s.step == g.step })
	p.kept = append(p.kept, state{g.step, values})
	p.thin(int(store.ByteSize()))
	return nil
}

// changeAt is the place of the settings in force at an iteration.
func (p *past) changeAt(step int) int {
	i := len(p.changes) - 1
	for p.changes[i].step > step {
		i--
	}
	return i
}

// thin forgets what the memory has no room for, where a state takes so many bytes.
func (p *past) thin(bytes int) {
	if extra := len(p.changes) - mostChanges; extra > 0 {
		p.changes = p.changes[extra:]
		p.kept = slices.DeleteFunc(p.kept, func(s state) bool { return s.step < p.changes[0].step })
	}
	most := max(leastKept, min(mostKept, mostBytes/max(1, bytes)))
	for len(p.kept) > most+len(p.changes) {
		p.every *= 2
		p.kept = slices.DeleteFunc(p.kept, func(s state) bool {
			return s.step%p.every != 0 && p.changes[p.changeAt(s.step)].step != s.step
		})
	}
}

// keep notes that an iteration has ended.
func (p *past) keep(g *Game) error {
	p.furthest = max(p.furthest, g.step)
	if g.step%p.every != 0 {
		return nil
	}
	values, err := g.values()
	if err != nil {
		return err
	}
	p.kept = append(p.kept, state{g.step, values})
	p.thin(int(g.players.Store.ByteSize()))
	return nil
}

// noteMoves notes how many moves D made in the iteration that is about to end.
func (p *past) noteMoves(g *Game) {
	if g.moves == g.scene.K {
		delete(p.moves, g.step)
	} else {
		p.moves[g.step] = g.moves
	}
}

// movesAt is how many moves D made in the present iteration when it was played first.
func (p *past) movesAt(g *Game) int {
	if moves, ok := p.moves[g.step]; ok {
		return moves
	}
	return g.scene.K
}

// cut forgets what came after the present iteration, for something else will.
func (p *past) cut(g *Game) {
	p.furthest = g.step
	p.kept = slices.DeleteFunc(p.kept, func(s state) bool { return s.step > g.step })
	p.changes = slices.DeleteFunc(p.changes, func(c change) bool { return c.step > g.step })
	for step := range p.moves {
		if step >= g.step {
			delete(p.moves, step)
		}
	}
}

// Earliest is the first iteration that Back can reach: 0, but in a game of very many changes.
func (g *Game) Earliest() int { return g.past.changes[0].step }

// Furthest is the last iteration that Back can reach.
func (g *Game) Furthest() int { return g.past.furthest }

// Back goes to the beginning of an earlier iteration, with the settings it had, or forward again to one that was played
// before. Playing on from there forgets what came after.
func (g *Game) Back(step int) error {
	if step < g.Earliest() || step > g.past.furthest {
		return invalid.Value("iteration", step, "%d to %d", g.Earliest(), g.past.furthest)
	}
	if c := g.past.changes[g.past.changeAt(step)]; !sameJSON(c.scene, g.scene) || c.frozen != g.frozen {
		store, err := c.store.Clone()
		if err != nil {
			return err
		}
		if err := g.use(c.scene, store); err != nil {
			return err
		}
		g.frozen = c.frozen
	}
	i := len(g.past.kept) - 1
	for g.past.kept[i].step > step {
		i--
	}
	if err := g.set(g.past.kept[i].values); err != nil {
		return err
	}
	g.step, g.moves = g.past.kept[i].step, 0
	for g.step < step {
		if _, _, err := g.iterate(g.past.movesAt(g)); err != nil {
			return err
		}
	}
	return nil
}
