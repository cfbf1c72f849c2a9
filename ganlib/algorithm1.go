package ganlib

import (
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
)

// Scopes of the two players' variables, below the root, and of the averages of G's, below which they have the paths of
// what they average.
const (
	GeneratorScope     = "generator"
	DiscriminatorScope = "discriminator"
	AverageScope       = "average"
)

// Game is the two players, the noise, and what they play for.
type Game struct {
	Generator     Generator
	Discriminator Discriminator
	Prior         Prior
	Objective     Objective
	// HalfV halves the discriminator's loss, as the 2014 code does: its D descends −½V, and its learning rate of .1
	// belongs to that. With the whole of V the same rate ends in NaN.
	HalfV bool
	// Classes is the number of kinds of example in a conditional game (Mirza and Osindero 2014, arXiv:1411.1784), where
	// both players are told the label y and the value function is that of D(x|y) and G(z|y), its equation 2. 0 is the
	// game without labels.
	Classes int
	// Stabilisers are off in the game of the paper.
	Stabilisers
}

// Generate builds G(z|y) below the root scope: z [batch, dim] to [batch, ...]. y is one-hot [batch, Classes], see
// OneHot, or nil in a game without labels. It may be called any number of times in a graph; the weights are the same.
func (g *Game) Generate(root *model.Scope, z, y *Node) *Node {
	g.mustFit(y, z.Shape().Dimensions[0])
	player := root.At(GeneratorScope)
	live(player, z.Graph())
	return g.Generator(player, z, y)
}

// Discriminate builds the logits [batch, 1] of D(x|y) for x [batch, ...] below the root scope. y is one-hot [batch,
// Classes], see OneHot, or nil in a game without labels. It may be called any number of times in a graph; the weights
// are the same.
func (g *Game) Discriminate(root *model.Scope, x, y *Node) *Node {
	g.mustFit(y, x.Shape().Dimensions[0])
	player := root.At(DiscriminatorScope)
	live(player, x.Graph())
	logits := g.Discriminator(player, x, y)
	if got, m := logits.Shape().Dimensions, x.Shape().Dimensions[0]; !slices.Equal(got, []int{m, 1}) {
		Panicf("ganlib.Game: the discriminator makes logits of shape %v: want [%d, 1]", got, m)
	}
	return logits
}

// OneHot turns labels, integers [batch] from 0 to Classes − 1, into the players' y: [batch, Classes], all 0 but for a 1
// at the label. It is nil for nil labels.
func (g *Game) OneHot(labels *Node, dtype dtypes.DType) *Node {
	if labels == nil {
		return nil
	}
	if labels.Rank() != 1 || !labels.DType().IsInt() {
		Panicf("ganlib.Game: labels of shape %s: want integers [batch]", labels.Shape())
	}
	if g.Classes == 0 {
		Panicf("ganlib.Game: labels in a game without: want Game.Classes to be their number of classes")
	}
	return OneHot(labels, g.Classes, dtype)
}

// mustFit panics unless the label y belongs to a batch of this game.
func (g *Game) mustFit(y *Node, batch int) {
	switch {
	case y == nil && g.Classes > 0:
		Panicf("ganlib.Game: no labels in a game of %d classes: want y of shape [%d, %d], one-hot", g.Classes, batch, g.Classes)
	case y != nil && g.Classes == 0:
		Panicf("ganlib.Game: labels y of shape %v in a game without: want nil", y.Shape().Dimensions)
	case y != nil && !slices.Equal(y.Shape().Dimensions, []int{batch, g.Classes}):
		Panicf("ganlib.Game: labels y of shape %v: want [%d, %d], one-hot", y.Shape().Dimensions, batch, g.Classes)
	}
}

// live makes the player's variables parameters of the graph. GoMLX's Go backend would otherwise take them for constants
// in a graph that is not marked as training, and an executor kept for sampling would go on with the weights of the day
// it was compiled.
func live(player *model.Scope, g *Graph) {
	if player.IsTraining(g) {
		return
	}
	player.SetTraining(g, true)
	for v := range player.IterVariables() {
		v.NodeValue(g)
	}
	player.SetTraining(g, false)
}

