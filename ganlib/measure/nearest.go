package measure

import (
	"math"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// NearestNeighbour is the classifier that gives an example the label of the nearest labelled row (Cover and Hart 1967), by
// Euclidean distance in float64. Labelled rows come in parts of any size, of which it keeps only what is nearest so far:
// a million rows take no more memory than a thousand.
//
// Taught by samples of a conditional generator, its error on test images tells how well the generator knows the classes
// and their variety; the DCGAN paper (section 8.1) holds it against the error of the training images themselves.
type NearestNeighbour struct {
	x       points
	nearest []neighbour
	labels  []int
}

// NewNearestNeighbour is a classifier of x, [n, dim], that has seen no labelled row yet. It returns an error unless x is
// at least one whole row of finite numbers.
func NewNearestNeighbour(x []float32, dim int) (*NearestNeighbour, error) {
	p, err := newPoints("x", x, dim)
	if err != nil {
		return nil, err
	}
	c := &NearestNeighbour{x: p, nearest: make([]neighbour, p.n), labels: make([]int, p.n)}
	for i := range c.nearest {
		c.nearest[i], c.labels[i] = neighbour{-1, math.Inf(1)}, -1
	}
	return c, nil
}

// Add teaches it rows, [m, dim], with their labels, [m]. Of rows that are equally near the first counts. An error leaves
// it as it was.
func (c *NearestNeighbour) Add(rows []float32, labels []int) error {
	p, err := newPoints("rows", rows, c.x.dim)
	if err != nil {
		return err
	}
	if len(labels) != p.n {
		return invalid.Value("labels", len(labels), "%d, one a row", p.n)
	}
	for i, found := range neighbours(c.x, p, 1) {
		if found.squared < c.nearest[i].squared {
			c.nearest[i], c.labels[i] = found, labels[found.row]
		}
	}
	return nil
}

// Labels are those of the nearest rows so far, [n]: −1 before there are any.
func (c *NearestNeighbour) Labels() []int { return c.labels }

// Error is the share of examples whose label is not the true one, of labels [n], with its binomial standard error.
func (c *NearestNeighbour) Error(labels []int) (Estimate, error) {
	if len(labels) != c.x.n {
		return Estimate{}, invalid.Value("labels", len(labels), "%d, one an example", c.x.n)
	}
	wrong := make([]bool, len(labels))
	for i, label := range labels {
		wrong[i] = label != c.labels[i]
	}
	return share(wrong), nil
}
