package main

import (
	"fmt"
	"io/fs"
	"text/tabwriter"

	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/internal/progress"
)

type modelsCmd struct{}

// Run lists the models in the box.
func (*modelsCmd) Run() error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "model\tclasses\tsize\tquality\tlicence\twhat")
	for _, name := range models.Names() {
		folder, err := models.Open(name)
		if err != nil {
			return err
		}
		c, err := card.Read(folder)
		if err != nil {
			return err
		}
		weights, err := fs.Stat(folder, card.Weights)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", name, len(c.Classes), progress.Size(float64(weights.Size())), quality(c), c.License, c.What)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "\n`gan sample digits --label 7` draws; `gan info digits` tells how it was made and measured.")
	return nil
}

// quality is what a line has room for: how many samples are what was asked for, or else the first score.
func quality(c *card.Card) string {
	if s, ok := c.Score(card.Agreement); ok {
		return fmt.Sprintf("%.1f%% as asked", 100*s.Value)
	}
	return c.Scores[0].Measure + " " + c.Scores[0].Text()
}
