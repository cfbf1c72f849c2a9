package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/gans-in-go/gans/internal/localhost"
	"github.com/gans-in-go/gans/playground"
	"github.com/gans-in-go/gans/playground/game"
)

type playgroundCmd struct {
	Link    string `arg:"" optional:"" help:"A link of the playground, or what follows the # in it, to open at."`
	Lesson  string `placeholder:"ID" help:"The lesson to open at."`
	Port    int    `placeholder:"N" help:"The port on 127.0.0.1 (default: any free port)."`
	Browser bool   `negatable:"" default:"true" help:"Open the page in the browser of this machine, if it has one."`
}

// Validate refuses ports that there are not, and links to nothing.
func (c *playgroundCmd) Validate() error {
	if err := localhost.ValidPort(c.Port); err != nil {
		return err
	}
	switch {
	case c.Link != "" && c.Lesson != "":
		return fmt.Errorf("%s and --lesson %s: want one of the two", c.Link, c.Lesson)
	case c.Lesson != "":
		_, err := game.FindLesson(c.Lesson)
		return err
	case c.Link != "":
		_, err := game.ReadLink(c.Link)
		return err
	}
	return nil
}

// Run serves the page until Ctrl-C.
func (c *playgroundCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	return localhost.Serve(ctx, c.Port, playground.Handler(), func(host string) {
		address := (&url.URL{Scheme: "http", Host: host, Path: "/", Fragment: c.fragment()}).String()
		fmt.Fprintf(stdout, "the playground is at %s\n"+
			"Its button Link copies a link that holds the game: `gan train --from LINK` plays it here, from its beginning, and goes on.\n"+
			"Ctrl-C ends the page.\n", address)
		if c.Browser {
			openBrowser(address)
		}
	})
}

// fragment is what the page opens at: what follows the # in its address.
func (c *playgroundCmd) fragment() string {
	if c.Lesson != "" {
		return "lesson=" + c.Lesson
	}
	_, fragment, whole := strings.Cut(c.Link, "#")
	if !whole {
		return c.Link
	}
	return fragment
}

// openBrowser opens an address in the browser of whoever sits here, if anybody does, and does not wait for it. The address
// has been printed, so it may fail.
func openBrowser(address string) {
	var opener []string
	switch {
	case runtime.GOOS == "darwin":
		opener = []string{"open"}
	case runtime.GOOS == "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		opener = []string{"xdg-open"}
	default:
		return
	}
	browser := exec.CommandContext(context.Background(), opener[0], append(opener[1:], address)...)
	onItsOwn(browser) // Ctrl-C ends the page alone
	if browser.Start() == nil {
		go browser.Wait()
	}
}
