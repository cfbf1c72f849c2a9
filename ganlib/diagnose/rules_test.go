package diagnose

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
)

// only returns a history with the named values alone.
func only(history []run.Record, names []string) []run.Record {
	var some []run.Record
	for _, r := range history {
		values := make(map[string]float64)
		for name, v := range r.Values {
			if slices.ContainsFunc(names, func(n string) bool { return n == name || strings.HasSuffix(n, "/") && strings.HasPrefix(name, n) }) {
				values[name] = v
			}
		}
		r.Values = values
		some = append(some, r)
	}
	return some
}

// TestRulesReadWhatTheySay: a rule finds the same without the values that it does not list.
func TestRulesReadWhatTheySay(t *testing.T) {
	histories := map[string][]run.Record{"probed": probed(blind(), map[int]float64{1000: .4})}
	for name, test := range made() {
		histories[name] = history(test.of)
	}
	files, err := filepath.Glob("testdata/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		histories[file] = recorded(t, file)
	}
	for _, rule := range rules() {
		finds := 0
		for name, whole := range histories {
			found := rule.find(observe(whole, []byte(config)))
			require.Equal(t, found, rule.find(observe(only(whole, rule.reads), []byte(config))), "%s, %s", rule.name, name)
			if found != nil {
				finds++
			}
		}
		require.Positive(t, finds, rule.name)
	}
}

// TestChapter: the numbers in this package's documentation are the rules' thresholds.
func TestChapter(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	doc := file.Doc.Text()
	n := number
	want := [][3]string{
		{"diverged", string(Diverged), "a number that is not finite, or gradients longer than " + n(explodes)},
		{"dead start", string(DeadStart), "recall and coverage never above " + n(alive) + ", and nothing that moves"},
		{"saturated", string(Saturated), "log(1 − D(G(z))) with a gradient below " + n(flatRatio) + " of that of −log D(G(z)), and poor samples"},
		{"D ahead", string(DDominates), "D's score above " + n(sure) + ", and poor samples"},
		{"D blind", string(GDominates), "scores within " + n(even) + " of 1/2, and a frozen-G test with a rise above " + n(BlindRise) + ", or none and poor samples"},
		{"forgetting", string(ModeCollapse), fmt.Sprintf("coverage more than %g%% below the best of the run", 100*forgotten)},
		{"little variety", string(ModeCollapse), "diversity always below " + n(alike) + " of the data's"},
		{"modes missing", string(ModeCollapse), "recall below " + n(missing) + " of a precision above " + n(trueEnough) + ", not getting better"},
		{"circles", string(Oscillation), fmt.Sprintf("V with one period over at least %d turns, in circles that do not close in", turns)},
	}
	var found [][3]string
	for _, row := range regexp.MustCompile(`(?m)^\t(\S+(?: \S+)*) {2,}(\S+(?: \S+)*) {2,}(.+)$`).FindAllStringSubmatch(doc, -1)[1:] {
		found = append(found, [3]string(row[1:]))
	}
	require.Equal(t, want, found)
	for i, rule := range rules() {
		require.Equal(t, rule.name, found[i][0])
	}
	prose := strings.Join(strings.Fields(doc), " ")
	require.Contains(t, prose, fmt.Sprintf("more than %s of G's hidden units are saturated", n(deadUnits)))
	require.Contains(t, prose, fmt.Sprintf("coverage is below %s", n(poor)))
	require.Contains(t, prose, fmt.Sprintf("coverage is at least %s and their diversity at least %s of the data's", n(poor), n(diverse)))
	for _, test := range made() {
		if test.rule != "" {
			i := slices.IndexFunc(found, func(row [3]string) bool { return row[0] == test.rule })
			require.Equal(t, string(test.want), found[i][1], test.rule)
		}
	}
}
