package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/open"
)

// completed are the candidates for the last word, without their help.
func completed(t *testing.T, words ...string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(must(t, append([]string{"__complete", "--"}, words...)...)) {
		candidate, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		found = append(found, candidate)
	}
	return found
}

func TestComplete(t *testing.T) {
	require.Subset(t, completed(t), []string{"train", "sweep", "data", "completion"})
	require.NotContains(t, completed(t, ""), "__complete")
	require.Equal(t, []string{"figure1", ":files"}, completed(t, "train", "fig"))
	require.Equal(t, gans.Presets(), completed(t, "train", "--preset", ""))
	require.Equal(t, append(open.Names(), ":files"), completed(t, "train", "--data", ""))
	require.Equal(t, []string{"--backend=xla:cpu", "--backend=xla:cuda"}, completed(t, "train", "figure1", "--backend=xla"))
	require.Equal(t, []string{"go"}, completed(t, "train", "--flip", "--seed=3", "--steps", "9", "mnist", "--backend", "g"),
		"a flag without a value, one with its own, one with the next word")
	require.Equal(t, catalog.Names(), completed(t, "data", "fetch", ""))
	require.Equal(t, []string{"cifar10", "cifar100"}, completed(t, "data", "fetch", "celeba", "cifar"), "several arguments")
	require.Empty(t, completed(t, "data", "info", "celeba", ""), "one argument only")
	require.Equal(t, []string{"figure-1"}, completed(t, "playground", "--lesson", "fig"))
	require.Equal(t, []string{"--preset", "--pretrained"}, completed(t, "train", "--pre"))
	require.Equal(t, []string{"figure1", ":files"}, completed(t, "train", "--", "fig"))
	require.Equal(t, []string{"pixels"}, completed(t, "eval", "runs/a", "--extractor", "p"))
	require.Equal(t, []string{":folders"}, completed(t, "info", "runs/"))
	require.Equal(t, []string{":files"}, completed(t, "sample", "runs/a", "-o", ""))
	require.Equal(t, []string{":folders"}, completed(t, "walk", "runs/"))
	require.Equal(t, []string{":files"}, completed(t, "invert", "runs/a", "a.png", ""))
	require.Equal(t, []string{":folders"}, completed(t, "export", "runs/"))
	require.Equal(t, []string{"nhwc", "nchw"}, completed(t, "export", "runs/a", "--layout", "n"))
	require.Empty(t, completed(t, "train", "--seed", ""), "a number")
	require.Empty(t, completed(t, "train", "--nosuch="))
}

// shell runs a shell's script in a folder with a data.zip and a folder runs, with gan on the PATH.
func shell(t *testing.T, name string, args ...string) []string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("no " + name)
	}
	dir, bin := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "runs"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data.zip"), nil, 0o666))
	self, err := filepath.Abs(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "gan")))
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), isGan+"=1", "HOME="+dir, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	status, out, errs := finish(t, cmd)
	require.Zero(t, status, errs)
	require.Empty(t, errs)
	return strings.Fields(out)
}

// lines are command lines and what each shell should offer for their last word.
var lines = []struct {
	line string
	want []string
}{
	{"gan comp", []string{"completion"}},
	{"gan train --preset mnist28", []string{"mnist28", "mnist28-unconditional"}},
	{"gan train --data cifar", []string{"cifar10", "cifar100"}},
	{"gan data fetch celeba cifar", []string{"cifar10", "cifar100"}},
	{"gan train data", []string{"data.zip"}},
	{"gan info r", []string{"runs"}},
	{"gan completion ", []string{"bash", "zsh", "fish"}},
	{"gan train --no-such", nil},
}

func TestBashCompletion(t *testing.T) {
	ask := func(line string) []string {
		return shell(t, "bash", "-c", `source <(gan completion bash) && complete -p gan >/dev/null
			COMP_LINE=$1 COMP_POINT=${#1}; _gan; printf '%s\n' "${COMPREPLY[@]}"`, "bash", line)
	}
	for _, l := range lines {
		require.ElementsMatch(t, l.want, ask(l.line), l.line)
	}
	require.Equal(t, []string{"cpu", "cuda"}, ask("gan train --backend xla:c"), "bash puts them after the colon")
	require.Equal(t, []string{"mnist28", "mnist28-unconditional"}, ask("gan train --preset=mnist28"))
	require.Equal(t, []string{"runs"}, ask("gan train --pretrained=r"))
}

// TestZshCompletion stands in for the parts of zsh that only work at a prompt.
func TestZshCompletion(t *testing.T) {
	for _, l := range lines {
		got := shell(t, "zsh", "-fc", `compdef() { [[ $* = "_gan gan" ]] }
			compadd() { [[ $# = 2 && $1 = -a ]] && print -l -- "${(@P)2}" }
			_files() { if [[ $1 = -/ ]]; then print -l -- $words[-1]*(N/); else print -l -- $words[-1]*(N); fi }
			source <(gan completion zsh)
			words=("${(@s: :)1}") CURRENT=$#words; _gan`, "zsh", l.line)
		require.ElementsMatch(t, l.want, got, l.line)
	}
}

func TestFishCompletion(t *testing.T) {
	for _, l := range lines {
		var got []string
		out := shell(t, "fish", "--no-config", "-c", `gan completion fish | source; complete -C $argv[1] | string split -f 1 \t; true`, l.line)
		for _, candidate := range out {
			got = append(got, strings.TrimSuffix(candidate, "/"))
		}
		require.ElementsMatch(t, l.want, got, l.line)
	}
}
