package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// drawable reports whether a value can be put on an axis: it is finite, and small enough for differences to be finite.
func drawable(v float64) bool { return math.Abs(v) < 1e150 }

// extent is the range of the numbers that it includes. It is empty if max < min.
type extent struct{ min, max float64 }

func nothing() extent { return extent{math.Inf(1), math.Inf(-1)} }

// include widens e to hold v, unless v is not drawable.
func (e *extent) include(v float64) {
	if drawable(v) {
		e.min, e.max = min(e.min, v), max(e.max, v)
	}
}

// usable returns e, widened if it is empty, a single number, or too narrow for float64 to divide.
func (e extent) usable() extent {
	if e.max < e.min {
		return extent{0, 1}
	}
	if least := 1e-9 * max(math.Abs(e.min), math.Abs(e.max), 1e-140); e.max-e.min < least {
		half := max(least, math.Abs(e.max)/10)
		return extent{e.min - half, e.max + half}
	}
	return e
}

// ticks marks about five multiples of a round step, which is 1, 2 or 5 times a power of ten. In a range too narrow to
// count through it marks the middle.
func ticks(low, high float64) []plot.Tick {
	if middle := (low + high) / 2; !(high-low > 1e-9*math.Abs(middle)) {
		return []plot.Tick{{Value: middle, Label: strconv.FormatFloat(middle, 'g', 3, 64)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/5)))
	for _, factor := range []float64{2, 2.5, 2} { // 2, 5, 10 times
		if (high-low)/step <= 7 {
			break
		}
		step *= factor
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var marks []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k <= high/step+1e-9; k++ {
		value := k*step + 0 // + 0 makes a -0 a 0
		marks = append(marks, plot.Tick{Value: value, Label: tickLabel(value, decimals)})
	}
	return marks
}

// logTicks marks an axis of decimal logarithms at 1, 2 and 5 times powers of ten. On a longer axis it marks only the
// powers, and on a very long one only some of them.
func logTicks(low, high float64) []plot.Tick {
	if high-low < .5 { // too short for any of these: round numbers instead
		return roundLogTicks(low, high)
	}
	factors, stride := []float64{1}, max(1, int(math.Ceil((high-low)/7)))
	if high-low < 2 {
		factors = []float64{1, 2, 5}
	}
	var marks []plot.Tick
	for power := math.Floor(low); power <= high; power++ {
		if int(power)%stride != 0 {
			continue
		}
		for _, factor := range factors {
			if at := power + math.Log10(factor); at >= low && at <= high {
				marks = append(marks, plot.Tick{Value: at, Label: logLabel(at)})
			}
		}
	}
	return marks
}

func roundLogTicks(low, high float64) []plot.Tick {
	marks := ticks(math.Pow(10, low), math.Pow(10, high))
	for i := range marks {
		marks[i].Value = math.Log10(marks[i].Value)
	}
	return marks
}

func logLabel(at float64) string { return strconv.FormatFloat(math.Pow(10, at), 'g', 1, 64) }

func tickLabel(value float64, decimals int) string {
	if size := math.Abs(value); decimals > 4 || size >= 1e7 {
		return strconv.FormatFloat(value, 'g', 4, 64)
	}
	return strconv.FormatFloat(value, 'f', decimals, 64)
}
