package tests

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What makes a notebook pleasant to read. Lines are those of a cell that are neither blank nor imports; of the median,
// nor what the prose around the cell asks and demands.
const (
	maxMedianLines = 12
	maxLines       = 40
)

// Notebooks, the canaries too, are kept without outputs, which belong to the machine that made them.
func TestNotebooksAreStoredClean(t *testing.T) {
	for _, dir := range []string{"notebooks", filepath.Join("tests", "canaries")} {
		forEachNotebook(t, dir, formatRules)
	}
}

// Notebooks are written in short cells, each introduced in words, and need no network.
func TestNotebooksFollowTheStyle(t *testing.T) {
	forEachNotebook(t, "notebooks", styleRules)
}

func forEachNotebook(t *testing.T, dir string, rules func(notebook) []string) {
	for _, name := range findNotebooks(t, filepath.Join(checkout(t), dir)) {
		nb, err := readNotebook(filepath.Join(checkout(t), dir, name))
		if err != nil {
			t.Errorf("%s/%s: %v", dir, name, err)
			continue
		}
		for _, broken := range rules(nb) {
			t.Errorf("%s/%s: %s", dir, name, broken)
		}
	}
}

var validID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// formatRules says what is wrong with the way a notebook is stored.
func formatRules(nb notebook) []string {
	var broken []string
	if nb.Format != 4 || nb.Minor < 5 {
		broken = append(broken, fmt.Sprintf("nbformat %d.%d, want 4.5, the first with cell ids", nb.Format, nb.Minor))
	}
	if name := nb.Metadata.Kernelspec.Name; name != "gonb" {
		broken = append(broken, fmt.Sprintf("kernel %q, want gonb", name))
	}
	seen := map[string]bool{}
	for i, c := range nb.Cells {
		if !validID.MatchString(c.ID) || seen[c.ID] {
			broken = append(broken, fmt.Sprintf("cell %d: id %q is missing, malformed or used twice", i+1, c.ID))
		}
		seen[c.ID] = true
		if len(c.Outputs) > 0 || c.ExecutionCount != nil {
			broken = append(broken, fmt.Sprintf("cell %d: has outputs or an execution count; clear them before committing", i+1))
		}
	}
	return broken
}

// demands are the lines that repeat the prose as a question or a claim.
var demands = regexp.MustCompile(`(?m)^\s*(?:guess\w* :=|%%|(?:Claim|ClaimUnless|Predicted|exercise\.Check)\()`)

var networkAddress = regexp.MustCompile(`\b(https?|ftp|wss?)://`)

// styleRules says what is wrong with the way a notebook is written.
func styleRules(nb notebook) []string {
	var broken []string
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }

	cells, positions := nb.codeCells()
	if len(cells) == 0 {
		return []string{"no code cell"}
	}
	if !slices.Contains(strings.Split(string(cells[0].Source), "\n"), "%noautoget") {
		say("the first code cell lacks %%noautoget, so that every cell would ask the network for modules")
	}
	for _, unused := range unusedImports(cells) {
		say("the first code cell imports %q, which no cell uses", unused)
	}
	var lengths []int
	for i, c := range cells {
		if i > 0 && len(importsOf(string(c.Source))) > 0 {
			say("cell %d: imports; they stand once, in the first code cell, and later cells have them too", positions[i])
		}
		length := len(codeLines(string(c.Source)))
		if length > maxLines {
			say("cell %d: %d lines, at most %d", positions[i], length, maxLines)
		}
		if length > 0 {
			lengths = append(lengths, length-len(demands.FindAllString(string(c.Source), -1)))
		}
		if address := networkAddress.FindString(string(c.Source)); address != "" {
			say("cell %d: code with a network address (%s)", positions[i], address)
		}
		for _, line := range commandsInRawStrings(string(c.Source)) {
			say("cell %d: gonb runs the line %q as a command though it stands in a raw string; indent it", positions[i], line)
		}
	}
	if m := median(lengths); m > maxMedianLines {
		say("code cells have a median of %g lines, at most %d", m, maxMedianLines)
	}
	prose := 0
	for _, c := range nb.Cells {
		if c.Type == "markdown" {
			prose++
		}
	}
	if prose < len(cells) {
		say("%d cells of prose for %d of code; each code cell wants one before it", prose, len(cells))
	}
	return broken
}

