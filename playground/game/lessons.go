package game

import (
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// lessonKey stands before a lesson's ID in a URL's fragment.
const lessonKey = "lesson="

// Words are a text in both languages.
type Words struct {
	En string `json:"en"`
	Ko string `json:"ko"`
}

// Lesson is a game that comes to a state of which the notebooks claim something. [Judge] checks the claim.
type Lesson struct {
	ID    string `json:"id"`
	Title Words  `json:"title"`
	// Predict asks what will happen, before the game is played.
	Predict Words `json:"predict"`
	// Look says what to look at once it has been, with the numbers that Judge checks.
	Look  Words `json:"look"`
	Scene Scene `json:"scene"`
	// Iterations are those by which the state is reached.
	Iterations int `json:"iterations"`
	// Notebook says more: its name without the ending.
	Notebook string `json:"notebook"`
	// Then is a second part, for comparison; nil without one.
	Then *Then `json:"then,omitempty"`

	claims []claim
}

// Then is what a lesson changes when its state has been reached, and what comes of it.
type Then struct {
	// Words say what changes, and what to look at afterwards.
	Words Words `json:"words"`
	Scene Scene `json:"scene"`
	// Frozen lets D go on alone.
	Frozen bool `json:"frozen,omitempty"`
	// Fresh begins the scene anew. Else the game plays on.
	Fresh      bool `json:"fresh,omitempty"`
	Iterations int  `json:"iterations"`

	claims []claim
}

// Lessons are the lessons, in the order in which to take them.
func Lessons() []Lesson {
	return []Lesson{
		figure1Arrives(), blindAtOneHalf(), saturation(), modeCollapse(), oscillation(), dTooStrong(), gTooStrong(),
		spectralNorm(),
	}
}

// FindLesson is the lesson of an ID.
func FindLesson(id string) (Lesson, error) {
	for _, l := range Lessons() {
		if l.ID == id {
			return l, nil
		}
	}
	return Lesson{}, invalid.Value("lesson", id, "one of %q", LessonIDs())
}

// LessonIDs are the IDs of the lessons.
func LessonIDs() (ids []string) {
	for _, l := range Lessons() {
		ids = append(ids, l.ID)
	}
	return ids
}

func mlp(output int, activation string, hidden ...int) ganlib.Network {
	return ganlib.Network{MLP: &ganlib.MLP{
		Hidden: hidden, Activation: activation, Output: []int{output}, OutputActivation: "linear",
	}}
}

func adam(rate float64) ganlib.Rule {
	return ganlib.Rule{Adam: &optim.Adam{LearningRate: rate, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
}

func momentum(rate, initial float64) ganlib.Rule {
	return ganlib.Rule{Momentum: &optim.Momentum{LearningRate: rate, Initial: initial}}
}

// onLine is a game on the line: data from N(mean, std), Gaussian noise, two hidden layers, the minimax loss.
func onLine(mean, std float64, g, d ganlib.Rule) Scene {
	return Scene{
		Seed: 1, Data: data.Toy{Set: data.Normal, Mean: mean, Std: std}, BatchSize: 64,
		Recipe: ganlib.Recipe{
			Generator: mlp(1, "tanh", 32, 32), Discriminator: mlp(1, "tanh", 32, 32),
			Play: ganlib.Play{
				Noise: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1}, Objective: ganlib.ObjectiveChoice{Name: ganlib.Minimax.Name},
				K: 1, GeneratorRule: g, DiscriminatorRule: d,
			},
		},
	}
}

// figure1 is the game of the paper's Figure 1.
func figure1(k int) Scene {
	s := onLine(1, .5, adam(1e-3), adam(1e-3))
	s.BatchSize, s.K = 128, k
	return s
}

// onRing is a game on the ring of 8, with a learning rate for each player.
func onRing(objective ganlib.Objective, g, d float64) Scene {
	s := onLine(0, 0, adam(g), adam(d))
	s.Data = data.Toy{Set: "ring8"}
	s.Generator, s.Discriminator = mlp(2, "relu", 32, 32), mlp(1, "relu", 32, 32)
	s.Noise.Dim = 2
	s.Objective.Name = objective.Name
	return s
}

// dirac is the Dirac-GAN (Mescheder et al. 2018, arXiv:1801.04406, section 2) as nearly as networks without hidden layers
// have it: G makes one number, for its weight is as good as 0, and D's logit is a straight line.
func dirac() Scene {
	s := onLine(.5, .01, momentum(.2, 0), momentum(.2, 0))
	s.BatchSize, s.Simultaneous = 16, true
	line := func() ganlib.Network {
		n := mlp(1, "linear")
		n.MLP.IRange = 1e-6
		return n
	}
	s.Generator, s.Discriminator = line(), line()
	return s
}

func figure1Arrives() Lesson {
	return Lesson{
		ID:    "figure-1",
		Title: Words{"Figure 1, with k = 5", "k = 5로 보는 Figure 1"},
		Predict: Words{
			"D gets k = 5 moves for each move of G. What will D's curve be in the end: a step that parts the data from the " +
				"samples, or a flat line at ½?",
			"G가 한 번 움직일 때마다 D는 k = 5번 움직입니다. D의 곡선은 결국 어떤 모양이 될까요? 데이터와 표본을 가르는 " +
				"계단일까요, ½에 놓인 평평한 선일까요?",
		},
		Look: Words{
			"p_g lies on p_data, and where the data are, D's curve is nearly flat; outside the data nothing teaches D. JSD comes " +
				"down below 0.05, and D(x) is about ½, between 0.4 and 0.6. D has not given up: there is nothing left to tell apart.",
			"p_g가 p_data에 포개지고, 데이터가 있는 곳에서 D의 곡선은 거의 평평합니다. 데이터가 없는 곳에서는 D가 배울 것이 없습니다. " +
				"JSD는 0.05 아래로 내려가고 D(x)는 0.4와 0.6 사이, 곧 ½쯤입니다. D가 포기한 것이 아닙니다. 더는 구별할 것이 없을 뿐입니다.",
		},
		Scene: figure1(5), Iterations: 600, Notebook: "03-value-function",
		claims: []claim{atMost("JSD", late(jsd), .05), between("D(x)", late(dReal), .4, .6)},
	}
}

func blindAtOneHalf() Lesson {
	faster := figure1(1)
	faster.DiscriminatorRule = adam(5e-3)
	return Lesson{
		ID:    "blind-at-one-half",
		Title: Words{"k = 1: D says ½ and is wrong", "k = 1: D는 ½이라고 하지만 틀렸습니다"},
		Predict: Words{
			"The same game, but D gets one move for each move of G. D(x) and D(G(z)) will be about ½ again. Will p_g lie on " +
				"p_data again, or not?",
			"같은 게임이지만 이번에는 G가 한 번 움직일 때 D도 한 번만 움직입니다. D(x)와 D(G(z))는 이번에도 ½쯤이 됩니다. " +
				"p_g도 이번에 p_data에 포개질까요, 아닐까요?",
		},
		Look: Words{
			"D(x) and D(G(z)) are between 0.4 and 0.6, and V is between −1.45 and −1.33, close to −log 4: the numbers of a " +
				"finished game. But p_g misses p_data, and JSD stays above 0.05. The curve of D* says what D should have seen.",
			"D(x)와 D(G(z))는 0.4와 0.6 사이이고 V는 −1.45와 −1.33 사이, 곧 −log 4에 가깝습니다. 완벽하게 끝났을 때와 같은 값입니다. " +
				"그러나 p_g는 p_data에서 벗어나 있고 JSD는 0.05보다 큽니다. D가 보았어야 하는 것은 D*의 곡선에 나타납니다.",
		},
		Scene: figure1(1), Iterations: 600, Notebook: "03-value-function",
		claims: []claim{
			between("D(x)", late(dReal), .4, .6), between("D(G(z))", late(dFake), .4, .6),
			between("V", late(value), -1.45, -1.33), atLeast("least JSD", inSecondHalf(least(jsd)), .05),
		},
		Then: &Then{
			Words: Words{
				"Freeze G and let D go on alone, five times as fast. D's curve climbs towards D*, and V rises above −1.3: there " +
					"was something to see all along.",
				"G를 고정하고 D만 다섯 배 빠르게 계속 학습시키세요. D의 곡선이 D*에 다가가고 V가 −1.3 위로 올라갑니다. 구별할 " +
					"것이 내내 있었던 것입니다.",
			},
			Scene: faster, Frozen: true, Iterations: 300,
			claims: []claim{atLeast("V", last(value), -1.3)},
		},
	}
}

func saturation() Lesson {
	scene := func(o ganlib.Objective) Scene {
		s := onLine(3, .5, momentum(.003, .5), momentum(.1, .5))
		s.Objective.Name = o.Name
		return s
	}
	return Lesson{
		ID:    "saturation",
		Title: Words{"The minimax loss saturates", "minimax 손실의 포화"},
		Predict: Words{
			"G begins far from the data, so D soon tells them apart. G descends the loss as printed in the paper, log(1 − D(G(z))). " +
				"Will it run to the data, or stand still?",
			"G는 데이터에서 먼 곳에서 시작하므로 D는 곧 둘을 구별합니다. G는 논문에 적힌 그대로의 손실 log(1 − D(G(z)))를 " +
				"따라 내려갑니다. G는 데이터로 달려갈까요, 제자리에 머물까요?",
		},
		Look: Words{
			"D(G(z)) is below 0.01. The slope of log(1 − D) with respect to D's logit is −D, so it is as small, and hardly any " +
				"gradient reaches G: the mean of p_g is still below 1.5, while the data are at 3. " +
				"JSD stays above 0.6, and log 2 = 0.69 is the most there is.",
			"D(G(z))가 0.01보다 작습니다. D의 로짓에 대한 log(1 − D)의 기울기는 −D이므로 이 기울기도 그만큼 작습니다. " +
				"G에게 오는 그레이디언트는 거의 없습니다. 데이터는 3에 있는데 p_g의 평균은 아직 1.5보다 작고, " +
				"JSD는 0.6보다 큽니다. JSD의 최댓값은 log 2 = 0.69입니다.",
		},
		Scene: scene(ganlib.Minimax), Iterations: 300, Notebook: "05-k-and-momentum",
		claims: []claim{
			atMost("D(G(z))", late(dFake), .01), atMost("mean", late(mean), 1.5), atLeast("least JSD", inSecondHalf(least(jsd)), .6),
		},
		Then: &Then{
			Words: Words{
				"Give G the loss −log D(G(z)), and change nothing else. Its slope with respect to D's logit is −(1 − D), nearly −1 here: p_g runs to the data, and " +
					"JSD falls below 0.25.",
				"G의 손실만 −log D(G(z))로 바꾸세요. D의 로짓에 대한 이 손실의 기울기는 −(1 − D)이고 여기서는 거의 −1입니다. p_g가 데이터로 달려가고 " +
					"JSD는 0.25 아래로 떨어집니다.",
			},
			Scene: scene(ganlib.NonSaturating), Iterations: 300,
			claims: []claim{atMost("JSD", late(jsd), .25)},
		},
	}
}

func modeCollapse() Lesson {
	return Lesson{
		ID:    "mode-collapse",
		Title: Words{"Mode collapse", "모드 붕괴"},
		Predict: Words{
			"The data are eight clusters, the modes, and D learns a hundred times as fast as G. How many of them will have " +
				"samples in the end: all eight, or a few?",
			"데이터는 여덟 개의 점 무리(모드)이고, D는 G보다 백 배 빠르게 배웁니다. 끝에 표본이 있는 모드는 몇 개일까요? 여덟 개 " +
				"모두일까요, 몇 개뿐일까요?",
		},
		Look: Words{
			"The samples crowd about a few modes: of 8 modes, 1 to 4 are found. A single sample does not show it, nor do the scores: " +
				"D(x) above 0.7 only says that D is ahead.",
			"표본이 모드 몇 개에 몰려 있습니다. 여덟 모드 가운데 1개에서 4개만 찾았습니다. 표본 하나만 보아서는 알 수 없고, 점수로도 " +
				"알 수 없습니다. D(x)가 0.7보다 크다는 것은 D가 앞서 있다는 뜻일 뿐입니다.",
		},
		Scene: onRing(ganlib.Minimax, 1e-4, 1e-2), Iterations: 1000, Notebook: "11-limit-balance",
		claims: []claim{between("modes", last(found), 1, 4), atLeast("D(x)", late(dReal), .7)},
		Then: &Then{
			Words: Words{
				"Begin anew, with G as fast as D. In as many iterations at least 7 modes are found, and JSD falls below 0.2.",
				"G를 D만큼 빠르게 하여 처음부터 다시 시작하세요. 같은 반복 횟수 만에 모드를 7개 이상 찾고, JSD는 0.2 아래로 떨어집니다.",
			},
			Scene: onRing(ganlib.Minimax, 1e-2, 1e-2), Fresh: true, Iterations: 1000,
			claims: []claim{atLeast("modes", last(found), 7), atMost("JSD", last(jsd), .2)},
		},
	}
}

func oscillation() Lesson {
	r1 := dirac()
	r1.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 1}
	return Lesson{
		ID:    "oscillation",
		Title: Words{"Oscillation, and R1", "진동과 R1"},
		Predict: Words{
			"The smallest game: the data are almost one point, at 0.5. G makes one number, and D's logit is a straight line. Both " +
				"follow their gradients, at the same time. Will G come to rest on the data, or swing back and forth for long?",
			"가장 작은 게임입니다. 데이터는 0.5에 있는 점 하나나 다름없습니다. G는 숫자 하나를 만들고 D의 로짓은 직선입니다. 둘은 " +
				"동시에 그레이디언트를 따라 움직입니다. G는 데이터 위에 멈출까요, 오래도록 오갈까요?",
		},
		Look: Words{
			"G runs past the data, D's curve tips over, and G runs back. In the second half of the game p_g still swings by more " +
				"than 0.4 from end to end, and crosses the data at least 4 times. Each player does what its gradient says, and nobody arrives.",
			"G가 데이터를 지나치면 D의 곡선이 반대로 기울고, G는 되돌아옵니다. 게임의 후반에도 p_g는 양 끝 사이가 0.4보다 크게 " +
				"흔들리며 데이터를 4번 이상 가로지릅니다. 두 참가자 모두 그레이디언트가 시키는 대로 움직이는데 누구도 목표에 이르지 못합니다.",
		},
		Scene: dirac(), Iterations: 400, Notebook: "05-k-and-momentum",
		claims: []claim{
			atLeast("swing", inSecondHalf(swing), .4), atLeast("crossings", inSecondHalf(crossings(.5)), 4),
		},
		Then: &Then{
			Words: Words{
				"Add the penalty R1 with weight 1: D pays for its slope at the data. The swing shrinks, and in the second half the mean " +
					"of p_g stays within 0.1 of the data.",
				"가중치 1인 R1 벌점을 더하세요. D는 데이터가 있는 곳에서 기울기만큼 벌점을 받습니다. 흔들림이 줄어들고, 후반에 p_g의 " +
					"평균은 데이터에서 0.1 이내에 머뭅니다.",
			},
			Scene: r1, Iterations: 200,
			claims: []claim{atMost("distance", inSecondHalf(furthest(.5)), .1)},
		},
	}
}

func dTooStrong() Lesson {
	scene := onRing(ganlib.Minimax, 1e-5, 1e-3)
	scene.K = 5
	return Lesson{
		ID:    "d-too-strong",
		Title: Words{"D is too strong", "너무 강한 D"},
		Predict: Words{
			"D gets five moves for each move of G, and learns a hundred times as fast. Does G learn more from a better judge? Will the " +
				"samples come to the ring, or stay where they began?",
			"G가 한 번 움직일 때 D는 다섯 번 움직이고, 백 배 빠르게 배웁니다. 심판이 뛰어나면 G가 더 잘 배울까요? 표본은 고리로 " +
				"다가갈까요, 시작한 곳에 머물까요?",
		},
		Look: Words{
			"D(x) is above 0.95 and D(G(z)) below 0.05: D tells every real example from every fake. V is above −0.1; its maximum is 0. The samples " +
				"are still in the middle, and JSD stays above 0.6. G has learned nothing.",
			"D(x)는 0.95보다 크고 D(G(z))는 0.05보다 작습니다. D는 진짜와 가짜를 빠짐없이 가려냅니다. V는 −0.1보다 크고, V의 최댓값은 " +
				"0입니다. 표본은 아직 가운데에 있고 JSD는 0.6보다 큽니다. G는 아무것도 배우지 못했습니다.",
		},
		Scene: scene, Iterations: 400, Notebook: "11-limit-balance",
		claims: []claim{
			atLeast("D(x)", late(dReal), .95), atMost("D(G(z))", late(dFake), .05), atLeast("V", late(value), -.1),
			atLeast("least JSD", inSecondHalf(least(jsd)), .6),
		},
		Then: &Then{
			Words: Words{
				"Make them equals: k = 1, a rate of 0.01 for both, and the loss −log D(G(z)) for G. D(x) comes down below 0.75, and at " +
					"least 6 modes are found.",
				"둘의 실력을 비슷하게 하세요. k = 1, 학습률은 둘 다 0.01, G의 손실은 −log D(G(z))입니다. D(x)가 0.75 아래로 내려오고 " +
					"모드를 6개 이상 찾습니다.",
			},
			Scene: onRing(ganlib.NonSaturating, 1e-2, 1e-2), Iterations: 1000,
			claims: []claim{atMost("D(x)", late(dReal), .75), atLeast("modes", last(found), 6)},
		},
	}
}

func gTooStrong() Lesson {
	return Lesson{
		ID:    "g-too-strong",
		Title: Words{"G is too strong", "너무 강한 G"},
		Predict: Words{
			"Now G learns thirty times as fast as D. Where will the samples be: spread over all eight modes, or in one clump that " +
				"never stays?",
			"이번에는 G가 D보다 서른 배 빠르게 배웁니다. 표본은 어디에 있을까요? 모드 여덟 개에 퍼져 있을까요, 한곳에 머물지 않는 " +
				"덩어리 하나일까요?",
		},
		Look: Words{
			"All samples run together to wherever D says real, and D is always late. D(x) and D(G(z)) are between 0.4 and 0.6, as in a " +
				"finished game. But in the second half JSD never falls below 0.4, and the clump travels a path longer than 6; the ring is 2 across. " +
				"At the end at most 2 modes are found.",
			"표본이 모두 한데 뭉쳐 D가 진짜라고 하는 곳으로 달려가고, D는 늘 한발 늦습니다. D(x)와 D(G(z))는 완벽하게 끝난 것처럼 0.4와 0.6 " +
				"사이입니다. 그러나 후반에 JSD는 한 번도 0.4 아래로 내려가지 않고, 덩어리는 지름이 2인 고리에서 모두 합해 6이 넘는 거리를 돌아다닙니다. " +
				"끝에 찾은 모드는 많아야 2개입니다.",
		},
		Scene: onRing(ganlib.NonSaturating, 1e-2, 3e-4), Iterations: 600, Notebook: "11-limit-balance",
		claims: []claim{
			between("D(x)", late(dReal), .4, .6), between("D(G(z))", late(dFake), .4, .6),
			atLeast("least JSD", inSecondHalf(least(jsd)), .4), atLeast("travelled", inSecondHalf(travelled), 6), atMost("modes", last(found), 2),
		},
	}
}

func spectralNorm() Lesson {
	scene := func(norm bool) Scene {
		s := onRing(ganlib.Minimax, 3e-4, 1e-2)
		s.K, s.Discriminator.SpectralNorm = 3, norm
		return s
	}
	return Lesson{
		ID:    "spectral-norm",
		Title: Words{"Spectral norm", "스펙트럼 정규화(spectral norm)"},
		Predict: Words{
			"D is ahead again: three moves for each move of G, at thirty times its rate. G loses modes. Would a limit on how steep D " +
				"can be, which makes D weaker, help G or hinder it?",
			"이번에도 D가 앞섭니다. G가 한 번 움직일 때 세 번, 서른 배의 학습률로 움직입니다. G는 모드를 잃습니다. D의 기울기에 " +
				"한계를 두면 D는 약해집니다. 그러면 G에게 도움이 될까요, 방해가 될까요?",
		},
		Look: Words{
			"First without the limit. At most 5 modes are found, and D(x) is above 0.65. D's map has cliffs, and the gradient at some " +
				"samples is longer than 0.5.",
			"먼저 한계가 없을 때입니다. 찾은 모드는 많아야 5개이고 D(x)는 0.65보다 큽니다. D의 지도에는 절벽이 있고, 길이가 0.5보다 큰 " +
				"그레이디언트를 받는 표본이 있습니다.",
		},
		Scene: scene(false), Iterations: 800, Notebook: "11-limit-balance",
		claims: []claim{
			atMost("modes", last(found), 5), atLeast("D(x)", late(dReal), .65), atLeast("longest arrow", late(pull), .5),
		},
		Then: &Then{
			Words: Words{
				"Begin anew, with spectral norm in D: each weight matrix is divided by its largest singular value, so D's logit is " +
					"nowhere steeper than 1. The map is smooth, the longest gradient at a sample is below 0.4, and at least 7 modes are found. " +
					"A single sample is enough for a mode to count as found.",
				"D에 스펙트럼 정규화를 켜고 처음부터 다시 시작하세요. 가중치 행렬마다 가장 큰 특잇값으로 나누므로 D의 로짓은 어디서도 1보다 " +
					"가파르지 않습니다. 지도가 매끄럽고, 표본이 받는 그레이디언트는 가장 긴 것도 0.4보다 짧으며, 모드를 7개 이상 찾습니다. " +
					"표본이 하나라도 있으면 찾은 모드로 셉니다.",
			},
			Scene: scene(true), Fresh: true, Iterations: 800,
			claims: []claim{atLeast("modes", last(found), 7), atMost("longest arrow", late(pull), .4)},
		},
	}
}
