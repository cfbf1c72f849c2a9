package tests

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gans-in-go/gans"

// plan is what each package of this module imports, no more and no less. Tests may import anything.
var plan = map[string][]string{
	// Leaves: how a setting is refused, and what the values of records are called.
	"ganlib/invalid": {},
	"ganlib/record":  {},

	// What a game is made of. These, and what they use, run in browsers.
	"ganlib/backend":        {"ganlib/backend/plugin", "ganlib/invalid"},
	"ganlib/backend/plugin": {"ganlib/invalid"},
	"ganlib/layer":          {},
	"ganlib/loop":           {"ganlib/invalid"},
	"ganlib/optim":          {"ganlib/invalid"},
	"ganlib":                {"ganlib/invalid", "ganlib/layer", "ganlib/loop", "ganlib/optim", "ganlib/record", "internal/memory"},
	"dcganlib":              {"ganlib", "ganlib/invalid", "ganlib/layer", "ganlib/optim"},
	"dcganlib/latent":       {"ganlib", "ganlib/invalid", "ganlib/measure"},

	"dcganlib/features": {
		"dcganlib", "ganlib", "ganlib/data", "ganlib/invalid", "ganlib/layer", "ganlib/measure/svm", "internal/memory", "internal/progress",
	},
	"ganlib/onnx":    {"ganlib", "ganlib/backend", "ganlib/invalid"},
	"ganlib/weights": {"ganlib", "ganlib/data", "ganlib/invalid", "ganlib/optim"},
	"ganlib/card":    {"ganlib/data", "ganlib/invalid"},
	"ganlib/models":  {"ganlib/invalid"},

	// Data: a package a format. Catalog knows every reader and no embedded set, open knows both.
	"ganlib/data":                  {"ganlib/invalid", "ganlib/loop"},
	"ganlib/data/internal/cancel":  {},
	"ganlib/data/internal/archive": {"ganlib/data", "ganlib/data/internal/cancel", "ganlib/invalid", "internal/progress"},
	"ganlib/data/internal/mat":     {"ganlib/data", "ganlib/data/internal/cancel"},
	"ganlib/data/internal/pnm":     {},
	"ganlib/data/internal/webp":    {},
	"ganlib/data/idx":              {"ganlib/data", "ganlib/data/internal/cancel"},
	"ganlib/data/cifar":            {"ganlib/data", "ganlib/data/internal/archive", "ganlib/data/internal/cancel", "ganlib/invalid"},
	"ganlib/data/lsun":             {"ganlib/data", "ganlib/data/internal/archive", "ganlib/data/internal/webp", "ganlib/invalid", "internal/disk", "internal/progress"},
	"ganlib/data/folder":           {"ganlib/data", "ganlib/data/internal/archive", "ganlib/data/internal/pnm", "ganlib/data/internal/webp", "ganlib/invalid", "internal/disk", "internal/drawn", "internal/progress"},
	"ganlib/data/svhn":             {"ganlib/data", "ganlib/data/internal/mat"},
	"ganlib/data/tfd":              {"ganlib/data", "ganlib/data/internal/mat", "ganlib/invalid"},
	"ganlib/data/mnist":            {"ganlib/data", "ganlib/data/idx"},
	"ganlib/data/fashion":          {"ganlib/data", "ganlib/data/idx"},
	"ganlib/data/emoji":            {"ganlib/data"},
	"ganlib/data/catalog": {
		"ganlib/data", "ganlib/data/cifar", "ganlib/data/folder", "ganlib/data/idx", "ganlib/data/internal/archive",
		"ganlib/data/lsun", "ganlib/data/svhn", "ganlib/data/tfd", "ganlib/invalid", "internal/disk", "internal/progress", "internal/suggest",
	},
	"ganlib/data/open": {
		"ganlib/data", "ganlib/data/catalog", "ganlib/data/cifar", "ganlib/data/emoji", "ganlib/data/fashion", "ganlib/data/folder",
		"ganlib/data/idx", "ganlib/data/internal/archive", "ganlib/data/lsun", "ganlib/data/mnist", "ganlib/data/svhn", "ganlib/data/tfd",
		"ganlib/invalid",
	},

	// What Radford et al. did with DCGANs, beside training them.
	"dcganlib/dropping": {"dcganlib", "ganlib", "ganlib/invalid"},
	"dcganlib/dedup":    {"ganlib/data", "ganlib/invalid", "ganlib/layer", "ganlib/optim"},

	// Numbers about rows and samples.
	"ganlib/measure":                   {"ganlib/data", "ganlib/invalid"},
	"ganlib/measure/feature":           {"ganlib/data", "ganlib/invalid", "ganlib/layer", "ganlib/optim", "internal/disk"},
	"ganlib/measure/feature/inception": {"ganlib/data"},
	"ganlib/measure/svm":               {"ganlib/invalid"},
	"ganlib/evaluate":                  {"ganlib/data", "ganlib/invalid", "ganlib/measure", "ganlib/measure/feature", "internal/disk", "internal/progress"},

	// Runs. Package run knows players only as a GoMLX trainer.
	"ganlib/figure":      {"ganlib/invalid", "internal/disk", "internal/drawn"},
	"ganlib/run":         {"ganlib/figure", "ganlib/invalid", "ganlib/loop", "internal/disk", "internal/progress", "internal/suggest"},
	"ganlib/diagnose":    {"ganlib/record", "ganlib/run"},
	"ganlib/watch":       {"ganlib/figure", "ganlib/record", "ganlib/run", "internal/disk", "internal/localhost"},
	"ganlib/tensorboard": {"ganlib/run", "internal/disk"},
	"ganlib/watch/live":  {"ganlib/run", "ganlib/watch"},
	"ganlib/sweep":       {"ganlib/figure", "ganlib/invalid", "ganlib/record", "ganlib/run", "internal/disk"},
	"ganlib/monitor":     {"ganlib", "ganlib/data", "ganlib/diagnose", "ganlib/invalid", "ganlib/loop", "ganlib/measure", "ganlib/optim", "ganlib/record", "ganlib/run"},

	// The front door, and what uses it.
	"": {
		"dcganlib", "ganlib", "ganlib/backend", "ganlib/card", "ganlib/data", "ganlib/data/open", "ganlib/evaluate", "ganlib/figure",
		"ganlib/invalid", "ganlib/measure", "ganlib/measure/feature", "ganlib/monitor", "ganlib/optim", "ganlib/record", "ganlib/run",
		"ganlib/sweep", "ganlib/watch", "ganlib/weights", "internal/memory", "internal/progress", "internal/suggest",
	},
	"cmd/gan": {
		"", "dcganlib/dedup", "dcganlib/features", "dcganlib/latent", "ganlib", "ganlib/backend", "ganlib/backend/plugin",
		"ganlib/card", "ganlib/data", "ganlib/data/catalog", "ganlib/data/folder", "ganlib/data/open", "ganlib/diagnose",
		"ganlib/evaluate", "ganlib/figure", "ganlib/invalid", "ganlib/loop", "ganlib/measure", "ganlib/measure/feature",
		"ganlib/measure/feature/inception", "ganlib/models", "ganlib/onnx", "ganlib/run", "ganlib/sweep",
		"ganlib/tensorboard", "ganlib/watch", "ganlib/weights", "internal/disk", "internal/drawn", "internal/localhost",
		"internal/memory", "internal/progress", "playground", "playground/game",
	},

	// The playground. Package game runs in browsers; playground/wasm, which calls it there, is for no other platform.
	"playground":       {"", "internal/localhost", "playground/game"},
	"playground/build": {},
	"playground/game":  {"ganlib", "ganlib/backend", "ganlib/data", "ganlib/invalid", "ganlib/measure", "ganlib/optim"},

	"cmd/train-models": {
		"", "ganlib", "ganlib/backend", "ganlib/card", "ganlib/data/open", "ganlib/evaluate", "ganlib/measure", "ganlib/measure/feature",
		"ganlib/run", "ganlib/weights", "internal/disk",
	},
	"cmd/train-classifiers": {"ganlib/backend", "ganlib/data", "ganlib/data/idx", "ganlib/data/mnist", "ganlib/invalid", "ganlib/measure/feature", "internal/progress"},

	"examples/serve":     {"", "ganlib/invalid"},
	"playground/digits":  {"dcganlib", "dcganlib/latent", "ganlib", "ganlib/backend", "ganlib/data", "ganlib/invalid", "ganlib/weights"},
	"notebooks/lesson":   {"ganlib/backend", "ganlib/data", "ganlib/figure", "ganlib/run"},
	"notebooks/exercise": {},

	"internal/disk":      {},
	"internal/drawn":     {},
	"internal/gantest":   {"ganlib/backend", "ganlib/invalid"},
	"internal/localhost": {},
	"internal/memory":    {},
	"internal/progress":  {},
	"internal/suggest":   {},
	"tests":              {},
	"tests/augment":      {"", "ganlib", "ganlib/data", "ganlib/data/emoji", "ganlib/evaluate", "ganlib/figure", "ganlib/measure"},
	"tests/bench":        {"", "dcganlib", "ganlib", "ganlib/backend", "ganlib/data", "ganlib/figure", "ganlib/layer", "ganlib/loop", "ganlib/optim", "ganlib/run"},
	"tests/faults":       {},
	"tests/neighbours":   {"", "ganlib/data", "ganlib/data/mnist", "ganlib/measure", "ganlib/models"},
	"tests/claims":       {"tests/claims/probe"},
	"tests/claims/probe": {},
	"tests/playground":   {"", "ganlib/record", "playground", "playground/game"},
	"tests/suite":        {},
	"tests/transfer": {
		"", "dcganlib", "dcganlib/features", "ganlib/backend", "ganlib/data", "ganlib/data/fashion", "ganlib/data/idx", "ganlib/data/mnist",
		"ganlib/layer", "ganlib/measure/feature", "ganlib/optim", "internal/disk", "internal/progress",
	},
	"tests/trials": {"", "ganlib/diagnose", "ganlib/record", "ganlib/run"},
	"tests/wasm":   {"ganlib", "ganlib/backend", "ganlib/data", "ganlib/optim", "ganlib/record"},
}

