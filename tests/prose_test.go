package tests

import (
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/stretchr/testify/require"
)

// update makes the tests of what is generated write it: go test ./tests -run TestCodeInProse -update.
var update = flag.Bool("update", false, "write what is generated, in place of comparing with it")

// A page is prose that people read: a Markdown file, or the words of a notebook.
type page struct {
	path string // in the checkout, with slashes
	text string // Markdown; of a notebook, its cells of prose
}

// pages reads all prose of a checkout.
func pages(t *testing.T, house fs.FS) []page {
	t.Helper()
	var found []page
	for _, pattern := range []string{"*.md", "docs/*.md", "tests/*/README.md", "notebooks/*.ipynb", "notebooks/ko/*.ipynb"} {
		paths, err := fs.Glob(house, pattern)
		require.NoError(t, err)
		for _, path := range paths {
			text, err := readPage(house, path)
			require.NoError(t, err)
			found = append(found, page{path, text})
		}
	}
	return found
}

func readPage(house fs.FS, name string) (string, error) {
	content, err := fs.ReadFile(house, name)
	if err != nil || path.Ext(name) != ".ipynb" {
		return string(content), err
	}
	nb, err := parseNotebook(content)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return nb.prose(), nil
}

var (
	fence      = regexp.MustCompile("(?ms)^```.*?^```$")
	inlineCode = regexp.MustCompile("`[^`\n]+`")
	link       = regexp.MustCompile(`\]\(([^()\s]+)(?: "[^"]*")?\)|(?:src|href)="([^"]+)"`)
)

// links are the places to which a text leads, and the pictures it shows. What stands in code leads nowhere.
func links(text string) []string {
	var found []string
	for _, match := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(fence.ReplaceAllString(text, ""), ""), -1) {
		found = append(found, match[1]+match[2])
	}
	return found
}

// brokenLinks says which links of a page lead nowhere in the checkout. Links out of it are not tried.
func brokenLinks(house fs.FS, p page) []string {
	var broken []string
	for _, target := range links(p.text) {
		u, err := url.Parse(target)
		if err == nil && u.IsAbs() {
			continue
		}
		if err == nil {
			err = resolve(house, p.path, u)
		}
		if err != nil {
			broken = append(broken, fmt.Sprintf("%s: %v", target, err))
		}
	}
	return broken
}

func resolve(house fs.FS, from string, to *url.URL) error {
	name := from
	if to.Path != "" {
		name = path.Join(path.Dir(from), to.Path)
	}
	if _, err := fs.Stat(house, name); err != nil {
		return err
	}
	if to.Fragment == "" {
		return nil
	}
	text, err := readPage(house, name)
	if err != nil {
		return err
	}
	if there := anchors(text, path.Ext(name) == ".ipynb"); !slices.Contains(there, to.Fragment) {
		return fmt.Errorf("%s has no such heading, but %q", name, there)
	}
	return nil
}

var (
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?)(?: +#+)?$`)
	anchor  = regexp.MustCompile(`<a (?:name|id)="([^"]+)">`)
	linked  = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// anchors are the names by which the headings of a text are found: GitHub's of a page, Jupyter's of a notebook.
func anchors(text string, jupyter bool) []string {
	text = fence.ReplaceAllString(text, "")
	var found []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		words := strings.NewReplacer("`", "", "*", "").Replace(linked.ReplaceAllString(match[1], "$1"))
		name := strings.ReplaceAll(words, " ", "-")
		if !jupyter {
			name = github(words)
		}
		first := name
		for i := 1; slices.Contains(found, name); i++ {
			name = fmt.Sprintf("%s-%d", first, i)
		}
		found = append(found, name)
	}
	for _, match := range anchor.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// github is the anchor that GitHub makes of a heading.
func github(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, words)
}

// TestLinks: every relative link in prose leads to a file of the checkout, and to a heading where it names one.
func TestLinks(t *testing.T) {
	house, count := os.DirFS(checkout(t)), 0
	for _, p := range pages(t, house) {
		count += len(links(p.text))
		for _, broken := range brokenLinks(house, p) {
			t.Errorf("%s links to %s", p.path, broken)
		}
	}
	require.Greater(t, count, 100)
}

