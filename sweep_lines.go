package gans

import (
	"bytes"
	"io"
	"regexp"
	"sync"
	"time"
)

// progressEvery is the least time from one line of a run's progress to the next: several runs at once would
// flood a terminal.
const progressEvery = 5 * time.Second

var progressLine = regexp.MustCompile(`^ *\d+/\d+ `)

// lines passes whole lines on to a writer that several have, each line behind a prefix. Of those that tell
// progress it leaves out most.
type lines struct {
	mu     *sync.Mutex // of the writer
	to     io.Writer
	prefix string
	rest   []byte // a line that has not ended
	shown  time.Time
}

func (l *lines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, text...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		if l.wanted(line) {
			if _, err := io.WriteString(l.to, l.prefix+string(line)+"\n"); err != nil {
				return 0, err
			}
		}
		l.rest = rest
	}
}

func (l *lines) wanted(line []byte) bool {
	if !progressLine.Match(line) {
		return len(line) > 0
	}
	if time.Since(l.shown) < progressEvery {
		return false
	}
	l.shown = time.Now()
	return true
}
