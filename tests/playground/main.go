// Command playground plays a link of the playground on this machine, twice: as the page's game, and as the run that
// `gan train --from LINK` makes. It prints what both have come to after some iterations, as JSON, for a test that compares
// them with the page's own program under node (play.cjs).
//
//	playground LINK 1 1000
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strconv"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/playground"
	"github.com/gans-in-go/gans/playground/game"
)

// state is what a game has come to.
type state struct {
	View    *game.View `json:"view,omitempty"` // of the game only
	DLoss   float64    `json:"d_loss"`         // of the last iteration, before its updates
	GLoss   float64    `json:"g_loss"`
	Samples []float32  `json:"samples"`
	D       []float32  `json:"d"` // on the board
}

// played are the states after each of the numbers of iterations.
type played struct {
	Game []state `json:"game"`
	Run  []state `json:"run"`
}

func main() {
	log.SetFlags(0)
	result, err := play(os.Args[1], os.Args[2:])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

func play(link string, counts []string) (p played, err error) {
	scene, err := game.ReadLink(link)
	if err != nil {
		return p, err
	}
	g, err := game.Open(scene)
	if err != nil {
		return p, err
	}
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return p, err
	}
	defer os.RemoveAll(dir)
	for _, count := range counts {
		steps, err := strconv.Atoi(count)
		if err != nil {
			return p, err
		}
		onPage, err := iterate(g, steps)
		if err != nil {
			return p, err
		}
		trained, err := train(scene, steps, dir, g.Board())
		if err != nil {
			return p, err
		}
		p.Game, p.Run = append(p.Game, onPage), append(p.Run, trained)
	}
	return p, nil
}

// iterate plays the page's game up to an iteration.
func iterate(g *game.Game, steps int) (s state, err error) {
	for g.Step() < steps {
		d, m, err := g.Iterate()
		if err != nil {
			return s, err
		}
		s.DLoss, s.GLoss = d.Loss, m.Loss
	}
	s.View, err = g.View()
	if err == nil {
		s.Samples, s.D = s.View.Samples, s.View.D
	}
	return s, err
}

// train makes the run of a scene up to an iteration.
func train(scene game.Scene, steps int, dir string, board game.Board) (s state, err error) {
	cfg := playground.Config(scene)
	cfg.Steps = steps
	gan, err := gans.Train(context.Background(), cfg, gans.Options{Dir: dir})
	if err != nil {
		return s, err
	}
	history, err := gan.Run.History()
	if err != nil {
		return s, err
	}
	last := history[len(history)-1].Values
	s.DLoss, s.GLoss = last[record.DLoss], last[record.GLoss]
	// The page's samples are made of this noise, in one call with the lattice: a row's last bits depend on how many rows
	// there are.
	const n, seed = 1000, 7
	z := append(gan.NoiseFor(n, seed), board.Z...)
	made, err := model.CallOnce(gan.Backend, gan.Store, func(root *model.Scope, z *graph.Node) *graph.Node {
		return gan.Algorithm1.GenerateAverage(root, z, nil)
	}, tensors.FromFlatDataAndDimensions(z, len(z)/2, 2))
	if err != nil {
		return s, err
	}
	if s.Samples, err = tensors.CopyFlatData[float32](made); err != nil {
		return s, err
	}
	s.Samples = s.Samples[:n*board.Dim]
	s.D, err = gan.Discriminate(board.Points())
	return s, err
}
