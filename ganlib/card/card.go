// Package card describes a trained game that has left its run: what it is, how it was made, how good it is, and under which
// terms it may be used. The words come from Mitchell et al., Model Cards for Model Reporting (FAT* 2019, arXiv:1810.03993).
package card

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// File is the name of a card in its folder, Weights that of the weights beside it, in the form of package weights.
const (
	File    = "card.json"
	Weights = "weights.safetensors"
)

// Agreement is the measure of a conditional game that asks for classes: the share of samples that a classifier names as
// they were asked for.
const Agreement = "label agreement"

// Card is what is known of a trained game.
type Card struct {
	// Name is what the command line knows it by, What a line about it.
	Name string `json:"name"`
	What string `json:"what"`
	// Data is what it learned from, License the terms of the data, by their SPDX name, and Source where the data are from.
	Data    string `json:"data"`
	License string `json:"license"`
	Source  string `json:"source,omitempty"`
	// Classes are the names of the classes of a conditional game, nil for a game without labels.
	Classes []string `json:"classes,omitempty"`
	// Command made it, on an engine, with a seed, in a number of iterations and of seconds.
	Command string  `json:"command"`
	Engine  string  `json:"engine"`
	Seed    int64   `json:"seed"`
	Steps   int     `json:"steps"`
	Seconds float64 `json:"seconds"`
	// Date is the day on which it was made: 2006-01-02.
	Date string `json:"date"`
	// Parameters are the numbers that the players learned, [G, D].
	Parameters [2]int `json:"parameters"`
	// Scores are what was measured.
	Scores []Score `json:"scores"`
	// Sample is [Pick] of Drawn samples with the seed DrawnSeed, by which one knows that the weights still play as they did.
	Sample []float32 `json:"sample"`
}

// What Sample is picked from.
const (
	Drawn     = 64
	DrawnSeed = 1
)

// Pick is 64 of some numbers, from all over.
func Pick(x []float32) []float32 {
	const n, stride = 64, 7919 // a prime, so that they are not of one pixel
	picked := make([]float32, n)
	for i := range picked {
		picked[i] = x[i*stride%len(x)]
	}
	return picked
}

// Score is one number about a game.
type Score struct {
	Measure string  `json:"measure"`
	Value   float64 `json:"value"`
	// StdErr is the standard error of Value, 0 where it is not known.
	StdErr float64 `json:"std_err,omitempty"`
	// How says on how many samples, by which features or classifier, against what.
	How string `json:"how"`
}

// Read reads the card of a folder and refuses one that is not complete.
func Read(folder fs.FS) (*Card, error) {
	text, err := fs.ReadFile(folder, File)
	if err != nil {
		return nil, err
	}
	var c Card
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", File, data.ErrFormat, err)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	return &c, nil
}

// Validate refuses a card that leaves something out.
func (c *Card) Validate() error {
	for _, word := range []struct{ key, value string }{
		{"name", c.Name}, {"what", c.What}, {"data", c.Data}, {"license", c.License}, {"command", c.Command}, {"engine", c.Engine},
	} {
		if word.value == "" {
			return invalid.Value(word.key, "", "words")
		}
	}
	if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
		return invalid.Value("date", c.Date, "a day such as %s", time.DateOnly)
	}
	if c.Steps < 1 {
		return invalid.Value("steps", c.Steps, "at least 1")
	}
	if c.Parameters[0] < 1 || c.Parameters[1] < 1 {
		return invalid.Value("parameters", c.Parameters, "those of G and of D")
	}
	if len(c.Scores) == 0 {
		return invalid.Value("scores", "none", "at least one")
	}
	for _, s := range c.Scores {
		if s.Measure == "" || s.How == "" {
			return invalid.Value("scores", s, "the name of the measure, and how it was measured")
		}
	}
	return nil
}

// Score is the score of a measure; ok is false where there is none.
func (c *Card) Score(measure string) (s Score, ok bool) {
	for _, s := range c.Scores {
		if s.Measure == measure {
			return s, true
		}
	}
	return Score{}, false
}

// Print writes the card as lines of text.
func (c *Card) Print(w io.Writer) error {
	fmt.Fprintf(w, "%s\n\n", c.What)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("model", "%s, in the box", c.Name)
	row("data", "%s", c.Data)
	if c.Source != "" {
		row("source", "%s", c.Source)
	}
	row("licence", "%s", c.License)
	if len(c.Classes) > 0 {
		row("classes", "%d: %s", len(c.Classes), strings.Join(c.Classes, ", "))
	}
	row("parameters", "G %d, D %d", c.Parameters[0], c.Parameters[1])
	row("made by", "%s", c.Command)
	row("made on", "%s, %s, seed %d", c.Date, c.Engine, c.Seed)
	row("trained for", "%d iterations, %v", c.Steps, time.Duration(c.Seconds*float64(time.Second)).Round(time.Second))
	for _, s := range c.Scores {
		row(s.Measure, "%s: %s", s.Text(), s.How)
	}
	return t.Flush()
}

// Text is the value, with its standard error where that is known.
func (s Score) Text() string {
	if s.StdErr == 0 {
		return fmt.Sprintf("%.4g", s.Value)
	}
	return fmt.Sprintf("%.4g ± %.2g", s.Value, s.StdErr)
}
