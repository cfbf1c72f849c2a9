package main

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// enough is the number of records up to which a history stays whole. Of a longer one only the records with measurements
// of the samples are kept.
const enough = 100

// shorten writes the part of a history that the rules read, with four digits, for the tests of package diagnose.
func shorten(history []run.Record, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, r := range history {
		_, measured := r.Values[record.Coverage]
		if r.Event == "" && len(history) > enough && !measured {
			continue
		}
		short := run.Record{Step: r.Step, Event: r.Event, Note: r.Note, Values: map[string]float64{}}
		for name, v := range r.Values {
			if isRead(name) {
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

// isRead reports whether a rule reads the named value.
func isRead(name string) bool {
	return slices.ContainsFunc(diagnose.Values(), func(read string) bool {
		return name == read || strings.HasSuffix(read, "/") && strings.HasPrefix(name, read)
	})
}
