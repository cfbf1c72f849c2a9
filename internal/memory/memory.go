// Package memory says how much memory the machine has.
package memory

import "fmt"

const unknown = 1 << 48 // what the processors of today can address

// Total returns the number of bytes of the machine's memory. On systems it knows nothing about, its error wraps
// [errors.ErrUnsupported].
func Total() (uint64, error) {
	n, err := total()
	if err != nil {
		return 0, fmt.Errorf("the machine's memory: %w", err)
	}
	return n, nil
}

// Limit is the most bytes that an estimate may come to: [Total], or 256 TiB where that knows nothing.
func Limit() float64 {
	n, err := Total()
	if err != nil {
		return unknown
	}
	return float64(n)
}
