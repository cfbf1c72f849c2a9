package gantest

import (
	"runtime"
	"testing"
)

// RequireAllocates fails a test if f allocates more than that many bytes in total, whether they are freed or not. The
// other goroutines of the test must be quiet.
func RequireAllocates(t testing.TB, most int, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > uint64(most) {
		t.Errorf("allocated %d bytes, want at most %d", got, most)
	}
}
