// Command trials makes runs that fail on purpose, and healthy ones, and counts the verdicts of package diagnose on
// them.
//
//	go run ./tests/trials -seeds 0-9             the seeds on which thresholds are fixed
//	go run ./tests/trials -seeds 100-109 -table tests/trials/README.md
//	go run ./tests/trials -seeds 0-0 -short ganlib/diagnose/testdata
//
// Runs are kept, and a run that is done is not made again. A command that was stopped goes on where it stopped.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
)

func main() {
	seedRange := flag.String("seeds", "0-9", "seeds, from the first to the last")
	only := flag.String("only", "", "make only the trials whose names contain this")
	out := flag.String("out", "build/trials", "directory of the runs")
	table := flag.String("table", "", "file to write the result to, in Markdown")
	short := flag.String("short", "", "directory to write short histories to, for the tests of package diagnose")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := tryAll(ctx, *seedRange, *only, *out, *table, *short); err != nil {
		fmt.Fprintln(os.Stderr, "trials:", err)
		os.Exit(1)
	}
}

// tryAll makes the runs of all trials whose names contain only, and a table of the verdicts on them.
func tryAll(ctx context.Context, seedRange, only, out, table, short string) error {
	var first, last int64
	if n, _ := fmt.Sscanf(seedRange+"\n", "%d-%d\n", &first, &last); n != 2 || first > last {
		return fmt.Errorf("-seeds is %q: want the first and the last, such as 0-9", seedRange)
	}
	var results []result
	for _, t := range trials {
		if !strings.Contains(t.name, only) {
			continue
		}
		for seed := first; seed <= last; seed++ {
			history, config, err := t.history(ctx, filepath.Join(out, t.name, fmt.Sprint(seed)), seed)
			if err == nil && short != "" {
				err = shorten(history, filepath.Join(short, fmt.Sprintf("%s-%d.jsonl", t.name, seed)))
			}
			if err != nil {
				return fmt.Errorf("%s, seed %d: %w", t.name, seed, err)
			}
			verdicts := diagnose.Diagnose(history, config)
			results = append(results, result{t, seed, verdicts})
			fmt.Printf("%-22s %3d  made: %-13s found: %s\n", t.name, seed, t.made, conditions(verdicts))
		}
	}
	if len(results) == 0 {
		return fmt.Errorf("-only is %q: want part of one of these names: %q", only, names())
	}
	text := report(results, seedRange)
	fmt.Print("\n", text)
	if table == "" {
		return nil
	}
	return os.WriteFile(table, []byte(text), 0o644)
}

// history makes the trial with a seed, unless it is done, and returns its history and configuration.
func (t trial) history(ctx context.Context, dir string, seed int64) ([]run.Record, []byte, error) {
	if t.play != nil {
		return t.play(seed), nil, nil
	}
	cfg, err := t.config(seed)
	if err != nil {
		return nil, nil, err
	}
	if !done(dir, cfg.Steps) {
		// A run that was made to diverge ends in an error. Its history says so.
		if _, err := gans.Train(ctx, cfg, gans.Options{Dir: dir}); err != nil && !done(dir, cfg.Steps) {
			return nil, nil, err
		}
	}
	r, err := run.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	history, err := r.History()
	return history, r.ConfigText(), err
}

// done reports whether a run reached its last iteration, or a failure that ended it.
func done(dir string, steps int) bool {
	r, err := run.Open(dir)
	if err != nil {
		return false
	}
	history, err := r.History()
	if err != nil || len(history) == 0 {
		return false
	}
	last := history[len(history)-1]
	return last.Event == run.EventStopped || last.Step >= steps
}