// TestBrokenLinks: the check above finds each kind of broken link, and no others.
func TestBrokenLinks(t *testing.T) {
	house := fstest.MapFS{
		"README.md":         {},
		"docs/a.md":         {Data: []byte("# NVIDIA's `xla:cuda`\n## Again\n## Again\n```\n# not a heading\n```\n")},
		"docs/한국어.md":       {Data: []byte("## 판별자, 생성자\n")},
		"notebooks/1.ipynb": {Data: []byte(`{"cells": [{"cell_type": "markdown", "source": ["# What G wants\n", "text"]}]}`)},
	}
	for text, says := range map[string]string{
		"[a](a.md) [a\nb](../README.md) ![p](a.md)":       "",
		"[a](#again-1) [b](a.md#nvidias-xlacuda)":         "",
		"[a](한국어.md#판별자-생성자)":                             "",
		"[a](../notebooks/1.ipynb#What-G-wants)":          "",
		"https: [a](https://example.org/x) and `[a](no)`": "",
		"```\n[a](no)\n```":                               "",
		"[a](b.md)":                                       "b.md: ",
		"![a](b.png)":                                     "b.png: ",
		`<img src="b.png" width="120">`:                   "b.png: ",
		"[![a](a.md)](b.md)":                              "b.md: ",
		"[a](#not-a-heading)":                             "#not-a-heading: docs/a.md has no such heading",
		"[a](a.md#Again)":                                 "a.md#Again: docs/a.md has no such heading",
		"[a](../notebooks/1.ipynb#what-g-wants)":          "notebooks/1.ipynb has no such heading",
		"[a](../../elsewhere.md)":                         "../../elsewhere.md: ",
	} {
		broken := brokenLinks(house, page{"docs/a.md", text + "\n" + string(house["docs/a.md"].Data)})
		if says == "" {
			require.Empty(t, broken, text)
			continue
		}
		require.Len(t, broken, 1, text)
		require.Contains(t, broken[0], says, text)
	}
}

// next finds where a notebook sends its reader on: the first notebook that is linked after the word Next, which is bold,
// or a heading.
var next = regexp.MustCompile(`(?ms)^(?:\*\*(?:Next|다음):?\*\*:?|## *(?:Next|다음)$).*?\]\(([^()/]+\.ipynb)\)`)

// unreachable says where the way through the notebooks, from the first by their Next links, leaves their order.
func unreachable(notebooks []page) []string {
	var broken []string
	for i, nb := range notebooks[:len(notebooks)-1] {
		want, found := path.Base(notebooks[i+1].path), "none"
		if match := next.FindStringSubmatch(nb.text); match != nil {
			found = match[1]
		}
		if found != want {
			broken = append(broken, fmt.Sprintf("%s: the Next link is to %s, want %s", nb.path, found, want))
		}
	}
	return broken
}

// TestNext: whoever starts with the first notebook and follows Next reads all of them, in the deck's order, which is
// that of their numbers. So in each language.
func TestNext(t *testing.T) {
	languages := make(map[string][]page) // by folder
	for _, p := range pages(t, os.DirFS(checkout(t))) {
		if path.Ext(p.path) == ".ipynb" {
			languages[path.Dir(p.path)] = append(languages[path.Dir(p.path)], p)
		}
	}
	require.GreaterOrEqual(t, len(languages["notebooks"]), 14)
	for _, notebooks := range languages {
		for _, broken := range unreachable(notebooks) {
			t.Error(broken)
		}
	}
}

// TestUnreachable: a way that stops or skips is found.
func TestUnreachable(t *testing.T) {
	way := func(first, second string) []string {
		return unreachable([]page{{"1.ipynb", first}, {"2.ipynb", second}, {"3.ipynb", "the last one"}})
	}
	require.Empty(t, way("# 1\n**Next:** [2](2.ipynb), what then", "## Next\n\n[3](3.ipynb): and [1](1.ipynb)"))
	require.Empty(t, way("**다음:** [2](2.ipynb)", "## 다음\n\n[3](3.ipynb)"))
	require.Equal(t, []string{"1.ipynb: the Next link is to 3.ipynb, want 2.ipynb"}, way("**Next:** [3](3.ipynb), [2](2.ipynb)", "**Next:** [3](3.ipynb)"))
	require.Equal(t, []string{"2.ipynb: the Next link is to none, want 3.ipynb"}, way("**Next:** [2](2.ipynb)", "see [3](3.ipynb)"))
}