// importLine is an import as it stands in a block, or by itself: a name, perhaps, and a path.
var importLine = regexp.MustCompile(`^(?:import )?([\w.]+ )?"([^"]+)"$`)

// An imported package: the name it has in the code, "." for all of its names, and its path.
type imported struct{ name, path string }

// importsOf are the imports of a cell.
func importsOf(source string) []imported {
	code := codeLines(source)
	var found []imported
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		parts := importLine.FindStringSubmatch(line)
		if parts == nil || slices.Contains(code, line) {
			continue
		}
		name := strings.TrimSpace(parts[1])
		if name == "" {
			name = path.Base(majorVersion.ReplaceAllString(parts[2], ""))
		}
		found = append(found, imported{name, parts[2]})
	}
	return found
}

var majorVersion = regexp.MustCompile(`/v\d+$`)

// unusedImports are those of the first code cell that none of the cells uses. gonb takes them out in silence.
func unusedImports(cells []cell) (unused []string) {
	for _, i := range importsOf(string(cells[0].Source)) {
		use := regexp.MustCompile(`(?:^|[^\w.])` + regexp.QuoteMeta(i.name) + `\.\w`)
		if i.name != "." && !slices.ContainsFunc(cells, func(c cell) bool { return use.MatchString(string(c.Source)) }) {
			unused = append(unused, i.path)
		}
	}
	return unused
}

// codeLines are the lines of a cell that are neither blank nor imports.
func codeLines(source string) []string {
	var lines []string
	inImports := false
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case inImports:
			inImports = line != ")"
		case line == "import (":
			inImports = true
		case line != "" && !strings.HasPrefix(line, "import "):
			lines = append(lines, line)
		}
	}
	return lines
}

// median of no numbers is 0.
func median(numbers []int) float64 {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(numbers))
	return float64(sorted[(len(sorted)-1)/2]+sorted[len(sorted)/2]) / 2
}

// A line that gonb takes for a command.
const commandLine = `(?m:^[!%].*$)`

// What must be skipped to find the raw strings of a cell, and the raw strings themselves: commands, comments, strings
// and runes, in which a backquote begins nothing.
var goTokens = regexp.MustCompile(commandLine +
	`|//[^\n]*|(?s:/\*.*?\*/)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'` + "|`[^`]*`?")

var commands = regexp.MustCompile(commandLine)

// The cell magics whose cells are not Go.
var otherLanguage = regexp.MustCompile(`^\s*%%(writefile|script|bash|sh)\b`)

// commandsInRawStrings finds the lines that begin with ! or % inside backquotes. gonb looks at lines, not
// at Go, and would run them.
func commandsInRawStrings(source string) []string {
	if otherLanguage.MatchString(source) {
		return nil
	}
	var found []string
	for _, token := range goTokens.FindAllString(source, -1) {
		if token[0] == '`' {
			found = append(found, commands.FindAllString(token, -1)...)
		}
	}
	return found
}

