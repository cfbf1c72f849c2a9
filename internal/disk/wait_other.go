//go:build !unix

package disk

// withoutWaiting is for FIFOs, which are files on Unix only.
const withoutWaiting = 0
