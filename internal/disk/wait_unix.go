//go:build unix

package disk

import "syscall"

// withoutWaiting makes opening a FIFO for writing fail where no program reads it, instead of waiting for one.
const withoutWaiting = syscall.O_NONBLOCK