// Algorithm1 trains a Game by Algorithm 1 of the 2014 paper. It is an optimizer.Interface, so GoMLX's own Trainer and
// Loop run it, with their progress bar, hooks and checkpoints: see Trainer.
//
// One iteration takes K·m examples. It updates D K times, each time on the next m of them and on fresh noise, then G
// once on fresh noise, against the D just updated. In a conditional game each generated example has the label of a real
// one: of those D sees beside it, and, in G's step, of the last of the K minibatches.
//
// Deck equations algorithm-1-d and algorithm-1-g.
type Algorithm1 struct {
	Game
	// K is the number of discriminator steps an iteration, at least 1. The paper used 1.
	K int
	// Simultaneous is what the 2014 code did in place of Algorithm 1: one batch of noise an iteration, one forward
	// pass, both gradients from it, then both updates. It needs K = 1.
	Simultaneous bool
	// DiscriminatorRule and GeneratorRule are the players' learning rules. They must not be the same object: one rule
	// is one player's state.
	DiscriminatorRule, GeneratorRule optim.Rule
}

// Validate refuses an algorithm that cannot be run.
func (a *Algorithm1) Validate() error {
	switch {
	case a.Objective.Discriminator == nil, (a.Objective.Generator == nil) == (a.Objective.GeneratorInPairs == nil):
		return invalid.Value("objective", a.Objective.Name, "one loss for each player")
	case a.K < 1:
		return invalid.Value("k", a.K, "at least 1")
	case a.Simultaneous && a.K != 1:
		return invalid.Value("k", a.K, "1 with simultaneous updates, which have no inner loop")
	}
	if err := a.validateRules(); err != nil {
		return err
	}
	if err := a.Stabilisers.validateFor(a.Objective); err != nil {
		return err
	}
	return a.validatePlay()
}

// validatePlay refuses a game that cannot be played, whether or not it can be trained.
func (g *Game) validatePlay() error {
	switch {
	case g.Generator == nil:
		return invalid.Value("generator", "none", "a network")
	case g.Discriminator == nil:
		return invalid.Value("discriminator", "none", "a network")
	case g.Classes < 0 || g.Classes == 1:
		return invalid.Value("classes", g.Classes, "at least 2, or 0 for a game without labels")
	}
	return invalid.In("noise", g.Prior.Validate())
}

// validateRules refuses rules that cannot train, and one rule for both players.
func (a *Algorithm1) validateRules() error {
	if err := optim.Validate(a.GeneratorRule); err != nil {
		return invalid.In("generator_rule", err)
	}
	if err := optim.Validate(a.DiscriminatorRule); err != nil {
		return invalid.In("discriminator_rule", err)
	}
	g, d := reflect.ValueOf(unlimited(a.GeneratorRule)), reflect.ValueOf(unlimited(a.DiscriminatorRule))
	if g.Kind() == reflect.Pointer && d.Kind() == reflect.Pointer && g.Pointer() == d.Pointer() {
		return invalid.Value("generator_rule", "the discriminator's", "a rule of its own, for it holds one player's state")
	}
	return nil
}

// unlimited is the rule under a max-norm constraint, or the rule itself.
func unlimited(rule optim.Rule) optim.Rule {
	switch limited := rule.(type) {
	case optim.MaxColNorm:
		return unlimited(limited.Rule)
	case *optim.MaxColNorm:
		return unlimited(limited.Rule)
	}
	return rule
}

// Trainer returns a GoMLX trainer whose every step is one iteration. Its batches hold one input, K·m distinct examples
// [K·m, ...], and in a conditional game a second, their labels, int32 [K·m] from 0 to Classes − 1. The loss it reports
// is the discriminator's first, and its metrics are [Metrics].
func (a *Algorithm1) Trainer(backend compute.Backend, store *model.Store) (*train.Trainer, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	return train.NewTrainer(backend, store, a.Model, nil, a, a.metrics(), nil), nil
}

// Model is the train.ModelFn of an iteration: it builds the first forward pass of D on the inputs of a batch, as
// Trainer describes them, and registers its loss. UpdateGraph does the rest.
func (a *Algorithm1) Model(scope *model.Scope, inputs []*Node) *Node {
	it := a.iteration(inputs)
	it.x.Graph().AttachState(iterationKey{}, it)
	a.playDiscriminator(scope, it, 0)
	train.AddMainLoss(it.dLoss)
	return it.x
}

