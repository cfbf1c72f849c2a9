package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
)

type diagnoseCmd struct {
	Dir string `arg:"" name:"run" type:"existingdir" help:"The run's directory; it may still be in progress."`
}

// Run says what is wrong with a run, by which numbers, and what to try.
func (c *diagnoseCmd) Run() error {
	r, err := run.Open(c.Dir)
	if err != nil {
		return err
	}
	history, err := r.History()
	if err != nil {
		return err
	}
	config, err := os.ReadFile(filepath.Join(c.Dir, "config.json"))
	if err != nil {
		return err
	}
	for _, verdict := range diagnose.Diagnose(history, config) {
		fmt.Println(verdict)
		if remedies := verdict.Remedies; len(remedies) > 0 && len(remedies[0].Changes) > 0 {
			fmt.Printf("    gan train %s -d %s%s\n", filepath.Join(c.Dir, "config.json"), c.Dir+"-2", sets(remedies[0].Changes))
		}
	}
	return nil
}

// sets are changes of a configuration as options of gan train.
func sets(changes map[string]any) string {
	var s strings.Builder
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		text, err := json.Marshal(changes[key])
		if err != nil {
			continue // no number, string or object: not from a remedy
		}
		fmt.Fprintf(&s, " --set '%s=%s'", key, text)
	}
	return s.String()
}
