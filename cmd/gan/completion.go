package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/playground/game"
)

// A completion script hands the words of the command line to the hidden command __complete, which prints one candidate a
// line, with a tab and its help where it has one. A line ":files" or ":folders" asks the shell for its own.
//
//go:embed completion
var scripts embed.FS

const (
	completeFiles   = ":files"
	completeFolders = ":folders"
)

// completionCmd prints a shell's completion script.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Run prints the script, which says in its first lines how to install it.
func (c *completionCmd) Run() error {
	script, err := scripts.ReadFile("completion/gan." + c.Shell)
	if err != nil {
		return err
	}
	_, err = stdout.Write(script)
	return err
}

// completeCmd prints how the last of several words can go on.
type completeCmd struct {
	Words []string `arg:"" optional:""`
}

// Run prints the candidates.
func (c *completeCmd) Run(parsed *kong.Context) error {
	if len(c.Words) == 0 {
		c.Words = []string{""}
	}
	for _, candidate := range complete(parsed.Model.Node, c.Words) {
		fmt.Fprintln(stdout, candidate)
	}
	return nil
}

// complete returns the candidates for the last word.
func complete(node *kong.Node, words []string) []string {
	var (
		awaiting   *kong.Flag // the flag whose value comes next
		positional int        // arguments so far
		onlyArgs   bool       // after --
	)
	current := words[len(words)-1]
	for _, word := range words[:len(words)-1] {
		switch child := childOf(node, word); {
		case awaiting != nil:
			awaiting = nil
		case onlyArgs:
			positional++
		case word == "--":
			onlyArgs = true
		case strings.HasPrefix(word, "-") && len(word) > 1:
			if flag := flagOf(node, word); flag != nil && !flag.IsBool() && !strings.Contains(word, "=") {
				awaiting = flag
			}
		case child != nil:
			node = child
		default:
			positional++
		}
	}
	name, value, assigned := strings.Cut(current, "=")
	switch {
	case awaiting != nil:
		return startingWith(current, values(awaiting.Value))
	case !onlyArgs && assigned && strings.HasPrefix(name, "--"):
		flag := flagOf(node, name)
		if flag == nil {
			return nil
		}
		found := startingWith(value, values(flag.Value))
		for i, candidate := range found {
			if !strings.HasPrefix(candidate, ":") {
				found[i] = name + "=" + candidate
			}
		}
		return found
	case !onlyArgs && strings.HasPrefix(current, "-"):
		return startingWith(current, flagNames(node))
	case len(node.Children) > 0:
		return startingWith(current, childNames(node))
	case len(node.Positional) == 0:
		return nil
	}
	last := node.Positional[len(node.Positional)-1]
	if positional < len(node.Positional) {
		last = node.Positional[positional]
	} else if !last.IsCumulative() {
		return nil
	}
	return startingWith(current, values(last))
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// flagOf finds the flag that a word such as --preset, --preset=x or -n names, here or in a command above.
func flagOf(node *kong.Node, word string) *kong.Flag {
	name, _, _ := strings.Cut(word, "=")
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			if name == "--"+flag.Name || flag.Short != 0 && name == "-"+string(flag.Short) {
				return flag
			}
		}
	}
	return nil
}

func flagNames(node *kong.Node) []string {
	var names []string
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			names = append(names, "--"+flag.Name+"\t"+flag.Help)
		}
	}
	return names
}

func childNames(node *kong.Node) []string {
	var names []string
	for _, child := range node.Children {
		if !child.Hidden {
			names = append(names, child.Name+"\t"+child.Help)
		}
	}
	return names
}

// values are the candidates for an argument or for a flag's value, by its name, its enumeration or its type.
func values(value *kong.Value) []string {
	switch value.Name {
	case "what":
		return append(slices.Concat(gans.Presets(), open.Names()), completeFiles)
	case "preset":
		return gans.Presets()
	case "data":
		return append(open.Names(), completeFiles)
	case "name":
		return catalog.Names()
	case "run":
		if value.Tag.Type == "" {
			return append(models.Names(), completeFolders)
		}
	case "lesson":
		return game.LessonIDs()
	case "backend":
		return []string{"go", "xla:cpu", "xla:cuda"}
	}
	switch {
	case value.Enum != "":
		return value.EnumSlice()
	case value.Tag.Type == "existingdir":
		return []string{completeFolders}
	case value.Tag.Type != "":
		return []string{completeFiles}
	}
	return nil
}

// startingWith keeps the candidates that begin with what is typed, and the requests to the shell, without repeats.
func startingWith(typed string, candidates []string) []string {
	var kept []string
	for _, candidate := range candidates {
		if request := strings.HasPrefix(candidate, ":"); (request || strings.HasPrefix(candidate, typed)) && !slices.Contains(kept, candidate) {
			kept = append(kept, candidate)
		}
	}
	return kept
}
