package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// README's table names notebooks, slides such as 5a, and symbols in code.
var (
	rowName   = regexp.MustCompile(`\]\(notebooks/([\w-]+)\.ipynb\)`)
	rowSlides = regexp.MustCompile(`^\d+[a-d]?(?:, (?:\d+[a-d]?|[a-d]))*$`)
	rowSymbol = regexp.MustCompile("`(\\w+\\.\\w+)`")
)

// TestDeckMap: README's table has every notebook in the deck's order, with its thumbnail, the slides that deck.json
// names, and symbols that its cells use or its equations stand for.
func TestDeckMap(t *testing.T) {
	registry := readDeck(t)
	read := func(path string) string {
		content, err := os.ReadFile(filepath.Join(checkout(t), filepath.FromSlash(path)))
		require.NoError(t, err)
		return string(content)
	}
	var order []string
	for line := range strings.Lines(read("README.md")) {
		match := rowName.FindStringSubmatch(line)
		if match == nil || !strings.HasPrefix(line, "|") {
			continue
		}
		name := match[1]
		order = append(order, name+".ipynb")
		require.Contains(t, line, `src="notebooks/pictures/thumbs/`+name+`.png"`)
		columns := strings.Split(line, "|")
		require.Len(t, columns, 7, line)
		for _, n := range registry.Notebooks {
			if n.Name == name && len(n.Slides) > 0 {
				require.Equal(t, n.Slides, slidesOf(strings.TrimSpace(columns[3])), name)
			}
		}
		known := read("notebooks/" + name + ".ipynb")
		for _, e := range registry.Equations {
			if e.Notebook == name {
				known += " " + e.Symbol
			}
		}
		for _, symbol := range rowSymbol.FindAllStringSubmatch(columns[5], -1) {
			require.Contains(t, known, symbol[1], "%s has no %s", name, symbol[1])
		}
	}
	require.Equal(t, englishNotebooks(t), order)
}

// slidesOf are the ids of the slides that a row names: those of 5a are slide-5, as the deck's pictures are one slide,
// and those of 9a slide-9a.
func slidesOf(column string) []string {
	if !rowSlides.MatchString(column) {
		return nil
	}
	var ids []string
	for part := range strings.SplitSeq(column, ", ") {
		id := "slide-" + part
		if strings.HasPrefix(part, "5") {
			id = "slide-5"
		}
		if part[0] >= '0' && part[0] <= '9' && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestSlidesOf(t *testing.T) {
	require.Equal(t, []string{"slide-4", "slide-6"}, slidesOf("4, 6"))
	require.Equal(t, []string{"slide-5"}, slidesOf("5b, c, d"))
	require.Equal(t, []string{"slide-9a"}, slidesOf("9a"))
	require.Empty(t, slidesOf("all"))
}
