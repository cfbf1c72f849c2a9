package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

const killSteps = 120

// kills is how often the command is killed. The moments differ each time the test runs.
func kills() int {
	if gantest.Long() {
		return 20
	}
	return 6
}

// trainArgs is the command that is killed: the real game of Figure 1 with a checkpoint every iteration, so it is often
// killed while it writes one.
func trainArgs(dir string) []string {
	return []string{"train", "figure1", "--backend", "go", "--steps", fmt.Sprint(killSteps), "--save-every", "1", "-d", dir}
}

// TestKill kills `gan train` at random moments between the first checkpoint and the end. Every time all files of the
// directory can be read, and the same command resumes from the newest checkpoint. The final run equals an uninterrupted
// one, bit for bit.
func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "figure1")
	moments := rand.Perm(killSteps - 20)[:kills()] // a fast machine makes some more iterations before it is killed
	slices.Sort(moments)
	step := 0
	for _, moment := range moments {
		step = killOne(t, dir, step, 1+moment)
	}
	require.Less(t, step, killSteps, "the run was over before it had been killed %d times", kills())
	t.Logf("the last of %d processes was killed after iteration %d of %d", kills(), step, killSteps)
	out := must(t, trainArgs(dir)...)
	require.Contains(t, out, fmt.Sprintf("resuming %s at step %d of %d\n", dir, step, killSteps))
	requireReadable(t, dir)

	whole := filepath.Join(t.TempDir(), "figure1")
	must(t, trainArgs(whole)...)
	require.Equal(t, stateOf(t, whole), stateOf(t, dir))
	require.Equal(t, valuesOf(t, whole), valuesOf(t, dir))
}

// killOne starts a process that must resume from the given iteration, kills it soon after the checkpoint of another,
// and returns the iteration of the newest checkpoint.
func killOne(t *testing.T, dir string, from, at int) int {
	t.Helper()
	process := start(t, trainArgs(dir)...)
	if from == 0 {
		process.wants(t, fmt.Sprintf("training %s, %d steps", dir, killSteps))
	} else {
		process.wants(t, fmt.Sprintf("resuming %s at step %d of %d", dir, from, killSteps))
	}
	go io.Copy(io.Discard, process.out)
	for late := time.Now().Add(time.Minute); newest(t, dir) < at; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(late), "no checkpoint of iteration %d after a minute", at)
	}
	time.Sleep(rand.N(10 * time.Millisecond)) // about an iteration
	require.NoError(t, process.Process.Kill())
	process.Wait() // reports the kill
	return requireReadable(t, dir)
}

// newest is the iteration of the newest checkpoint, or 0.
func newest(t *testing.T, dir string) int {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		return 0
	}
	list, err := r.Checkpoints()
	require.NoError(t, err)
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Step
}

// requireReadable reads every file in a run's directory and returns the iteration of the newest checkpoint.
func requireReadable(t *testing.T, dir string) int {
	t.Helper()
	opened, err := gans.OpenOn(dir, "go")
	require.NoError(t, err)
	require.Equal(t, newest(t, dir), opened.Step, "the newest checkpoint is whole")
	_, err = opened.Sample(1, 1)
	require.NoError(t, err)
	history, err := opened.Run.History()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(history), opened.Step/gans.Figure1().RecordEvery, "what a checkpoint goes on from is in the history")
	list, err := opened.Run.Checkpoints()
	require.NoError(t, err)
	for _, c := range list {
		require.NoError(t, c.Verify())
	}
	pictures, err := opened.Run.Samples()
	require.NoError(t, err)
	for _, path := range pictures {
		decode(t, path)
	}
	return opened.Step
}

// stateOf returns the bytes of all variables in the newest checkpoint.
func stateOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	store := model.NewStore()
	step, err := r.Restore(store, t.Output())
	require.NoError(t, err)
	require.Equal(t, killSteps, step)
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// valuesOf returns what the records measured, by iteration.
func valuesOf(t *testing.T, dir string) map[int]map[string]float64 {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	history, err := r.History()
	require.NoError(t, err)
	values := make(map[int]map[string]float64)
	for _, record := range history {
		values[record.Step] = record.Values
	}
	require.Len(t, values, len(history), "no iteration twice")
	return values
}

// process is a running gan command.
type process struct {
	*exec.Cmd
	out  *bufio.Reader
	errs bytes.Buffer
}

// start starts a gan command, which ends with the test.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: command(args...)}
	p.begin(t)
	return p
}

// begin starts the process, which ends with the test.
func (p *process) begin(t *testing.T) {
	t.Helper()
	p.Stderr = &p.errs
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	p.out = bufio.NewReader(out)
	require.NoError(t, p.Start())
	t.Cleanup(func() { p.Process.Kill() })
}

// wants reads the process's output up to a line.
func (p *process) wants(t *testing.T, want string) {
	t.Helper()
	var read strings.Builder
	for {
		line, err := p.out.ReadString('\n')
		if line == want+"\n" {
			return
		}
		read.WriteString(line)
		require.NoError(t, err, "no line %q in:\n%s", want, read.String())
	}
}

