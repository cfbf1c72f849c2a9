// Package live draws a run in a cell of a notebook while it trains.
//
//	cfg.Watch = append(cfg.Watch, live.Watch(cfg.Dir))
//
// The cell shows one picture, [watch.Plot], which is drawn anew as records come in. When the run reaches its last step,
// the picture becomes an ordinary output of the cell, a PNG, which stays when the notebook is saved or converted.
package live

import (
	"fmt"
	"image"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
)

// interval is the least time from one drawing to the next. Drawing must not slow training down.
const interval = 2 * time.Second

// Watch returns a watcher of the run in dir, for [run.Spec]'s Watch. Outside a notebook it does nothing. It returns an
// error, which stops the run, only if the run cannot be read.
func Watch(dir string) func(run.Record) error {
	if !gonbui.IsNotebook {
		return func(run.Record) error { return nil }
	}
	return (&cell{dir: dir, id: "live-" + gonbui.UniqueId(), update: gonbui.UpdateHTML, display: gonbui.DisplayImage, now: time.Now}).see
}

// cell is the place in a notebook where a run is drawn.
type cell struct {
	dir, id string
	drawn   time.Time
	steps   int // planned number of iterations; 0 before the first drawing, or if the configuration does not say

	update  func(id, html string)
	display func(image.Image) error
	now     func() time.Time
}

// see draws the run if the interval has passed, or if this was the run's last record.
func (c *cell) see(r run.Record) error {
	if !c.ends(r) && c.now().Sub(c.drawn) < interval { // before the history is read
		return nil
	}
	state, err := watch.Look(c.dir)
	if err != nil {
		return err
	}
	picture, err := state.Draw()
	if err != nil {
		return err
	}
	c.drawn, c.steps = c.now(), state.Steps
	if c.ends(r) {
		c.update(c.id, "")
		return c.display(picture)
	}
	source, err := gonbui.EmbedImageAsPNGSrc(picture)
	if err != nil {
		return err
	}
	progress := fmt.Sprintf("Iteration %d", r.Step)
	if c.steps > 0 {
		progress += fmt.Sprintf(" of %d", c.steps)
	}
	c.update(c.id, fmt.Sprintf(`<img width="960" alt="The run so far" src="%s"><p>%s</p>`, source, progress))
	return nil
}

// ends reports whether a record is the last that was planned.
func (c *cell) ends(r run.Record) bool { return c.steps > 0 && r.Step >= c.steps }
