package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
)

type diagnoseCmd struct {
	Dir string `arg:"" name:"run" type:"existingdir" help:"The run's directory. The run may be in progress."`
}

// Run says what is wrong with a run, by which numbers, and what to try. For the first remedy of each verdict it prints
// the command that trains with it.
func (c *diagnoseCmd) Run() error {
	r, err := run.Open(c.Dir)
	if err != nil {
		return orSweep(c.Dir, err)
	}
	history, err := r.History()
	if err != nil {
		return err
	}
	for _, verdict := range diagnose.Diagnose(history, r.ConfigText()) {
		fmt.Fprintln(stdout, verdict)
		if remedies := verdict.Remedies; len(remedies) > 0 && len(remedies[0].Changes) > 0 {
			fmt.Fprintf(stdout, "    gan train %s -d %s%s\n", r.ConfigPath(), c.Dir+"-2", sets(remedies[0].Changes))
		}
	}
	return nil
}

// sets writes changes of a configuration as options of gan train.
func sets(changes map[string]any) string {
	var s strings.Builder
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		text, err := json.Marshal(changes[key])
		if err != nil {
			continue // remedies hold only what JSON can
		}
		fmt.Fprintf(&s, " --set '%s=%s'", key, text)
	}
	return s.String()
}
