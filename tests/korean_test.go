package tests

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	hangul  = regexp.MustCompile(`\p{Hangul}`)
	codeRun = regexp.MustCompile("`[^`]+`")
	english = regexp.MustCompile(`(?:\b[A-Za-z][a-z']+\b[ ,;:]*){6,}`)
	// titles of papers; code by indentation
	noSentence = regexp.MustCompile(`\*[^*]+\*|^\s+.*`)
)

// TestKorean: each notebook has a Korean twin with the same cells, code and numbers, and no paragraph left in English.
func TestKorean(t *testing.T) {
	dir := filepath.Join(checkout(t), "notebooks")
	for _, n := range readDeck(t).Notebooks {
		t.Run(n.Name, func(t *testing.T) {
			nb, err := readNotebook(filepath.Join(dir, n.Name+".ipynb"))
			require.NoError(t, err)
			ko, err := readNotebook(filepath.Join(dir, "ko", n.Name+".ipynb"))
			require.NoError(t, err)
			for _, broken := range untrue(nb, ko) {
				t.Error(broken)
			}
		})
	}
}

// untrue says where a translation differs from a notebook in what language must not change.
func untrue(nb, ko notebook) (broken []string) {
	if len(nb.Cells) != len(ko.Cells) {
		return []string{fmt.Sprintf("%d cells, not %d", len(ko.Cells), len(nb.Cells))}
	}
	for i, c := range nb.Cells {
		k := ko.Cells[i]
		switch {
		case k.ID != c.ID || k.Type != c.Type:
			broken = append(broken, fmt.Sprintf("cell %d is %s %s, not %s %s", i+1, k.Type, k.ID, c.Type, c.ID))
		case c.Type == "code" && k.Source != c.Source:
			broken = append(broken, fmt.Sprintf("cell %s has other code", c.ID))
		case c.Type == "markdown":
			for _, difference := range differences(string(c.Source), string(k.Source)) {
				broken = append(broken, fmt.Sprintf("cell %s: %s", c.ID, difference))
			}
		}
	}
	return broken
}

// differences are those of a cell and its translation: numbers, tags of equations, code, and what is still English.
func differences(en, ko string) (found []string) {
	for what, of := range map[string]func(string) []string{
		"numbers":   func(s string) []string { return number.FindAllString(s, -1) },
		"equations": func(s string) []string { return tag.FindAllString(s, -1) },
		"code":      func(s string) []string { return codeRun.FindAllString(s, -1) },
	} {
		a, b := of(en), of(ko)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			found = append(found, fmt.Sprintf("%s %q, in English %q", what, without(b, a), without(a, b)))
		}
	}
	for paragraph := range strings.SplitSeq(ko, "\n\n") {
		plain := notMeasured.ReplaceAllString(paragraph, "")
		plain = noSentence.ReplaceAllString(plain, "")
		if !hangul.MatchString(paragraph) && english.MatchString(plain) && !strings.HasPrefix(paragraph, ">") {
			found = append(found, "still in English: "+paragraph)
		}
	}
	slices.Sort(found)
	return found
}

// without is a, less what is in b, each as often as it stands there. Both are sorted.
func without(a, b []string) (rest []string) {
	for _, s := range a {
		if i := slices.Index(b, s); i >= 0 {
			b = slices.Delete(slices.Clone(b), i, i+1)
		} else {
			rest = append(rest, s)
		}
	}
	return rest
}

// TestUntrue: what a translation may change, and what not.
func TestUntrue(t *testing.T) {
	cells := func(prose, code string) notebook {
		return notebook{Cells: []cell{{Type: "markdown", ID: "a", Source: text(prose)}, {Type: "code", ID: "b", Source: text(code)}}}
	}
	en := cells("It takes 12 steps of `Train`. $$x \\tag{gan-1}$$\n\nThe paper says so in all of its sections.", "x := 1")
	ko := "`Train`을 12번 합니다. $$x \\tag{gan-1}$$\n\n논문의 모든 절에서 그렇게 말합니다."
	require.Empty(t, untrue(en, cells(ko, "x := 1")))
	for says, other := range map[string]notebook{
		"other code":        cells(ko, "x := 2"),
		`numbers ["13"]`:    cells(strings.Replace(ko, "12", "13", 1), "x := 1"),
		"code [\"`Fit`\"]":  cells(strings.Replace(ko, "Train", "Fit", 1), "x := 1"),
		`equations ["\\tag`: cells(strings.Replace(ko, "gan-1", "gan-2", 1), "x := 1"),
		"still in English":  cells(strings.Replace(ko, "논문의 모든 절에서 그렇게 말합니다.", "The paper says so in all of its sections.", 1), "x := 1"),
		"1 cells, not 2":    {Cells: en.Cells[:1]},
		"cell 2 is code c":  {Cells: []cell{{Type: "markdown", ID: "a", Source: text(ko)}, {Type: "code", ID: "c"}}},
		"cell 1 is code a":  {Cells: []cell{{Type: "code", ID: "a"}, {Type: "code", ID: "b", Source: "x := 1"}}},
	} {
		require.Contains(t, strings.Join(untrue(en, other), "\n"), says)
	}
}
