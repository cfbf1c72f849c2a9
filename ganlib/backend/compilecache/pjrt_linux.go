//go:build cgo && linux && (amd64 || arm64)

package compilecache

/*
#cgo LDFLAGS: -ldl
#include "pjrt.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// Supported reports whether this program can keep what a plugin compiles.
const Supported = true

// hooked is the cache in use. The plugin's table of functions has no place for a context, so a process has one.
var (
	mu     sync.Mutex
	hooked *Cache
)

// Use loads the plugin and registers it with go-xla under its path, so that whatever it compiles from now on is looked up
// in the cache first. A process keeps what one plugin compiles; for a second, Use does nothing.
func (c *Cache) Use() error {
	mu.Lock()
	defer mu.Unlock()
	if hooked != nil {
		return nil
	}
	path := append([]byte(c.plugin), 0)
	var problem *C.char
	api := C.gan_open_plugin((*C.char)(unsafe.Pointer(&path[0])), &problem)
	if api == nil {
		return fmt.Errorf("plugin %s: %s", c.plugin, C.GoString(problem))
	}
	if err := pjrt.RegisterPreloadedPlugin(c.plugin, uintptr(unsafe.Pointer(api))); err != nil {
		return fmt.Errorf("plugin %s: %w", c.plugin, err)
	}
	hooked = c
	return nil
}

// gan_compile_through_cache takes the place of PJRT_Client_Compile.
//
//export gan_compile_through_cache
func gan_compile_through_cache(args *C.gan_compile_args) unsafe.Pointer {
	program := bytesAt(args.program.code, args.program.code_size)
	format := bytesAt(unsafe.Pointer(args.program.format), args.program.format_size)
	options := bytesAt(unsafe.Pointer(args.compile_options), args.compile_options_size)
	key := hooked.key(format, options, program)
	if kept, ok := hooked.get(key); ok {
		if C.gan_load(args, unsafe.Pointer(unsafe.SliceData(kept)), C.size_t(len(kept))) {
			return nil
		}
	}
	if err := C.gan_compile(args); err != nil {
		return err
	}
	var serialized C.gan_serialize_args
	if C.gan_serialize(args, &serialized) {
		hooked.put(key, bytesAt(unsafe.Pointer(serialized.bytes), serialized.size))
		C.gan_free_serialized(&serialized)
	}
	return nil
}

// bytesAt is C's memory as a slice.
func bytesAt(p unsafe.Pointer, size C.size_t) []byte {
	return unsafe.Slice((*byte)(p), int(size))
}
