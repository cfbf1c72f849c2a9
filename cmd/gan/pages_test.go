package main

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// house is the root of the checkout.
var house = filepath.Join("..", "..")

var (
	shellCode   = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	otherCode   = regexp.MustCompile("(?ms)^```.*?^```$")
	inlineCode  = regexp.MustCompile("`([^`]+)`")
	remark      = regexp.MustCompile(`(?:^| )# .*`)
	environment = regexp.MustCompile(`^(?:[A-Z_]+=\S+ +)+`)
	program     = regexp.MustCompile(`^(?:go run \./cmd/gan|build/gan)(?: |$)`)
	commanding  = regexp.MustCompile(`^(?:gan|make|go \w+|docker|pip|sh) \S`)
)

// commandsIn are the commands that a text shows: the lines of its shell code, and code in its sentences that begins like
// one. They come without remarks and environment, and gan always by its name.
func commandsIn(text string) []string {
	var found []string
	add := func(line string) {
		line = remark.ReplaceAllString(strings.Join(strings.Fields(line), " "), "")
		if line = program.ReplaceAllString(environment.ReplaceAllString(line, ""), "gan "); line != "" {
			found = append(found, line)
		}
	}
	for _, code := range shellCode.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(code[1], "\\\n", " ")) {
			add(line)
		}
	}
	for _, code := range inlineCode.FindAllStringSubmatch(otherCode.ReplaceAllString(text, ""), -1) {
		if commanding.MatchString(environment.ReplaceAllString(strings.Join(strings.Fields(code[1]), " "), "")) {
			add(code[1])
		}
	}
	return found
}

func TestCommandsIn(t *testing.T) {
	require.Equal(t, []string{"export A=b", "gan sample digits", "make lab", "gan train a b", "gan train mnist", "make test"}, commandsIn("```sh\n"+
		"export A=b\n# a remark\nA=b C=d go run ./cmd/gan sample digits   # sevens\nmake lab\nbuild/gan train a \\\nb\n```\n"+
		"```go\nmake(x)\n```\nSee `gan\ntrain mnist`, `make test`, `gan`, `D(x)` and `gans.Train`."))
}

// A command of a front page, and how the test runs it.
type frontCommand struct {
	also string // further arguments: fewer iterations, and the directory that the page means
	says string // what it prints then
}

// frontCommands are the commands of gan that README.md and README.ko.md show.
var frontCommands = map[string]frontCommand{
	"gan sample digits --label 7":               {"", "digits-samples.png"},
	"gan playground":                            {"--help", "on a page for the browsers of this machine"}, // TestPlayground runs it
	"gan train mnist":                           {"--steps 2 --set measure_every=0 --set data.first=1000 -d runs/mnist-xla-cpu", "is finished: 2 steps"},
	"gan train mnist --preset mnist28":          {"--steps 1 --set measure_every=0 --set batch_size=10 -d runs/mnist28-xla-cpu", "is finished: 1 steps"},
	"gan sample runs/mnist28-xla-cpu --label 7": {"", "samples after 1 iterations"},
	"gan eval runs/mnist-xla-cpu":               {"--help", "how good a generator is"}, // TestEval runs it; a minute on the Go engine
	"gan diagnose runs/mnist-xla-cpu":           {"", ""},
	"gan train --data photos.zip":               {"--steps 1 --set measure_every=0 --set batch_size=4", "is finished: 1 steps"},
	"gan doctor":                                {"", "engine"},
	"gan data list":                             {"", "cifar10"},
}

// TestFrontPages runs every command that the front pages show, in their order, on the Go engine. Targets of make are read
// and not run.
func TestFrontPages(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "photos.zip"), photos(t), 0o666))
	tried := make(map[string]bool)
	for _, page := range []string{"README.md", "README.ko.md"} {
		text, err := os.ReadFile(filepath.Join(house, page))
		require.NoError(t, err)
		for _, line := range commandsIn(string(text)) {
			if !tried[line] {
				tryFront(t, home, page, line)
			}
			tried[line] = true
		}
	}
	for _, line := range slices.Sorted(maps.Keys(frontCommands)) {
		require.True(t, tried[line], "no front page shows %q any more", line)
	}
}

