// Package faults breaks runs from outside and wants them whole again: processes killed at any moment, full disks,
// directories that cannot be written to, damaged files, second processes, clocks that go backwards.
//
// After each fault nothing that was saved is lost, one clear message says what is wrong, and when the fault is gone the
// run ends with the bits of a run that had none. Most faults meet a toy that makes a checkpoint each step, so that its
// processes are young; the front door is tested with the gan command.
//
// The tests need Linux: its mounts, limits and signals. Where they run as root, the processes that train run as nobody,
// for root may write where others may not.
package faults
