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
	"testing/synctest"
	"time"
)

// quietLimit ends a notebook that does nothing to be seen for so long: begins and ends no cell, prints and draws nothing.
// No clock runs over a whole cell, a notebook or the package, so a slow machine takes its time.
const quietLimit = 10 * time.Minute

var errQuiet = errors.New("a notebook printed nothing and ended no cell")

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

// watchdog keeps what a program prints, and calls stop when it has printed nothing for the limit. What the program says
// about being stopped is not kept.
type watchdog struct {
	log   bytes.Buffer
	limit time.Duration
	timer *time.Timer
}

func newWatchdog(limit time.Duration, stop func(error)) *watchdog {
	return &watchdog{limit: limit, timer: time.AfterFunc(limit, func() { stop(fmt.Errorf("%w for %v", errQuiet, limit)) })}
}

func (w *watchdog) Write(p []byte) (int, error) {
	if !w.timer.Stop() {
		return len(p), nil // it has barked
	}
	w.timer.Reset(w.limit)
	return w.log.Write(p)
}

// run calls nbconvert with the fast profile and without the network, until it is quiet for the limit. The error has what
// it printed.
func (j jupyter) run(quiet time.Duration, args ...string) error {
	share := filepath.Join(j.venv, "share", "jupyter")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
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
	w := newWatchdog(quiet, cancel)
	defer w.timer.Stop()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Run(); err != nil {
		err = cmp.Or(context.Cause(ctx), err)
		return fmt.Errorf("nbconvert: %w; it printed:\n%s", err, lastLines(w.log.String(), 40))
	}
	return nil
}

// execute runs the notebook from top to bottom and writes the copy with outputs to the path given. Cells
// that fail do not make it fail: every output is kept, and problemsOf judges them. The debugging log, a line for each
// message of the kernel, is what the watchdog listens to.
func (j jupyter) execute(path, to string, quiet time.Duration) (notebook, error) {
	err := j.run(quiet, "--to", "notebook", "--execute", "--allow-errors", "--log-level=DEBUG",
		fmt.Sprintf("--ExecutePreprocessor.startup_timeout=%.0f", quietLimit.Seconds()),
		"--output-dir", filepath.Dir(to), "--output", filepath.Base(to), path)
	if err != nil {
		return notebook{}, err
	}
	return readNotebook(to)
}

// lastLines are the last n lines, of which long ones, such as pictures in a log, are cut.
func lastLines(s string, n int) string {
	const width = 500
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	lines = lines[max(0, len(lines)-n):]
	for i, line := range lines {
		lines[i] = line[:min(len(line), width)]
	}
	return strings.Join(lines, "\n")
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
	t.Parallel()
	j := setUpJupyter(t)
	canaries := filepath.Join(checkout(t), "tests", "canaries")
	tests := map[string]song{
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
		want, known := tests[name]
		if !known {
			t.Errorf("no expectation for canary %s", name)
		}
		delete(tests, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			executed, err := j.execute(filepath.Join(canaries, name+".ipynb"), filepath.Join(t.TempDir(), "executed.ipynb"), quietLimit)
			if err != nil {
				t.Fatal(err)
			}
			want.check(t, executed)
		})
	}
	for name := range tests {
		t.Errorf("canary %s.ipynb is missing", name)
	}
}

// song is what is expected of a canary: no reasons if it sings.
type song struct {
	reasons []reason
	says    string // somewhere in the report
}

func (want song) check(t *testing.T, executed notebook) {
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

// A cell that never ends, and says nothing, fails its notebook. The minute is for a slow machine to come as far as that
// cell.
func TestHangingCanary(t *testing.T) {
	t.Parallel()
	j := setUpJupyter(t)
	canary := filepath.Join(checkout(t), "tests", "canaries", "hangs.ipynb")
	_, err := j.execute(canary, filepath.Join(t.TempDir(), "executed.ipynb"), time.Minute)
	if !errors.Is(err, errQuiet) || !strings.Contains(err.Error(), "time.Sleep(time.Hour)") {
		t.Errorf("a cell that sleeps for an hour, quiet for a minute, ended in: %v; want it stopped in that cell", err)
	}
}

// TestWatchdog: whoever prints is left alone, for however long; whoever stops printing is stopped.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stopped error
		w := newWatchdog(time.Minute, func(err error) { stopped = err })
		for range 10 {
			time.Sleep(59 * time.Second)
			fmt.Fprint(w, ".")
		}
		if stopped != nil || w.log.String() != ".........." {
			t.Fatalf("stopped by %v after %s", stopped, w.log.String())
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if !errors.Is(stopped, errQuiet) {
			t.Errorf("stopped by %v after a minute of silence", stopped)
		}
	})
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

// TestNotebooks executes every notebook, holds its prose to what it printed, and leaves copies with their outputs in
// build/notebooks, as notebooks and as web pages. Korean twins have the same code: TestKorean.
func TestNotebooks(t *testing.T) {
	t.Parallel()
	j := setUpJupyter(t)
	source := filepath.Join(checkout(t), "notebooks")
	build := filepath.Join(checkout(t), "build", "notebooks")
	sources := readCited(t)
	for _, name := range englishNotebooks(t) {
		t.Run(strings.TrimSuffix(name, ".ipynb"), func(t *testing.T) {
			t.Parallel()
			copied := filepath.Join(build, name)
			executed, err := j.execute(filepath.Join(source, name), copied, quietLimit)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problemsOf(executed) {
				t.Error(p)
			}
			for _, broken := range unproved(strings.TrimSuffix(name, ".ipynb"), executed, sources) {
				t.Error(broken)
			}
			if err := j.run(quietLimit, "--to", "html", copied); err != nil {
				t.Error(err)
			}
		})
	}
}