func tryFront(t *testing.T, home, page, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "export":
		require.Equal(t, "export GOTOOLCHAIN=auto GOEXPERIMENT=simd", line)
	case "make":
		out, err := exec.Command("make", append([]string{"-n", "-C", house}, words[1:]...)...).CombinedOutput()
		require.NoError(t, err, "%s shows %q: %s", page, line, out)
	default:
		how, known := frontCommands[line]
		require.True(t, known, "%s shows %q: frontCommands does not say how to run it", page, line)
		status, out, errs := in(t, home, append(words[1:], strings.Fields(how.also)...)...)
		require.Zero(t, status, "%s shows %q: %s%s", page, line, out, errs)
		require.Contains(t, out, how.says, "%s shows %q", page, line)
	}
}

// photos is an archive of a few pictures.
func photos(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	ownPictures(t, dir, 8)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	require.NoError(t, w.AddFS(os.DirFS(dir)))
	require.NoError(t, w.Close())
	return archive.Bytes()
}

// TestPages: every page shows only commands and flags that gan has, and targets that the Makefile has.
func TestPages(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(house, "Makefile"))
	require.NoError(t, err)
	count := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "tests/*/README.md"} {
		paths, err := filepath.Glob(filepath.Join(house, pattern))
		require.NoError(t, err)
		for _, path := range paths {
			if filepath.Base(path) == "CHANGELOG.md" { // tells of what is gone too
				continue
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, line := range commandsIn(string(text)) {
				count++
				if wrong := unknownIn(line, string(makefile)); wrong != "" {
					t.Errorf("%s shows %q: %s", path, line, wrong)
				}
			}
		}
	}
	require.Greater(t, count, 100)
}

// unknownIn says what of a command line is unknown to gan or make.
func unknownIn(line, makefile string) string {
	words := strings.Fields(line)
	if words[0] == "make" {
		for _, word := range words[1:] {
			target := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(word) + `:`)
			if !strings.Contains(word, "=") && !strings.HasPrefix(word, "-") && !target.MatchString(makefile) {
				return "make has no target " + word
			}
			if strings.Contains(word, `="`) { // a value of several words
				break
			}
		}
	}
	if words[0] != "gan" {
		return ""
	}
	var cli commands
	node := newParser(&cli).Model.Node
	for _, word := range words[1:] {
		if strings.ContainsAny(word, "|>;()") { // what follows is the shell's
			return ""
		}
		child := childOf(node, word)
		switch {
		case child != nil:
			node = child
		case len(node.Children) > 0 && !strings.HasPrefix(word, "-"):
			return "gan has no command " + word
		case strings.HasPrefix(word, "--") && flagOf(node, strings.Replace(word, "--no-", "--", 1)) == nil:
			return "gan has no flag " + word + " there"
		}
	}
	return ""
}

func TestUnknownIn(t *testing.T) {
	const makefile = "lab: setup ## open\nbuild: setup\n"
	for line, says := range map[string]string{
		"gan sample digits --label 7":       "",
		"gan data fetch flowers":            "",
		"gan train -d=DIR --no-flip":        "",
		"gan info RUN --csv >x.csv":         "",
		`make lab ARGS="--port 8"`:          "",
		"make build VERSION=v1.2.3":         "",
		"go get github.com/gans-in-go/gans": "",
		"gan draw digits":                   "gan has no command draw",
		"gan sample digits --colour":        "gan has no flag --colour there",
		"gan data feetch":                   "gan has no command feetch",
		"make lab book":                     "make has no target book",
	} {
		require.Equal(t, says, unknownIn(line, makefile), line)
	}
}
