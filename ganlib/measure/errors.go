package measure

import (
	"errors"
	"fmt"
)

// The errors of sets for which a metric is undefined. Each is wrapped by an error that names the set and says what
// would be right. An *invalid.Error of package ganlib/invalid refuses an argument out of range, or a set that is not
// whole rows.
var (
	// ErrTooFew refuses a set with fewer rows than a metric needs.
	ErrTooFew = errors.New("too few rows")
	// ErrNotFinite refuses a set with a value that is NaN or infinite.
	ErrNotFinite = errors.New("want finite numbers")
	// ErrAlike refuses a set whose rows are equal where a metric needs their distances.
	ErrAlike = errors.New("rows are alike")
)

// tooFew refuses a set of n rows.
func tooFew(name string, n, least int) error {
	return fmt.Errorf("%w: %s has %d, want at least %d", ErrTooFew, name, n, least)
}
