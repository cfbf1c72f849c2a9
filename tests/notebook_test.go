package tests

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// notebook has the parts of a Jupyter notebook (nbformat 4) that these tests need.
type notebook struct {
	Cells    []cell
	Metadata struct {
		Kernelspec struct{ Name string }
	}
	Format int `json:"nbformat"`
	Minor  int `json:"nbformat_minor"`
}

type cell struct {
	Type           string `json:"cell_type"` // "code", "markdown" or "raw"
	ID             string
	Source         text
	Outputs        []output
	ExecutionCount *int `json:"execution_count"`
}

type output struct {
	Type      string                     `json:"output_type"` // "stream", "display_data", "execute_result" or "error"
	Name      string                     // of a stream: "stdout" or "stderr"
	Text      text                       // of a stream
	Data      map[string]json.RawMessage // of a display, by MIME type
	Value     string                     `json:"evalue"` // of an error
	Traceback []string                   // of an error
}

// text is a string that nbformat allows to be stored as a list of lines.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var lines []string
	if json.Unmarshal(data, &lines) == nil {
		*t = text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

func readNotebook(path string) (notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return notebook{}, err
	}
	return parseNotebook(data)
}

func parseNotebook(data []byte) (nb notebook, err error) {
	err = json.Unmarshal(data, &nb)
	return nb, err
}

// stream is all that a cell wrote to "stdout" or "stderr". It arrives in pieces, cut anywhere.
func (c cell) stream(name string) string {
	var all strings.Builder
	for _, out := range c.Outputs {
		if out.Type == "stream" && out.Name == name {
			all.WriteString(string(out.Text))
		}
	}
	return all.String()
}

// codeCells maps the code cells to their positions among all cells, counted from 1 as a reader does.
func (nb notebook) codeCells() (cells []cell, positions []int) {
	for i, c := range nb.Cells {
		if c.Type == "code" {
			cells, positions = append(cells, c), append(positions, i+1)
		}
	}
	return cells, positions
}

// prose is the markdown of a notebook, cell after cell.
func (nb notebook) prose() string {
	var cells []string
	for _, c := range nb.Cells {
		if c.Type == "markdown" {
			cells = append(cells, string(c.Source))
		}
	}
	return strings.Join(cells, "\n\n")
}

// checkout is the absolute path of the project's root.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// findNotebooks lists every notebook under dir, as paths relative to dir.
func findNotebooks(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir // .ipynb_checkpoints holds Jupyter's own copies.
		case filepath.Ext(path) == ".ipynb":
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("looking for notebooks in %s: %v", dir, err)
	}
	if len(found) == 0 {
		t.Fatalf("no notebook in %s", dir)
	}
	return found
}

// englishNotebooks lists those that are executed, in the deck's order: the translations below them have the same code.
func englishNotebooks(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(findNotebooks(t, filepath.Join(checkout(t), "notebooks")), func(path string) bool {
		return filepath.Dir(path) != "."
	})
}
