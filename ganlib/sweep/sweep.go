// Package sweep makes the same run with several seeds and sums them up. The spread over seeds shows which results belong
// to the configuration and which belong to one seed.
//
// A run is any directory that [run.Open] reads, whatever trained in it:
//
//	result, err := sweep.Run(ctx, sweep.Spec{
//		Dir: "runs/sweep", Seeds: sweep.Seeds(1, 8), Steps: 2000,
//		Config: func(seed int64) any { ... },
//		Train:  func(ctx context.Context, m sweep.Member) error { ... },
//	})
//
// The sweep's directory holds the run of each seed (seed-1, seed-2, …), the [Result] as sweep.json, and a plot of it,
// sweep.png.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Spec describes a sweep. All fields but Free, Parallel and Output are required.
type Spec struct {
	// Dir is the directory of the sweep.
	Dir string
	// Seeds has one seed for each run.
	Seeds []int64
	// Config returns the configuration of the run with a seed, which is [run.Spec]'s Config. It tells a sweep that goes on
	// from one with another configuration. The key "seed" and the dotted keys in Free may differ.
	Config func(seed int64) any
	Free   []string
	// Steps is the number of iterations of each run.
	Steps int
	// Parallel is the number of runs at a time; 0 means 1.
	//
	// Parallel runs share the cores. Networks too small to keep all cores busy finish sooner this way, by up to a factor
	// of the number of cores. Larger ones do not.
	Parallel int
	// Train makes a run of the sweep in its directory, or goes on with it, up to Steps, as [run.Train] does. If
	// Parallel is more than 1, it is called from several goroutines at once.
	Train func(context.Context, Member) error
	// Output receives the runs' messages, each line prefixed with its seed. Nil means silence.
	Output io.Writer
}

// Member is one run of a sweep.
type Member struct {
	Seed   int64
	Dir    string    // of the run
	Output io.Writer // for the run's messages; nil means silence
}

// Seeds returns n consecutive seeds, beginning with first; none if n is below 1.
func Seeds(first int64, n int) []int64 {
	seeds := make([]int64, max(0, n))
	for i := range seeds {
		seeds[i] = first + int64(i)
	}
	return seeds
}

// ErrIsRun refuses the directory of a single run as that of a sweep.
var ErrIsRun = errors.New("is a run")

// Run makes the runs and sums them up.
//
// Calling it again continues the sweep: finished runs are left alone, the others are resumed. If a run fails, the others
// go on; the result covers those, and the error names the seeds that failed. A run whose training went wrong, and which
// therefore stopped early, counts as a result up to the iteration at which it stopped. Cancelling the context saves the
// runs in progress; the error then wraps [run.ErrInterrupted].
//
// Before any work, Run refuses with
//   - an *[invalid.Error] a field of the spec that is missing or wrong;
//   - [ErrIsRun] a directory that holds a run;
//   - [run.ErrOtherConfig] a sweep whose runs have another configuration (a *[run.OtherConfigError] lists the keys);
//   - [run.ErrPastEnd] a sweep with a run that has passed Steps.
func Run(ctx context.Context, s Spec) (*Result, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	failures := s.train(ctx)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w; the runs in %s are saved, and the same call goes on from there", run.ErrInterrupted, s.Dir)
	}
	result := s.sumUp(failures)
	if err := result.write(s.Dir); err != nil {
		return nil, err
	}
	return result, result.failure()
}

func (s Spec) runDir(seed int64) string { return RunDir(s.Dir, seed) }

// RunDir is the directory of a seed's run in the directory of a sweep.
func RunDir(dir string, seed int64) string { return filepath.Join(dir, fmt.Sprintf("seed-%d", seed)) }

// train makes the runs that are not finished. It returns the error of each, nil for those that succeed.
func (s Spec) train(ctx context.Context) []error {
	failures := make([]error, len(s.Seeds))
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(max(1, s.Parallel))
	for i, seed := range s.Seeds {
		m := Member{Seed: seed, Dir: s.runDir(seed)}
		if s.Output != nil {
			m.Output = &lines{mu: &mu, to: s.Output, prefix: fmt.Sprintf("seed %d: ", seed)}
		}
		group.Go(func() error {
			if ctx.Err() == nil && !s.finished(m) {
				failures[i] = s.Train(ctx, m)
			}
			return nil
		})
	}
	group.Wait()
	return failures
}

