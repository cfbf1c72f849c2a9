package main

import (
	"os"

	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
	"github.com/gans-in-go/gans/internal/localhost"
)

type watchCmd struct {
	Dir  string `arg:"" name:"run" type:"path" help:"The run's directory. The run may be in progress, or yet to begin."`
	Port int    `placeholder:"N" help:"The port on 127.0.0.1 (default: any free port)."`
}

// Validate refuses ports that there are not.
func (c *watchCmd) Validate() error { return localhost.ValidPort(c.Port) }

// Run serves the page until Ctrl-C.
func (c *watchCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	return watch.Page{Dir: c.Dir, Port: c.Port, Output: os.Stdout, Diagnose: c.verdicts}.Serve(ctx)
}

// verdicts returns what the diagnosis says of a history of the run.
func (c *watchCmd) verdicts(history []run.Record) []string {
	var config []byte // without it the remedies are in words
	if r, err := run.Open(c.Dir); err == nil {
		config = r.ConfigText()
	}
	var words []string
	for _, verdict := range diagnose.Diagnose(history, config) {
		words = append(words, verdict.String())
	}
	return words
}
