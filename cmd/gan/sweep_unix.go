//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// onItsOwn keeps the terminal's Ctrl-C from a process, which gets a SIGTERM from this program alone: a second signal would
// end it before it has saved, and the first could be one that it was started to ignore.
func onItsOwn(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
}
