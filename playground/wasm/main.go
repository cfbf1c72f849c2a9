//go:build js && wasm

// Command wasm is the playground's game in a browser: package game behind one JavaScript function,
//
//	gan(name, args, bytes) → {result, arrays} or {error}
//
// where args and result are JSON texts, bytes a Uint8Array or nothing, and arrays Float32Arrays by name. It answers at
// once, on the thread that calls: a page calls it in a Web Worker. See calls for the names.
package main

import (
	"encoding/json"
	"fmt"
	"syscall/js"
	"unsafe"
)

func main() {
	js.Global().Set("gan", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return answer(args[0].String(), args[1].String(), args[2])
	}))
	js.Global().Call("ganIsReady")
	select {}
}

// answer calls a function by its name. A panic of GoMLX, too, is an error to the page.
func answer(name, args string, bytes js.Value) (reply any) {
	defer func() {
		if r := recover(); r != nil {
			reply = map[string]any{"error": fmt.Sprint(r)}
		}
	}()
	call, ok := calls[name]
	if !ok {
		return map[string]any{"error": "no function " + name}
	}
	result, arrays, err := call([]byte(args), bytes)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	text, err := json.Marshal(result)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	sent := make(map[string]any)
	for name, values := range arrays {
		sent[name] = float32Array(values)
	}
	return map[string]any{"result": string(text), "arrays": sent}
}

// float32Array copies numbers to JavaScript.
func float32Array(values []float32) js.Value {
	if len(values) == 0 {
		return js.Global().Get("Float32Array").New(0)
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 4*len(values))
	bytes := js.Global().Get("Uint8Array").New(len(raw))
	js.CopyBytesToJS(bytes, raw)
	return js.Global().Get("Float32Array").New(bytes.Get("buffer"))
}