// finished reports whether a run needs no training: the checkpoint of its last step is whole and the animation of its
// pictures is made, or it stopped because training went wrong.
func (s Spec) finished(m Member) bool {
	say := func(format string, args ...any) {
		if m.Output != nil {
			fmt.Fprintf(m.Output, format+"\n", args...)
		}
	}
	r, err := run.Open(m.Dir)
	if err != nil {
		return false
	}
	if why, _ := stopped(r); why != "" {
		say("stopped before: %s", why)
		return true
	}
	if last, err := newest(r); err != nil || last.Step != s.Steps || last.Verify() != nil {
		return false
	}
	if pictures, err := r.Samples(); err != nil || len(pictures) > 0 && r.Animation() == "" {
		return false
	}
	say("is finished: %d steps", s.Steps)
	return true
}

// newest is a run's newest checkpoint, or the zero Checkpoint before the first.
func newest(r *run.Run) (run.Checkpoint, error) {
	list, err := r.Checkpoints()
	if err != nil || len(list) == 0 {
		return run.Checkpoint{}, err
	}
	return list[len(list)-1], nil
}

// stopped returns the reason why training stopped a run before its last step, or "" if it did not.
func stopped(r *run.Run) (why string, err error) {
	history, err := r.History()
	if err != nil || len(history) == 0 || history[len(history)-1].Event != run.EventStopped {
		return "", err
	}
	return history[len(history)-1].Note, nil
}

// check refuses a spec that is incomplete, and a directory that holds other runs than this sweep's.
func (s Spec) check() error {
	switch {
	case s.Dir == "":
		return invalid.Value("Spec.Dir", s.Dir, "the directory of the sweep")
	case s.Config == nil:
		return invalid.Value("Spec.Config", nil, "a function that returns a run's configuration")
	case s.Train == nil:
		return invalid.Value("Spec.Train", nil, "a function that makes a run")
	case len(s.Seeds) < 1:
		return invalid.Value("seeds", len(s.Seeds), "at least 1")
	case s.Steps < 1:
		return invalid.Value("steps", s.Steps, "at least 1")
	case s.Parallel < 0:
		return invalid.Value("parallel", s.Parallel, "at least 1, or 0 for 1")
	}
	for i, seed := range s.Seeds {
		if slices.Contains(s.Seeds[:i], seed) {
			return invalid.Value("seeds", s.Seeds, "each seed once")
		}
		config := s.Config(seed)
		if _, err := run.Changes(config, config, nil); err != nil { // before the other seeds are trained
			return invalid.In("Spec.Config", err)
		}
	}
	if begun, _ := run.Begun(s.Dir); begun {
		return fmt.Errorf("%s %w: want the directory of a sweep, which holds a run for each seed", s.Dir, ErrIsRun)
	}
	runs, err := Runs(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, dir := range runs {
		if err := s.checkRun(dir); err != nil {
			return err
		}
	}
	return nil
}

// Runs returns the directories of runs in the directory of a sweep, by name.
func Runs(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var runs []string
	for _, entry := range entries {
		if isSeed(entry.Name()) {
			runs = append(runs, filepath.Join(dir, entry.Name()))
		}
	}
	return runs, err
}

// isSeed reports whether a name is that of a run: seed- and a number, without leading zeros.
func isSeed(name string) bool {
	digits, ok := strings.CutPrefix(name, "seed-")
	seed, err := strconv.ParseInt(digits, 10, 64)
	return ok && err == nil && digits == strconv.FormatInt(seed, 10)
}

// checkRun refuses a run with another configuration, whatever its seed, and one that has passed the last step. A run
// without a checkpoint may be another one now, as [run.Train] has it.
func (s Spec) checkRun(dir string) error {
	begun, err := run.Begun(dir)
	if err != nil || !begun {
		return err
	}
	r, err := run.Open(dir)
	if err != nil {
		return err
	}
	last, err := newest(r)
	if err != nil {
		return err
	}
	if why, _ := stopped(r); last.Dir == "" && why == "" {
		return nil // it failed before its first checkpoint, and begins again with whatever mends it
	}
	var was map[string]any
	if err := r.Config(&was); err != nil {
		return err
	}
	changed, err := run.Changes(was, s.Config(s.Seeds[0]), append([]string{"seed"}, s.Free...))
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		return &run.OtherConfigError{Dir: dir, Changes: changed}
	}
	if last.Step > s.Steps {
		err = fmt.Errorf("%s is at step %d, %w: ask for at least that many steps, or sweep in another directory",
			dir, last.Step, run.ErrPastEnd)
	}
	return err
}