// mostImports is the limit of a package's imports, leaves apart, but for the front door and the command line.
const mostImports = 12

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

// TestImports compares the import graph with the plan, edge for edge.
func TestImports(t *testing.T) {
	found := imports(t)
	require.Equal(t, slices.Sorted(maps.Keys(plan)), slices.Sorted(maps.Keys(found)),
		"a new package needs a place in the plan, and a package that is gone leaves it")
	for _, of := range slices.Sorted(maps.Keys(found)) {
		slices.Sort(found[of])
		require.Equal(t, plan[of], append([]string{}, found[of]...), "what package %q uses", of)
		if of != "" && of != "cmd/gan" {
			leaf := func(room string) bool { return len(plan[room]) == 0 }
			require.LessOrEqual(t, len(slices.DeleteFunc(found[of], leaf)), mostImports, of)
		}
	}
}

// TestModelsStayApart: whoever imports the front door does not link the models in the box.
func TestModelsStayApart(t *testing.T) {
	deps := func(of string) []string {
		return strings.Fields(outputOf(t, goCommand(t, ".", nil, "list", "-deps", of)))
	}
	require.NotContains(t, deps("."), module+"/ganlib/models")
	require.Contains(t, deps("./cmd/gan"), module+"/ganlib/models")
}

// TestFrontDoor: the root package stays thin.
func TestFrontDoor(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(checkout(t), "*.go"))
	require.NoError(t, err)
	n, lines := 0, 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		n, lines = n+1, lines+bytes.Count(text, []byte("\n"))
	}
	require.LessOrEqual(t, n, 8)
	require.LessOrEqual(t, lines, 1900)
}

// TestNothingInstallsItself: GoMLX's backends/default downloads what is missing. No package and no test may import it,
// even indirectly.
func TestNothingInstallsItself(t *testing.T) {
	deps := strings.Fields(outputOf(t, goCommand(t, ".", nil, "list", "-deps", "-test", "./...")))
	require.Contains(t, deps, "github.com/gomlx/gomlx/core/graph")
	for _, path := range deps {
		require.False(t, strings.HasPrefix(path, "github.com/gomlx/gomlx/backends/default"), path)
	}
}
