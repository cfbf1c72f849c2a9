package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A claim is a call of Claim or ClaimUnless in a cell.
type claim struct {
	id         string   // "03-value-function/optimum-code/1"
	condition  string   // as it stands in the cell
	thresholds []string // the numbers in it that could be too generous
}

// program is a cell as a Go file, line for line. What is gonb's own gives way to Go, or to nothing.
func program(source string) string {
	lines, wrapped := strings.Split(source, "\n"), false
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "%%"):
			lines[i], wrapped = "func main() {", true
		case strings.HasPrefix(line, "%"), strings.HasPrefix(line, "!"):
			lines[i] = ""
		}
	}
	text := "package main\n" + strings.Join(lines, "\n")
	if wrapped {
		text += "\n}"
	}
	return text
}

// instrument finds the claims of a cell, and returns the cell with a probe around the condition of each.
func instrument(cell, source string) (string, []claim, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, cell, program(source), parser.SkipObjectResolution)
	if err != nil {
		return "", nil, err
	}
	lines := strings.SplitAfter(source, "\n")
	at := func(p token.Pos) int { // where it is in the cell
		position := set.Position(p)
		return len(strings.Join(lines[:position.Line-2], "")) + position.Column - 1
	}
	var claims []claim
	var changed strings.Builder
	done := 0
	ast.Inspect(file, func(n ast.Node) bool {
		condition := conditionOf(n)
		if condition == nil {
			return true
		}
		from, to := at(condition.Pos()), at(condition.End())
		c := claim{id: fmt.Sprintf("%s/%d", cell, len(claims)+1), condition: source[from:to]}
		mutants := ""
		for _, lit := range thresholds(condition) {
			c.thresholds = append(c.thresholds, lit.Value)
			offset := at(lit.Pos()) - from
			mutants += fmt.Sprintf(", [2]func() bool{%s, %s}", mutant(c.condition, offset, lit.Value, .01), mutant(c.condition, offset, lit.Value, 100))
		}
		fmt.Fprintf(&changed, "%sprobe.Claim(%q, %s%s)", source[done:from], c.id, c.condition, mutants)
		claims, done = append(claims, c), to
		return false
	})
	return changed.String() + source[done:], claims, nil
}

// conditionOf is what a call of Claim or ClaimUnless demands; nil for all else.
func conditionOf(n ast.Node) ast.Expr {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	switch name, _ := call.Fun.(*ast.Ident); {
	case name == nil:
	case name.Name == "Claim" && len(call.Args) > 1:
		return call.Args[0]
	case name.Name == "ClaimUnless" && len(call.Args) > 2:
		return call.Args[1]
	}
	return nil
}

// thresholds are the numbers that a condition compares with: those on either side of a comparison, and the last argument of
// near, but for those in an index or in the arguments of another call.
func thresholds(condition ast.Expr) (found []*ast.BasicLit) {
	ast.Inspect(condition, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if slices.Contains([]token.Token{token.LSS, token.LEQ, token.GTR, token.GEQ}, n.Op) {
				found = append(found, slices.Concat(numbers(n.X), numbers(n.Y))...)
			}
		case *ast.CallExpr:
			if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "near" {
				found = append(found, numbers(n.Args[len(n.Args)-1])...)
			}
		}
		return true
	})
	return found
}

// numbers are those of an expression that are not 0, which no factor changes.
func numbers(e ast.Expr) (found []*ast.BasicLit) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr, *ast.SliceExpr, *ast.CallExpr, *ast.FuncLit:
			return false
		case *ast.BasicLit:
			if v, err := strconv.ParseFloat(n.Value, 64); err == nil && v != 0 {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}

// mutant is a function of the condition with a factor on one of its numbers.
func mutant(condition string, offset int, literal string, factor float64) string {
	value, _ := strconv.ParseFloat(literal, 64)
	value *= factor
	if !strings.ContainsAny(literal, ".e") {
		value = math.Trunc(value) // a count stays one
	}
	return "func() bool { return " + condition[:offset] + strconv.FormatFloat(value, 'g', -1, 64) + condition[offset+len(literal):] + " }"
}
