package lesson

import (
	"context"
	"fmt"
	"html"
	"image"
	"log"
	"math"
	"os"
	"os/signal"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/janpfeifer/gonb/gonbui/dom"
	"github.com/janpfeifer/gonb/gonbui/widgets"
)

// Control is what a reader moves in [Interact]: a [Slider] or a [Button].
type Control struct {
	show  func(parent, address string)   // puts it into the page, and returns when the page has answered
	moved func(reported int) (news bool) // hears what the page reports
	press func()                         // of a button; nil for a slider
}

// Slider sets a value between low and high, in steps. It begins at the value that is there, and ends the cell if that is
// not between them.
func Slider(name string, value *float64, low, high, step float64) Control {
	if !(step > 0 && low <= *value && *value <= high) {
		log.Fatalf("slider %s: from %g to %g in steps of %g, beginning at %g; want a positive step, and a beginning between the ends",
			name, low, high, step, *value)
	}
	positions, start := int(math.Round((high-low)/step)), int(math.Round((*value-low)/step))
	at := start // the page counts steps from low
	return Control{
		show: func(parent, address string) {
			dom.Append(parent, " "+html.EscapeString(name)+" ")
			widgets.Slider(0, positions, start).WithAddress(address).AppendTo(parent).Done()
		},
		moved: func(position int) bool {
			news := position != at
			if news {
				at, *value = position, low+step*float64(position)
			}
			return news
		},
	}
}

// Button calls a function whenever it is pressed.
func Button(name string, press func()) Control {
	pressed := 0 // the page counts
	return Control{
		show: func(parent, address string) {
			dom.Append(parent, " ")
			widgets.Button(html.EscapeString(name)).WithAddress(address).AppendTo(parent).Done()
		},
		moved: func(count int) bool {
			news := count > pressed
			for ; pressed < count; pressed++ {
				press()
			}
			return news
		},
		press: press,
	}
}

// Interact shows a picture that a reader can move. If live, the controls stand above it, and whenever one is moved it is
// drawn anew in its place, until Stop is pressed or the cell is interrupted; then the last picture stays.
//
//	const live = false // true in JupyterLab: a slider
//	ε := .1
//	Interact(live, func() (image.Image, error) { return figure.Curves(chart(ε)) }, Slider("ε", &ε, 0, .5, .01))
//
// Otherwise it shows one picture at once, which needs nobody to press anything, and no page: every slider where it begins,
// and every button pressed once, in their order. It does so too where nothing answers, as under nbconvert or in VS Code,
// which do not run what gonb's widgets need.
func Interact(live bool, draw func() (image.Image, error), controls ...Control) {
	if live && gonbui.IsNotebook {
		if answered := onPage(draw, controls); answered {
			return
		}
		fmt.Println("No page answers. Sliders and buttons need JupyterLab; if this is it, run the cell again. Until then the picture stands still:")
	}
	for _, c := range controls {
		if c.press != nil {
			c.press()
		}
	}
	Show(draw())
}

// patience is how long the page may take to show the controls. A page that can shows them in less than a second.
const patience = 30 * time.Second

// onPage is Interact where there is a page. It reports whether the page answered.
func onPage(draw func() (image.Image, error), controls []Control) (answered bool) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	parent, place := "controls-"+gonbui.UniqueId(), "picture-"+gonbui.UniqueId()
	// Or JupyterLab would take the arrow keys of a slider for its own.
	gonbui.UpdateHTML(parent, fmt.Sprintf(`<div id="%s" data-lm-suppress-shortcuts="true"></div>`, parent))
	defer gonbui.Sync()
	defer gonbui.UpdateHTML(parent, "")

	moves, shown := make(chan move), make(chan struct{})
	controls = append(controls[:len(controls):len(controls)], Button("Stop", stop))
	go func() {
		for i, c := range controls {
			address := "/lesson/" + gonbui.UniqueId()
			comms.Subscribe(address, func(_ string, reported int) { moves <- move{i, reported} })
			c.show(parent, address)
		}
		close(shown)
	}()
	select {
	case <-shown:
	case <-ctx.Done():
		return true
	case <-time.After(patience):
		return false
	}
	var last image.Image
	follow(ctx, moves, controls, func() {
		last = Must(draw())
		gonbui.UpdateHTML(place, fmt.Sprintf(`<img width="960" alt="the picture that the controls move" src="%s">`,
			Must(gonbui.EmbedImageAsPNGSrc(last))))
	})
	gonbui.UpdateHTML(place, "")
	Show(last, nil)
	return true
}

// move is what the page reports of a control, by its number: where a slider is, or how often a button was pressed so far.
type move struct{ control, reported int }

// follow draws, and draws anew after moves, until the context ends. Moves that come while it draws are made together.
func follow(ctx context.Context, moves <-chan move, controls []Control, draw func()) {
	for stale := true; ctx.Err() == nil; {
		var m move
		select {
		case m = <-moves:
		default: // none waits
			if stale {
				draw()
				stale = false
			}
			select {
			case m = <-moves:
			case <-ctx.Done():
				return
			}
		}
		stale = controls[m.control].moved(m.reported) || stale
	}
}
