package tests

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Limits that only a hang should reach. The slowest cell trains for a minute and the slowest notebook takes three; a
// machine that shares its cores may need ten times that. The package as a whole has no limit, so one slow notebook does
// not take the time of the others.
const (
	cellTimeout     = 15 * time.Minute
	notebookTimeout = 30 * time.Minute
)

// jupyter is the Jupyter of the checkout's .venv.
type jupyter struct{ venv string }

// setUpJupyter skips the test unless GAN_NOTEBOOK_TESTS is set, as `make test` and `make notebooks` do:
// notebooks need what `make setup` installs, and `go test ./...` must not.
func setUpJupyter(t *testing.T) jupyter {
	t.Helper()
	if os.Getenv("GAN_NOTEBOOK_TESTS") == "" {
		t.Skip("executes notebooks, which takes Jupyter: run `make test`, or `make setup` and set GAN_NOTEBOOK_TESTS=1")
	}
	j := jupyter{filepath.Join(checkout(t), ".venv")}
	kernel := filepath.Join(j.venv, "share", "jupyter", "kernels", "gonb", "kernel.json")
	for _, needed := range []string{j.nbconvert(), kernel} {
		if _, err := os.Stat(needed); err != nil {
			t.Fatalf("%v: run `make setup`", err)
		}
	}
	return j
}

func (j jupyter) nbconvert() string { return filepath.Join(j.venv, "bin", "jupyter-nbconvert") }

// run calls nbconvert with the fast profile and without the network. The error has what it printed.
func (j jupyter) run(args ...string) error {
	share := filepath.Join(j.venv, "share", "jupyter")
	ctx, cancel := context.WithTimeoutCause(context.Background(), notebookTimeout, fmt.Errorf("no end after %v", notebookTimeout))
	defer cancel()
	cmd := exec.CommandContext(ctx, j.nbconvert(), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // which shuts the kernel down
	cmd.WaitDelay = time.Minute
	cmd.Env = append(os.Environ(),
		"JUPYTER_DATA_DIR="+share,
		"JUPYTER_RUNTIME_DIR="+filepath.Join(share, "runtime"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(j.venv, "etc", "jupyter"),
		"IPYTHONDIR="+filepath.Join(j.venv, "ipython"),
		"GAN_PROFILE=fast", "GOPROXY=off", "PIP_NO_INDEX=1",
		// Port 9 discards, where anything listens at all.
		"http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "no_proxy=127.0.0.1,localhost")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Run(); err != nil {
		err = cmp.Or(context.Cause(ctx), err)
		return fmt.Errorf("nbconvert: %w; it printed:\n%s", err, lastLines(log.String(), 40))
	}
	return nil
}

// execute runs the notebook from top to bottom and writes the copy with outputs to the path given. Cells
// that fail do not make it fail: every output is kept, and problemsOf judges them.
func (j jupyter) execute(path, to string, timeout time.Duration) (notebook, error) {
	err := j.run("--to", "notebook", "--execute", "--allow-errors",
		fmt.Sprintf("--ExecutePreprocessor.timeout=%.0f", timeout.Seconds()),
		"--output-dir", filepath.Dir(to), "--output", filepath.Base(to), path)
	if err != nil {
		return notebook{}, err
	}
	return readNotebook(to)
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// A reason is why an executed cell counts as failed. Jupyter itself knows only the first: gonb reports a failed shell
// command and an unknown % command as successes, with a message on stderr.
type reason string

const (
	errorReply     reason = "the kernel replied with an error"
	exitStatus     reason = "`exit status` on stderr: a program or a shell command failed"
	panicked       reason = "`panic:` on stderr"
	unknownCommand reason = "`unknown or not implemented` on stderr: gonb has no such % command"
	errorPage      reason = "a stored HTML error page of gonb"
)

var stderrReasons = []struct {
	text string
	reason
}{
	{"exit status", exitStatus},
	{"panic:", panicked},
	{"unknown or not implemented", unknownCommand},
}

// problem is a cell that failed.
type problem struct {
	position int // among all cells, from 1
	cell     cell
	reasons  []reason
}

func problemsOf(executed notebook) []problem {
	var found []problem
	cells, positions := executed.codeCells()
	for i, c := range cells {
		if reasons := reasonsAgainst(c); len(reasons) > 0 {
			found = append(found, problem{positions[i], c, reasons})
		}
	}
	return found
}

func reasonsAgainst(c cell) []reason {
	var reasons []reason
	for _, out := range c.Outputs {
		if out.Type == "error" {
			reasons = append(reasons, errorReply)
		}
		var html text
		if json.Unmarshal(out.Data["text/html"], &html) == nil && strings.Contains(string(html), "gonb-err-location") {
			reasons = append(reasons, errorPage)
		}
	}
	stderr := c.stream("stderr")
	for _, r := range stderrReasons {
		if strings.Contains(stderr, r.text) {
			reasons = append(reasons, r.reason)
		}
	}
	return reasons
}

// String shows the cell, what it said, and why that is a failure.
func (p problem) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "cell %d failed:\n", p.position)
	for _, r := range p.reasons {
		fmt.Fprintf(&s, "  - %s\n", r)
	}
	fmt.Fprintf(&s, "---- source\n%s\n", p.cell.Source)
	if stderr := p.cell.stream("stderr"); stderr != "" {
		fmt.Fprintf(&s, "---- stderr, the end of it\n%s\n", lastLines(stderr, 40))
	}
	for _, out := range p.cell.Outputs {
		if out.Type == "error" {
			fmt.Fprintf(&s, "---- error\n%s\n%s\n", out.Value, strings.Join(out.Traceback, "\n"))
		}
	}
	return s.String()
}

// The canaries fail, each in its own way, and one sings. If one that fails passed, so would a broken notebook.
func TestCanaries(t *testing.T) {
	j := setUpJupyter(t)
	canaries := filepath.Join(checkout(t), "tests", "canaries")
	tests := map[string]struct {
		reasons []reason
		says    string // somewhere in the report
	}{
		"sings":         {},
		"panic":         {[]reason{errorReply, exitStatus, panicked}, "panic: gas in the mine"},
		"compile-error": {[]reason{errorReply}, "undefined: birdcage"},
		"assertion":     {[]reason{errorReply, exitStatus}, "1 + 1 = 2, want 3"},
		"shell":         {[]reason{exitStatus}, "!false"},
		"typo":          {[]reason{unknownCommand}, "%noautogte"},
	}
	for _, name := range findNotebooks(t, canaries) {
		name := strings.TrimSuffix(name, ".ipynb")
		if name == "hangs" {
			continue // has a test of its own below
		}
		t.Run(name, func(t *testing.T) {
			want, known := tests[name]
			if !known {
				t.Fatalf("no expectation for canary %s", name)
			}
			executed, err := j.execute(filepath.Join(canaries, name+".ipynb"), filepath.Join(t.TempDir(), "executed.ipynb"), cellTimeout)
			if err != nil {
				t.Fatal(err)
			}
			if len(want.reasons) == 0 {
				checkSings(t, executed)
				return
			}
			problems := problemsOf(executed)
			if len(problems) != 1 || !slices.Equal(problems[0].reasons, want.reasons) {
				t.Fatalf("got problems %v, want one cell with the reasons %q", problems, want.reasons)
			}
			if report := problems[0].String(); !strings.Contains(report, want.says) {
				t.Errorf("the report does not say %q:\n%s", want.says, report)
			}
		})
		delete(tests, name)
	}
	for name := range tests {
		t.Errorf("canary %s.ipynb is missing", name)
	}
}

// checkSings requires a notebook without a problem, and proof that it was really executed in this test's environment.
func checkSings(t *testing.T, executed notebook) {
	for _, p := range problemsOf(executed) {
		t.Error(p)
	}
	last := executed.Cells[len(executed.Cells)-1]
	if got, want := last.stream("stdout"), "singing in profile fast, GOPROXY=off\n"; got != want {
		t.Errorf("the last cell printed %q, want %q", got, want)
	}
}

// A cell that never ends is stopped by the time limit, and the notebook fails.
func TestHangingCanary(t *testing.T) {
	j := setUpJupyter(t)
	canary := filepath.Join(checkout(t), "tests", "canaries", "hangs.ipynb")
	_, err := j.execute(canary, filepath.Join(t.TempDir(), "executed.ipynb"), 5*time.Second)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "CellTimeoutError") {
		t.Errorf("a cell that sleeps for an hour, with 5 s to run, ended in: %v; want a CellTimeoutError", err)
	}
}

