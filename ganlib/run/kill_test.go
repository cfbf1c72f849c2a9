package run

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/internal/gantest"
)

const (
	childDir = "GAN_TEST_RUN_DIR" // with it in the environment, this test program is a process to be killed

	killSteps = 300
	kills     = 5
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child trains the toy in dir, as a program would.
func child(dir string) error {
	b, err := backend.Open("go")
	if err != nil {
		return err
	}
	spec := toySpec(dir, b, toyOf(killSteps))
	spec.Output = os.Stdout
	_, err = Train(context.Background(), spec)
	return err
}

// A process is killed at 5 random moments between the first checkpoint and the end. Each time everything in the directory
// can be read and the next process goes on from the newest checkpoint. In the end the weights are those of a run that was
// never killed. (This test runs on any system; tests/faults does more on Linux.)
func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "toy")
	from := 0
	for range kills {
		// A child is killed within 60 ms of the start of its training: about five checkpoints' time.
		from = killOne(t, dir, from, rand.N(60*time.Millisecond))
	}
	if from >= killSteps {
		t.Fatalf("the run was over before it had been killed %d times", kills)
	}
	t.Logf("the last of %d processes was killed after step %d of %d", kills, from, killSteps)

	last := toySpec(dir, gantest.Open(t, "go"), toyOf(killSteps))
	r, err := Train(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	wantAllReadable(t, dir)
	whole := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(killSteps))
	wholeRun, err := Train(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	wantSameState(t, stateOf(t, last.Trainer.Store()), stateOf(t, whole.Trainer.Store()))
	wantSameHistory(t, r, wholeRun)
	wantSamePictures(t, r, wholeRun)
}

// killOne starts a process that must go on from the given step, kills it some time after it began to train, or after the
// first checkpoint if there was none, checks the directory and returns the step of the newest checkpoint.
func killOne(t *testing.T, dir string, from int, after time.Duration) int {
	t.Helper()
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), childDir+"="+dir)
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	want := fmt.Sprintf("resuming %s at step %d of %d\n", dir, from, killSteps)
	if from == 0 {
		want = fmt.Sprintf("training %s, %d steps\n", dir, killSteps)
	}
	if first != want {
		t.Errorf("the process said %q (%v), want %q", first, err, want)
	}
	go io.Copy(io.Discard, lines)
	for deadline := time.Now().Add(time.Minute); from == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if list, _ := checkpoints(dir); len(list) > 0 {
			break
		}
	}
	time.Sleep(after)
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	process.Wait() // Reports the kill, which is expected.
	wantAllReadable(t, dir)
	list, err := checkpoints(dir)
	if err != nil || len(list) == 0 {
		t.Fatalf("no checkpoint after a kill: %v", err)
	}
	return list[len(list)-1].Step
}

// wantAllReadable reads every file of the run, outside .unfinished, as what it is.
func wantAllReadable(t *testing.T, dir string) {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var c toyConfig
	if err := r.Config(&c); err != nil {
		t.Error(err)
	}
	if _, err := r.History(); err != nil {
		t.Error(err)
	}
	list, err := r.Checkpoints()
	if err != nil {
		t.Error(err)
	}
	for _, c := range list {
		if err := errors.Join(c.Verify(), c.restore(model.NewStore())); err != nil {
			t.Errorf("%s: %v", c.Dir, err)
		}
	}
	wantNothingElse(t, dir, list)
}

// wantNothingElse looks for entries of a run other than its own files, the listed checkpoints, and decodable pictures.
func wantNothingElse(t *testing.T, dir string, whole []Checkpoint) {
	t.Helper()
	known := []string{dir}
	for _, name := range []string{configFile, historyFile, checkpointDir, sampleDir, animationFile, plotFile, identityFile, lockFile} {
		known = append(known, filepath.Join(dir, name))
	}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		isWhole := slices.ContainsFunc(whole, func(c Checkpoint) bool { return c.Dir == path })
		switch {
		case err != nil:
			return err
		case isWhole, path == filepath.Join(dir, unfinished):
			return filepath.SkipDir
		case filepath.Ext(path) == ".png":
			_, err := readPNG(path)
			return err
		case !slices.Contains(known, path):
			t.Errorf("%s is not part of a run", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
