package tests

import (
	"encoding/json"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A deck is notebooks/deck.json: what the slides say and the papers' equations, and where each of them is in the
// notebooks, in the library and in the tests.
type deck struct {
	Slides []struct {
		ID        string            `json:"id"`
		Title     map[string]string `json:"title"` // by language
		Notebooks []string          `json:"notebooks"`
		Lines     []string          `json:"lines"` // the slide's own, in Korean, which a card repeats
	} `json:"slides"`
	Notebooks []struct {
		Name   string            `json:"name"`
		Title  map[string]string `json:"title"`
		Slides []string          `json:"slides"`
	} `json:"notebooks"`
	Equations []equation `json:"equations"`
}

type equation struct {
	ID       string   `json:"id"`
	LaTeX    string   `json:"latex"`
	Slides   []string `json:"slides"`
	Paper    string   `json:"paper"`
	Where    string   `json:"where"`  // in the paper
	Symbol   string   `json:"symbol"` // its twin in the library, "ganlib.Value"
	Notebook string   `json:"notebook"`
	Test     string   `json:"test"` // "tests.TestEquations"
}

func readDeck(t *testing.T) (d deck) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(checkout(t), "notebooks", "deck.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func proseOf(t *testing.T, name string) string {
	t.Helper()
	nb, err := readNotebook(filepath.Join(checkout(t), "notebooks", name+".ipynb"))
	require.NoError(t, err)
	return nb.prose()
}

// TestDeck: slides, notebooks and equations name each other, and nothing else; every field is filled in.
func TestDeck(t *testing.T) {
	d := readDeck(t)
	slides, notebooks := map[string][]string{}, map[string][]string{}
	for _, s := range d.Slides {
		slides[s.ID] = s.Notebooks
		require.NotEmpty(t, s.Title["en"], s.ID)
		require.NotEmpty(t, s.Title["ko"], s.ID)
	}
	for _, n := range d.Notebooks {
		notebooks[n.Name] = n.Slides
		require.FileExists(t, filepath.Join(checkout(t), "notebooks", n.Name+".ipynb"))
		require.NotEmpty(t, n.Title["ko"], n.Name)
		require.Contains(t, strings.SplitN(proseOf(t, n.Name), "\n", 2)[0], n.Title["en"], "the title in %s", n.Name)
	}
	for id, in := range slides {
		for _, n := range in {
			require.Contains(t, notebooks[n], id, "the slides of %s", n)
		}
	}
	for n, of := range notebooks {
		for _, id := range of {
			require.Contains(t, slides[id], n, "the notebooks of %s", id)
		}
	}
	for _, file := range findNotebooks(t, filepath.Join(checkout(t), "notebooks")) {
		require.Contains(t, notebooks, strings.TrimSuffix(filepath.Base(file), ".ipynb"))
	}
	for _, e := range d.Equations {
		require.NotEmpty(t, e.Slides, e.ID)
		for _, id := range e.Slides {
			require.Contains(t, slides, id, e.ID)
		}
		for name, field := range map[string]string{"latex": e.LaTeX, "paper": e.Paper, "where": e.Where} {
			require.NotEmpty(t, field, "%s of equation %s", name, e.ID)
		}
		require.Contains(t, notebooks, e.Notebook, e.ID)
	}
}

var (
	display = regexp.MustCompile(`(?s)\$\$(.+?)\$\$`)
	tag     = regexp.MustCompile(`\\tag\{([^}]*)\}`)
	space   = regexp.MustCompile(`\s+`)
)

// tidy is LaTeX without its tag and in one way of spacing.
func tidy(latex string) string {
	return space.ReplaceAllString(strings.TrimSpace(tag.ReplaceAllString(latex, "")), " ")
}

// TestEquationsStandInNotebooks: each display equation of a notebook has the id of one of the deck's, and says the same;
// each of the deck's stands in its notebook, once.
func TestEquationsStandInNotebooks(t *testing.T) {
	d := readDeck(t)
	found := map[string]string{} // the LaTeX by notebook and id
	for _, n := range d.Notebooks {
		for _, m := range display.FindAllStringSubmatch(proseOf(t, n.Name), -1) {
			id := tag.FindStringSubmatch(m[1])
			if id == nil {
				t.Errorf("%s: the equation %s has no \\tag", n.Name, m[1])
				continue
			}
			if _, twice := found[n.Name+" "+id[1]]; twice {
				t.Errorf("%s: equation %s stands there twice", n.Name, id[1])
			}
			found[n.Name+" "+id[1]] = tidy(m[1])
		}
	}
	for _, e := range d.Equations {
		require.Equal(t, e.LaTeX, found[e.Notebook+" "+e.ID], "equation %s in %s", e.ID, e.Notebook)
		delete(found, e.Notebook+" "+e.ID)
	}
	require.Empty(t, found, "equations that deck.json does not name")
}

// TestCards: each line of a slide stands in a card, a table of three columns, in one of its notebooks, and the Go in the
// third column exists.
func TestCards(t *testing.T) {
	for _, s := range readDeck(t).Slides {
		for _, line := range s.Lines {
			in := 0
			for _, n := range s.Notebooks {
				for row := range strings.SplitSeq(proseOf(t, n), "\n") {
					cells := strings.Split(strings.Trim(row, "| "), "|")
					if len(cells) != 3 || !strings.Contains(flat(cells[0]), flat(line)) {
						continue
					}
					in++
					for _, symbol := range symbols.FindAllString(cells[2], -1) {
						_, exists := documentation(t, symbol)
						require.True(t, exists, "%s: the card of %s names %s, which does not exist", n, s.ID, symbol)
					}
				}
			}
			require.NotZero(t, in, "no card in %q for the line of %s: %s", s.Notebooks, s.ID, line)
		}
	}
}

// flat is a line without what Markdown and line breaks add.
func flat(s string) string {
	return strings.NewReplacer(" ", "", `\*`, "*", "*", "", "`", "").Replace(s)
}

// symbols finds those of our packages in a line of Go.
var symbols = regexp.MustCompile(`\b(gans|ganlib|dcganlib|data|figure|measure|layer|optim|latent|features|models)\.[A-Z]\w*(\.[A-Z]\w*)?`)

// TestEquationsStandInTheLibrary: the comment of each equation's symbol names it, and no comment names another.
func TestEquationsStandInTheLibrary(t *testing.T) {
	known := map[string]bool{}
	for _, e := range readDeck(t).Equations {
		known[e.ID] = true
		comment, exists := documentation(t, e.Symbol)
		require.True(t, exists, "%s, the symbol of equation %s, does not exist", e.Symbol, e.ID)
		require.Contains(t, namedEquations(comment), e.ID, "the comment of %s", e.Symbol)
	}
	for _, path := range sources(t) {
		if filepath.Ext(path) != ".go" || filepath.Dir(path) == "tests" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(checkout(t), path))
		require.NoError(t, err)
		for _, id := range namedEquations(strings.ReplaceAll(string(text), "// ", "")) {
			require.True(t, known[id], "%s names equation %s of the deck, which there is not", path, id)
		}
	}
}

