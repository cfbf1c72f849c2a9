// Package plugin loads XLA's PJRT plugin for the CPU in the place of go-xla, and adds two things to its compiler.
//
// What it compiles can be kept on disk, so that another process loads a program instead of compiling it again:
// milliseconds in place of seconds. JAX calls the same a persistent compilation cache. What is kept is machine code. It is
// found again only by the same program and options, the same plugin, the same $XLA_FLAGS and the same model of processor,
// so it gives the same bits as a program that has just been compiled. What has not been used for five days is deleted.
//
// And the results of a program may take the place of its arguments in memory, which XLA calls donation. GoMLX gives up
// the old value of each variable that a program changes, but go-xla v0.4.13 has no way to tell the compiler, so weights
// and moments would exist twice.
package plugin
