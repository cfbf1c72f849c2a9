//go:build cgo && linux && (amd64 || arm64)

package plugin

import (
	"debug/elf"
	"fmt"
	"os"
	"runtime"
)

// machines are the processors for which a plugin can be, as ELF files name them.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// Check returns an error if a file is no whole library for this kind of processor. The system's loader would map what is
// there, and the program would die of SIGBUS when it came to the rest.
func Check(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // a FIFO would be waited for
		return fmt.Errorf("plugin %s is not a file", path)
	}
	file, err := elf.Open(path)
	if err != nil { // its end, where a list of what it holds should be, is missing or wrong
		return fmt.Errorf("plugin %s (%d bytes) is no library, or cut short or damaged: %w", path, info.Size(), err)
	}
	defer file.Close()
	if want := machines[runtime.GOARCH]; file.Machine != want {
		return fmt.Errorf("plugin %s is for another processor, %v: want %v", path, file.Machine, want)
	}
	for _, part := range file.Progs {
		if end := part.Off + part.Filesz; end > uint64(info.Size()) {
			return fmt.Errorf("plugin %s is cut short: it has %d bytes, and should have at least %d", path, info.Size(), end)
		}
	}
	return nil
}
