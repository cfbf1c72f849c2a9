package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A cited number is a line of notebooks/numbers.tsv: one that no cell prints, and who says it.
type cited struct{ notebook, cell, number, source string }

func readCited(t *testing.T) (all []cited) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(checkout(t), "notebooks", "numbers.tsv"))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimRight(line, "\n"), "\t")
		require.Len(t, parts, 4, "notebooks/numbers.tsv: %q is not a notebook, a cell, a number and a source", line)
		all = append(all, cited{parts[0], parts[1], parts[2], parts[3]})
	}
	return all
}

var (
	number = regexp.MustCompile(`\d[\d,]*\d(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+`)
	// What is no measured number: code, formulas, targets of links, comments, and what a number only names.
	notMeasured = regexp.MustCompile("(?s)`[^`]*`|\\$\\$.*?\\$\\$|\\$[^$\n]*\\$|\\[\\d+\\]\\([^)]*\\)|\\]\\([^)]*\\)|<!--.*?-->|arXiv:[\\d.]+|" +
		`(?i)\b(?:slides?|notebooks?|figures?|tables?|sections?|equations?|algorithm|chapters?|exercises?|appendix|proposition|theorem|lemma|propositions) [\d]+[a-d]?(?:(?:,| and| to) \d+[a-d]?)*` +
		`|\b(?:of|in|et al\.|[A-Z]{3,}|since|,) \(?20[12]\d\b|\(20[12]\d\)|\p{L}+\d[\p{L}\d]*`)
	tableRow = regexp.MustCompile(`(?m)^\|.*$`)
)

// normal is a number in one way of writing it: 2,503,984 is 2503984, and .50 is 0.5.
func normal(s string) string {
	v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func numbersIn(text string) (found []string) {
	for _, n := range number.FindAllString(notMeasured.ReplaceAllString(text, " "), -1) {
		found = append(found, normal(n))
	}
	return found
}

const takeAlong = "## What to take along"

// measured is the part of a cell that must not state a number without proof: the summary, tables, and the paragraphs that
// say they are measured.
func measured(source string) string {
	if strings.HasPrefix(source, takeAlong) {
		return source
	}
	parts := tableRow.FindAllString(source, -1)
	parts = slices.DeleteFunc(parts, func(row string) bool { return hangul.MatchString(row) }) // the slide's own words
	for paragraph := range strings.SplitSeq(source, "\n\n") {
		if strings.HasPrefix(paragraph, "<!-- measured -->") {
			parts = append(parts, paragraph)
		}
	}
	return strings.Join(parts, "\n")
}

// outputs is all that the cells of a notebook said, in text.
func (nb notebook) outputs() string {
	var all strings.Builder
	for _, c := range nb.Cells {
		for _, out := range c.Outputs {
			all.WriteString(string(out.Text) + "\n")
			for kind, data := range out.Data {
				if strings.HasPrefix(kind, "text/") && len(data) < 20_000 { // longer ones are films
					var s text
					if s.UnmarshalJSON(data) == nil {
						all.WriteString(string(s) + "\n")
					}
				}
			}
		}
	}
	return all.String()
}

// unproved lists the numbers that a notebook's prose gives as measured and no cell of it prints, but for those with a
// source; and the sources of numbers that their cells do not state. A number may be printed by chance, so one with a source
// may be printed too.
func unproved(name string, executed notebook, sources []cited) (broken []string) {
	printed := map[string]bool{}
	for _, n := range number.FindAllString(executed.outputs(), -1) {
		printed[normal(n)] = true
	}
	stated := map[[2]string]bool{} // cell and number
	for _, c := range executed.Cells {
		if c.Type == "markdown" {
			for _, n := range numbersIn(measured(string(c.Source))) {
				stated[[2]string{c.ID, n}] = true
			}
		}
	}
	for _, s := range sources {
		if key := [2]string{s.cell, normal(s.number)}; s.notebook == name {
			if !stated[key] {
				broken = append(broken, fmt.Sprintf("notebooks/numbers.tsv has a source for %s in cell %s, which does not state it", s.number, s.cell))
			}
			delete(stated, key)
		}
	}
	for key := range stated {
		if !printed[key[1]] {
			broken = append(broken, fmt.Sprintf("cell %s says %s, which no cell prints and notebooks/numbers.tsv has no source for", key[0], key[1]))
		}
	}
	slices.Sort(broken)
	return broken
}

// TestUnproved: what is found, and what is not.
func TestUnproved(t *testing.T) {
	executed := notebook{Cells: []cell{
		{Type: "markdown", ID: "a", Source: "A chatty 17.\n\n<!-- measured --> It took 2,503,984 steps, .50 of them in 2014's order (arXiv:1406.2661, slide 7).\n\n| n | `88` |\n|---|---|\n| 12 | 한 99 |\n| 13 | 16 |"},
		{Type: "code", ID: "b", Outputs: []output{{Type: "stream", Text: "2503984 steps, 0.5 in order"}}},
		{Type: "markdown", ID: "c", Source: takeAlong + "\n\n- By 12 decimals $x^{77}$, β1 and equations 1 and 2."},
	}}
	sources := []cited{{"nb", "c", "12", "float64"}, {"nb", "a", "13", "the paper"}, {"nb", "a", "14", "nobody"}, {"other", "a", "15", ""}}
	require.Equal(t, []string{
		"cell a says 16, which no cell prints and notebooks/numbers.tsv has no source for",
		"notebooks/numbers.tsv has a source for 14 in cell a, which does not state it",
	}, unproved("nb", executed, sources))
}

// TestCited: the sources name cells that exist.
func TestCited(t *testing.T) {
	for _, c := range readCited(t) {
		nb, err := readNotebook(filepath.Join(checkout(t), "notebooks", c.notebook+".ipynb"))
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(nb.Cells, func(other cell) bool { return other.ID == c.cell }), "%s has no cell %s", c.notebook, c.cell)
		require.NotEmpty(t, c.source, "the source of %s in %s", c.number, c.notebook)
	}
}
