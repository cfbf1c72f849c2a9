package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/gantest"
)

// isGan in the environment makes this test program the gan command.
const isGan = "GAN_TEST_IS_GAN"

func TestMain(m *testing.M) {
	if os.Getenv(isGan) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command is a gan command to start. Without --backend it takes the Go engine, whatever this process's environment
// says: XLA compiles a game for seconds in every process.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), isGan+"=1", backend.Env+"=go")
	return cmd
}

// gan runs a gan command to its end.
func gan(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return finish(t, command(args...))
}

func finish(t *testing.T, cmd *exec.Cmd) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// must runs a gan command that has to succeed and returns what it printed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := gan(t, args...)
	require.Zero(t, status, "gan %q: %s%s", args, out, errs)
	return out
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	picture, err := png.Decode(file)
	require.NoError(t, err)
	return picture
}

// TestFromTrainToInfo runs a user's first four commands on each backend.
func TestFromTrainToInfo(t *testing.T) {
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			gantest.Open(t, name) // skips the test where XLA is not there
			dir := filepath.Join(t.TempDir(), "figure1")
			train := []string{"train", "figure1", "--steps", "4", "--dir", dir, "--backend", name}
			out := must(t, train...)
			require.Contains(t, out, "on "+name+", in "+dir)
			require.Regexp(t, `\n4/4  D  +\.\d+ .* loss \d.* V −\d.* steps/s, 0s left\n`, out)
			require.Contains(t, out, "gan sample "+dir)
			require.Contains(t, must(t, train...), "is finished: 4 steps")

			drawn := filepath.Join(dir, "drawn.png")
			out = must(t, "sample", dir, "-n", "500", "--out", drawn, "--backend", name)
			require.Equal(t, "500 samples after 4 iterations: "+drawn+"\n", out)
			require.False(t, decode(t, drawn).Bounds().Empty())

			out = must(t, "info", dir)
			require.Contains(t, out, "Figure 1: N(1, .5) by a one-dimensional GAN")
			require.Regexp(t, `backend +`+name+`, seed 1\n`, out)
			require.Regexp(t, `data +normal\n`, out)
			require.Regexp(t, `saved +4 of 4 iterations, in .*000004\n`, out)
			require.Regexp(t, `at iteration +4\n`, out)
			require.Regexp(t, `\nv +-\d\.\d+ +V\(D,G\)\n`, out)
		})
	}
}

// TestDigits: one iteration of the 2014 networks, and a grid of their samples.
func TestDigits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mnist")
	must(t, "train", "mnist", "--steps", "1", "-d", dir, "--backend", "go")
	require.FileExists(t, filepath.Join(dir, "samples", "animation.gif"))
	must(t, "sample", dir, "-n", "9")
	blank := make([]image.Image, 9)
	for i := range blank {
		blank[i] = image.NewGray(image.Rect(0, 0, 28, 28))
	}
	want, err := figure.Grid(blank, figure.GridStyle{Columns: 3})
	require.NoError(t, err)
	require.Equal(t, want.Bounds(), decode(t, filepath.Join(dir, "samples.png")).Bounds())
}

// TestDCGAN: a preset by the name of its data, and digits of a chosen class.
func TestDCGAN(t *testing.T) {
	home := t.TempDir()
	in := func(args ...string) string {
		cmd := command(args...)
		cmd.Dir = home
		status, out, errs := finish(t, cmd)
		require.Zero(t, status, "gan %q: %s%s", args, out, errs)
		return out
	}
	dir := filepath.Join("runs", "mnist28-go")
	out := in("train", "mnist", "--preset", "mnist28", "--steps", "1", "--backend", "go")
	require.Contains(t, out, "on go, in "+dir)
	require.Contains(t, in("train", "mnist28", "--steps", "1", "--backend", "go"), "is finished: 1 steps", "its own data")
	out = in("sample", dir, "--backend", "go")
	require.Contains(t, out, "100 samples after 1 iterations", "ten of each class")
	classes := decode(t, filepath.Join(home, dir, "samples.png")).Bounds()
	require.Equal(t, classes.Dx(), classes.Dy(), "ten columns")
	in("sample", dir, "--label", "3", "--label", "7", "-n", "8", "--backend", "go")
	columns := decode(t, filepath.Join(home, dir, "samples.png")).Bounds()
	require.Greater(t, columns.Dy(), columns.Dx(), "two columns, four rows")

	cmd := command("sample", dir, "--label", "10", "--backend", "go")
	cmd.Dir = home
	status, _, errs := finish(t, cmd)
	require.Equal(t, 1, status)
	require.Equal(t, "gan: label is 10: want 0 to 9, in a game of 10 classes\n", errs)
}

