package main

import "os/exec"

// onItsOwn leaves a process to the console, whose Ctrl-C it gets as this program does: no program can send another one
// there.
func onItsOwn(cmd *exec.Cmd) { cmd.Cancel = func() error { return nil } }