// A notebook that follows every rule breaks each of them with one change.
func TestRulesCanBeBroken(t *testing.T) {
	source := func(s string) func(*notebook) { return func(nb *notebook) { nb.Cells[1].Source += text("\n" + s) } }
	one := 1
	tests := map[string]struct {
		change func(*notebook)
		says   string // "" if the change breaks nothing
	}{
		"unchanged":            {func(*notebook) {}, ""},
		"old format":           {func(nb *notebook) { nb.Minor = 4 }, "nbformat 4.4"},
		"other kernel":         {func(nb *notebook) { nb.Metadata.Kernelspec.Name = "python3" }, `kernel "python3"`},
		"no id":                {func(nb *notebook) { nb.Cells[1].ID = "" }, "cell 2: id"},
		"an id twice":          {func(nb *notebook) { nb.Cells[1].ID = nb.Cells[0].ID }, "cell 2: id"},
		"an output":            {func(nb *notebook) { nb.Cells[1].Outputs = []output{{}} }, "cell 2: has outputs"},
		"an execution count":   {func(nb *notebook) { nb.Cells[1].ExecutionCount = &one }, "cell 2: has outputs"},
		"autoget":              {func(nb *notebook) { nb.Cells[1].Source = "x := 1" }, "lacks %noautoget"},
		"no code":              {func(nb *notebook) { nb.Cells = nb.Cells[:1] }, "no code cell"},
		"more code than prose": {func(nb *notebook) { nb.Cells = append(nb.Cells, cell{Type: "code", ID: "c"}) }, "1 cells of prose for 2"},
		"13 lines":             {source(strings.Repeat("f()\n", maxMedianLines)), "median of 13"},
		"claims and 12 lines":  {source("%%\nguess := 1" + strings.Repeat("\nf()", maxMedianLines-1) + strings.Repeat("\nClaim(x, y)", 9)), ""},
		"claims and 13 lines":  {source(strings.Repeat("\nf()", maxMedianLines) + strings.Repeat("\nClaim(x, y)", 9)), "median of 13"},
		"41 lines":             {source(strings.Repeat("f()\n", maxLines)), "cell 2: 41 lines"},
		"12 lines":             {source(strings.Repeat("f()\n\n", maxMedianLines-1)), ""},
		"imports":              {source("import (\n" + strings.Repeat("\"os\"\n", 50) + ")\nimport \"fmt\"\nfmt.Println(os.Args)"), ""},
		"imports of all kinds": {source("import (\n\tr \"math/rand/v2\"\n. \"os\"\n\"math/big/v3\")\nx(r.Int(), big.One)"), ""},
		"an unused import":     {source("import \"os\"\nx := \"os\""), `imports "os", which no cell uses`},
		"an unused version":    {source("import \"math/rand/v2\"\nx.rand.Int()"), `imports "math/rand/v2"`},
		"imports later": {func(nb *notebook) {
			nb.Cells = append(nb.Cells, cell{Type: "markdown", ID: "c"}, cell{Type: "code", ID: "d", Source: "import \"os\"\nos.Exit(0)"})
		}, "cell 4: imports"},
		"an address":           {source(`f("https://example.org")`), "network address (https://)"},
		"an image by accident": {source("f(`\n![a](b)\n`)"), `the line "![a](b)"`},
		"an indented one":      {source("f(`\n ![a](b)\n`)"), ""},
		"not at line start":    {source("f(`!x`, `%d`)"), ""},
		"quotes in a command":  {source("!echo '`'\n%env X `\nf(`ok`)"), ""},
		"quotes in Go":         {source("f('`', \"`\", \"\\\"`\") // `\n/* ` */\n%env X y"), ""},
		"another language": {func(nb *notebook) {
			nb.Cells = append(nb.Cells, cell{Type: "markdown", ID: "c"}, cell{Type: "code", ID: "d", Source: "%%bash\nx=`\n%d\n`"})
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			nb := notebook{Format: 4, Minor: 5, Cells: []cell{
				{Type: "markdown", ID: "a", Source: "# Title"},
				{Type: "code", ID: "b", Source: "%noautoget"},
			}}
			nb.Metadata.Kernelspec.Name = "gonb"
			test.change(&nb)
			broken := append(formatRules(nb), styleRules(nb)...)
			if test.says == "" && len(broken) > 0 {
				t.Errorf("breaks %q, want no rule broken", broken)
			}
			if said := strings.Join(broken, "\n"); !strings.Contains(said, test.says) {
				t.Errorf("breaks %q, want one that says %q", broken, test.says)
			}
		})
	}
}
