package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/internal/progress"
)

type dataCmd struct {
	List   dataListCmd   `cmd:"" help:"List the published data sets, and which of them are here."`
	Fetch  dataFetchCmd  `cmd:"" help:"Fetch data sets from their publishers, or resume a fetch that was stopped."`
	Verify dataVerifyCmd `cmd:"" help:"Check the files that are here against their published sizes and hashes."`
	Info   dataInfoCmd   `cmd:"" help:"Show what a data set is, its terms, and where its files come from."`

	Duplicates dataDuplicatesCmd `cmd:"" help:"Find images that are in a set more than once, or nearly so, as the DCGAN paper did."`
}

// dataDir is the folder that the commands work in.
type dataDir struct {
	Dir string `type:"path" placeholder:"DIR" help:"The folder of all data sets (default: $$GAN_DATA, else gans-in-go/data in the user's cache)."`
}

// options are those of a part of a set; "" is its first.
func (d dataDir) options(part string) catalog.Options {
	return catalog.Options{Dir: d.Dir, Part: part, Output: os.Stderr}
}

// lookup finds a set by name; tests have some of their own.
var lookup = catalog.Lookup

type dataListCmd struct{ dataDir }

// Run prints one line per set.
func (c *dataListCmd) Run() error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tIMAGES\tSIZE\tWHAT\tSTATE")
	for _, name := range catalog.Names() {
		set, err := lookup(name)
		if err != nil {
			return err
		}
		first := set.Parts[0]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, count(first.Images), cmp.Or(size(first.Size()), "-"), set.About, c.state(set))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	dir := c.Dir
	if dir == "" {
		var err error
		if dir, err = catalog.Dir(); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "\nImages and size are those of the part to train on. Files go to %s.\n\nNext:\n  gan data info NAME\n  gan data fetch NAME\n", dir)
	return nil
}

// state says whether a set can be opened.
func (d dataDir) state(set *catalog.Set) string {
	var here []string
	for _, part := range set.Parts {
		if set.Here(d.options(part.Name)) {
			here = append(here, part.Name)
		}
	}
	switch {
	case set.BuiltIn != "":
		return "built in"
	case len(here) == len(set.Parts):
		return "here"
	case len(here) > 0:
		return "here: " + strings.Join(here, ", ")
	case set.ByHand != "":
		return "by hand"
	}
	return "not here"
}

// count writes a number of images; 0 is an unknown one.
func count(n int) string {
	if n == 0 {
		return "?"
	}
	return strconv.Itoa(n)
}

// size writes a number of bytes, and nothing for 0, which means no file or an unknown size.
func size(n int64) string {
	if n == 0 {
		return ""
	}
	return progress.Size(n)
}

type dataFetchCmd struct {
	dataDir
	Names []string `arg:"" name:"name" help:"The data sets, by the names that gan data list prints."`
	Part  string   `placeholder:"PART" help:"The part to fetch, such as test, or all (default: the part to train on)."`
}

