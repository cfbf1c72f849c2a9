// Package digits draws digits by seeds, for a page: a trained DCGAN without a run, a file or a data set, so that the
// program for a browser stays small.
package digits

import (
	"encoding/json"
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/dcganlib/latent"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/weights"
)

// config is what drawing takes of a config.json.
type config struct {
	Generator struct {
		DCGAN *dcganlib.Networks `json:"dcgan"`
	} `json:"generator"`
	ganlib.Play
}

// Model is a trained generator of digits.
type Model struct {
	players *ganlib.Players
}

// Open reads a model in the box, such as ganlib/models/digits: the contents of its config.json and weights.safetensors.
func Open(configJSON, safetensors []byte) (*Model, error) {
	var cfg config
	if err := json.Unmarshal(configJSON, &cfg); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	algorithm, err := cfg.algorithm()
	if err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	engine, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	size := cfg.Generator.DCGAN.Size
	players := &ganlib.Players{Algorithm1: algorithm, Backend: engine, Store: model.NewStore(), Shape: []int{size, size, 1}}
	if _, err := weights.Read(safetensors, players.Store); err != nil {
		return nil, fmt.Errorf("weights.safetensors: %w", err)
	}
	return &Model{players}, nil
}

// algorithm is the game, if it is one of grey digits.
func (cfg config) algorithm() (*ganlib.Algorithm1, error) {
	switch networks := cfg.Generator.DCGAN; {
	case networks == nil:
		return nil, invalid.Value("generator", "none", `a "dcgan"`)
	case networks.Classes == 0:
		return nil, invalid.Value("generator.dcgan.classes", 0, "at least 1")
	case networks.Channels != 1:
		return nil, invalid.Value("generator.dcgan.channels", networks.Channels, "1, grey")
	case networks.Output != "sigmoid":
		return nil, invalid.Value("generator.dcgan.output", networks.Output, `"sigmoid"`)
	default:
		return cfg.Play.Algorithm1(networks.Generator, networks.Discriminator, networks.Classes)
	}
}

// Steps is the number of steps from one seed's digits to another's.
const Steps = 32

// Asked is which digits to draw.
type Asked struct {
	// Seed decides the noise, and Labels are taken in turn; without any, all classes are.
	Seed   uint64 `json:"seed"`
	Labels []int  `json:"labels"`
	// First is the first digit of those that the seed draws, and N is how many.
	First int `json:"first"`
	N     int `json:"n"`
	// Step, 0 to Steps, is how far each z has come on its way to the one of the seed To.
	To   uint64 `json:"to"`
	Step int    `json:"step"`
}

// most is the number of digits of a seed that can be had: a page must answer.
const most = 100

// Drawn are digits, one after the other.
type Drawn struct {
	// X is G(z, y), [n, size, size, 1], from 0 to 1, and Pixels are the same as a picture has them.
	X      []float32
	Pixels []uint8
	Labels []int
}

// Draw draws digits. At step 0 they are those of `gan sample --seed SEED`, at the last step those of `--seed TO`.
func (m *Model) Draw(asked Asked) (*Drawn, error) {
	switch {
	case asked.First < 0 || asked.First >= most:
		return nil, invalid.Value("first", asked.First, "0 to %d", most-1)
	case asked.N < 1 || asked.N > most-asked.First:
		return nil, invalid.Value("n", asked.N, "1 to %d", most-asked.First)
	case asked.Step < 0 || asked.Step > Steps:
		return nil, invalid.Value("step", asked.Step, "0 to %d", Steps)
	}
	if err := m.players.CheckLabels(asked.Labels...); err != nil {
		return nil, err
	}
	z, err := m.noise(asked)
	if err != nil {
		return nil, err
	}
	drawn := &Drawn{Labels: m.players.LabelsFor(asked.First+asked.N, asked.Labels...)[asked.First:]}
	if drawn.X, err = m.players.Generate(z, drawn.Labels...); err != nil {
		return nil, err
	}
	drawn.Pixels = make([]uint8, len(drawn.X))
	data.Unit.Pixels(drawn.Pixels, drawn.X)
	return drawn, nil
}

// noise is z, [n, dim], part of the way between the noise of two seeds.
func (m *Model) noise(asked Asked) ([]float32, error) {
	prior := m.players.Algorithm1.Prior
	from := latent.Rows(m.players.NoiseFor(asked.First+asked.N, asked.Seed), prior.Dim)
	to := latent.Rows(m.players.NoiseFor(asked.First+asked.N, asked.To), prior.Dim)
	var z []float32
	for i := asked.First; i < len(from); i++ {
		way, err := latent.WayOf(prior)(from[i], to[i], Steps+1)
		if err != nil {
			return nil, err
		}
		z = append(z, way[asked.Step]...)
	}
	return z, nil
}

// Classes is the number of digits that there are to choose from.
func (m *Model) Classes() int { return m.players.Classes() }

// Size is the side of a digit in pixels.
func (m *Model) Size() int { return m.players.Shape[0] }
