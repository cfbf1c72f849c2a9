package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// played is n records of a made-up game.
func played(n int) []run.Record {
	history := make([]run.Record, n)
	for i := range history {
		t := float64(i) / 40
		history[i] = run.Record{Step: 10 * (i + 1), Seconds: t, Values: map[string]float64{
			record.DReal: .6 + .1*math.Sin(t), record.DFake: .4 - .1*math.Sin(t),
			record.DLoss: 1.2 + .1*math.Sin(7*t), record.GLoss: .9 + .2*math.Cos(9*t), record.V: -1.2 - .1*math.Sin(7*t),
			record.DGrad: 1 + .5*math.Sin(31*t), record.GGrad: math.Exp(-t / 10),
		}}
	}
	return history
}

func squares() image.Image {
	p := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range p.Pix {
		p.Pix[i] = uint8(i)
	}
	return p
}

func TestLine(t *testing.T) {
	r := run.Record{Step: 300, Values: map[string]float64{
		record.DReal: .61, record.DFake: .394, record.DLoss: 1.2, record.GLoss: .93, record.V: -1.2, record.DGrad: 10.53, record.GGrad: 3.2e-5, record.Recall: .52,
	}}
	require.Equal(t, "D  .61  .39  loss 1.20  .93  V −1.20  ∇ 10.5 3e-5  recall  .52", Line(r))
	require.Equal(t, "rollback: v is NaN", Line(run.Record{Event: run.EventRollback, Note: "v is NaN"}))
	require.Equal(t, "", Line(run.Record{}))
	require.Equal(t, "probe: V rose by 0.400 nats", Line(run.Record{Event: record.Probe, Note: "V rose by 0.400 nats"}))
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", .5: ".50", -1.386: "−1.39", 10.5: "10.5", 100.4: "100", 8: "8", 1e-12: "1e-12", -2e-4: "−2e-4", 123456: "1.23e+05",
	} {
		require.Equal(t, want, short(v))
	}
}