// TestTheSameDirectory: a run's default directory, and what may not change in it.
func TestTheSameDirectory(t *testing.T) {
	home := t.TempDir()
	at := func(args ...string) (int, string, string) {
		cmd := command(append([]string{"train", "figure1", "--backend", "go"}, args...)...)
		cmd.Dir = home
		return finish(t, cmd)
	}
	status, out, errs := at("--steps", "2", "--seed", "3", "--save-every", "1")
	require.Zero(t, status, errs)
	dir := filepath.Join("runs", "figure1-go")
	require.Contains(t, out, "on go, in "+dir)
	require.DirExists(t, filepath.Join(home, dir, "checkpoints", "000001"))

	status, _, errs = at("--steps", "2", "--seed", "4")
	require.Equal(t, 1, status)
	require.Contains(t, errs, dir+" is a run with another configuration:\n  seed: was 3, now 4\n")
}

// TestMistakes exit with their status and an error on standard error that names the mistake.
func TestMistakes(t *testing.T) {
	empty := t.TempDir()
	for _, mistake := range []struct {
		status int
		want   string
		args   []string
	}{
		{failed, fmt.Sprintf(`preset is "minst": want "mnist", perhaps, or another of %q`, gans.Presets()), []string{"train", "minst"}},
		{misused, "fashion is data, not a preset: `gan train --data fashion` trains a DCGAN on it", []string{"train", "fashion"}},
		{misused, "--size and --channels are for DCGANs only: take a preset such as cifar32 or lsun64", []string{"train", "mnist", "--size", "28"}},
		{failed, `data: data set or file "no.zip" is unknown: want one of ` + strings.Join(open.Names(), ", ") + ", or a path: there is no file or folder no.zip",
			[]string{"train", "mnist", "--data", "no.zip"}},
		{failed, "size is 100: want 3, 4, 5, 6 or 7 doubled a few times, such as 28, 32, 48, 64, 80 or 96", []string{"train", "--data", "mnist", "--preset", "lsun64", "--size", "100"}},
		{failed, fmt.Sprintf(`preset is "lsun": want "lsun64", perhaps, or another of %q`, gans.Presets()),
			[]string{"train", "mnist", "--preset", "lsun"}},
		{failed, `data: data set or file "bedrooms" is unknown: want one of ` + strings.Join(open.Names(), ", ") + ", or a path: there is no file or folder bedrooms", []string{"train", "bedrooms", "--preset", "lsun64"}},
		{failed, "generator is for examples of shape [64 64 3]: want examples of shape [1], as the data's are", []string{"train", "normal", "--preset", "lsun64"}},
		{failed, "generator is for examples of shape [1]: want examples of shape [28 28 1], as the data's are", []string{"train", "mnist", "--preset", "figure1"}},
		{failed, `generator.pretrained is "` + empty + `": want none, or an mlp`, []string{"train", "--data", "mnist", "--preset", "cifar32", "--pretrained", empty}},
		{failed, "steps is 0: want at least 1", []string{"train", "figure1", "--steps", "0"}},
		{failed, "steps is -3: want at least 1", []string{"train", "figure1", "--steps=-3"}},
		{failed, "save_every is 0: want at least 1", []string{"train", "figure1", "--save-every", "0"}},
		{failed, "devices is 3: want a divisor of batch_size, 512: each device takes as many examples", []string{"train", "figure1", "--devices", "3"}},
		{failed, "devices is 2: want 1 on this backend, or one that divides the work, such as xla:cpu or xla:cuda", []string{"train", "figure1", "--devices", "2", "--backend", "go"}},
		{failed, `backend is "tpu": want go, xla:cpu or xla:cuda`, []string{"train", "figure1", "--backend", "tpu"}},
		{failed, empty + " is not a run: it has no config.json", []string{"info", empty}},
		{failed, empty + " is not a run: it has no config.json", []string{"sample", empty}},
		{misused, "-n is 0: want at least 1", []string{"sample", empty, "-n", "0"}},
		{misused, "--out " + filepath.Join(empty, "x.jpg") + ": want a name that ends in .png", []string{"sample", empty, "-o", filepath.Join(empty, "x.jpg")}},
	} {
		cmd := command(mistake.args...)
		cmd.Dir = empty
		status, out, errs := finish(t, cmd)
		require.Equal(t, mistake.status, status, mistake.args)
		if !strings.HasSuffix(errs, " --help`.\n") { // those are held by TestUsage
			require.Equal(t, "gan: "+mistake.want+"\n", errs)
		}
		require.Contains(t, errs, mistake.want)
		if !strings.HasPrefix(mistake.want, "generator is for") { // which needs the data
			require.Empty(t, out, "nothing is promised")
		}
	}
	left, err := os.ReadDir(empty)
	require.NoError(t, err)
	require.Empty(t, left, "a mistake leaves nothing behind")
}

