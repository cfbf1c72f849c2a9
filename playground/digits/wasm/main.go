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
	"syscall/js"

	"github.com/gans-in-go/gans/playground/browser"
	"github.com/gans-in-go/gans/playground/digits"
)

// model is the model that was opened.
var model *digits.Model

func main() {
	js.Global().Set("digits", map[string]any{"open": browser.Func(open), "draw": browser.Func(draw)})
	select {}
}

func open(args []js.Value) (_ map[string]any, err error) {
	if model, err = digits.Open(browser.Bytes(args[0]), browser.Bytes(args[1])); err != nil {
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
	return map[string]any{"x": browser.Float32Array(drawn.X), "pixels": browser.Uint8Array(drawn.Pixels), "labels": labels}, nil
}
