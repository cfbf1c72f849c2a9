package memory

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// status is MEMORYSTATUSEX of the Windows API.
type status struct {
	length, load                                                      uint32
	total, free, pages, freePages, virtual, freeVirtual, freeExtended uint64
}

func total() (uint64, error) {
	s := status{length: uint32(unsafe.Sizeof(status{}))}
	ok, _, err := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx").Call(uintptr(unsafe.Pointer(&s)))
	if ok == 0 {
		return 0, err
	}
	return s.total, nil
}
