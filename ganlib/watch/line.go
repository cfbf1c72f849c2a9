package watch

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Line puts a record into a few words, for a terminal:
//
//	D  .61  .39  loss 1.20  .93  V −1.20  ∇ 1.05 1.15  recall  .52
//
// These are mean D(x) and mean D(G(z)); the losses of D and of G and V(D,G), in nats; the norms of the gradients of D
// and of G; and the measurements of the samples, if there are any. Values that the record lacks are left out. An event
// comes first, with its note.
func Line(r run.Record) string {
	var words []string
	switch {
	case r.Event != "" && r.Note != "":
		words = append(words, r.Event+": "+r.Note)
	case r.Event != "":
		words = append(words, r.Event)
	}
	for _, part := range []struct {
		name   string
		values []string
	}{
		{"D", []string{record.DReal, record.DFake}},
		{"loss", []string{record.DLoss, record.GLoss}},
		{"V", []string{record.V}},
		{"∇", []string{record.DGrad, record.GGrad}},
		{"recall", []string{record.Recall}},
		{"precision", []string{record.Precision}},
		{"coverage", []string{record.Coverage}},
		{"diversity", []string{record.Diversity}},
		{"modes", []string{record.Modes}},
	} {
		if numbers := brief(r, part.values); numbers != "" {
			words = append(words, part.name+numbers)
		}
	}
	return strings.Join(words, "  ")
}

// brief lists a record's values, each in a column of its own, or returns "" if the record lacks one.
func brief(r run.Record, names []string) string {
	var s strings.Builder
	for _, name := range names {
		v, ok := record.Value(r.Values, name)
		if !ok {
			return ""
		}
		fmt.Fprintf(&s, " %4s", short(v))
	}
	return s.String()
}

// short writes a number in about four characters: .61, 1.20, −1.39, 12.3, 3e-5.
func short(v float64) string {
	var s string
	switch size := math.Abs(v); {
	case v == math.Trunc(v) && size < 1e4:
		s = strconv.FormatFloat(v, 'f', 0, 64)
	case size < .005:
		s = strings.Replace(strconv.FormatFloat(v, 'e', 0, 64), "e-0", "e-", 1)
	case size < 9.995:
		s = strconv.FormatFloat(v, 'f', 2, 64)
	case size < 99.95:
		s = strconv.FormatFloat(v, 'f', 1, 64)
	default:
		s = strconv.FormatFloat(v, 'g', 3, 64)
	}
	digits, negative := strings.CutPrefix(s, "-")
	if fraction, below1 := strings.CutPrefix(digits, "0."); below1 {
		digits = "." + fraction
	}
	if negative {
		return "−" + digits
	}
	return digits
}
