//go:build js && wasm

// Command wasm is package digits in a browser, as one JavaScript object:
//
//	digits.open(config, weights) → {classes, size, steps} or {error}
//	digits.draw(asked)           → {x, pixels, labels} or {error}
//
// where config and weights are Uint8Arrays, and asked is a digits.Asked as JSON. Each answers at once, on the thread that
// calls: a page calls them in a Web Worker.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
	"unsafe"

	"github.com/gans-in-go/gans/playground/digits"
)

// model is the model that was opened.
var model *digits.Model

func main() {
	js.Global().Set("digits", map[string]any{"open": function(open), "draw": function(draw)})
	select {}
}

// function is a function of JavaScript. An error, or a panic of GoMLX, is its result.
func function(f func(args []js.Value) (map[string]any, error)) js.Func {
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

func open(args []js.Value) (_ map[string]any, err error) {
	if model, err = digits.Open(content(args[0]), content(args[1])); err != nil {
		return nil, err
	}
	return map[string]any{"classes": model.Classes(), "size": model.Size(), "steps": digits.Steps}, nil
}

func draw(args []js.Value) (map[string]any, error) {
	if model == nil {
		return nil, errors.New("no model has been opened")
	}
	var asked digits.Asked
	if err := json.Unmarshal([]byte(args[0].String()), &asked); err != nil {
		return nil, err
	}
	drawn, err := model.Draw(asked)
	if err != nil {
		return nil, err
	}
	labels := make([]any, len(drawn.Labels))
	for i, label := range drawn.Labels {
		labels[i] = label
	}
	x := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(drawn.X))), 4*len(drawn.X))
	floats := js.Global().Get("Float32Array").New(uint8Array(x).Get("buffer"))
	return map[string]any{"x": floats, "pixels": uint8Array(drawn.Pixels), "labels": labels}, nil
}

// content copies a Uint8Array from JavaScript.
func content(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

// uint8Array copies bytes to JavaScript.
func uint8Array(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