// Iterate builds a whole iteration on a batch, as Trainer describes them: Model, then UpdateGraph. It is the loop.Update
// by which package run makes many iterations in one call.
func (a *Algorithm1) Iterate(root *model.Scope, batch []*Node) (labels, predictions []*Node) {
	predictions = []*Node{a.Model(root, batch)}
	g := predictions[0].Graph()
	a.UpdateGraph(root, g, train.TotalLoss(g))
	return nil, predictions
}

// iteration is what Model hands to UpdateGraph and to the metrics: the nodes of the current pass.
type iteration struct {
	x, y         *Node // all K·m examples and, one-hot, their labels, or nil
	m            int
	labels       *Node // the m labels of the current pass, or nil
	z            *Node // the m noise samples of the current pass
	gz           *Node // G(z|labels), with its way back to G open, of the last discriminator step
	seen         *Node // the real examples of that step, as D saw them
	real, fake   *Node // outputs [m, 1] of D in that step
	dLoss, gLoss *Node
	dNorm, gNorm *Node   // Euclidean norms of the players' gradients
	step         *Node   // iterations before this one; nil until it is needed
	boundary     float64 // above this output D calls an example real

	// The networks' variables, and their Euclidean norms after the update.
	dVariables, gVariables []*model.Variable
	dWeights, gWeights     *Node
}

// iteration takes in a batch.
func (a *Algorithm1) iteration(inputs []*Node) *iteration {
	want := 1
	if a.Classes > 0 {
		want = 2
	}
	if len(inputs) != want {
		Panicf("ganlib.Algorithm1: a batch of %d inputs in a game of %d classes: want %d, the examples and, where there are classes, their labels",
			len(inputs), a.Classes, want)
	}
	x := inputs[0]
	n := x.Shape().Dimensions[0]
	if n%a.K != 0 {
		Panicf("ganlib.Algorithm1: a batch of %d examples does not divide into k = %d minibatches", n, a.K)
	}
	it := &iteration{x: x, m: n / a.K, boundary: a.Objective.Boundary}
	if a.Classes > 0 {
		it.y = a.OneHot(inputs[1], x.DType())
		if got := it.y.Shape().Dimensions[0]; got != n {
			Panicf("ganlib.Algorithm1: a batch of %d examples with %d labels: want one label an example", n, got)
		}
	}
	return it
}

type iterationKey struct{}

func iterationOf(g *Graph) *iteration {
	it, ok := g.State(iterationKey{}).(*iteration)
	if !ok {
		Panicf("ganlib.Algorithm1: UpdateGraph needs Algorithm1.Model as the trainer's model function")
	}
	return it
}

// playDiscriminator builds the pass of the i-th of the K discriminator steps: sample m noise vectors, take the i-th m
// examples, compute D's loss.
func (a *Algorithm1) playDiscriminator(scope *model.Scope, it *iteration, i int) {
	minibatch := AxisRange(i*it.m, (i+1)*it.m)
	if it.y != nil {
		it.labels = loop.Spread(Slice(it.y, minibatch))
	}
	it.generate(a, scope)
	gz := it.gz
	if !a.Simultaneous {
		gz = StopGradient(gz)
	}
	a.discriminate(scope, it, loop.Spread(Slice(it.x, minibatch)), gz)
}

// discriminate has D look at real x [m, ...] and generated gz, and computes its loss.
func (a *Algorithm1) discriminate(scope *model.Scope, it *iteration, x, gz *Node) {
	x, gz = a.shown(scope, it, x), a.shown(scope, it, gz)
	it.seen = x
	it.real = a.Discriminate(scope, x, it.labels)
	it.fake = a.Discriminate(scope, gz, it.labels)
	it.dLoss = a.labelled(scope, it.real, it.fake)
	if a.HalfV {
		it.dLoss = MulScalar(it.dLoss, 0.5)
	}
	if a.Penalty.Weight > 0 {
		it.dLoss = Add(it.dLoss, a.penalty(scope, it, x, gz))
	}
}

// generate draws fresh noise and passes it through G.
func (it *iteration) generate(a *Algorithm1, scope *model.Scope) {
	it.z = loop.Spread(a.Prior.Sample(scope, it.x.Graph(), it.x.DType(), it.m))
	it.gz = a.Generate(scope, it.z, it.labels)
	want := slices.Concat([]int{it.m}, it.x.Shape().Dimensions[1:])
	if got := it.gz.Shape().Dimensions; !slices.Equal(got, want) {
		Panicf("ganlib.Algorithm1: the generator makes examples of shape %v: want %v, as the data's", got, want)
	}
}