var named = regexp.MustCompile(`Deck equations?\s+([\w-]+(?:(?:,|\s+and)\s+[\w-]+)*)\.`)

// namedEquations are the ids in "Deck equation gan-1." and "Deck equations gan-4, gan-5 and gan-6."
func namedEquations(comment string) (ids []string) {
	for _, m := range named.FindAllStringSubmatch(comment, -1) {
		for _, id := range strings.Fields(strings.ReplaceAll(m[1], ",", " ")) {
			if id != "and" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

var parsed = map[string]*doc.Package{} // by directory

// packageDoc is the documentation of the package with the name; a name is that of one directory.
func packageDoc(t *testing.T, name string) *doc.Package {
	t.Helper()
	dir := map[string]string{"gans": ".", "ganlib": "ganlib", "dcganlib": "dcganlib", "latent": "dcganlib/latent",
		"features": "dcganlib/features"}[name]
	if dir == "" {
		dir = "ganlib/" + name
	}
	if p := parsed[dir]; p != nil {
		return p
	}
	set := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(checkout(t), dir, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	p, err := doc.NewFromFiles(set, files, "github.com/gans-in-go/gans/"+dir)
	require.NoError(t, err)
	parsed[dir] = p
	return p
}

// documentation is the comment of "package.Name" or "package.Type.Name", where that exists.
func documentation(t *testing.T, symbol string) (comment string, exists bool) {
	t.Helper()
	parts := strings.Split(symbol, ".")
	p := packageDoc(t, parts[0])
	funcs, values := p.Funcs, slices.Concat(p.Consts, p.Vars)
	for _, typ := range p.Types {
		if typ.Name == parts[1] {
			return typ.Doc, len(parts) == 2 || member(typ, parts[2])
		}
		funcs, values = append(funcs, typ.Funcs...), append(values, slices.Concat(typ.Consts, typ.Vars)...)
	}
	for _, f := range funcs {
		if f.Name == parts[1] {
			return f.Doc, len(parts) == 2
		}
	}
	for _, v := range values {
		if slices.Contains(v.Names, parts[1]) {
			return v.Doc + specComment(v.Decl, parts[1]), len(parts) == 2
		}
	}
	return "", false
}

// member reports whether a type has a method or a field with the name.
func member(typ *doc.Type, name string) bool {
	if slices.ContainsFunc(typ.Methods, func(m *doc.Func) bool { return m.Name == name }) {
		return true
	}
	has := false
	ast.Inspect(typ.Decl, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			has = has || slices.ContainsFunc(field.Names, func(i *ast.Ident) bool { return i.Name == name })
		}
		return true
	})
	return has
}

// specComment is the comment of one name in a group of constants or variables.
func specComment(decl *ast.GenDecl, name string) string {
	for _, spec := range decl.Specs {
		v := spec.(*ast.ValueSpec)
		if slices.ContainsFunc(v.Names, func(i *ast.Ident) bool { return i.Name == name }) {
			return v.Doc.Text()
		}
	}
	return ""
}
