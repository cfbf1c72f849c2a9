package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gans-in-go/gans"

// mayImport is the plan of the house: which rooms each room may use. Tests may use what they like.
var mayImport = map[string][]string{
	"ganlib/invalid":      {}, // leaves: how a setting is refused, and what the values of records are called
	"ganlib/record":       {},
	"ganlib/backend":      {},
	"ganlib/layer":        {},
	"ganlib/optim":        {},
	"ganlib/data":         {},
	"ganlib/data/idx":     {"ganlib/data"},
	"ganlib/data/cifar":   {"ganlib/data", "ganlib/data/archive"},
	"ganlib/data/lsun":    {"ganlib/data", "ganlib/data/archive", "ganlib/data/webp", "internal/progress"},
	"ganlib/data/webp":    {},
	"ganlib/data/mnist":   {"ganlib/data", "ganlib/data/idx"},
	"ganlib/data/mat":     {},
	"ganlib/data/svhn":    {"ganlib/data", "ganlib/data/mat"},
	"ganlib/data/tfd":     {"ganlib/data", "ganlib/data/mat"},
	"ganlib/data/fashion": {"ganlib/data", "ganlib/data/idx"},
	"ganlib/data/emoji":   {"ganlib/data"},
	"ganlib/data/archive": {"internal/progress"},
	"ganlib/data/folder":  {"ganlib/data", "ganlib/data/archive", "ganlib/data/webp", "internal/progress"},
	"ganlib/data/catalog": { // knows every reader, and no embedded set
		"ganlib/data", "ganlib/data/archive", "ganlib/data/cifar", "ganlib/data/folder", "ganlib/data/idx", "ganlib/data/lsun",
		"ganlib/data/svhn", "ganlib/data/tfd", "internal/progress",
	},
	"ganlib/figure":                    {},
	"ganlib/measure":                   {"ganlib/data"},
	"ganlib/measure/feature":           {"ganlib/data", "ganlib/layer", "ganlib/optim"},
	"ganlib/measure/feature/inception": {"ganlib/data"},
	"ganlib/measure/feature/train":     {"ganlib/backend", "ganlib/data", "ganlib/data/idx", "ganlib/data/mnist", "ganlib/measure/feature", "internal/progress"},
	"ganlib/evaluate":                  {"ganlib/data", "ganlib/measure", "ganlib/measure/feature", "internal/progress"},
	"ganlib":                           {"ganlib/layer", "ganlib/optim"},
	"ganlib/run":                       {"ganlib/figure", "internal/progress"}, // knows players only as a GoMLX trainer
	"ganlib/watch":                     {"ganlib/figure", "ganlib/run"},
	"ganlib/watch/live":                {"ganlib/run", "ganlib/watch"},
	"ganlib/diagnose":                  {"ganlib/run"},
	"dcganlib":                         {"ganlib", "ganlib/layer", "ganlib/optim"},
	"": { // package gans alone knows everyone, and alone carries the embedded sets along
		"dcganlib", "ganlib", "ganlib/backend", "ganlib/data", "ganlib/data/archive", "ganlib/data/catalog",
		"ganlib/data/cifar", "ganlib/data/emoji", "ganlib/data/fashion", "ganlib/data/folder", "ganlib/data/idx",
		"ganlib/data/lsun", "ganlib/data/mat", "ganlib/data/mnist", "ganlib/data/svhn", "ganlib/data/tfd",
		"ganlib/diagnose", "ganlib/evaluate", "ganlib/figure", "ganlib/layer", "ganlib/measure", "ganlib/measure/feature", "ganlib/optim",
		"ganlib/run", "ganlib/watch", "internal/progress",
	},
	"cmd/gan":           {"", "ganlib", "ganlib/backend", "ganlib/data", "ganlib/data/catalog", "ganlib/diagnose", "ganlib/evaluate", "ganlib/figure", "ganlib/measure/feature", "ganlib/measure/feature/inception", "ganlib/run", "ganlib/watch", "internal/progress"},
	"internal/gantest":  {"ganlib/backend", "ganlib/invalid"},
	"internal/progress": {},
	"tests":             {},
	"tests/trials":      {"", "ganlib/diagnose", "ganlib/run"},
	"tests/faults":      {},
}

// imports are the imports of each package of the module outside its tests, by path below the module.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	list := outputOf(t, goCommand(t, ".", nil, "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./..."))
	found := make(map[string][]string)
	for line := range strings.Lines(list) {
		paths := strings.Fields(line)
		var own []string
		for _, path := range paths[1:] {
			if room, ok := room(path); ok {
				own = append(own, room)
			}
		}
		of, _ := room(paths[0])
		found[of] = own
	}
	return found
}

// room is a package's path below the module.
func room(path string) (below string, ok bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// TestImports holds the import graph to the plan.
func TestImports(t *testing.T) {
	found := imports(t)
	require.Equal(t, slices.Sorted(maps.Keys(mayImport)), slices.Sorted(maps.Keys(found)),
		"a new package needs a place in the plan, mayImport, and a package that is gone leaves it")
	for of, used := range found {
		for _, path := range used {
			require.Contains(t, mayImport[of], path, "package %q must not import %q", of, path)
		}
	}
}

// TestNothingInstallsItself: GoMLX's backends/default looks on the net for what is missing. No package
// and no test may bring it in, however far down.
func TestNothingInstallsItself(t *testing.T) {
	deps := strings.Fields(outputOf(t, goCommand(t, ".", nil, "list", "-deps", "-test", "./...")))
	require.Contains(t, deps, "github.com/gomlx/gomlx/core/graph")
	for _, path := range deps {
		require.False(t, strings.HasPrefix(path, "github.com/gomlx/gomlx/backends/default"), path)
	}
}
