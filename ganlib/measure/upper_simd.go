//go:build goexperiment.simd && amd64

package measure

import "simd/archsimd"

// clearUpper clears the upper halves of the vector registers. A program with SIMD that is preempted, every 10 ms, goes on
// with something in them (Go 1.27), and then math.Exp, which mixes instructions of SSE and AVX, takes a microsecond where
// it took ten nanoseconds. A loop of exponentials calls this once in a while.
func clearUpper() {
	if archsimd.X86.AVX() {
		archsimd.ClearAVXUpperBits()
	}
}
