package latent

import "github.com/gans-in-go/gans/ganlib/invalid"

// Direction leads from the samples of one class to those of another: the mean of the noise of the one from that of the
// other. There is a label for each row of z, from a person or from a classifier of the samples; 0 and 1 will do for an
// attribute that a sample has or has not. Directions of this kind turned Radford et al.'s faces from left to right
// (section 6.3.2, Figure 8). The result has the length of the step between the means: see [Unit].
//
// A conditional game needs no direction for its own labels: [EachClass] leaves z and changes y.
func Direction(z [][]float32, labels []int, from, to int) ([]float32, error) {
	if len(labels) != len(z) {
		return nil, invalid.Value("labels", len(labels), "one for each of %d rows", len(z))
	}
	var means [2][]float32
	for i, class := range []int{from, to} {
		var rows [][]float32
		for j, label := range labels {
			if label == class {
				rows = append(rows, z[j])
			}
		}
		if len(rows) == 0 {
			return nil, invalid.Value([]string{"from", "to"}[i], class, "a label of at least one row")
		}
		mean, err := Mean(rows)
		if err != nil {
			return nil, err
		}
		means[i] = mean
	}
	if err := sameLength(means[:]...); err != nil {
		return nil, err
	}
	return weighted(means[1], means[0], 1, -1), nil
}

// Unit is a direction scaled to length 1. A direction of length 0 is refused.
func Unit(direction []float32) ([]float32, error) {
	norm := length(direction)
	if norm == 0 {
		return nil, invalid.Value("direction", 0, "a length above 0")
	}
	return weighted(direction, direction, 1/norm, 0), nil
}

// Along moves z by amounts of a direction: one row z + amount·direction for each.
func Along(z, direction []float32, amounts ...float64) ([][]float32, error) {
	if err := sameLength(z, direction); err != nil {
		return nil, err
	}
	rows := make([][]float32, len(amounts))
	for i, amount := range amounts {
		rows[i] = weighted(z, direction, 1, amount)
	}
	return rows, nil
}

// EachClass repeats each row of z for each class of a conditional game, with the labels to go with them: what G makes of
// the same z under every y.
func EachClass(z [][]float32, classes int) (rows [][]float32, labels []int, err error) {
	if classes < 2 {
		return nil, nil, invalid.Value("classes", classes, "at least 2, a conditional game's")
	}
	for _, row := range z {
		for class := range classes {
			rows, labels = append(rows, row), append(labels, class)
		}
	}
	return rows, labels, nil
}
