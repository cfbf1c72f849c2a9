package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// devcontainer has the parts of devcontainer.json that name something of ours.
type devcontainer struct {
	Build             struct{ Dockerfile, Context, Target string }
	RemoteUser        string
	PostCreateCommand string
	RemoteEnv         map[string]string
	Customizations    struct {
		VSCode struct{ Settings map[string]string }
	}
}

// TestDevcontainer: what .devcontainer names is there. No engine that reads it has run here.
func TestDevcontainer(t *testing.T) {
	dir := filepath.Join(checkout(t), ".devcontainer")
	content, err := os.ReadFile(filepath.Join(dir, "devcontainer.json"))
	require.NoError(t, err)
	var c devcontainer
	require.NoError(t, json.Unmarshal(content, &c))
	require.FileExists(t, filepath.Join(dir, c.Build.Context, "Makefile"))
	dockerfile, err := os.ReadFile(filepath.Join(dir, c.Build.Dockerfile))
	require.NoError(t, err)
	require.Contains(t, string(dockerfile), " AS "+c.Build.Target+"\n")
	require.Contains(t, string(dockerfile), "useradd --create-home --shell /bin/bash "+c.RemoteUser+"\n")
	requireTargets(t, c.PostCreateCommand)
	for _, path := range []string{c.RemoteEnv["JUPYTER_PATH"], c.Customizations.VSCode.Settings["python.defaultInterpreterPath"]} {
		path, ok := strings.CutPrefix(path, "${containerWorkspaceFolder}/")
		require.True(t, ok, path)
		requireSetUp(t, path)
	}
	requireSetUp(t, strings.TrimPrefix(c.RemoteEnv["JUPYTER_PATH"]+"/kernels/gonb/kernel.json", "${containerWorkspaceFolder}/"))
}

// TestBinder: Binder installs what the image does, builds by the same targets, and its Jupyter finds the Go kernel. Binder
// itself has not run here.
func TestBinder(t *testing.T) {
	dir := filepath.Join(checkout(t), ".binder")
	dockerfile, err := os.ReadFile(filepath.Join(checkout(t), "docker", "Dockerfile"))
	require.NoError(t, err)
	packages, err := os.ReadFile(filepath.Join(dir, "apt.txt"))
	require.NoError(t, err)
	require.Contains(t, string(dockerfile), "\t"+strings.Join(strings.Fields(string(packages)), " ")+" &&")
	build, err := os.ReadFile(filepath.Join(dir, "postBuild"))
	require.NoError(t, err)
	requireTargets(t, string(build))

	start := exec.Command(filepath.Join(dir, "start"), "printenv", "JUPYTER_PATH")
	start.Dir = checkout(t)
	path, err := filepath.Rel(checkout(t), strings.TrimSpace(outputOf(t, start)))
	require.NoError(t, err)
	requireSetUp(t, filepath.Join(path, "kernels", "gonb", "kernel.json"))
	require.NoError(t, exec.Command("sh", "-n", filepath.Join(dir, "postBuild")).Run())
	info, err := os.Stat(filepath.Join(dir, "postBuild"))
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&0o100, "Binder runs it")
}

// requireTargets requires that a script calls make, and only for targets that there are.
func requireTargets(t *testing.T, script string) {
	t.Helper()
	calls := regexp.MustCompile(`\bmake ([a-z-]+(?: ARGS=\w+)?)`).FindAllStringSubmatch(script, -1)
	require.NotEmpty(t, calls, script)
	for _, call := range calls {
		cmd := exec.Command("make", append([]string{"-n"}, strings.Fields(call[1])...)...)
		cmd.Dir = checkout(t)
		outputOf(t, cmd)
	}
}

// requireSetUp requires a file that setup makes, where setup has run.
func requireSetUp(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(checkout(t), ".venv", "env")); err != nil {
		t.Skip("setup has not run here")
	}
	_, err := os.Stat(filepath.Join(checkout(t), path))
	require.NoError(t, err)
}
