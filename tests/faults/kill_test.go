//go:build linux

package faults

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// kills is how many processes are killed: a process on XLA takes seconds to begin.
func kills(engine string) int {
	switch {
	case engine == "go":
		return 100
	case gantest.Long():
		return 50
	}
	return 10
}

// TestKill kills processes at random moments: every tenth as it begins, the others some steps later. No checkpoint
// is lost, and every file under its final name is complete.
func TestKill(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := toy{Backend: engine, Dir: newDir(t), Steps: 100_000}
		begun := toy{Backend: engine, Dir: c.Dir, Steps: 5}
		begun.finish(t)
		newest, hit := 5, make(map[string]int)
		beginning, steps := 100*time.Millisecond, 30*time.Millisecond
		if engine != "go" {
			beginning, steps = time.Second, 500*time.Millisecond
		}
		for i := range kills(engine) {
			p := c.start(t)
			most := beginning // about as long as a process takes to begin
			if i%10 != 0 {
				require.True(t, p.until(fmt.Sprintf("resuming %s at step %d of %d", c.Dir, newest, c.Steps)), p.errs.String())
				most = steps // and what comes before the first
			}
			time.Sleep(rand.N(most))
			p.kill(t)
			now := requireReadable(t, c.Dir)
			require.GreaterOrEqual(t, now, newest, "no checkpoint is lost")
			newest = now
			hit[phase(t, c.Dir, newest)]++
		}
		t.Logf("%d processes were killed, the last after step %d: %v", kills(engine), newest, hit)
		if kills(engine) >= 50 {
			require.NotZero(t, hit[writing]+hit[renaming], "none was killed in the midst of a checkpoint")
			require.NotZero(t, hit[between], "none was killed in a step")
		}
		c.Steps = newest + 20
		c.requireUndisturbed(t)
	})
}

// What a process was doing when it was killed.
const (
	between  = "in a step, a record or at the beginning"
	writing  = "writing a checkpoint"
	renaming = "with a checkpoint complete and not in place"
	deleting = "deleting an old checkpoint"
	drawing  = "writing a picture or another file"
)

// phase infers from unfinished files what a process was doing.
func phase(t *testing.T, dir string, newest int) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ".unfinished"))
	if os.IsNotExist(err) || len(entries) == 0 {
		return between
	}
	require.NoError(t, err)
	name := entries[len(entries)-1].Name()
	step, err := strconv.Atoi(name)
	switch {
	case err != nil:
		return drawing
	case step < newest:
		return deleting
	}
	text, _ := os.ReadFile(filepath.Join(dir, ".unfinished", name, "manifest.json"))
	if strings.HasSuffix(string(text), "}\n") {
		return renaming
	}
	return writing
}

// TestKillInRollBack kills processes during a roll-back from step 30 to 10. The run reaches the same point again until
// one roll-back is undisturbed, and then has rolled back once.
func TestKillInRollBack(t *testing.T) {
	engines(t, func(t *testing.T, engine string) {
		c := toy{Backend: engine, Dir: newDir(t), Steps: 40, RollBack: true}
		before, after := 0, 0
		for range 10 {
			p := c.start(t)
			if !p.until("failing") {
				break // it went back before it was killed the last time
			}
			time.Sleep(rand.N(80 * time.Millisecond)) // about the time of a roll-back
			p.kill(t)
			if requireReadable(t, c.Dir); len(rollBacks(t, c.Dir)) == 0 {
				before++
			} else {
				after++
			}
		}
		t.Logf("%d processes were killed before the roll-back was noted, %d after", before, after)
		c.requireUndisturbed(t)
		require.Equal(t, []int{bestStep}, rollBacks(t, c.Dir))
	})
}

// rollBacks returns the steps to which the history says the run went back.
func rollBacks(t *testing.T, dir string) (steps []int) {
	t.Helper()
	for _, r := range recordsOf(t, dir) {
		if r.Event == run.EventRollback {
			steps = append(steps, r.Step)
		}
	}
	return steps
}