// UpdateGraph implements optimizer.Interface: the updates of one iteration. The global step grows by one, however many
// updates that is.
func (a *Algorithm1) UpdateGraph(root *model.Scope, g *Graph, loss *Node) {
	it := iterationOf(g)
	step := optimizer.GetGlobalStepVar(root)
	before := step.NodeValue(g)
	it.dVariables = networkVariables(root.At(DiscriminatorScope), g)
	it.gVariables = networkVariables(root.At(GeneratorScope), g)
	if a.Simultaneous {
		a.updateBoth(root, it, loss)
	} else {
		a.updateInTurn(root, it, loss)
	}
	step.SetNodeValue(AddScalar(before, 1))
	it.dWeights = normOf(it.dVariables, g, loss.DType())
	it.gWeights = normOf(it.gVariables, g, loss.DType())
	a.average(root, it, before)
}

// DiscriminatorStep builds one step of D alone against the present G, by a learning rule of its own: on the data x [m,
// ...] with labels y, one-hot [m, Classes] or nil, and m fresh noise vectors. G plays as it does outside training, and
// nothing of it changes; no label is flipped or smoothed, and there is neither noise nor penalty. It returns V(D,G)
// before the step.
func (a *Algorithm1) DiscriminatorStep(root *model.Scope, x, y *Node, rule optim.Rule) *Node {
	it := a.playFrozen(root, x, y)
	update(root.At(DiscriminatorScope), rule, it.dLoss)
	return Value(it.real, it.fake)
}

// FrozenValue is DiscriminatorStep without the step: V(D,G), a scalar in nats. D plays as in training, with dropout and
// the statistics of the batch.
func (a *Algorithm1) FrozenValue(root *model.Scope, x, y *Node) *Node {
	it := a.playFrozen(root, x, y)
	return Value(it.real, it.fake)
}

// playFrozen builds a pass of D in training against G as it is outside of it.
func (a *Algorithm1) playFrozen(root *model.Scope, x, y *Node) *iteration {
	it := &iteration{x: x, m: x.Shape().Dimensions[0], labels: y}
	root.SetTraining(x.Graph(), false)
	it.generate(a, root)
	root.SetTraining(x.Graph(), true)
	a.withoutStabilisers().discriminate(root, it, x, StopGradient(it.gz))
	return it
}

// updateInTurn is Algorithm 1 as printed.
func (a *Algorithm1) updateInTurn(root *model.Scope, it *iteration, loss *Node) {
	D, G := root.At(DiscriminatorScope), root.At(GeneratorScope)
	for i := range a.K { // for k steps do
		if i > 0 { // the first pass is the trainer's
			a.playDiscriminator(root, it, i)
			loss = it.dLoss
		}
		it.dNorm = update(D, a.DiscriminatorRule, loss)
	}
	a.playGenerator(root, it)
	it.gNorm = update(G, a.GeneratorRule, it.gLoss)
}

// playGenerator builds G's pass: sample m noise vectors, compute G's loss by D as it is now. It returns what D says.
func (a *Algorithm1) playGenerator(root *model.Scope, it *iteration) (fake *Node) {
	it.generate(a, root)
	fake = a.Discriminate(root, a.shown(root, it, it.gz), it.labels)
	it.gLoss = a.generatorLoss(root, it, fake)
	return fake
}

// updateBoth is the simultaneous step of the 2014 code.
func (a *Algorithm1) updateBoth(root *model.Scope, it *iteration, loss *Node) {
	D, G := root.At(DiscriminatorScope), root.At(GeneratorScope)
	it.gLoss = a.generatorLoss(root, it, it.fake)
	dGrads := D.BuildTrainableVariablesGradientsGraph(loss)
	gGrads := G.BuildTrainableVariablesGradientsGraph(it.gLoss)
	it.dNorm = apply(D, a.DiscriminatorRule, dGrads, loss)
	it.gNorm = apply(G, a.GeneratorRule, gGrads, it.gLoss)
}

// generatorLoss is G's loss for the outputs [m, 1] of D on generated examples. An objective in pairs gets those on the
// real examples of the last discriminator step beside them, by D as it is now.
func (a *Algorithm1) generatorLoss(root *model.Scope, it *iteration, fake *Node) *Node {
	switch {
	case a.Objective.GeneratorInPairs == nil:
		return a.Objective.Generator(fake)
	case a.Simultaneous:
		return a.Objective.GeneratorInPairs(it.real, fake)
	}
	return a.Objective.GeneratorInPairs(a.Discriminate(root, it.seen, it.labels), fake)
}

