// Package game plays a GAN for somebody who looks on: a move at a time or many iterations, back to any earlier iteration,
// with other settings in between. [Game.View] says what there is to see. It opens no file and needs no thread, so it runs
// in a browser as it does natively.
package game

import (
	"maps"
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Game is a game in progress. Its methods are for one goroutine.
type Game struct {
	scene  Scene
	frozen bool // G stands still: the probe of a discriminator
	engine compute.Backend
	data   data.Distribution

	players *ganlib.Players
	execs   map[string]*model.Exec // the programs for the present settings, by name

	step  int // iterations done
	moves int // moves of D in the present iteration
	drawn drawn

	eye  eye
	past past
}

// Open begins the game of a scene, at iteration 0.
func Open(scene Scene) (*Game, error) {
	if err := scene.Validate(); err != nil {
		return nil, err
	}
	engine, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	distribution, err := scene.Data.Distribution()
	if err != nil {
		return nil, err
	}
	g := &Game{engine: engine, data: distribution, eye: newEye(distribution)}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(scene.Seed); err != nil {
		return nil, err
	}
	if err := g.use(scene, store); err != nil {
		return nil, err
	}
	if err := g.begin(); err != nil {
		return nil, err
	}
	return g, g.past.change(g)
}

// use plays on by the settings of a scene, with the weights in a store.
func (g *Game) use(scene Scene, store *model.Store) error {
	algorithm, err := scene.Algorithm1()
	if err != nil {
		return err
	}
	g.close()
	scene.Steps = 0 // Scene says how many there are
	g.scene = scene
	g.players = &ganlib.Players{Algorithm1: algorithm, Backend: g.engine, Store: store, Shape: []int{g.data.Dim()}}
	g.execs = make(map[string]*model.Exec)
	return nil
}

// close frees the programs.
func (g *Game) close() {
	for _, exec := range g.execs {
		exec.Finalize()
	}
}

// begin draws the weights, by the same random numbers as a run does.
func (g *Game) begin() error {
	m := g.scene.BatchSize
	x := tensors.FromFlatDataAndDimensions(make([]float32, m*g.data.Dim()), m, g.data.Dim())
	names := []string{moveD, moveG}
	if g.scene.Simultaneous {
		names = []string{moveBoth}
	}
	for _, name := range names {
		exec, err := g.exec(name)
		if err != nil {
			return err
		}
		if _, err := exec.Compile(x.Shape()); err != nil {
			return err
		}
	}
	return g.players.Store.InitializeVariables(g.engine, nil)
}

// Scene is the game with its present settings, and the iterations behind it.
func (g *Game) Scene() Scene {
	s := g.scene
	s.Steps = g.step
	return s
}

// Step is the number of iterations done.
func (g *Game) Step() int { return g.step }

// Moved are the numbers of a move, before the update, in nats where they are not said to be others.
type Moved struct {
	Player    string    `json:"player"` // "D", "G", or "both"
	Loss      float64   `json:"loss"`
	RealTerm  float64   `json:"real_term"` // 1/m Σ log D(x); in a move of G, 0
	FakeTerm  float64   `json:"fake_term"` // 1/m Σ log(1 − D(G(z)))
	Norm      float64   `json:"norm"`      // of the player's gradient
	Noise     []float32 `json:"-"`         // the minibatch z
	Generated []float32 `json:"-"`         // G(z)
	Data      []float32 `json:"-"`         // the minibatch x; nil in a move of G
	// GLoss and GNorm are G's where both move at once.
	GLoss float64 `json:"g_loss,omitempty"`
	GNorm float64 `json:"g_norm,omitempty"`
	// Diverged reports that one of them is not finite; it is 0 here.
	Diverged bool `json:"diverged,omitempty"`
}

// The programs of a game.
const (
	moveD    = "D"
	moveG    = "G"
	moveBoth = "both"
	generate = "generate"
	averaged = "averaged" // generate with the averages of G's weights
	judge    = "judge"
	slope    = "slope" // how G's loss changes with x
)

// exec is a program for the present settings. It compiles when it is first called.
func (g *Game) exec(name string) (*model.Exec, error) {
	if exec := g.execs[name]; exec != nil {
		return exec, nil
	}
	a := g.players.Algorithm1
	build := map[string]func(root *model.Scope, x *Node) []*Node{
		moveD: func(root *model.Scope, x *Node) []*Node {
			m := a.MoveDiscriminator(root, x, nil)
			return []*Node{m.Loss, ganlib.RealTerm(m.Real), ganlib.FakeTerm(m.Fake), m.Norm, m.Z, m.GZ}
		},
		moveG: func(root *model.Scope, x *Node) []*Node {
			m := a.MoveGenerator(root, x, nil)
			zero := ZerosLike(m.Loss)
			return []*Node{m.Loss, zero, ganlib.FakeTerm(m.Fake), m.Norm, m.Z, m.GZ}
		},
		moveBoth: func(root *model.Scope, x *Node) []*Node {
			d, m := a.MoveBoth(root, x, nil)
			return []*Node{d.Loss, ganlib.RealTerm(d.Real), ganlib.FakeTerm(d.Fake), d.Norm, d.Z, d.GZ, m.Loss, m.Norm}
		},
		generate: func(root *model.Scope, z *Node) []*Node { return []*Node{a.Generate(root, z, nil)} },
		averaged: func(root *model.Scope, z *Node) []*Node { return []*Node{a.GenerateAverage(root, z, nil)} },
		judge:    func(root *model.Scope, x *Node) []*Node { return []*Node{a.Discriminate(root, x, nil)} },
		slope: func(root *model.Scope, x *Node) []*Node {
			loss := MulScalar(a.Objective.Generator(a.Discriminate(root, x, nil)), float64(x.Shape().Dimensions[0]))
			return Gradient(loss, x)
		},
	}[name]
	exec, err := model.NewExec(g.engine, g.players.Store, build)
	if err != nil {
		return nil, err
	}
	g.execs[name] = exec
	return exec, nil
}

// drawn are the examples of an iteration.
type drawn struct {
	step, n int
	x       []float32
}

// batch is the minibatch of D's i-th move of an iteration: those of Algorithm 1 for i below K, and fresh data after.
func (g *Game) batch(i int) []float32 {
	m, k, dim, seed := g.scene.BatchSize, g.scene.K, g.data.Dim(), uint64(g.scene.Seed)
	if i >= k {
		const beyond = 1 << 40 // no run has as many iterations
		return g.data.Batch(seed, beyond+g.step*1000+i, m)
	}
	if d := &g.drawn; d.x == nil || d.step != g.step || d.n != m*k {
		*d = drawn{g.step, m * k, g.data.Batch(seed, g.step, m*k)}
	}
	return g.drawn.x[i*m*dim : (i+1)*m*dim]
}

// run calls a program on a minibatch.
func (g *Game) run(name string, x []float32) ([]*tensors.Tensor, error) {
	exec, err := g.exec(name)
	if err != nil {
		return nil, err
	}
	return exec.Call(tensors.FromFlatDataAndDimensions(x, len(x)/g.data.Dim(), g.data.Dim()))
}

// inTurn refuses a move of one player where both move at once.
func (g *Game) inTurn() error {
	if g.scene.Simultaneous {
		return invalid.Value("simultaneous", true, "false: both players move at once")
	}
	return nil
}

// MoveD makes one update of D: Algorithm 1's inner loop. More of them than K in an iteration are Algorithm 1 with a
// larger k.
func (g *Game) MoveD() (Moved, error) {
	if err := g.inTurn(); err != nil {
		return Moved{}, err
	}
	g.past.cut(g)
	return g.moveD()
}

func (g *Game) moveD() (Moved, error) {
	x := g.batch(g.moves)
	moved, err := g.move(moveD, x)
	moved.Data = x
	g.moves++
	return moved, err
}

// MoveG makes the update of G that ends the iteration, whether or not D has made its K moves. A frozen G stays.
func (g *Game) MoveG() (Moved, error) {
	if err := g.inTurn(); err != nil {
		return Moved{}, err
	}
	g.past.cut(g)
	moved, err := g.moveG()
	if err == nil {
		err = g.past.keep(g)
	}
	return moved, err
}

func (g *Game) moveG() (moved Moved, err error) {
	if g.frozen {
		err = g.count()
	} else {
		moved, err = g.move(moveG, g.batch(0))
	}
	if err == nil {
		g.past.noteMoves(g)
		g.step, g.moves = g.step+1, 0
	}
	return moved, err
}

// count ends an iteration without a move.
func (g *Game) count() error {
	step := optimizer.GetGlobalStepVar(g.players.Store.RootScope())
	return step.SetValue(tensors.FromValue(int64(g.step + 1)))
}

// move runs a program and reads its numbers.
func (g *Game) move(name string, x []float32) (Moved, error) {
	results, err := g.run(name, x)
	if err != nil {
		return Moved{}, err
	}
	defer func() {
		for _, r := range results {
			r.MustFinalizeAll()
		}
	}()
	diverged := false
	number := func(i int) float64 {
		x := float64(tensors.ToScalar[float32](results[i]))
		if !finite(x) {
			x, diverged = 0, true // JSON has no other
		}
		return x
	}
	m := Moved{Player: name, Loss: number(0), RealTerm: number(1), FakeTerm: number(2), Norm: number(3)}
	if name == moveBoth {
		m.GLoss, m.GNorm = number(6), number(7)
	}
	m.Diverged = diverged
	if m.Noise, err = tensors.CopyFlatData[float32](results[4]); err != nil {
		return m, err
	}
	m.Generated, err = tensors.CopyFlatData[float32](results[5])
	return m, err
}

// Iterate finishes the present iteration, or makes the next one: the moves of D that it lacks, and G's. It returns the
// last move of D and that of G.
func (g *Game) Iterate() (d, gm Moved, err error) {
	g.past.cut(g)
	if d, gm, err = g.iterate(g.scene.K); err != nil {
		return d, gm, err
	}
	return d, gm, g.past.keep(g)
}

func (g *Game) iterate(moves int) (d, gm Moved, err error) {
	if g.scene.Simultaneous {
		return g.both()
	}
	for g.moves < moves {
		if d, err = g.moveD(); err != nil {
			return d, gm, err
		}
	}
	gm, err = g.moveG()
	return d, gm, err
}

// both is an iteration in which both players move at once.
func (g *Game) both() (d, gm Moved, err error) {
	if g.frozen {
		return d, gm, invalid.Value("simultaneous", true, "false while G is frozen: both players move at once")
	}
	x := g.batch(0)
	d, err = g.move(moveBoth, x)
	d.Data = x
	g.step++
	return d, d, err
}

// Change plays on with other settings from here. What an iteration has begun is taken back. A change of the networks, the
// noise, the data, the minibatch or the seed needs a new game, see [Game.CanChange].
func (g *Game) Change(scene Scene, frozen bool) error {
	if err := scene.Validate(); err != nil {
		return err
	}
	if !g.CanChange(scene) {
		return invalid.Value("scene", "other players", "a new game")
	}
	if scene.Simultaneous && frozen {
		return invalid.Value("simultaneous", true, "false while G is frozen: both players move at once")
	}
	if err := g.Back(g.step); err != nil {
		return err
	}
	g.past.cut(g)
	store, err := g.players.Store.Clone()
	if err != nil {
		return err
	}
	if err := g.use(scene, store); err != nil {
		return err
	}
	g.frozen = frozen
	if err := g.begin(); err != nil {
		return err
	}
	return g.past.change(g)
}

// CanChange reports whether a game can play on as in another scene.
func (g *Game) CanChange(scene Scene) bool {
	now, then := g.scene, scene
	for _, s := range []*Scene{&now, &then} {
		s.Steps = 0
		s.Objective, s.HalfV, s.K, s.Simultaneous = ganlib.ObjectiveChoice{}, false, 0, false
		s.GeneratorRule, s.DiscriminatorRule = ganlib.Rule{}, ganlib.Rule{}
		s.Stabilisers = ganlib.Stabilisers{AverageG: s.AverageG} // averages begin with the game
	}
	return sameJSON(now, then)
}

// values are all variables of the game, copied.
func (g *Game) values() (map[string]*tensors.Tensor, error) {
	values, err := valuesOf(g.players.Store)
	if err != nil {
		return nil, err
	}
	for path := range values {
		if values[path], err = values[path].LocalClone(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// valuesOf are the variables of a store.
func valuesOf(store *model.Store) (map[string]*tensors.Tensor, error) {
	values := make(map[string]*tensors.Tensor)
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		values[v.Path()] = value
	}
	return values, nil
}

// set puts values in place.
func (g *Game) set(values map[string]*tensors.Tensor) error {
	for _, path := range slices.Sorted(maps.Keys(values)) {
		v := g.players.Store.GetVariable(path)
		if v == nil {
			return invalid.Value("variable", path, "one of the game's")
		}
		value, err := values[path].LocalClone()
		if err != nil {
			return err
		}
		if err := v.SetValue(value); err != nil {
			return err
		}
	}
	return nil
}