// trains reads the process's output up to a record on a line that begins with the text: it has made some iterations.
func (p *process) trains(t *testing.T, begins string) {
	t.Helper()
	for {
		line, err := p.out.ReadString('\n')
		require.NoError(t, err)
		if strings.HasPrefix(line, begins) && strings.Contains(line, " steps/s, ") {
			return
		}
	}
}

// end waits for the end of the process and returns its state.
func (p *process) end() *os.ProcessState {
	io.Copy(io.Discard, p.out)
	p.Wait()
	return p.ProcessState
}

// needSignals skips the test on Windows, where a program cannot send a Ctrl-C to another.
func needSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no program can send another a Ctrl-C on Windows")
	}
}

// TestCtrlC saves and exits with 130; the same command then resumes.
func TestCtrlC(t *testing.T) {
	needSignals(t)
	dir := filepath.Join(t.TempDir(), "figure1")
	args := []string{"train", "figure1", "--backend", "go", "-d", dir}
	p := start(t, args...)
	p.wants(t, "training "+dir+", 2000 steps")
	p.trains(t, "")
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.Equal(t, 130, p.end().ExitCode())
	step := newest(t, dir)
	require.Positive(t, step)
	require.Contains(t, p.errs.String(), "gan: stopping after this iteration, or after the first call where XLA compiles…\n")
	require.Regexp(t, fmt.Sprintf("(?m)^gan: interrupted after step %d of 2000; %s is saved, and running the same again goes on from there$", step, dir), p.errs.String())
	require.Equal(t, step, requireReadable(t, dir))

	again := start(t, args...)
	again.wants(t, fmt.Sprintf("resuming %s at step %d of 2000", dir, step))
	again.trains(t, "")
	require.NoError(t, again.Process.Signal(os.Interrupt))
	require.Equal(t, 130, again.end().ExitCode())
	require.Greater(t, newest(t, dir), step)
}

// TestSignals: SIGTERM and SIGHUP stop a run as Ctrl-C does, and are acknowledged; each has its own exit status. A SIGHUP
// that is ignored, as under nohup, stays so.
func TestSignals(t *testing.T) {
	needSignals(t)
	for s, status := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		if signal.Ignored(s) { // by whoever started the tests, as nohup does, and so by what they start
			continue
		}
		dir := filepath.Join(t.TempDir(), "figure1")
		p := start(t, "train", "figure1", "--backend", "go", "-d", dir)
		p.trains(t, "")
		require.NoError(t, p.Process.Signal(s))
		require.Equal(t, status, p.end().ExitCode(), p.errs.String())
		require.Regexp(t, "^gan: stopping after this iteration, or after the first call where XLA compiles…\ngan: interrupted after step ", p.errs.String())
		require.Positive(t, requireReadable(t, dir))
	}
	dir := filepath.Join(t.TempDir(), "figure1")
	p := &process{Cmd: exec.Command("sh", append([]string{"-c", `trap "" HUP; exec "$0" "$@"`}, command("train", "figure1", "-d", dir).Args...)...)}
	p.Env = command().Env
	p.begin(t)
	p.trains(t, "")
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	p.trains(t, "")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 143, p.end().ExitCode(), p.errs.String())
}

// TestStopWhileReading: a configuration that never ends is not waited for after a signal.
func TestStopWhileReading(t *testing.T) {
	needSignals(t)
	p := &process{Cmd: command("train", "-", "-d", filepath.Join(t.TempDir(), "run"))}
	in, err := p.StdinPipe()
	require.NoError(t, err)
	p.begin(t)
	_, err = in.Write(make([]byte, 1<<20)) // more than a pipe holds: the program is reading
	require.NoError(t, err)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	status, ok := p.end().Sys().(syscall.WaitStatus)
	require.True(t, ok && status.Signaled() && status.Signal() == syscall.SIGTERM, p.errs.String())
}

// TestCtrlCTwice: the second one does not wait for the iteration to end and be saved, which takes more than a tenth of
// a second with the networks of MNIST.
func TestCtrlCTwice(t *testing.T) {
	needSignals(t)
	dir := filepath.Join(t.TempDir(), "mnist")
	p := start(t, "train", "mnist", "--backend", "go", "-d", dir, "--set", "record_every=1", "--set", "measure_every=0")
	p.trains(t, "")
	done := make(chan *os.ProcessState)
	go func() { done <- p.end() }()
	for {
		p.Process.Signal(os.Interrupt) // an error: it has ended
		select {
		case state := <-done:
			status, ok := state.Sys().(syscall.WaitStatus)
			require.True(t, ok && status.Signaled() && status.Signal() == syscall.SIGINT || state.ExitCode() == 130, "it ended with %v", state)
			require.NotContains(t, p.errs.String(), "saved")
			require.Zero(t, newest(t, dir))
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}