// pixelsOf counts the pixels of a colour within a rectangle.
func pixelsOf(p image.Image, r image.Rectangle, want color.NRGBA) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.NRGBAModel.Convert(p.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

var blue, green = color.NRGBA{0x00, 0x72, 0xb2, 0xff}, color.NRGBA{0x00, 0x9e, 0x73, 0xff}

// Panels are 768 x 506 pixels, three in a row.
func panel(row, column int) image.Rectangle {
	return image.Rect(0, 0, 768, 506).Add(image.Pt(768*column, 506*row))
}

func TestPlotDrawsEachPanel(t *testing.T) {
	history := played(60)
	p, err := Plot(history, squares())
	require.NoError(t, err)
	require.Equal(t, 3*768, p.Bounds().Dx())
	for i := range 4 {
		require.Positive(t, pixelsOf(p, panel(i/3, i%3), blue), "panel %d has no curve", i)
	}
	require.Zero(t, pixelsOf(p, panel(1, 1), blue), "nothing was measured of the samples")
	for i := range history {
		if i%20 == 0 {
			history[i].Values[record.Recall], history[i].Values[record.Precision], history[i].Values[record.Coverage] = .5, .9, .4
		}
	}
	p, err = Plot(history, squares())
	require.NoError(t, err)
	require.Greater(t, pixelsOf(p, panel(1, 1), green), 200, "coverage is a line although few records have it")
}

func TestPlotOfLittle(t *testing.T) {
	for name, history := range map[string][]run.Record{
		"nothing": nil, "an event": {{Step: 3, Event: run.EventStopped, Note: "by hand"}}, "one record": played(1),
		"no gradient": {{Step: 1, Values: map[string]float64{record.GGrad: 0}}, {Step: 2, Values: map[string]float64{record.GGrad: 1}}},
	} {
		_, err := Plot(history, nil)
		require.NoError(t, err, name)
	}
}

func TestEventsAreMarked(t *testing.T) {
	history := played(5)
	history = append(history,
		run.Record{Step: 50, Event: run.EventRollback}, run.Record{Step: 50, Event: run.EventRollback}, probe(50),
		probe(60), run.Record{Step: 60, Event: run.EventStopped}, probe(70))
	require.Equal(t, []figure.Mark{{Name: "rollback, probe", At: 50}, {Name: "probe, stopped", At: 60}, {Name: "probe", At: 70}}, events(history))
	require.Len(t, series("", history, record.V).X, 5, "events are no measurements")
}

// probe is what a probe leaves in the history.
func probe(step int) run.Record {
	return run.Record{
		Step: step, Event: record.Probe, Note: "V rose by 0.400 nats", Values: map[string]float64{record.ProbeRise: .4, record.V: 9},
	}
}

// begin makes the directory of a run in progress.
func begin(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"name":"<b>Rings</b>","steps":1000,"seed":1}`), 0o666))
	grow(t, dir, played(n)...)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "samples"), 0o777))
	require.NoError(t, figure.WritePNG(filepath.Join(dir, "samples", "000010.png"), squares()))
	return dir
}

func grow(t *testing.T, dir string, records ...run.Record) {
	t.Helper()
	var text bytes.Buffer
	for _, r := range records {
		require.NoError(t, json.NewEncoder(&text).Encode(r))
	}
	write(t, dir, text.String())
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "history.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// get requests a path of a page by one of this machine's names.
func get(p http.Handler, host, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

const local = "127.0.0.1:8000"

func TestPageShowsTheRun(t *testing.T) {
	dir := begin(t, 3)
	p := Page{Dir: dir, Diagnose: func(h []run.Record) []string { return []string{fmt.Sprintf("%d records & <counting>", len(h))} }}.handler("secret")
	w := get(p, local, "/secret/")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	for _, want := range []string{"&lt;b&gt;Rings&lt;/b&gt;", "Iteration 30 of 1000", "3 records &amp; &lt;counting&gt;", "loss 1.2", `src="plot.png?`} {
		require.Contains(t, w.Body.String(), want)
	}
	require.NotContains(t, w.Body.String(), "http://", "nothing comes from elsewhere")
	require.NotContains(t, w.Body.String(), "https://", "nothing comes from elsewhere")
	for path, kind := range map[string]string{"page.css": "text/css", "page.js": "text/javascript"} {
		w := get(p, "localhost", "/secret/"+path)
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Header().Get("Content-Type"), kind)
	}
}

// A run that was probed after its end still shows its last measurements.
func TestPageOfAProbedRun(t *testing.T) {
	dir := begin(t, 3)
	grow(t, dir, probe(30))
	w := get(Page{Dir: dir}.handler("secret"), local, "/secret/")
	for _, want := range []string{"Iteration 30 of 1000", "loss 1.2", "probe: V rose by 0.400 nats"} {
		require.Contains(t, w.Body.String(), want)
	}
	grow(t, dir, run.Record{Step: 40, Values: map[string]float64{record.V: -1}})
	require.NotContains(t, get(Page{Dir: dir}.handler("secret"), local, "/secret/").Body.String(), "probe:")

	dir = begin(t, 0)
	grow(t, dir, probe(0))
	require.Contains(t, get(Page{Dir: dir}.handler("secret"), local, "/secret/").Body.String(), "probe: V rose")
}

// The plot is redrawn only when the run has grown.
func TestPageFollowsARun(t *testing.T) {
	dir := begin(t, 3)
	p := Page{Dir: dir}.handler("secret")
	first := get(p, local, "/secret/plot.png")
	require.Equal(t, http.StatusOK, first.Code)
	_, err := png.Decode(bytes.NewReader(first.Body.Bytes()))
	require.NoError(t, err)
	tag := first.Header().Get("ETag")
	require.Equal(t, http.StatusNotModified, get(p, local, "/secret/plot.png", "If-None-Match", tag).Code)

	grow(t, dir, run.Record{Step: 40, Seconds: 1, Values: map[string]float64{record.V: -1}})
	write(t, dir, `{"step":50,"seco`) // a record on its way
	require.Contains(t, get(p, local, "/secret/").Body.String(), "Iteration 40 of 1000")
	second := get(p, local, "/secret/plot.png", "If-None-Match", tag)
	require.Equal(t, http.StatusOK, second.Code)
	require.NotEqual(t, tag, second.Header().Get("ETag"))
}

