package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/playground"
	"github.com/gans-in-go/gans/playground/game"
)

// aGame is a small game as a link holds it, and its link.
func aGame(t *testing.T, set string, steps int) (game.Scene, string) {
	t.Helper()
	s, err := game.ReadScene([]byte(`{"seed": 5, "data": {"set": "` + set + `"}, "batch_size": 16,
		"generator": {"mlp": {"hidden": [8], "activation": "relu", "output": [2], "output_activation": "linear"}},
		"discriminator": {"mlp": {"hidden": [8], "activation": "relu", "output": [1], "output_activation": "linear"}},
		"noise": {"noise": "gaussian", "dim": 2}, "objective": {"name": "non-saturating"}, "k": 1,
		"generator_rule": {"adam": {"learning_rate": 0.002, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8}},
		"discriminator_rule": {"momentum": {"learning_rate": 0.1, "initial": 0.5}}}`))
	require.NoError(t, err)
	s.Steps = steps
	fragment, err := s.Fragment()
	require.NoError(t, err)
	return s, "http://127.0.0.1:8000/#lang=ko&" + fragment
}

// served starts `gan playground`, and returns the address that it prints.
func served(t *testing.T, args ...string) (p *process, address string) {
	t.Helper()
	p = start(t, append([]string{"playground"}, args...)...)
	line, err := p.out.ReadString('\n')
	require.NoError(t, err, p.errs.String())
	address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/\S*`).FindString(line)
	require.NotEmpty(t, address, line)
	return p, address
}

// TestPlayground serves the page, and ends at Ctrl-C.
func TestPlayground(t *testing.T) {
	needSignals(t)
	p, address := served(t, "--no-browser")
	for name, begins := range map[string]string{"": "<!doctype html>", "worker.js": "//", "gan.wasm.gz": "\x1f\x8b"} {
		response, err := http.Get(address + name)
		require.NoError(t, err)
		content, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, name)
		require.True(t, strings.HasPrefix(string(content), begins), name)
	}
	line, err := p.out.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "gan train --from LINK")
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.Zero(t, p.end().ExitCode())
}

// TestPlaygroundOpensAt: a link, or what follows its #, opens the page at its game.
func TestPlaygroundOpensAt(t *testing.T) {
	_, link := aGame(t, "ring8", 0)
	_, fragment, _ := strings.Cut(link, "#")
	for _, c := range []struct {
		args     []string
		fragment string
	}{{[]string{link}, fragment}, {[]string{fragment}, fragment}, {[]string{"--lesson", "figure-1"}, "lesson=figure-1"}} {
		_, address := served(t, append(c.args, "--no-browser")...)
		require.True(t, strings.HasSuffix(address, "/#"+c.fragment), address)
	}
}

// TestPlaygroundOpensABrowser where there is a display, and only there.
func TestPlaygroundOpensABrowser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("another program opens addresses")
	}
	opened := filepath.Join(t.TempDir(), "opened")
	bin := t.TempDir()
	script := "#!/bin/sh\necho \"$1\" >" + opened + ".part && mv " + opened + ".part " + opened + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o777))
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, c := range []struct {
		display string
		args    []string
		opens   bool
	}{{"", nil, false}, {":9", []string{"--no-browser"}, false}, {":9", nil, true}} {
		t.Setenv("DISPLAY", c.display)
		p, address := served(t, c.args...)
		if c.opens {
			require.Eventually(t, func() bool { _, err := os.Stat(opened); return err == nil }, time.Minute, 10*time.Millisecond)
			text, err := os.ReadFile(opened)
			require.NoError(t, err)
			require.Equal(t, address+"\n", string(text))
			continue
		}
		p.wants(t, "Ctrl-C ends the page.") // an opener would have been started by then
		require.NoFileExists(t, opened)
	}
}

// TestTrainFromALink: the run is the link's game, with what the command line has otherwise, and goes on.
func TestTrainFromALink(t *testing.T) {
	home := t.TempDir()
	scene, link := aGame(t, "moons", 3)
	status, out, errs := in(t, home, "train", "--from", link)
	require.Zero(t, status, errs)
	require.Contains(t, out, "From the playground: moons")
	require.Contains(t, out, "is finished: 3 steps")
	dir := filepath.Join("runs", "playground-go")
	cfg, err := gans.ReadConfig(filepath.Join(home, dir, "config.json"))
	require.NoError(t, err)
	require.Equal(t, playground.Config(scene), cfg)

	status, out, errs = in(t, home, "train", "--from", link, "--steps", "5")
	require.Zero(t, status, errs)
	require.Contains(t, out, "is finished: 5 steps")
	_, other := aGame(t, "ring8", 3)
	status, _, errs = in(t, home, "train", "--from", other)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "data.set", "never another game over this one")

	status, _, errs = in(t, home, "train", "--from", other, "--set", "k=2", "--seed", "9", "-d", "other")
	require.Zero(t, status, errs)
	cfg, err = gans.ReadConfig(filepath.Join(home, "other", "config.json"))
	require.NoError(t, err)
	require.Equal(t, 2, cfg.K)
	require.EqualValues(t, 9, cfg.Seed)

	status, _, errs = in(t, home, "train", "--from", "#lesson=figure-1", "--steps", "1", "-d", "lesson")
	require.Zero(t, status, errs)
	cfg, err = gans.ReadConfig(filepath.Join(home, "lesson", "config.json"))
	require.NoError(t, err)
	require.Equal(t, 5, cfg.K)

	require.NoError(t, os.Mkdir(filepath.Join(home, "playground"), 0o777))
	status, _, errs = in(t, home, "train", "--from", link, "--steps", "5")
	require.Zero(t, status, "a folder of the name is no run: %s", errs)
}
