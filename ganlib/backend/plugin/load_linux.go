//go:build cgo && linux && (amd64 || arm64)

package plugin

/*
#cgo LDFLAGS: -ldl
#include "pjrt.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

var (
	mu     sync.Mutex
	loaded bool
	kept   *programs // the plugin's table of functions has no place for a context, so a process has one
)

// Load loads the plugin for the CPU at an absolute path and registers it with go-xla under that path. It keeps compiled
// programs in a directory, unless that is "". A process loads one plugin so; for a second, Load does nothing, and go-xla
// loads it by itself.
func Load(path, dir string) error {
	mu.Lock()
	defer mu.Unlock()
	if loaded {
		return nil
	}
	var cache *programs
	if dir != "" {
		var err error
		if cache, err = openPrograms(dir, path); err != nil {
			return err
		}
	}
	name := append([]byte(path), 0)
	var problem *C.char
	api := C.gan_open_plugin((*C.char)(unsafe.Pointer(&name[0])), &problem)
	if api == nil {
		return fmt.Errorf("plugin %s: %s", path, C.GoString(problem))
	}
	if err := pjrt.RegisterPreloadedPlugin(path, uintptr(unsafe.Pointer(api))); err != nil {
		return fmt.Errorf("plugin %s: %w", path, err)
	}
	loaded, kept = true, cache
	return nil
}

// gan_compile takes the place of PJRT_Client_Compile. It returns an error of the plugin or nil.
//
//export gan_compile
func gan_compile(args *C.gan_compile_args) unsafe.Pointer {
	program := donors(bytesAt(args.program.code, args.program.code_size))
	donating := *args.program
	donating.code, donating.code_size = unsafe.Pointer(unsafe.SliceData(program)), C.size_t(len(program))
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(donating.code)
	pinner.Pin(&donating)
	asked := *args
	asked.program = &donating
	err := compile(&asked, program)
	args.executable = asked.executable
	return err
}

// compile loads a program that is kept, or compiles and keeps it.
func compile(args *C.gan_compile_args, program []byte) unsafe.Pointer {
	if kept == nil {
		return C.gan_compile_anew(args)
	}
	key := kept.key(bytesAt(unsafe.Pointer(args.program.format), args.program.format_size),
		bytesAt(unsafe.Pointer(args.compile_options), args.compile_options_size), program)
	if found, ok := kept.get(key); ok && bool(C.gan_load(args, unsafe.Pointer(unsafe.SliceData(found)), C.size_t(len(found)))) {
		return nil
	}
	if err := C.gan_compile_anew(args); err != nil {
		return err
	}
	var serialized C.gan_serialize_args
	if C.gan_serialize(args, &serialized) {
		kept.put(key, bytesAt(unsafe.Pointer(serialized.bytes), serialized.size))
		C.gan_free_serialized(&serialized)
	}
	return nil
}

// bytesAt is C's memory as a slice.
func bytesAt(p unsafe.Pointer, size C.size_t) []byte { return unsafe.Slice((*byte)(p), int(size)) }
