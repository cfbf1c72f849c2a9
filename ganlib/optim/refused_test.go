package optim

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestRulesRefused: settings with which no rule can train, by key.
func TestRulesRefused(t *testing.T) {
	released := Momentum{LearningRate: .1, Decay: 1.000004, MinRate: 1e-6, Initial: .5, Final: .7, Saturate: 250, Epoch: 500}
	require.NoError(t, released.Validate())
	for _, c := range []struct {
		key   string
		spoil func(*Momentum)
	}{
		{"learning_rate", func(m *Momentum) { m.LearningRate = 0 }},
		{"learning_rate", func(m *Momentum) { m.LearningRate = math.Inf(1) }},
		{"decay", func(m *Momentum) { m.Decay = .5 }},
		{"decay", func(m *Momentum) { m.Decay = math.NaN() }},
		{"min_rate", func(m *Momentum) { m.MinRate = .2 }},
		{"initial", func(m *Momentum) { m.Initial = 1 }},
		{"final", func(m *Momentum) { m.Final = -.1 }},
		{"epoch", func(m *Momentum) { m.Epoch = -1 }},
		{"saturate", func(m *Momentum) { m.Saturate = 1 }},
	} {
		m := released
		c.spoil(&m)
		gantest.RequireInvalid(t, m.Validate(), c.key)
	}
	usual := Adam{LearningRate: 2e-4, Beta1: .5, Beta2: .999, Epsilon: 1e-8}
	require.NoError(t, usual.Validate())
	for _, c := range []struct {
		key   string
		spoil func(*Adam)
	}{
		{"learning_rate", func(a *Adam) { a.LearningRate = math.NaN() }},
		{"beta1", func(a *Adam) { a.Beta1 = 1 }},
		{"beta2", func(a *Adam) { a.Beta2 = -.1 }},
		{"epsilon", func(a *Adam) { a.Epsilon = 0 }},
		{"linear", func(a *Adam) { a.Linear = -1 }},
	} {
		a := usual
		c.spoil(&a)
		gantest.RequireInvalid(t, a.Validate(), c.key)
	}
}

// sgd is a rule without a method Validate.
type sgd struct{ optimizer.Interface }

func (sgd) UpdateGraphWithGradients(*model.Scope, []*Node, dtypes.DType) {}

// TestValidate: no rule, no rule behind a pointer, and no rule under a constraint are refused; a rule that cannot say
// whether it can train is taken.
func TestValidate(t *testing.T) {
	require.NoError(t, Validate(sgd{}))
	require.NoError(t, Validate(MaxColNorm{Rule: sgd{}, Limit: 1}))
	for _, none := range []Rule{nil, (*Adam)(nil), (*MaxColNorm)(nil), MaxColNorm{Limit: 1}} {
		gantest.RequireInvalid(t, Validate(none), "")
	}
	gantest.RequireInvalid(t, Validate(&Adam{}), "learning_rate")
	gantest.RequireInvalid(t, Validate(MaxColNorm{Rule: &Adam{}, Limit: 1}), "learning_rate")
	gantest.RequireInvalid(t, Validate(&MaxColNorm{Rule: sgd{}}), "max_col_norm")
}