// marked is Go code in prose, with the mark before it that says which region of which file it is, if it has one.
var marked = regexp.MustCompile("(?ms)(?:^<!-- code: ([^ #\n]+)#([^ \n]+) -->\n)?^```go\n(.*?)^```$")

// region returns the lines of a Go file between "// region NAME" and "// endregion", not indented, without
// the blank lines around it.
func region(source, name string) (string, error) {
	parts := regexp.MustCompile(`(?ms)^(\t*)// region `+regexp.QuoteMeta(name)+`\n(.*?)^\t*// endregion$`).FindAllStringSubmatch(source, -1)
	if len(parts) != 1 {
		return "", fmt.Errorf("%d regions %q, want one, from a line \"// region %[2]s\" to \"// endregion\"", len(parts), name)
	}
	code := parts[0][2]
	if strings.Contains(code, "// region ") {
		return "", fmt.Errorf("region %q has no end", name)
	}
	return strings.Trim(regexp.MustCompile(`(?m)^`+parts[0][1]).ReplaceAllString(code, ""), "\n") + "\n", nil
}

// fromRegions replaces the Go code in a text by the regions that its marks name, and says which code cannot be.
func fromRegions(house fs.FS, text string) (string, []string) {
	var broken []string
	text = marked.ReplaceAllStringFunc(text, func(found string) string {
		parts := marked.FindStringSubmatch(found)
		if parts[1] == "" {
			broken = append(broken, fmt.Sprintf("code without a mark: %.40q; want <!-- code: FILE.go#REGION --> in the line before", parts[3]))
			return found
		}
		source, err := fs.ReadFile(house, parts[1])
		var code string
		if err == nil {
			code, err = region(string(source), parts[2])
		}
		if err != nil {
			broken = append(broken, fmt.Sprintf("%s#%s: %v", parts[1], parts[2], err))
			return found
		}
		return fmt.Sprintf("<!-- code: %s#%s -->\n```go\n%s```", parts[1], parts[2], code)
	})
	return text, broken
}

// TestCodeInProse: Go code in prose is a region of a Go file that the tests compile, letter for letter. With -update,
// pages are written anew from the regions.
func TestCodeInProse(t *testing.T) {
	house, count := os.DirFS(checkout(t)), 0
	for _, p := range pages(t, house) {
		count += len(marked.FindAllString(p.text, -1))
		want, broken := fromRegions(house, p.text)
		for _, b := range broken {
			t.Errorf("%s: %s", p.path, b)
		}
		if *update && want != p.text && path.Ext(p.path) == ".md" {
			require.NoError(t, os.WriteFile(filepath.Join(checkout(t), p.path), []byte(want), 0o666))
			continue
		}
		require.Equal(t, want, p.text, "%s: code and region differ; go test ./tests -run TestCodeInProse -update", p.path)
	}
	require.Greater(t, count, 4)
}

// TestFromRegions: code that has no mark, no region or another text is found.
func TestFromRegions(t *testing.T) {
	house := fstest.MapFS{"a/b_test.go": {Data: []byte("func f() {\n\t// region one\n\tif x {\n\t\ty()\n\t}\n\n\tz()\n\t// endregion\n}\n// region two\nx\n")}}
	const good = "A\n\n<!-- code: a/b_test.go#one -->\n```go\nif x {\n\ty()\n}\n\nz()\n```\n\nB\n"
	text, broken := fromRegions(house, good)
	require.Empty(t, broken)
	require.Equal(t, good, text)

	text, broken = fromRegions(house, strings.Replace(good, "y()", "other()", 1))
	require.Empty(t, broken)
	require.Equal(t, good, text, "it is written anew")

	for bad, says := range map[string]string{
		"```go\nx\n```\n": "code without a mark",
		"<!-- code: a/b_test.go#one -->\n\n```go\nx\n```\n":  "code without a mark",
		"<!-- code: a/b_test.go#two -->\n```go\nx\n```\n":    `0 regions "two"`,
		"<!-- code: a/b_test.go#three -->\n```go\nx\n```\n":  `0 regions "three"`,
		"<!-- code: a/missing_test.go#one -->\n```go\n```\n": "a/missing_test.go#one: ",
	} {
		text, broken := fromRegions(house, bad)
		require.Equal(t, bad, text)
		require.Len(t, broken, 1, bad)
		require.Contains(t, broken[0], says)
	}
}
