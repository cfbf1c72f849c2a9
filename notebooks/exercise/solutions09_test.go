package exercise

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
)

var _ = solve(map[string]func(t *testing.T) any{
	"09-1": func(t *testing.T) any {
		without := gans.MNIST28()
		for _, n := range []*dcganlib.Networks{without.Generator.DCGAN, without.Discriminator.DCGAN} {
			n.BatchNorm, n.Bias = "none", true
		}
		for _, rule := range []ganlib.Rule{without.GeneratorRule, without.DiscriminatorRule} {
			rule.Adam.Beta1 = .9
		}
		return differences(tree(t, gans.MNIST28()), tree(t, without))
	},
	"09-2": func(*testing.T) any {
		iterations := 0
		for left := 1.; left >= .1; left *= .9 {
			iterations++
		}
		return iterations
	},
	"09-3": func(*testing.T) any { return (.9 + 1 - .3) / 2 },
})

func tree(t *testing.T, cfg gans.Config) (values map[string]any) {
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &values))
	return values
}

// differences counts the values of b that are not a's.
func differences(a, b map[string]any) (n int) {
	for key := range b {
		above, inner := a[key].(map[string]any)
		switch {
		case reflect.DeepEqual(a[key], b[key]):
		case inner:
			n += differences(above, b[key].(map[string]any))
		default:
			n++
		}
	}
	return n
}
