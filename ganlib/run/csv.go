package run

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/gans-in-go/gans/internal/progress"
)

// WriteCSV writes records as a table by RFC 4180, for spreadsheets and data frames: a line of names, then a line a record.
// The columns are step, seconds, event and note, then every value that any record has, by name. A value that a record
// lacks is an empty field.
func WriteCSV(w io.Writer, records []Record) error {
	all := map[string]bool{}
	for _, r := range records {
		for name := range r.Values {
			all[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(all))
	table := csv.NewWriter(w)
	table.UseCRLF = true
	if err := table.Write(append(slices.Clone(reserved), names...)); err != nil {
		return err
	}
	for _, r := range records {
		line := []string{strconv.Itoa(r.Step), number(r.Seconds), progress.Printable(r.Event), progress.Printable(r.Note)}
		for _, name := range names {
			field := ""
			if v, ok := r.Values[name]; ok {
				field = number(v)
			}
			line = append(line, field)
		}
		if err := table.Write(line); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// number is the shortest text that reads back as the same number.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
