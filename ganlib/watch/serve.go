package watch

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/localhost"
)

//go:embed page.html page.css page.js
var assets embed.FS

var pageTemplate = template.Must(template.ParseFS(assets, "page.html"))

// A Page shows a run to the browsers of this machine.
type Page struct {
	Dir      string                      // the run's directory; the run need not have begun
	Port     int                         // the port on 127.0.0.1; 0: any free port
	Diagnose func([]run.Record) []string // says in words how the run is doing; nil: the page does not say
	Output   io.Writer                   // receives the address of the page; nil: nothing does
}

// Serve shows the page, at an address that holds a secret, until the context is cancelled. Then it returns nil. It
// listens on 127.0.0.1 only, answers to no other name of this machine, and only reads. It returns at once with an error
// that wraps [run.ErrNotARun] if Dir holds something else, and with an error if the port is taken.
func (p Page) Serve(ctx context.Context) error {
	if _, err := Look(p.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	token := rand.Text()
	return localhost.Serve(ctx, p.Port, p.handler(token), func(address string) {
		if p.Output != nil {
			fmt.Fprintf(p.Output, "following %s at http://%s/%s/\nCtrl-C ends this page; the run goes on\n", p.Dir, address, token)
		}
	})
}

// handler answers requests for the page and its parts below /token/ and refuses all others. It also refuses requests
// that came by a name other than this machine's own: they are from a page elsewhere whose name was made to point here
// (DNS rebinding).
func (p Page) handler(token string) http.Handler {
	s := &site{Page: p}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{token}/{$}", s.page)
	mux.HandleFunc("GET /{token}/plot.png", s.plot)
	mux.HandleFunc("GET /{token}/page.css", s.asset)
	mux.HandleFunc("GET /{token}/page.js", s.asset)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-cache")
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if !localhost.Named(r.Host) || subtle.ConstantTimeCompare([]byte(first), []byte(token)) != 1 {
			http.Error(w, "open the whole address that gan watch printed", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// site is a page and the last plot that it drew.
type site struct {
	Page
	mu      sync.Mutex
	version string
	png     []byte
}

// shown is what the page's template shows.
type shown struct {
	Dir, Name   string
	Waiting     bool   // the run has not begun
	Problem     string // why the run cannot be read
	Step, Steps int
	Spent, Left time.Duration
	Age         time.Duration // since the last record
	Lines       []string      // the last measurements, and the events since
	Verdicts    []string
	Version     string // of the plot
}

func (s *site) page(w http.ResponseWriter, _ *http.Request) {
	now := s.look()
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, now); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(html.Bytes())
}

// look reads the run.
func (s *site) look() shown {
	now := shown{Dir: s.Dir}
	state, err := Look(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		now.Waiting = true
		return now
	}
	if err != nil {
		now.Problem = err.Error()
		return now
	}
	now.Name, now.Steps = state.Name, state.Steps
	n := len(state.History)
	if n == 0 {
		return now
	}
	last := state.History[n-1]
	now.Step, now.Lines, now.Version = last.Step, newest(state.History), state.version()
	now.Spent = inSeconds(last.Seconds)
	now.Age = time.Since(state.Changed).Round(time.Second)
	if last.Step > 0 && state.Steps > last.Step {
		now.Left = inSeconds(last.Seconds / float64(last.Step) * float64(state.Steps-last.Step))
	}
	if s.Diagnose != nil {
		now.Verdicts = s.Diagnose(state.History)
	}
	return now
}

// newest returns the last record that is not an event, in a few words, and the events that follow it.
func newest(history []run.Record) []string {
	first := len(history) - 1
	for first > 0 && history[first].Event != "" {
		first--
	}
	var lines []string
	for _, r := range history[first:] {
		lines = append(lines, Line(r))
	}
	return lines
}

func inSeconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Second)
}

// version changes whenever the plot does.
func (s State) version() string {
	what := fmt.Sprint(len(s.History), s.Changed.UnixNano(), s.Sample)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(what)))[:16]
}

// plot serves the plot of the run, and draws it anew if the run has changed.
func (s *site) plot(w http.ResponseWriter, r *http.Request) {
	state, err := Look(s.Dir)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if version := state.version(); version != s.version {
		picture, err := state.Draw()
		var encoded bytes.Buffer
		if err == nil {
			err = png.Encode(&encoded, picture)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		s.version, s.png = version, encoded.Bytes()
	}
	w.Header().Set("ETag", `"`+s.version+`"`)
	http.ServeContent(w, r, "plot.png", time.Time{}, bytes.NewReader(s.png))
}

func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, assets, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
}
