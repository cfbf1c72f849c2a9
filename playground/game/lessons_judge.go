package game

import (
	"fmt"
	"math"
	"strings"
)

// Verdict is what a game of a lesson came to, and what the lesson claims of it.
type Verdict []Measured

// Measured is a number of a game, and the range in which a lesson claims it to be.
type Measured struct {
	Name               string
	Value, Least, Most float64
}

// Holds reports whether the number is as claimed.
func (m Measured) Holds() bool { return m.Value >= m.Least && m.Value <= m.Most }

// Holds reports whether all numbers are as claimed.
func (v Verdict) Holds() bool {
	for _, m := range v {
		if !m.Holds() {
			return false
		}
	}
	return true
}

// String lists the numbers; those that are not as claimed have a cross.
func (v Verdict) String() string {
	var s []string
	for _, m := range v {
		text := fmt.Sprintf("%s %.3g", m.Name, m.Value)
		if !m.Holds() {
			text += " ✗"
		}
		s = append(s, text)
	}
	return strings.Join(s, ", ")
}

// Judge plays a lesson with a seed, and says whether its claims hold.
func Judge(l Lesson, seed int64) (Verdict, error) {
	l.Scene.Seed = seed
	g, err := Open(l.Scene)
	if err != nil {
		return nil, err
	}
	verdict, err := g.judge("", l.claims, l.Iterations)
	if err != nil || l.Then == nil {
		return verdict, err
	}
	scene := l.Then.Scene
	scene.Seed = seed
	if l.Then.Fresh {
		g, err = Open(scene)
	} else {
		err = g.Change(scene, l.Then.Frozen)
	}
	if err != nil {
		return nil, err
	}
	then, err := g.judge("then ", l.Then.claims, l.Then.Iterations)
	return append(verdict, then...), err
}

// judge plays on for some iterations, and measures what is claimed of them.
func (g *Game) judge(when string, claims []claim, iterations int) (Verdict, error) {
	const looks = 40
	var views []*View
	for i := range iterations {
		if _, _, err := g.Iterate(); err != nil {
			return nil, err
		}
		if (i+1)%max(1, iterations/looks) != 0 {
			continue
		}
		view, err := g.View()
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	var v Verdict
	for _, c := range claims {
		v = append(v, Measured{when + c.name, c.of(views), c.least, c.most})
	}
	return v, nil
}

// claim is the range in which a number of a game is said to be.
type claim struct {
	name        string
	of          number
	least, most float64
}

func between(name string, of number, least, most float64) claim { return claim{name, of, least, most} }
func atLeast(name string, of number, least float64) claim {
	return claim{name, of, least, math.Inf(1)}
}
func atMost(name string, of number, most float64) claim { return claim{name, of, math.Inf(-1), most} }

// number is measured of a game, seen about 40 times on its way.
type number func(views []*View) float64

// look is a number of one view.
type look func(v *View) float64

func jsd(v *View) float64   { return v.JSD }
func dReal(v *View) float64 { return v.DReal }
func dFake(v *View) float64 { return v.DFake }
func value(v *View) float64 { return *v.V }
func found(v *View) float64 { return float64(v.Found) }
func mean(v *View) float64  { return v.Mean[0] }
func pull(v *View) float64  { return v.Pull }

// last is at the end.
func last(of look) number { return func(views []*View) float64 { return of(views[len(views)-1]) } }

// late is the mean over the last quarter.
func late(of look) number {
	return func(views []*View) float64 {
		quarter := views[len(views)*3/4:]
		sum := 0.
		for _, v := range quarter {
			sum += of(v)
		}
		return sum / float64(len(quarter))
	}
}

func inSecondHalf(of number) number {
	return func(views []*View) float64 { return of(views[len(views)/2:]) }
}

func least(of look) number {
	return func(views []*View) float64 {
		low := math.Inf(1)
		for _, v := range views {
			low = min(low, of(v))
		}
		return low
	}
}

// swing is how far apart the ends of the samples' mean are.
func swing(views []*View) float64 {
	high := least(func(v *View) float64 { return -mean(v) })
	return -high(views) - least(mean)(views)
}

// crossings is how often the samples' mean passes a place.
func crossings(at float64) number {
	return func(views []*View) float64 {
		n := 0.
		for i := 1; i < len(views); i++ {
			if (mean(views[i-1]) < at) != (mean(views[i]) < at) {
				n++
			}
		}
		return n
	}
}

// furthest is the largest distance of the samples' mean from a place.
func furthest(at float64) number {
	return func(views []*View) float64 {
		return -least(func(v *View) float64 { return -math.Abs(mean(v) - at) })(views)
	}
}

// travelled is the length of the way of the samples' mean.
func travelled(views []*View) float64 {
	way := 0.
	for i := 1; i < len(views); i++ {
		sum := 0.
		for c, m := range views[i].Mean {
			sum += (m - views[i-1].Mean[c]) * (m - views[i-1].Mean[c])
		}
		way += math.Sqrt(sum)
	}
	return way
}