// update moves one player down its loss and returns the norm of its gradient.
func update(player *model.Scope, rule optim.Rule, loss *Node) *Node {
	return apply(player, rule, player.BuildTrainableVariablesGradientsGraph(loss), loss)
}

func apply(player *model.Scope, rule optim.Rule, grads []*Node, loss *Node) *Node {
	if len(grads) == 0 {
		Panicf("ganlib.Algorithm1: no trainable variables below %s", player.Scope())
	}
	rule.UpdateGraphWithGradients(player, grads, loss.DType())
	detach(player, loss.Graph())
	return norm(grads)
}

// detach cuts the updated weights loose from the update that made them. Otherwise the other player's gradient would
// walk back through the learning rule. It takes an Identity: a bare StopGradient as the target of a gradient gives
// zeros, silently.
func detach(player *model.Scope, g *Graph) {
	for v := range player.IterVariables() {
		if v.Trainable && v.ChangedInGraph(g) {
			v.SetNodeValue(Identity(StopGradient(v.NodeValue(g))))
		}
	}
}

func norm(grads []*Node) *Node {
	sum := ReduceAllSum(Square(grads[0]))
	for _, grad := range grads[1:] {
		sum = Add(sum, ReduceAllSum(Square(grad)))
	}
	return Sqrt(sum)
}

// Clear implements optimizer.Interface.
func (a *Algorithm1) Clear(root *model.Scope) error {
	if err := a.DiscriminatorRule.Clear(root.At(DiscriminatorScope)); err != nil {
		return err
	}
	return a.GeneratorRule.Clear(root.At(GeneratorScope))
}

// Metric is a number that a trainer made by [Algorithm1.Trainer] reports each iteration.
type Metric struct {
	Name    string // in records: a constant of package record
	Meaning string
	node    func(*iteration) *Node
}

// Metrics lists the numbers of an iteration, in nats unless said otherwise. Those of D belong to the last of its K
// steps, before the update.
func Metrics() []Metric {
	return []Metric{
		{record.DLoss, "what D minimises", func(it *iteration) *Node { return it.dLoss }},
		{record.GLoss, "what G minimises", func(it *iteration) *Node { return it.gLoss }},
		{record.LogDReal, "E[log D(x)]", func(it *iteration) *Node { return RealTerm(it.real) }},
		{record.LogOneMinusDFake, "E[log(1 − D(G(z)))]", func(it *iteration) *Node { return FakeTerm(it.fake) }},
		{record.V, "V(D,G)", func(it *iteration) *Node { return Value(it.real, it.fake) }},
		{record.DReal, "mean D(x), in [0, 1]", func(it *iteration) *Node { return Score(it.real) }},
		{record.DFake, "mean D(G(z)), in [0, 1]", func(it *iteration) *Node { return Score(it.fake) }},
		{record.AccReal, "fraction of real examples that D calls real", func(it *iteration) *Node {
			return fractionOf(GreaterThan(it.real, Scalar(it.real.Graph(), it.real.DType(), it.boundary)), it.real)
		}},
		{record.AccFake, "fraction of generated examples that D calls fake", func(it *iteration) *Node {
			return fractionOf(LessThan(it.fake, Scalar(it.fake.Graph(), it.fake.DType(), it.boundary)), it.fake)
		}},
		{record.DGrad, "norm of D's gradient", func(it *iteration) *Node { return it.dNorm }},
		{record.GGrad, "norm of G's gradient", func(it *iteration) *Node { return it.gNorm }},
		{record.DWeights, "norm of D's variables after the update", func(it *iteration) *Node { return it.dWeights }},
		{record.GWeights, "norm of G's variables after the update", func(it *iteration) *Node { return it.gWeights }},
	}
}

func (a *Algorithm1) metrics() []metric.Interface {
	var metrics []metric.Interface
	for _, m := range Metrics() {
		metrics = append(metrics, metric.NewBaseMetric(m.Meaning, m.Name, m.Name,
			func(_ *model.Scope, _, predictions []*Node) *Node { return m.node(iterationOf(predictions[0].Graph())) }, nil))
	}
	return metrics
}

var _ optimizer.Interface = (*Algorithm1)(nil)
