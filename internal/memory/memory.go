// Package memory says how much memory the machine has.
package memory

import "fmt"

// Total returns the number of bytes of the machine's memory. On systems it knows nothing about, its error wraps
// [errors.ErrUnsupported].
func Total() (uint64, error) {
	n, err := total()
	if err != nil {
		return 0, fmt.Errorf("the machine's memory: %w", err)
	}
	return n, nil
}
