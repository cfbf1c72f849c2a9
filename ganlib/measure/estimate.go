package measure

import (
	"fmt"
	"math"
)

// Estimate is a number measured on samples, and how far other samples would move it.
type Estimate struct {
	Value  float64 `json:"value"`
	StdErr float64 `json:"standard_error"`
}

// String is the number and its standard error, to four digits.
func (e Estimate) String() string { return fmt.Sprintf("%.4g ± %.2g", e.Value, e.StdErr) }

// finite is the number of rows of x, [rows, dim], or an error if they are not whole or a value is NaN or infinite.
func finite(name string, x []float32, dim int) (int, error) {
	n, err := rows(name, x, dim)
	if err != nil {
		return 0, err
	}
	for i, v := range x {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return 0, fmt.Errorf("%s: row %d has %v in column %d: %w", name, i/dim, v, i%dim, ErrNotFinite)
		}
	}
	return n, nil
}
