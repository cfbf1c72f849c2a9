// Package progress shows how far a long piece of work has come: a bar with rate and remaining time on a terminal, and
// elsewhere, in a file or a notebook's cell, a line now and then.
package progress

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// interval is the least time between two lines where there is no terminal.
const interval = 10 * time.Second

// A Bar counts what is done. Its methods may be called from several goroutines at once.
type Bar struct {
	mu    sync.Mutex
	show  display
	ended bool
}

// display is one way to show progress.
type display interface {
	add(n int)
	describe(text string)
	done()
}

// Bytes shows the progress of total bytes, of which what says the purpose, such as a file's name. A total below 1 means
// that it is not known. A nil w is silent.
func Bytes(w io.Writer, what string, total int64) *Bar {
	return start(w, what, total, bytesOf,
		progressbar.OptionShowBytes(true), progressbar.OptionShowCount(), progressbar.OptionUseIECUnits(true))
}

// Count is Bytes for things that are counted, such as pictures.
func Count(w io.Writer, what string, total int) *Bar {
	return start(w, what, int64(total), number, progressbar.OptionShowCount(), progressbar.OptionShowIts())
}

// Add says that n more are done.
func (b *Bar) Add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.show != nil && !b.ended {
		b.show.add(n)
	}
}

// Describe puts a few words about the present state before the bar. Where there is no terminal they are left out.
func (b *Bar) Describe(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.show != nil && !b.ended {
		b.show.describe(text)
	}
}

// Write is Add(len(p)), for [io.TeeReader] and [io.MultiWriter]. It never fails.
func (b *Bar) Write(p []byte) (int, error) {
	b.Add(len(p))
	return len(p), nil
}

// Done ends the display, whether all of the work is done or not. What is added afterwards is not shown.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.show != nil && !b.ended {
		b.show.done()
	}
	b.ended = true
}

// Terminal reports whether w can show a bar that is redrawn many times. A notebook cannot: its cell would keep every
// drawing.
func Terminal(w io.Writer) bool {
	file, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(file.Fd()))
}

func start(w io.Writer, what string, total int64, unit func(n float64) string, options ...progressbar.Option) *Bar {
	if w == nil {
		return &Bar{}
	}
	if Terminal(w) {
		return &Bar{show: newBar(w, what, total, options...)}
	}
	return &Bar{show: newLines(w, what, total, unit)}
}

// bar draws on a terminal. Its errors are those of drawing, which is no reason to stop the work.
type bar struct {
	*progressbar.ProgressBar
	w io.Writer
}

func newBar(w io.Writer, what string, total int64, options ...progressbar.Option) bar {
	if total < 1 {
		total = -1
	}
	return bar{progressbar.NewOptions64(total, append(options,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetRenderBlankState(true))...), w}
}

func (b bar) add(n int) { _ = b.Add(n) }

func (b bar) describe(text string) { b.ProgressBar.Describe(text) }

// done leaves the bar as it stands, and goes to the next line.
func (b bar) done() {
	_ = b.Exit()
	fmt.Fprintln(b.w)
}

// lines writes a line at the start, every so often, and at the end.
type lines struct {
	w             io.Writer
	what          string
	unit          func(n float64) string
	now, total    int64
	started, last time.Time
}

func newLines(w io.Writer, what string, total int64, unit func(n float64) string) *lines {
	l := &lines{w: w, what: what, unit: unit, total: total, started: time.Now(), last: time.Now()}
	if total > 0 {
		l.print(unit(float64(total)) + " to do")
	} else {
		l.print("begun")
	}
	return l
}

func (l *lines) add(n int) {
	l.now += int64(n)
	if time.Since(l.last) < interval {
		return
	}
	l.last = time.Now()
	rate := float64(l.now) / time.Since(l.started).Seconds()
	text := l.sofar() + ", " + l.unit(rate) + "/s"
	if left := float64(l.total - l.now); left > 0 && rate > 0 {
		text += ", " + seconds(left/rate) + " to go"
	}
	l.print(text)
}

func (l *lines) describe(string) {}

func (l *lines) done() {
	l.print(l.sofar() + " in " + seconds(time.Since(l.started).Seconds()))
}

// sofar is what is done, and of how much if that is known and not reached.
func (l *lines) sofar() string {
	if l.now >= l.total {
		return l.unit(float64(l.now))
	}
	return l.unit(float64(l.now)) + " of " + l.unit(float64(l.total))
}

func (l *lines) print(text string) { fmt.Fprintf(l.w, "%s: %s\n", l.what, text) }

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

// number writes a count, or a rate, which may be small and no whole number.
func number(n float64) string {
	if n < 10 {
		return fmt.Sprintf("%.2g", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// Printable is a text that changes nothing on a terminal but what is to be read: characters that control it, or turn the
// direction of writing, are shown by their codes, all but the ends of lines and tabs. It is for names and answers that
// others choose.
func Printable(text string) string {
	steers := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
	}
	if strings.IndexFunc(text, steers) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if steers(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Size writes a number of bytes in the largest binary unit that it fills, such as "162.2 MiB".
func Size[N int | int64 | float64](n N) string { return bytesOf(float64(n)) }

func bytesOf(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for n >= 1024 && i < len(units)-1 {
		n, i = n/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%.0f B", n)
	}
	return fmt.Sprintf("%.1f %s", n, units[i])
}
