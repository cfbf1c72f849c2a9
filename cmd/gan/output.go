package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/gans-in-go/gans/internal/progress"
)

// A standard output that is closed (>&-) cannot be told from one that nobody reads: Go's runtime opens /dev/null in its
// place before the program begins, for reading and writing, as other programs do for those that they start.
//
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

// titled is the standard output for a run's progress, with a title before the first of it: what is refused before
// anything is done prints nothing. It is a terminal where the standard output is one.
type titled struct {
	title string
	once  sync.Once
}

func (t *titled) Write(p []byte) (int, error) {
	t.once.Do(func() { fmt.Fprint(stdout, t.title) })
	if !bytes.Contains(p, []byte("\r")) {
		return stdout.Write(p)
	}
	if err := stdout.failed(); err != nil { // a bar, which steers the terminal
		return 0, err
	}
	return stdout.to.Write(p)
}

// Fd is how package progress knows a terminal.
func (t *titled) Fd() uintptr { return os.Stdout.Fd() }
