// Command transfer asks what a discriminator that learned one set without labels knows of another, and wrote
// docs/features.md:
//
//	go run ./tests/transfer --dir runs/transfer
//
// A DCGAN is trained on MNIST and its D's features are judged on Fashion-MNIST, and the other way round, beside the raw
// pixels, a D that nothing was taught, and a network of D's shape that was told the labels. It takes hours, and resumes:
// each number is a file in the directory.
//
// With --fashion, the folder of Fashion-MNIST's four IDX files, clothes come from there: 60,000 to learn from and 10,000
// to be judged by, as digits do. Without it they are the 10,000 of package fashion, and a half is learned from.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans/internal/disk"
)

type command struct {
	Dir     string `required:"" type:"path" help:"The directory of the runs and the numbers."`
	Fashion string `type:"existingdir" placeholder:"DIR" help:"The folder of Fashion-MNIST's four IDX files (default: the embedded test part, in halves)."`
	Seeds   int    `default:"3" help:"How many seeds, from 1 on."`
	Steps   int    `default:"1500" help:"Iterations of each game."`
	Only    string `enum:",mnist,fashion" default:"" help:"Judge on this set alone, and write no report: another process has the other."`
	Out     string `type:"path" default:"docs/features" help:"The report to write, as .md and .json."`
	Backend string `help:"The engine: go, xla:cpu or xla:cuda."`
}

func main() {
	var c command
	kong.Parse(&c, kong.Name("transfer"), kong.Description("Judge what D learned on one set by another."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := c.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "transfer:", err)
		os.Exit(1)
	}
}

// run finds all numbers that are not there yet, and reports them.
func (c *command) run(ctx context.Context) error {
	var found []result
	for _, set := range []string{"mnist", "fashion"} {
		if c.Only != "" && c.Only != set {
			continue
		}
		r, err := c.judgeOn(ctx, set)
		if err != nil {
			return err
		}
		found = append(found, r...)
	}
	if c.Only != "" {
		return nil
	}
	if err := disk.WriteJSON(c.Out+".json", found); err != nil {
		return err
	}
	return disk.WriteFile(c.Out+".md", []byte(report(found)))
}

// result is one number: how well labels of a set were found in its test images.
type result struct {
	Set      string  `json:"set"`      // judged on
	Features string  `json:"features"` // one of the kinds
	Seed     int     `json:"seed"`
	Train    int     `json:"train"` // images learned from, with labels
	Test     int     `json:"test"`
	Dim      int     `json:"dim,omitempty"` // number of features
	C        float64 `json:"c,omitempty"`
	Accuracy float64 `json:"accuracy"`
}

// The kinds of features, in the order of the report.
const (
	pixels     = "raw pixels"
	randomD    = "untrained D"
	trainedD   = "D trained on the other set"
	supervised = "network of D's shape, trained with the labels"
)

// judgeOn finds the numbers of a set.
func (c *command) judgeOn(ctx context.Context, set string) ([]result, error) {
	j, err := c.newJudge(ctx, set)
	if err != nil {
		return nil, err
	}
	var found []result
	for seed := 1; seed <= c.Seeds; seed++ {
		for _, kind := range []string{trainedD, randomD, pixels, supervised} {
			if kind == pixels && seed > 1 {
				continue // there is nothing to draw
			}
			r, err := c.once(result{Set: set, Features: kind, Seed: seed}, func(r *result) error { return j.judge(ctx, r) })
			if err != nil {
				return nil, fmt.Errorf("%s, %s, seed %d: %w", set, kind, seed, err)
			}
			found = append(found, r)
		}
	}
	return found, nil
}

// once reads a number from its file, or finds it and writes the file.
func (c *command) once(r result, find func(*result) error) (result, error) {
	names := map[string]string{pixels: "pixels", randomD: "random", trainedD: "trained", supervised: "supervised"}
	path := filepath.Join(c.Dir, fmt.Sprintf("%s-%s-%d.json", r.Set, names[r.Features], r.Seed))
	text, err := os.ReadFile(path)
	if err == nil {
		return r, json.Unmarshal(text, &r)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	if err := find(&r); err != nil {
		return r, err
	}
	fmt.Printf("%s, %s, seed %d: %.2f%%\n", r.Set, r.Features, r.Seed, 100*r.Accuracy)
	return r, disk.WriteJSON(path, r)
}
