package folder

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// own finds, among the files of a walk, what this program has made: it is no data, though it may lie beside them.
type own struct {
	configs, histories map[string]bool // folders that have a config.json, and what else a run has
	runs               []string        // folders that are runs
	inRuns             int             // pictures in them
	drawings           []string        // other pictures that the program drew
	only               bool            // there are no pictures but drawings
}

// note looks at a file's name.
func (o *own) note(name string) {
	if o.configs == nil {
		o.configs, o.histories = map[string]bool{}, map[string]bool{}
	}
	folder, file := path.Split(name)
	folder = path.Clean(folder)
	switch above := path.Dir(path.Dir(folder)); {
	case file == "config.json":
		o.configs[folder] = true
	case file == "history.jsonl":
		o.histories[folder] = true
	case file == "manifest.json" && path.Base(path.Dir(folder)) == "checkpoints":
		o.histories[above] = true
	}
}

// without takes the program's own pictures out of a list of pictures, of which some were drawn by it. Where there is
// nothing else, drawings are what was asked for, such as those of `gan sample --folder`; what is in a run never is.
func (o *own) without(names []string, isDrawn []bool) []string {
	var kept, drawings []string
	met := map[string]bool{}
	for i, name := range names {
		if run, ok := o.runOf(name); ok {
			o.inRuns++
			if !met[run] {
				met[run], o.runs = true, append(o.runs, run)
			}
		} else if isDrawn[i] {
			drawings = append(drawings, name)
		} else {
			kept = append(kept, name)
		}
	}
	if kept == nil && o.runs == nil {
		o.only = true
		return drawings
	}
	o.drawings = drawings
	return kept
}

// runOf is the outermost run that a file lies in.
func (o *own) runOf(name string) (run string, ok bool) {
	for folder := path.Dir(name); ; folder = path.Dir(folder) {
		if o.configs[folder] && o.histories[folder] {
			run, ok = folder, true
		}
		if folder == "." || folder == "/" {
			return run, ok
		}
	}
}

// String says what was passed over; "" if nothing was.
func (o *own) String() string {
	var parts []string
	if len(o.runs) > 0 {
		parts = append(parts, fmt.Sprintf("%s in %s of this program, such as %q",
			counted(o.inRuns, "picture"), counted(len(o.runs), "run"), slices.Min(o.runs)))
	}
	if len(o.drawings) > 0 {
		parts = append(parts, fmt.Sprintf("%s that this program drew, such as %q", counted(len(o.drawings), "picture"), o.drawings[0]))
	}
	return strings.Join(parts, " and ")
}
