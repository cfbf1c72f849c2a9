//go:build js && wasm

// Package browser lets the JavaScript of a page call Go, and copies numbers between the two.
package browser

import (
	"fmt"
	"syscall/js"
	"unsafe"
)

// Func is a function of JavaScript. Its result is that of f, or {error}: an error's text, or that of a panic, for GoMLX
// panics where it builds a graph.
func Func(f func(args []js.Value) (map[string]any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (reply any) {
		defer func() {
			if r := recover(); r != nil {
				reply = map[string]any{"error": fmt.Sprint(r)}
			}
		}()
		result, err := f(args)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		return result
	})
}

// Float32Array copies numbers to JavaScript.
func Float32Array(x []float32) js.Value {
	raw := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
	return js.Global().Get("Float32Array").New(Uint8Array(raw).Get("buffer"))
}

// Uint8Array copies bytes to JavaScript.
func Uint8Array(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// Bytes copies a Uint8Array of JavaScript.
func Bytes(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}
