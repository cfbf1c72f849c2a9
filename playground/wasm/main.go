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

	"github.com/gans-in-go/gans/playground/browser"
)

func main() {
	js.Global().Set("gan", browser.Func(answer))
	js.Global().Call("ganIsReady")
	select {}
}

// answer calls a function by its name.
func answer(args []js.Value) (map[string]any, error) {
	name := args[0].String()
	call, ok := calls[name]
	if !ok {
		return nil, fmt.Errorf("no function %s", name)
	}
	result, arrays, err := call([]byte(args[1].String()), args[2])
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	sent := make(map[string]any)
	for name, values := range arrays {
		sent[name] = browser.Float32Array(values)
	}
	return map[string]any{"result": string(text), "arrays": sent}, nil
}
