package tests

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources lists the files of the project, as paths relative to the checkout: only those that git knows.
func sources(t *testing.T) []string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = checkout(t)
	out, err := list.Output()
	if err != nil {
		t.Skipf("git does not tell which files are the project's: %v", err)
	}
	paths := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	require.Contains(t, paths, "gans.go")
	return slices.DeleteFunc(paths, func(path string) bool {
		_, err := os.Stat(filepath.Join(checkout(t), path))
		return errors.Is(err, fs.ErrNotExist) // deleted, and not yet committed so
	})
}

// TestExportedSymbolsAreDocumented: each package, function, method, type, constant and variable that a reader can use
// has a comment.
func TestExportedSymbolsAreDocumented(t *testing.T) {
	documented := make(map[string]bool) // packages, by directory
	for _, path := range sources(t) {
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, filepath.Join(checkout(t), path), nil, parser.ParseComments)
		require.NoError(t, err)
		documented[filepath.Dir(path)] = documented[filepath.Dir(path)] || file.Doc != nil
		for _, name := range undocumented(file) {
			t.Errorf("%s: %s is exported and has no comment", path, name)
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package in %s has no comment", dir)
		}
	}
}

// undocumented lists the exported declarations of a file that have no comment.
func undocumented(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && decl.Doc == nil && receiverIsExported(decl) {
				names = append(names, decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				names = append(names, undocumentedSpec(spec, decl.Doc != nil)...)
			}
		}
	}
	return names
}

// receiverIsExported reports whether a reader can use a method; a function has no receiver.
func receiverIsExported(decl *ast.FuncDecl) bool {
	if decl.Recv == nil {
		return true
	}
	exported := true
	ast.Inspect(decl.Recv.List[0].Type, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok {
			exported = exported && name.IsExported()
		}
		return true
	})
	return exported
}

// undocumentedSpec lists the exported names of a type, constant or variable that has no comment of its
// own, nor its group's.
func undocumentedSpec(spec ast.Spec, groupHasDoc bool) []string {
	var names []string
	check := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		said := slices.ContainsFunc(comments, func(c *ast.CommentGroup) bool { return c != nil })
		if name.IsExported() && !groupHasDoc && !said {
			names = append(names, name.Name)
		}
	}
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		check(spec.Name, spec.Doc, spec.Comment)
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			check(name, spec.Doc, spec.Comment)
		}
	}
	return names
}

// TestUndocumented: the check above must be able to fail.
func TestUndocumented(t *testing.T) {
	const source = `package p
func Bare() {}
// Said says.
func Said() {}
func (hidden) Method() {}
func (*Open[T]) Method() {}
type Type int
const (
	Constant = 1
	Explained = 2 // with a comment of its own
	internal = 3
)
// A group.
var (
	Variable, Another int
)`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
	require.NoError(t, err)
	require.Equal(t, []string{"Bare", "Method", "Type", "Constant"}, undocumented(file))
}

// ownPlace is a path that only exists on somebody's own machine. The image's user, gan, is everybody's.
var ownPlace = regexp.MustCompile(`(?m)(?:^|[^\w.$}~/-])/(?:work|root|Users|home/[a-z]+)\b|\.\./shared\b`)

func ownPlaces(text []byte) []string {
	var places []string
	for _, match := range ownPlace.FindAll(text, -1) {
		if !bytes.HasSuffix(match, []byte("/home/gan")) {
			places = append(places, strings.TrimSpace(string(match)))
		}
	}
	return places
}

// TestNoMachineIsNamed: no file names a path of the machine that it was written on.
func TestNoMachineIsNamed(t *testing.T) {
	for _, path := range sources(t) {
		text, err := os.ReadFile(filepath.Join(checkout(t), path))
		require.NoError(t, err)
		if bytes.IndexByte(text, 0) >= 0 {
			continue // no text
		}
		for _, place := range ownPlaces(text) {
			t.Errorf("%s names %q", path, place)
		}
	}
}

// TestOwnPlaces: the check above must be able to fail, and must pass a path that merely looks similar.
func TestOwnPlaces(t *testing.T) {
	for _, dir := range []string{"work", "root", "Users", "home/somebody"} {
		for _, form := range []string{"/%s/x", `"/%s"`, "cd /%s", "FOO=/%s/bar"} {
			require.Len(t, ownPlaces(fmt.Appendf(nil, form, dir)), 1, form, dir)
		}
	}
	require.Empty(t, ownPlaces([]byte("$root/work a/work /workshop ./root ${x}/root https://host/root /home/gan/gans")))
}
