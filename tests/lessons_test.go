package tests

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/playground/game"
)

// lessonName is a lesson of the playground as prose names it: in a command, or in a link's fragment.
var lessonName = regexp.MustCompile(`(?:--lesson[ =]|\blesson=)([a-z0-9][\w-]*)`)

// lessonCommand opens a lesson. The book sets a link after it (docs/book/book.py), so notebooks write it in this way only.
const lessonCommand = "`go run ./cmd/gan playground --lesson %s`"

// strayLessons says which lessons are named that do not exist, and where a notebook, in either language, lacks a lesson
// that belongs to it or has one that belongs to another.
func strayLessons(prose []page, lessons []game.Lesson) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	for _, p := range prose {
		name, isNotebook := strings.CutSuffix(path.Base(p.path), ".ipynb")
		var named []string
		for _, match := range lessonName.FindAllStringSubmatch(p.text, -1) {
			named = append(named, match[1])
			if !slices.ContainsFunc(lessons, func(l game.Lesson) bool { return l.ID == match[1] }) {
				say("%s: there is no lesson %s", p.path, match[1])
			}
		}
		for _, l := range lessons {
			command := fmt.Sprintf(lessonCommand, l.ID)
			switch {
			case !isNotebook:
			case l.Notebook == name && !strings.Contains(p.text, command):
				say("%s: lacks %s", p.path, command)
			case l.Notebook != name && slices.Contains(named, l.ID):
				say("%s: names %s, a lesson of %s", p.path, l.ID, l.Notebook)
			}
		}
	}
	return broken
}

// TestLessonsAreNamed: a notebook, in either language, names the lessons that belong to it, as docs/playground.md lists
// them, and no page names a lesson that does not exist.
func TestLessonsAreNamed(t *testing.T) {
	house, lessons := os.DirFS(checkout(t)), game.Lessons()
	for _, broken := range strayLessons(pages(t, house), lessons) {
		t.Error(broken)
	}
	table, err := readPage(house, "docs/playground.md")
	require.NoError(t, err)
	for _, l := range lessons {
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| `%s` \\|.*\\(\\.\\./notebooks/%s\\.ipynb\\) \\|", l.ID, l.Notebook))
		require.Regexp(t, row, table, "docs/playground.md has no row of %s with notebooks/%s.ipynb", l.ID, l.Notebook)
	}
}

// TestStrayLessons: what is found, and what is not.
func TestStrayLessons(t *testing.T) {
	lessons := []game.Lesson{{ID: "one", Notebook: "01-a"}, {ID: "two-2", Notebook: "02-b"}}
	one, two := fmt.Sprintf(lessonCommand, "one"), fmt.Sprintf(lessonCommand, "two-2")
	for _, test := range []struct {
		page page
		says []string
	}{
		{page{"notebooks/01-a.ipynb", one}, nil},
		{page{"notebooks/ko/02-b.ipynb", two}, nil},
		{page{"notebooks/03-c.ipynb", "no lesson"}, nil},
		{page{"docs/a.md", "`#lesson=`, `--lesson ID`, `--lesson one` and `--lesson=two-2`"}, nil},
		{page{"notebooks/ko/01-a.ipynb", ""}, []string{"notebooks/ko/01-a.ipynb: lacks " + one}},
		{page{"notebooks/01-a.ipynb", "[one](../#lesson=one)"}, []string{"notebooks/01-a.ipynb: lacks " + one}},
		{page{"notebooks/01-a.ipynb", one + two}, []string{"notebooks/01-a.ipynb: names two-2, a lesson of 02-b"}},
		{page{"notebooks/03-c.ipynb", "`--lesson three`"}, []string{"notebooks/03-c.ipynb: there is no lesson three"}},
		{page{"README.md", "#lang=en&lesson=two"}, []string{"README.md: there is no lesson two"}},
	} {
		require.Equal(t, test.says, strayLessons([]page{test.page}, lessons), test.page)
	}
}
