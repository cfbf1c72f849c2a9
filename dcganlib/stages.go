package dcganlib

import (
	"fmt"
	"slices"
)

// Scopes of the layers' variables, below their player's.
const (
	hiddenScope     = "hidden"
	projectionScope = "projection"
	outputScope     = "output"
)

func upScope(i int) string   { return fmt.Sprintf("up_%d", i) }
func downScope(i int) string { return fmt.Sprintf("down_%d", i) }

// Stage is one layer of a player: the scope of its variables, and the shape of its output without the batch.
type Stage struct {
	Name  string
	Shape []int
}

// GeneratorStages computes the shapes of G's layers, from z to the image, without building them: each transposed
// convolution doubles the side of the image. The networks must be valid.
func (n Networks) GeneratorStages() []Stage {
	n = n.orPaper()
	stages := n.hiddenStage()
	side := n.Base
	stages = append(stages, Stage{projectionScope, []int{side, side, n.Filters[len(n.Filters)-1]}})
	for i, width := range n.widths() {
		side *= stride
		stages = append(stages, Stage{upScope(i), []int{side, side, width}})
	}
	return stages
}

// DiscriminatorStages computes the shapes of D's layers, from the image to the logit, without building them: each
// convolution halves the side of the image. The networks must be valid.
func (n Networks) DiscriminatorStages() []Stage {
	n = n.orPaper()
	var stages []Stage
	side := n.Size
	for i, width := range n.Filters {
		side /= stride
		stages = append(stages, Stage{downScope(i), []int{side, side, width}})
	}
	return append(append(stages, n.hiddenStage()...), Stage{outputScope, []int{1}})
}

func (n Networks) hiddenStage() []Stage {
	if n.Hidden == 0 {
		return nil
	}
	return []Stage{{hiddenScope, []int{n.Hidden}}}
}

// widths are the channels of G's transposed convolutions: D's filters from the inside outwards, then the image's.
func (n Networks) widths() []int {
	widths := slices.Clone(n.Filters[:len(n.Filters)-1])
	slices.Reverse(widths)
	return append(widths, n.Channels)
}
