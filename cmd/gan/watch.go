package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
)

type watchCmd struct {
	Dir  string `arg:"" name:"run" type:"path" help:"The run's directory; the run may be in progress, or still to begin."`
	Port int    `placeholder:"N" help:"The port on 127.0.0.1 (default: one that is free)."`
}

// Run serves the page until Ctrl-C.
func (c *watchCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return watch.Page{Dir: c.Dir, Port: c.Port, Output: os.Stdout, Diagnose: func(history []run.Record) []string {
		config, err := os.ReadFile(filepath.Join(c.Dir, "config.json"))
		if err != nil {
			config = nil // without it the remedies are in words
		}
		var words []string
		for _, verdict := range diagnose.Diagnose(history, config) {
			words = append(words, verdict.String())
		}
		return words
	}}.Serve(ctx)
}
