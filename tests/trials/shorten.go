package main

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"

	"github.com/gans-in-go/gans/ganlib/run"
)

// enough is how many records package diagnose's tests need of a run; of a longer one only those with measurements of
// the samples are kept.
const enough = 100

// shorten writes the part of a history that the rules read, in four digits, as package diagnose's tests have it.
func shorten(history []run.Record, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, r := range history {
		_, measured := r.Values["coverage"]
		if r.Event == "" && len(history) > enough && !measured {
			continue
		}
		short := run.Record{Step: r.Step, Event: r.Event, Note: r.Note, Values: map[string]float64{}}
		for name, v := range r.Values {
			if slices.Contains(read, name) {
				short.Values[name], _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
			}
		}
		line, err := json.Marshal(short)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Close()
}

// read are the values that rules look at in every run.
var read = []string{
	"d_real", "d_fake", "d_loss", "g_loss", "v", "d_grad", "g_grad", "grad_ratio", "g_saturated",
	"g_grad/hidden_0", "g_grad/hidden_1", "g_grad/output", "coverage", "recall", "precision", "diversity",
}
