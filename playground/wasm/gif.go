//go:build js && wasm

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/gif"
	"syscall/js"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/playground/game"
)

// animation is the GIF in progress.
var animation *gif.GIF

// gifOf takes a frame, {"width", "height", "delay" in hundredths of a second, "first"}, with its pixels as RGBA in bytes.
// With {"end": true} it returns the GIF, in base64.
func gifOf(args []byte, pixels js.Value) (any, arrays, error) {
	var asked struct {
		Width  int  `json:"width"`
		Height int  `json:"height"`
		Delay  int  `json:"delay"`
		First  bool `json:"first"`
		End    bool `json:"end"`
	}
	if err := json.Unmarshal(args, &asked); err != nil {
		return nil, nil, err
	}
	if asked.End {
		return endGIF()
	}
	frame := image.NewRGBA(image.Rect(0, 0, asked.Width, asked.Height))
	if n := js.CopyBytesToGo(frame.Pix, pixels); n != len(frame.Pix) {
		return nil, nil, invalid.Value("pixels", n, "%d bytes", len(frame.Pix))
	}
	if asked.First || animation == nil {
		animation = &gif.GIF{}
	}
	animation.Image = append(animation.Image, game.Paletted(frame))
	animation.Delay = append(animation.Delay, asked.Delay)
	return len(animation.Image), nil, nil
}

func endGIF() (any, arrays, error) {
	if animation == nil {
		return nil, nil, invalid.Value("gif", "none", "a frame first")
	}
	var out bytes.Buffer
	err := gif.EncodeAll(&out, animation)
	animation = nil
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil, err
}
