package playground

import (
	"cmp"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/playground/game"
)

// iterations of a run of a scene that does not say how many.
const iterations = 2000

// Config is a run of a scene: its first iteration, and all that follow, are those of the game on the page. So it is one
// on the pure-Go engine, as the page's game: XLA has other random numbers.
func Config(s game.Scene) gans.Config {
	return gans.Config{
		Name: "From the playground: " + s.Data.String(), Backend: "go", Seed: s.Seed,
		Data:      gans.Data{Set: s.Data.Set, Mean: s.Data.Mean, Std: s.Data.Std, Cloud: s.Data.Cloud},
		BatchSize: s.BatchSize,
		Generator: gans.Network{Network: s.Generator}, Discriminator: gans.Network{Network: s.Discriminator},
		Play:  s.Play,
		Steps: cmp.Or(s.Steps, iterations), RecordEvery: 20, SampleEvery: 500, SaveEvery: 1000, MeasureEvery: 100,
	}
}