// Run fetches one set after the other. A set that fails does not stop the next; Ctrl-C does.
func (c *dataFetchCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	sets := make([]*catalog.Set, len(c.Names))
	for i, name := range c.Names {
		var err error
		if sets[i], err = lookup(name); err != nil {
			return err
		}
		if _, err = c.parts(sets[i]); err != nil {
			return err
		}
	}
	var failed []error
	for _, set := range sets {
		err := c.fetch(ctx, set)
		if ctx.Err() != nil {
			return err
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// parts are those of the set that were asked for.
func (c *dataFetchCmd) parts(set *catalog.Set) ([]catalog.Part, error) {
	if c.Part == "all" {
		return set.Parts, nil
	}
	part, err := set.Part(c.Part)
	return []catalog.Part{part}, err
}

func (c *dataFetchCmd) fetch(ctx context.Context, set *catalog.Set) error {
	if set.BuiltIn != "" {
		fmt.Fprintf(stdout, "%s is built in: there is nothing to fetch.\n", set.Name)
		return nil
	}
	fmt.Fprintf(stdout, "%s: %s\n", set.Title, set.About)
	if terms := terms(set); terms != "" && set.ByHand == "" { // the error has those of sets by hand
		fmt.Fprintln(stdout, terms)
	}
	parts, err := c.parts(set)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := set.Fetch(ctx, c.options(part.Name)); err != nil {
			return err
		}
	}
	folder, err := set.Folder(c.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is here, in %s.\n\nNext:\n  %s\n", set.Name, folder, c.next(set))
	return nil
}

// terms are the licence and whatever else the publisher says.
func terms(set *catalog.Set) string {
	if set.License == "" {
		return set.Terms
	}
	return strings.TrimSpace("Licence: " + set.License + ". " + set.Terms)
}

// next are the commands that train on the set, one per line.
func (d dataDir) next(set *catalog.Set) string {
	var commands []string
	for _, name := range gans.Presets() {
		if cfg, err := gans.Preset(name); err == nil && cfg.Data.Set == set.Name {
			commands = append(commands, "gan train "+name)
		}
	}
	if commands == nil {
		commands = []string{"gan train --data " + set.Name}
	}
	if d.Dir != "" {
		for i := range commands {
			commands[i] = catalog.Env + "=" + d.Dir + " " + commands[i]
		}
	}
	return strings.Join(commands, "\n  ")
}

type dataVerifyCmd struct {
	dataDir
	Names []string `arg:"" optional:"" name:"name" help:"The data sets (default: all that have files here)."`
}

// Run reads every file that is here. It fails if one is wrong, or if nothing is here of a set that was named.
func (c *dataVerifyCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	names := c.Names
	if len(names) == 0 {
		names = catalog.Names()
	}
	var failed []error
	read := map[string]bool{} // by path, since sets may share a file
	for _, name := range names {
		set, err := lookup(name)
		if err != nil {
			return err
		}
		here, err := c.verify(ctx, set, read)
		if ctx.Err() != nil {
			return err
		}
		if err == nil && !here && len(c.Names) > 0 {
			_, err = set.Open(ctx, c.options("")) // which says how to get it
		}
		failed = append(failed, err)
	}
	if len(read) == 0 && len(c.Names) == 0 {
		fmt.Fprintln(stdout, "No data set has been fetched: there is nothing to verify.")
	}
	return errors.Join(failed...)
}

// verify checks the files of a set that are here and have not been read, and reports whether any are here.
func (c *dataVerifyCmd) verify(ctx context.Context, set *catalog.Set, read map[string]bool) (here bool, err error) {
	if set.BuiltIn != "" {
		return true, nil
	}
	folder, err := set.Folder(c.Dir)
	if err != nil {
		return false, err
	}
	fresh := false
	for _, f := range set.Files() {
		fresh = fresh || !read[filepath.Join(folder, f.Name)]
	}
	if !fresh {
		return true, nil
	}
	reports, err := set.Verify(ctx, c.options(""))
	for _, r := range reports {
		if !r.Here {
			continue
		}
		here, read[r.Path] = true, true
		fmt.Fprintf(stdout, "%s: %s\n", r.Path, verdict(r))
		if r.Problem != nil {
			err = errors.Join(err, fmt.Errorf("data set %q: %w", set.Name, r.Problem))
		}
	}
	return here, err
}

// verdict is the result for a file, in words.
func verdict(r catalog.Report) string {
	switch {
	case r.Problem != nil:
		return "wrong"
	case r.Folder:
		return "unpacked; there is nothing to check it against"
	case r.File.Hash == "":
		return fmt.Sprintf("here; nobody has published its hash: found %d bytes and %s", r.Size, r.Hash)
	case r.Repacked:
		return "right: packed in another way than the publisher's, with the same content"
	}
	return "right"
}

type dataInfoCmd struct {
	dataDir
	Name string `arg:"" name:"name" help:"The data set."`
}

// Run prints all that the catalogue knows about a set.
func (c *dataInfoCmd) Run() error {
	set, err := lookup(c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\n", set.Title)
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("what", "%s", set.About)
	row("used", "%s", set.Use)
	row("page", "%s", set.Home)
	row("licence", "%s", cmp.Or(set.License, "not stated"))
	if set.Terms != "" {
		row("terms", "%s", set.Terms)
	}
	if set.Frame.Size > 0 {
		row("images", "%s", frame(set.Frame))
	}
	row("parts", "%s", parts(set))
	row("state", "%s", c.state(set))
	if set.BuiltIn != "" {
		row("package", "%s", set.BuiltIn)
		return w.Flush()
	}
	folder, err := set.Folder(c.Dir)
	if err != nil {
		return err
	}
	if set.ByHand != "" {
		row("by hand", "%s", set.ByHand)
	}
	row("folder", "%s", folder)
	for _, f := range set.Files() {
		printFile(row, set, f)
	}
	if err := w.Flush(); err != nil || c.state(set) == "by hand" {
		return err
	}
	fmt.Fprintf(stdout, "\nNext:\n  %s\n", c.following(set))
	return nil
}

// parts lists the parts of a set.
func parts(set *catalog.Set) string {
	list := make([]string, len(set.Parts))
	for i, part := range set.Parts {
		list[i] = fmt.Sprintf("%s (%s images)", part.Name, count(part.Images))
	}
	return strings.Join(list, ", ")
}

// frame says how pictures become images.
func frame(f data.Frame) string {
	text := fmt.Sprintf("resized to %d x %[1]d", f.Size)
	if f.Crop > 0 {
		text = fmt.Sprintf("%d x %[1]d are cut out of the middle and ", f.Crop) + text
	}
	return text + " unless asked otherwise"
}

// printFile shows which parts a file is for and where it comes from.
func printFile(row func(name, format string, args ...any), set *catalog.Set, f catalog.File) {
	var parts []string
	for _, part := range set.Parts {
		if slices.ContainsFunc(part.Files, func(g catalog.File) bool { return g.Name == f.Name }) {
			parts = append(parts, part.Name)
		}
	}
	row("file", "%s, %s, for %s", f.Name, cmp.Or(size(f.Size), "of unknown size"), strings.Join(parts, ", "))
	tried := "untried"
	if f.Tried != "" {
		tried = "worked on " + f.Tried
	}
	for _, url := range f.URLs {
		row("", "%s (%s)", url, tried)
	}
	if f.Hash == "" {
		row("", "nobody has published its hash")
		return
	}
	row("", "%s", f.Hash)
	if f.Unpacked != "" {
		row("", "%s unpacked", f.Unpacked)
	}
	row("", "hash from %s", f.HashFrom)
}

// following is the next command that makes sense.
func (c *dataInfoCmd) following(set *catalog.Set) string {
	if c.state(set) == "not here" {
		command := "gan data fetch " + set.Name
		if c.Dir != "" {
			command += " --dir " + c.Dir
		}
		return command
	}
	return c.next(set)
}
