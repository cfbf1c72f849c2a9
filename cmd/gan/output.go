package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/gans-in-go/gans/internal/progress"
)

// All that this program says goes through these two. What it says of other people's names and answers does not steer the
// terminal.
var (
	stdout = &output{to: os.Stdout}
	stderr = &output{to: os.Stderr}
)

// output is a stream that remembers its first error, so that no command needs to look at each line that it prints: the
// program ends with it.
type output struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

// Write writes what is printable.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	if _, o.err = io.WriteString(o.to, progress.Printable(string(p))); o.err != nil {
		return 0, o.err
	}
	return len(p), nil
}

// failed is the first error of writing, nil if there was none.
func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		return nil
	}
	return fmt.Errorf("the standard output: %w", o.err)
}