// TestMistakesInARun: impossible networks are refused before anything is compiled, with the key, its value, and what
// would be right.
func TestMistakesInARun(t *testing.T) {
	for want, spoil := range map[string]func(*gans.Config){
		"generator.dcgan.size is 30: want base·2ⁿ, such as 28 or 56 for base 7": func(c *gans.Config) { c.Generator.DCGAN.Size = 30 },
		"generator.dcgan.channels is 0: want 1 for grey images or 3 for colour": func(c *gans.Config) { c.Generator.DCGAN.Channels = 0 },
		"discriminator.dcgan is for examples of shape [56 56 1]: want examples of shape [28 28 1], as the generator's are": func(c *gans.Config) {
			c.Discriminator.DCGAN.Size, c.Discriminator.DCGAN.Filters = 56, []int{8, 8, 8}
		},
		`batch_size is 1: want at least 2, for batch norm takes its statistics over the batch, or batch_norm "none"`: func(c *gans.Config) { c.BatchSize = 1 },
		"discriminator.dcgan.classes is 0: want 10, as the generator has: both players are told the same labels":     func(c *gans.Config) { c.Discriminator.DCGAN.Classes = 0 },
	} {
		cfg, dir := gans.MNIST28(), t.TempDir()
		spoil(&cfg)
		text, err := json.Marshal(cfg)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666))
		status, _, errs := gan(t, "sample", dir, "--backend", "go")
		require.Equal(t, 1, status)
		require.Equal(t, "gan: "+filepath.Join(dir, "config.json")+": "+want+"\n", errs)
	}
}

// TestInfoOfDevices: where a run's minibatches are divided among devices, gan info says so.
func TestInfoOfDevices(t *testing.T) {
	cfg, dir := gans.Figure1(), t.TempDir()
	for _, devices := range []int{0, 2} {
		cfg.Devices = devices
		text, err := json.Marshal(cfg)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666))
		require.Equal(t, devices > 1, regexp.MustCompile(`(?m)^devices +2$`).MatchString(must(t, "info", dir)))
	}
}

// TestUsage: for a command line that cannot be parsed, two lines say what is wrong and where the help is.
func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"train"}, {"train", "figure1", "--step", "3"}, {"diagnose", "no-such-directory"}, {"data", "info"}} {
		status, out, errs := gan(t, args...)
		require.Equal(t, misused, status, args)
		require.Empty(t, out, args)
		command := strings.Join(append([]string{"gan"}, args[:min(1, len(args))]...), " ")
		if command == "gan data" {
			command += " info"
		}
		require.Regexp(t, "^gan: error: .*\nRun `"+command+" --help`.\n$", errs, args)
	}
	help := strings.Join(strings.Fields(must(t, "train", "--help")), " ") // whatever the width
	for _, name := range append(gans.Presets(), open.Names()...) {
		require.Contains(t, help, name)
	}
	require.Contains(t, help, "(default: $GOMLX_BACKEND,")
}

func TestVersion(t *testing.T) {
	out := must(t, "version")
	require.Regexp(t, `^gan \S*\ngo1\.\S+ \w+/\w+\n`, out)
	require.Contains(t, out, "github.com/gomlx/gomlx v0.28.16\n")
	first, _, _ := strings.Cut(out, "\n")
	require.Equal(t, first+"\n", must(t, "--version"))
}

// TestStampedVersion: the linker's version overrides the go command's.
func TestStampedVersion(t *testing.T) {
	t.Cleanup(func() { version = "" })
	version = "v1.2.3"
	require.Equal(t, "v1.2.3", programVersion())
	version = ""
	require.NotEmpty(t, programVersion())
}

// TestMisspelt: misspelt commands and flags get a suggestion.
func TestMisspelt(t *testing.T) {
	for _, c := range []struct{ want, word string }{{`"train"`, "trian"}, {`"--version"`, "--verion"}} {
		status, _, errs := gan(t, c.word)
		require.NotZero(t, status)
		require.Regexp(t, c.word+".*"+c.want, errs)
	}
}
