//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// onItsOwn keeps the terminal's Ctrl-C from a process, which gets one from this program alone: a second one would end
// it before it has saved.
func onItsOwn(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}