func TestPageRefuses(t *testing.T) {
	dir := begin(t, 3)
	p := Page{Dir: dir}.handler("secret")
	for _, c := range []struct {
		host, path string
		status     int
	}{
		{local, "/", http.StatusForbidden},
		{local, "/wrong/", http.StatusForbidden},
		{local, "/secre/plot.png", http.StatusForbidden},
		{"evil.example", "/secret/", http.StatusForbidden},
		{"127.0.0.1.evil.example:8000", "/secret/plot.png", http.StatusForbidden},
		{"", "/secret/", http.StatusForbidden},
		{local, "/secret/config.json", http.StatusNotFound},
		{local, "/secret/page.html", http.StatusNotFound},
		{local, "/secret/..%2fconfig.json", http.StatusNotFound},
		{local, "/secret/samples/000010.png", http.StatusNotFound},
	} {
		w := get(p, c.host, c.path)
		require.Equal(t, c.status, w.Code, "%s%s", c.host, c.path)
		require.NotContains(t, w.Body.String(), "Rings")
	}
	r := httptest.NewRequest("POST", "/secret/", nil)
	r.Host = local
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.NotContains(t, get(p, local, "/secret/../../etc/passwd").Body.String(), "root:")
}

// The page waits for a run that has not begun, and refuses a directory that holds something else.
func TestPageWaits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	p := Page{Dir: dir}.handler("secret")
	require.Contains(t, get(p, local, "/secret/").Body.String(), "Waiting for the run")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "checkpoints"), 0o777))
	require.Contains(t, get(p, local, "/secret/").Body.String(), "Waiting for the run")
	require.Equal(t, http.StatusNotFound, get(p, local, "/secret/plot.png").Code)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"steps":7}`), 0o666))
	require.Contains(t, get(p, local, "/secret/").Body.String(), "begun but recorded nothing yet")
	write(t, dir, "not a record\n")
	require.Contains(t, get(p, local, "/secret/").Body.String(), "line 1 is not a record")

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "thesis.tex"), nil, 0o666))
	require.ErrorIs(t, Page{Dir: other}.Serve(t.Context()), run.ErrNotARun)
	require.ErrorIs(t, Page{Dir: filepath.Join(other, "thesis.tex")}.Serve(t.Context()), run.ErrNotARun)
}

// lines is an Output that passes on what is written.
type lines chan string

func (l lines) Write(p []byte) (int, error) { l <- string(p); return len(p), nil }

func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	said, ended := make(lines, 1), make(chan error, 1)
	go func() { ended <- Page{Dir: begin(t, 3), Output: said}.Serve(ctx) }()
	var address string
	select {
	case text := <-said:
		_, rest, _ := strings.Cut(text, " at ")
		address, _, _ = strings.Cut(rest, "\n")
	case err := <-ended:
		t.Fatal(err)
	}
	require.True(t, strings.HasPrefix(address, "http://127.0.0.1:"), address)
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Get(address)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	cancel()
	require.NoError(t, <-ended)
}

func BenchmarkPlot(b *testing.B) {
	history, sample := played(2000), squares()
	for b.Loop() {
		if _, err := Plot(history, sample); err != nil {
			b.Fatal(err)
		}
	}
}

// TestDrawWithoutAPicture: a picture that cannot be read is left out of the plot.
func TestDrawWithoutAPicture(t *testing.T) {
	dir := begin(t, 3)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "samples", "000020.png"), []byte("half"), 0o666))
	state, err := Look(dir)
	require.NoError(t, err)
	got, err := state.Draw()
	require.NoError(t, err)
	want, err := Plot(state.History, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
