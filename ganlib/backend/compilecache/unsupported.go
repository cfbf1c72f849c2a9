//go:build !(cgo && linux && (amd64 || arm64))

package compilecache

import "errors"

// Supported reports whether this program can keep what a plugin compiles.
const Supported = false

// Use is not possible in this program.
func (c *Cache) Use() error { return errors.ErrUnsupported }
