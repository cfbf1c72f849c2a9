package sweep

import (
	"bytes"
	"io"
	"regexp"
	"sync"
	"time"
)

// progressEvery is the least time between two lines of progress of one run. Without it, parallel runs would flood a
// terminal.
const progressEvery = 5 * time.Second

var progressLine = regexp.MustCompile(`^ *\d+/\d+ `)

// lines writes whole lines with a prefix to a writer that several runs share. It drops most lines of progress.
type lines struct {
	mu     *sync.Mutex // of the writer
	to     io.Writer
	prefix string
	rest   []byte    // the start of a line whose end is still to come
	shown  time.Time // when the last line of progress was written
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

// wanted reports whether a line is to be written.
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
