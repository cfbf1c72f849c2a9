//go:build js && wasm

package main

import (
	"encoding/json"
	"errors"
	"runtime"
	"syscall/js"
	"time"

	"github.com/gans-in-go/gans/playground/game"
)

// arrays are what a page draws, by name.
type arrays map[string][]float32

// playing is the game on the page.
var playing *game.Game

var errNoGame = errors.New("no game has been opened")

// calls are the functions of the page.
var calls = map[string]func(args []byte, bytes js.Value) (any, arrays, error){
	"lessons": func([]byte, js.Value) (any, arrays, error) { return game.Lessons(), nil, nil },
	"open":    open,
	"change":  change,
	"frame":   inGame(frame),
	"moveD":   inGame(func(g *game.Game, _ []byte) (any, arrays, error) { return moved(g, g.MoveD) }),
	"moveG":   inGame(func(g *game.Game, _ []byte) (any, arrays, error) { return moved(g, g.MoveG) }),
	"back":    inGame(back),
	"link":    inGame(func(g *game.Game, _ []byte) (any, arrays, error) { return link(g) }),
	"gif":     gifOf,
	"memory":  memory,
}

func inGame(call func(g *game.Game, args []byte) (any, arrays, error)) func([]byte, js.Value) (any, arrays, error) {
	return func(args []byte, _ js.Value) (any, arrays, error) {
		if playing == nil {
			return nil, nil, errNoGame
		}
		return call(playing, args)
	}
}

// opened is what a page learns of a game.
type opened struct {
	Scene  game.Scene `json:"scene"`
	Answer string     `json:"answer"` // see game.Answer
	Board  game.Board `json:"board"`
	View   *game.View `json:"view"`
	// Fresh reports that the game begins anew.
	Fresh bool `json:"fresh"`
}

// open begins the game of {"scene": ...} or {"link": ...}. The scene it returns says how far that game had come.
func open(args []byte, _ js.Value) (any, arrays, error) {
	var asked struct {
		Scene json.RawMessage `json:"scene"`
		Link  string          `json:"link"`
	}
	if err := json.Unmarshal(args, &asked); err != nil {
		return nil, nil, err
	}
	scene, err := sceneOf(asked.Scene, asked.Link)
	if err != nil {
		return nil, nil, err
	}
	shown, seen, err := begin(scene, false)
	if err != nil {
		return nil, nil, err
	}
	shown.Scene.Steps = scene.Steps
	return shown, seen, nil
}

func sceneOf(text json.RawMessage, link string) (game.Scene, error) {
	if text == nil {
		return game.ReadLink(link)
	}
	return game.ReadScene(text)
}

// begin begins a game, which the page plays from then on if it can be shown.
func begin(scene game.Scene, frozen bool) (opened, arrays, error) {
	g, err := game.Open(scene)
	if err != nil {
		return opened{}, nil, err
	}
	if frozen {
		if err := g.Change(scene, frozen); err != nil {
			return opened{}, nil, err
		}
	}
	shown, seen, err := show(g, true)
	if err == nil {
		playing = g
	}
	return shown, seen, err
}

// change plays on by {"scene": ..., "frozen": ...}, or begins anew where it must.
func change(args []byte, _ js.Value) (any, arrays, error) {
	var asked struct {
		Scene  json.RawMessage `json:"scene"`
		Frozen bool            `json:"frozen"`
	}
	if err := json.Unmarshal(args, &asked); err != nil {
		return nil, nil, err
	}
	scene, err := game.ReadScene(asked.Scene)
	if err != nil {
		return nil, nil, err
	}
	if playing == nil || !playing.CanChange(scene) {
		return begin(scene, asked.Frozen)
	}
	if err := playing.Change(scene, asked.Frozen); err != nil {
		return nil, nil, err
	}
	return show(playing, false)
}

// show is all there is to see.
func show(g *game.Game, fresh bool) (opened, arrays, error) {
	view, err := g.View()
	if err != nil {
		return opened{}, nil, err
	}
	board := g.Board()
	seen := arraysOf(view)
	seen["p_data"], seen["data"], seen["z"] = board.PData, board.Data, board.Z
	return opened{Scene: g.Scene(), Answer: game.Answer(g.Scene().Objective), Board: board, View: view, Fresh: fresh}, seen, nil
}

func arraysOf(v *game.View) arrays {
	return arrays{
		"d": v.D, "d_star": v.DStar, "p_g": v.PG, "samples": v.Samples, "slopes": v.Slopes, "warp": v.Warp,
	}
}

// seen is a view, with the moves that led to it.
type seen struct {
	View *game.View  `json:"view"`
	D    *game.Moved `json:"d,omitempty"` // the last move of D, if there was one
	G    *game.Moved `json:"g,omitempty"`
}

// frame plays {"most": n} iterations, or as many of them as begin within {"ms": ...} milliseconds, and looks.
func frame(g *game.Game, args []byte) (any, arrays, error) {
	var asked struct {
		Most int     `json:"most"`
		MS   float64 `json:"ms"`
	}
	if err := json.Unmarshal(args, &asked); err != nil {
		return nil, nil, err
	}
	var s seen
	began := time.Now()
	for i := 0; i < asked.Most && (i == 0 || time.Since(began).Seconds()*1000 < asked.MS); i++ {
		d, m, err := g.Iterate()
		if err != nil {
			return nil, nil, err
		}
		s.D, s.G = &d, &m
	}
	return look(g, s)
}

// look is a view with its arrays, and those of the moves.
func look(g *game.Game, s seen) (any, arrays, error) {
	view, err := g.View()
	if err != nil {
		return nil, nil, err
	}
	s.View = view
	drawn := arraysOf(view)
	if s.D != nil {
		drawn["d_noise"], drawn["d_generated"], drawn["d_data"] = s.D.Noise, s.D.Generated, s.D.Data
	}
	if s.G != nil {
		drawn["g_noise"], drawn["g_generated"] = s.G.Noise, s.G.Generated
	}
	return s, drawn, nil
}

// moved makes one move.
func moved(g *game.Game, move func() (game.Moved, error)) (any, arrays, error) {
	m, err := move()
	if err != nil {
		return nil, nil, err
	}
	s := seen{G: &m}
	if m.Player == "D" {
		s = seen{D: &m}
	}
	return look(g, s)
}

// back goes to iteration {"step": n}.
func back(g *game.Game, args []byte) (any, arrays, error) {
	var asked struct {
		Step int `json:"step"`
	}
	if err := json.Unmarshal(args, &asked); err != nil {
		return nil, nil, err
	}
	if err := g.Back(asked.Step); err != nil {
		return nil, nil, err
	}
	return show(g, false)
}

// link is the game as the fragment of a link.
func link(g *game.Game) (any, arrays, error) {
	fragment, err := g.Scene().Fragment()
	return fragment, nil, err
}

// memory is what the program takes, in bytes.
func memory([]byte, js.Value) (any, arrays, error) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return map[string]uint64{"in_use": stats.HeapInuse, "whole": stats.Sys}, nil, nil
}