// Failures that no cell can cause on purpose with this kernel are judged from a made-up output.
func TestReasons(t *testing.T) {
	page := json.RawMessage(`["<div class=\"gonb-err-", "location\">main.go:3</div>"]`)
	tests := map[string]struct {
		outputs []output
		want    []reason
	}{
		"error page": {
			[]output{{Type: "display_data", Data: map[string]json.RawMessage{"text/html": page}}},
			[]reason{errorPage},
		},
		"stderr in pieces": {
			[]output{{Type: "stream", Name: "stderr", Text: "exit st"}, {Type: "stream", Name: "stderr", Text: "atus 1\n"}},
			[]reason{exitStatus},
		},
		"the same words on stdout": {
			[]output{{Type: "stream", Name: "stdout", Text: "exit status 1, panic: none\n"}},
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := reasonsAgainst(cell{Type: "code", Outputs: test.outputs}); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestNotebooks executes every notebook and leaves copies with their outputs in build/notebooks, as
// notebooks and as web pages.
func TestNotebooks(t *testing.T) {
	j := setUpJupyter(t)
	source := filepath.Join(checkout(t), "notebooks")
	build := filepath.Join(checkout(t), "build", "notebooks")
	for _, name := range findNotebooks(t, source) {
		t.Run(strings.TrimSuffix(name, ".ipynb"), func(t *testing.T) {
			copied := filepath.Join(build, name)
			start := time.Now()
			executed, err := j.execute(filepath.Join(source, name), copied, cellTimeout)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s took %.1f s", name, time.Since(start).Seconds())
			for _, p := range problemsOf(executed) {
				t.Error(p)
			}
			if err := j.run("--to", "html", copied); err != nil {
				t.Error(err)
			}
		})
	}
}
