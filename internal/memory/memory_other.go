//go:build !(linux || darwin || windows)

package memory

import "errors"

func total() (uint64, error) { return 0, errors.ErrUnsupported }
