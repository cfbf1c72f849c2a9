// Package live draws a run in a cell of a notebook while it trains.
//
//	cfg.Watch = append(cfg.Watch, live.Watch(cfg.Dir))
//
// The cell shows one picture, package watch's Plot, which is drawn anew as records come in. When the run ends in
// good order it becomes an ordinary output of the cell, a PNG, which stays when the notebook is saved or converted.
package live

import (
	"fmt"
	"image"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
)

// interval is the least time from one drawing to the next: drawing must not slow training down.
const interval = 2 * time.Second

// Watch returns a watcher of the run in dir for Config.Watch. Outside a notebook it does nothing. It returns an
// error, which stops the run, only if the run cannot be read.
func Watch(dir string) func(run.Record) error {
	if !gonbui.IsNotebook {
		return func(run.Record) error { return nil }
	}
	return (&cell{dir: dir, id: "live-" + gonbui.UniqueID(), update: gonbui.UpdateHTML, display: gonbui.DisplayImage, now: time.Now}).see
}

// cell is the place in a notebook where a run is drawn.
type cell struct {
	dir, id string
	drawn   time.Time
	steps   int // that the run is to have, once it has been looked at

	update  func(id, html string)
	display func(image.Image) error
	now     func() time.Time
}

// see draws the run, if it is time to or if this was its last record.
func (c *cell) see(r run.Record) error {
	last := c.steps > 0 && r.Step >= c.steps
	if !last && c.now().Sub(c.drawn) < interval { // before the history is read
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
	if r.Step >= c.steps {
		c.update(c.id, "")
		return c.display(picture)
	}
	source, err := gonbui.EmbedImageAsPNGSrc(picture)
	if err != nil {
		return err
	}
	c.update(c.id, fmt.Sprintf(`<img width="960" alt="The run so far" src="%s"><p>Iteration %d of %d</p>`, source, r.Step, c.steps))
	return nil
}
