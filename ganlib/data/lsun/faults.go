package lsun

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
)

// faults are the pictures that could not be read so far. It is safe for use by several goroutines.
type faults struct {
	mu     sync.Mutex
	n      int      // of pictures
	read   []uint64 // a bit for each picture that was tried
	tried  int
	failed map[int]error // by index
	said   int           // how many failures were told
}

func newFaults(n int) *faults {
	return &faults{n: n, read: make([]uint64, (n+63)/64), failed: make(map[int]error)}
}

// known reports whether a picture is known to be unreadable, and whether too many are to look for another.
func (f *faults) known(i int, share float64) (bad, hopeless bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed[i] != nil, f.tooMany(share)
}

// note remembers how reading a picture went.
func (f *faults) note(i int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if bit := uint64(1) << (i % 64); f.read[i/64]&bit == 0 {
		f.read[i/64] |= bit
		f.tried++
	}
	if err != nil {
		f.failed[i] = err
	}
}

// enoughRead is how many pictures are read before a share of them is judged, if there are as many.
const enoughRead = 1000

// tooMany reports whether more pictures failed than the share allows of those that were read.
func (f *faults) tooMany(share float64) bool {
	return float64(len(f.failed)) > share*float64(max(f.tried, min(enoughRead, f.n)))
}

// judge says what could not be read, whenever that has doubled, and returns an error if it is too much.
func (f *faults) judge(s *Set) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.failed) == 0 {
		return nil
	}
	if f.tooMany(s.options.MaxFailed) {
		return &tooManyError{
			words: fmt.Sprintf("%q: %v: %s: want at most %.3g%%: allow more by MaxFailed (`--set data.max_failed=%.2g`)", s.Name, ErrUnreadable, f.words(s),
				100*s.options.MaxFailed, math.Ceil(100*float64(len(f.failed))/float64(max(f.tried, 1)))/100),
			causes: append(slices.Collect(maps.Values(f.failed)), ErrUnreadable),
		}
	}
	if n := len(f.failed); n >= 2*f.said || f.said == 0 {
		f.said = n
		if s.options.Output != nil {
			fmt.Fprintf(s.options.Output, "%s: %s; the next key's picture takes the place of each\n", s.Name, f.words(s))
		}
	}
	return nil
}

// tooManyError is an ErrUnreadable with the errors of the pictures.
type tooManyError struct {
	words  string
	causes []error
}

func (e *tooManyError) Error() string   { return e.words }
func (e *tooManyError) Unwrap() []error { return e.causes }

// words counts and names what could not be read.
func (f *faults) words(s *Set) string {
	const few = 3
	var indices []int
	for i := range f.failed {
		indices = append(indices, i)
	}
	slices.Sort(indices)
	var names []string
	for _, i := range indices[:min(len(indices), few)] {
		names = append(names, fmt.Sprintf("key %q (%v)", s.keys.at(i), f.failed[i]))
	}
	if len(indices) > few {
		names = append(names, "...")
	}
	return fmt.Sprintf("%d of the %d pictures read so far cannot be read: %s", len(indices), f.tried, strings.Join(names, ", "))
}
