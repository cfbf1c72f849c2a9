package data

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Normal is the name of the normal distribution on the line, of which a [Toy] has the mean and the standard deviation.
const Normal = "normal"

// Toy names a distribution of points, as JSON: "normal", one of [Toys], or a cloud of dots. The zero value names none.
type Toy struct {
	// Set is "normal" or one of [Toys]; empty where Cloud is given.
	Set string `json:"set,omitempty"`
	// Mean and Std are those of the normal distribution.
	Mean float64 `json:"mean,omitempty"`
	Std  float64 `json:"std,omitempty"`
	// Cloud is p_data drawn by hand.
	Cloud *Cloud `json:"cloud,omitempty"`
}

// toys have the numbers that the literature gives them; those of the moons are scikit-learn's with a noise of .1.
var toys = map[string]Distribution{
	"ring8":      Ring(8, 1, .05),
	"grid25":     Grid(5, 2, .05),
	"swiss-roll": SwissRoll{Radius: 9 * math.Pi / 15, Std: 1. / 30},
	"moons":      Moons(.1),
}

// Toys lists the names of the distributions without parameters, sorted.
func Toys() []string { return slices.Sorted(maps.Keys(toys)) }

// Validate refuses numbers that do not belong to the distribution, or that it cannot have.
func (t Toy) Validate() error {
	switch {
	case t.Cloud != nil && t.Set != "":
		return invalid.Value("cloud", t.Set, "none beside the set %q", t.Set)
	case t.Set != Normal && t.Mean != 0:
		return invalid.Value("mean", t.Mean, "none: only the set %q has one", Normal)
	case t.Set != Normal && t.Std != 0:
		return invalid.Value("std", t.Std, "none: only the set %q has one", Normal)
	case t.Cloud != nil:
		return invalid.In("cloud", t.Cloud.Validate())
	case t.Set == Normal && (!(t.Std > 0) || math.IsInf(t.Std, 0)):
		return invalid.Value("std", t.Std, "a positive number")
	case t.Set == Normal && !finite(t.Mean):
		return invalid.Value("mean", t.Mean, "a finite number")
	}
	return nil
}

// Distribution is the distribution that is named, nil for a name that is none's.
func (t Toy) Distribution() (Distribution, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	switch {
	case t.Cloud != nil:
		return *t.Cloud, nil
	case t.Set == Normal:
		return Normal1D{Mean: t.Mean, Std: t.Std}, nil
	}
	return toys[t.Set], nil
}

// String is what the distribution is called.
func (t Toy) String() string {
	if t.Cloud != nil {
		return "a cloud"
	}
	return cmp.Or(t.Set, "none")
}
