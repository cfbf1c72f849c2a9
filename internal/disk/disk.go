// Package disk says how much room a file system has left, and writes files as a whole.
package disk

import "fmt"

// Free returns the number of bytes that an ordinary user can still write to the file system of a folder. On systems it
// knows nothing about, its error wraps [errors.ErrUnsupported].
func Free(folder string) (uint64, error) {
	free, err := free(folder)
	if err != nil {
		return 0, fmt.Errorf("free space of %s: %w", folder, err)
	}
	return free, nil
}
