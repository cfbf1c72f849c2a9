//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/backend/plugin"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

const nobody = 65534

// program is a copy of this test program that nobody may execute.
var program string

func TestMain(m *testing.M) {
	if text := os.Getenv(trainEnv); text != "" {
		os.Exit(child(text))
	}
	dir, err := os.MkdirTemp("", "faults")
	if err != nil {
		panic(err)
	}
	if err := copyProgram(dir); err != nil {
		panic(err)
	}
	status := 0
	if os.Getuid() == 0 && errors.Is(os.Chown(dir, nobody, nobody), syscall.EINVAL) {
		fmt.Println("skipped: root, in a user namespace without the user nobody; nothing is refused to root")
	} else {
		status = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(status)
}

func copyProgram(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	content, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	program = filepath.Join(dir, "faults.test")
	return os.WriteFile(program, content, 0o755)
}

// engines runs a test on the Go engine, and on XLA where its processes can load the plugin.
func engines(t *testing.T, test func(t *testing.T, engine string)) {
	t.Run("go", func(t *testing.T) { test(t, "go") })
	t.Run("xla:cpu", func(t *testing.T) {
		gantest.Open(t, "xla:cpu")
		path, _ := backend.Plugin("cpu")
		if err := asNobody(exec.Command("cat", path)).Run(); err != nil {
			t.Skipf("the processes, which run as nobody, cannot read %s: %v", path, err)
		}
		t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(path))
		test(t, "xla:cpu")
	})
}

// programs is where the processes keep what XLA compiles: compiled once for all.
func programs() string { return filepath.Join(filepath.Dir(program), "programs") }

// newDir makes a directory that a process may write to.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(program), "run")
	require.NoError(t, err)
	own(t, dir)
	return dir
}

// own gives a directory, and all in it, to the user that processes run as.
func own(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, nobody)
	}))
}

// process is a running program.
type process struct {
	*exec.Cmd
	out  *bufio.Reader
	errs bytes.Buffer
}

// start starts a process that trains the toy; it ends with the test.
func (c toy) start(t *testing.T) *process {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), trainEnv+"="+string(text), plugin.CacheEnv+"="+programs())
	return begin(t, cmd)
}

func begin(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd}
	p.Dir = filepath.Dir(program)
	p.Stderr = &p.errs
	asNobody(cmd)
	out, err := p.StdoutPipe()
	require.NoError(t, err)
	p.out = bufio.NewReader(out)
	require.NoError(t, p.Start())
	t.Cleanup(func() { p.Process.Kill() })
	return p
}

// asNobody makes a command of root's one of nobody's.
func asNobody(cmd *exec.Cmd) *exec.Cmd {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// until reads the output up to a line that begins with the text, and reports whether there was one.
func (p *process) until(text string) bool {
	for {
		line, err := p.out.ReadString('\n')
		if strings.HasPrefix(line, text) {
			return true
		}
		if err != nil {
			return false
		}
	}
}

// kill ends the process at once.
func (p *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Kill())
	io.Copy(io.Discard, p.out)
	p.Wait() // reports the kill
}

// end waits for the process and returns its status, the rest of its output, and its errors.
func (p *process) end(t *testing.T) (status int, out, errs string) {
	t.Helper()
	rest, err := io.ReadAll(p.out)
	require.NoError(t, err)
	p.Wait() // reports the status
	return p.ProcessState.ExitCode(), string(rest), p.errs.String()
}

// finish trains the toy to its end and returns what the process said.
func (c toy) finish(t *testing.T) string {
	t.Helper()
	status, out, errs := c.start(t).end(t)
	require.Zero(t, status, errs)
	require.Empty(t, errs)
	return out
}

// refuse requires the process to end with status 1 and one message, which has each of the texts.
func (c toy) refuse(t *testing.T, texts ...string) {
	t.Helper()
	status, _, errs := c.start(t).end(t)
	require.Equal(t, 1, status, errs)
	for _, text := range texts {
		require.Contains(t, errs, text)
	}
	require.NotContains(t, errs, "goroutine ", "a message, not a stack")
}

// requireUndisturbed requires the toy to finish with the bits, records and pictures of a toy without faults.
func (c toy) requireUndisturbed(t *testing.T) {
	t.Helper()
	c.finish(t)
	whole := toy{Backend: c.Backend, Dir: newDir(t), Steps: c.Steps, RollBack: c.RollBack}
	whole.finish(t)
	requireReadable(t, c.Dir)
	require.Equal(t, stateOf(t, whole.Dir), stateOf(t, c.Dir))
	require.Equal(t, recordsOf(t, whole.Dir), recordsOf(t, c.Dir))
	require.Equal(t, picturesOf(t, whole.Dir), picturesOf(t, c.Dir))
}

// requireReadable requires every checkpoint to be complete and every record and picture to be readable, and returns the
// step of the newest checkpoint, 0 for none.
func requireReadable(t *testing.T, dir string) (newest int) {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	list, err := r.Checkpoints()
	require.NoError(t, err)
	for _, c := range list {
		require.NoError(t, c.Verify())
		newest = c.Step
	}
	history, err := r.History()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(history), newest, "what a checkpoint goes on from is in the history")
	picturesOf(t, dir)
	return newest
}

// stateOf returns the bytes of all variables in the newest checkpoint.
func stateOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	store := model.NewStore()
	_, err = r.Restore(store, t.Output())
	require.NoError(t, err)
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// recordsOf returns the history without the time spent, which never falls.
func recordsOf(t *testing.T, dir string) []run.Record {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	history, err := r.History()
	require.NoError(t, err)
	before := 0.0
	for i := range history {
		require.GreaterOrEqual(t, history[i].Seconds, before)
		before, history[i].Seconds = history[i].Seconds, 0
	}
	return history
}

// picturesOf returns the pictures, by name.
func picturesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	paths, err := r.Samples()
	require.NoError(t, err)
	pictures := make(map[string][]byte)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.HasSuffix(content, []byte("IEND\xaeB`\x82")), "%s has an end", path)
		pictures[filepath.Base(path)] = content
	}
	return pictures
}

// contentOf returns all files of a directory by path, but for the lock.
func contentOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	content := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".lock" {
			return err
		}
		text, err := os.ReadFile(path)
		content[path] = string(text)
		return err
	}))
	return content
}

func stepName(step int) string { return fmt.Sprintf("%06d", step) }
