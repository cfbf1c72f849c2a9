package data

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/gantest"
)

var dots = &Cloud{Mixture{Means: [][]float64{{0, 1}, {1, 0}}, Std: .1, Weights: []float64{.25, .75}}}

// TestToy: a name means the same distribution before JSON and after.
func TestToy(t *testing.T) {
	for name, c := range map[string]struct {
		toy  Toy
		json string
		want Distribution
	}{
		"normal":     {Toy{Set: Normal, Mean: 1, Std: .5}, `{"set":"normal","mean":1,"std":0.5}`, Normal1D{1, .5}},
		"ring8":      {Toy{Set: "ring8"}, `{"set":"ring8"}`, Ring(8, 1, .05)},
		"grid25":     {Toy{Set: "grid25"}, `{"set":"grid25"}`, Grid(5, 2, .05)},
		"swiss-roll": {Toy{Set: "swiss-roll"}, `{"set":"swiss-roll"}`, SwissRoll{Radius: 9 * math.Pi / 15, Std: 1. / 30}},
		"moons":      {Toy{Set: "moons"}, `{"set":"moons"}`, Moons(.1)},
		"a cloud":    {Toy{Cloud: dots}, `{"cloud":{"means":[[0,1],[1,0]],"std":0.1,"weights":[0.25,0.75]}}`, *dots},
		"mnist":      {Toy{Set: "mnist"}, `{"set":"mnist"}`, nil},
		"none":       {Toy{}, `{}`, nil},
	} {
		text, err := json.Marshal(c.toy)
		require.NoError(t, err, name)
		require.Equal(t, c.json, string(text))
		read, err := invalid.ReadJSON[Toy]("a toy", text)
		require.NoError(t, err, name)
		require.Equal(t, c.toy, read)
		require.Equal(t, name, read.String())
		got, err := read.Distribution()
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	require.Equal(t, []string{"grid25", "moons", "ring8", "swiss-roll"}, Toys())
}

func TestToyRefused(t *testing.T) {
	for _, c := range []struct {
		toy Toy
		key string
	}{
		{Toy{Set: "ring8", Cloud: dots}, "cloud"},
		{Toy{Set: "ring8", Mean: 1}, "mean"},
		{Toy{Set: "moons", Std: 1}, "std"},
		{Toy{Cloud: dots, Std: 1}, "std"},
		{Toy{Set: Normal}, "std"},
		{Toy{Set: Normal, Std: -1}, "std"},
		{Toy{Set: Normal, Std: math.Inf(1)}, "std"},
		{Toy{Set: Normal, Std: math.NaN()}, "std"},
		{Toy{Set: Normal, Std: 1, Mean: math.NaN()}, "mean"},
		{Toy{Cloud: &Cloud{}}, "cloud.means"},
		{Toy{Cloud: &Cloud{Mixture{Means: [][]float64{{0, 0}}}}}, "cloud.std"},
		{Toy{Cloud: &Cloud{Mixture{Means: [][]float64{{0, 0}}, Std: 1, Weights: []float64{.5}}}}, "cloud.weights"},
	} {
		gantest.RequireInvalid(t, c.toy.Validate(), c.key)
		_, err := c.toy.Distribution()
		gantest.RequireInvalid(t, err, c.key)
	}
}

// TestCloudHasNoModes: a cloud has a mixture's density, and is not taken for one whose modes are counted.
func TestCloudHasNoModes(t *testing.T) {
	var d Distribution = *dots
	_, ok := d.(Mixture)
	require.False(t, ok)
	require.Equal(t, dots.Mixture.Density([]float64{.2, .9}), dots.Density([]float64{.2, .9}))
}

// TestMoons: the dots are on the half circles of scikit-learn's make_moons, whose middle is moved to 0, and lie near
// enough to make a line.
func TestMoons(t *testing.T) {
	moons := Moons(.1)
	require.NoError(t, moons.Validate())
	require.Len(t, moons.Means, 64)
	var sum [2]float64
	for i := 0; i < len(moons.Means); i += 2 {
		outer, inner := moons.Means[i], moons.Means[i+1]
		require.InDelta(t, 1, math.Hypot(outer[0]+.5, outer[1]+.25), 1e-12)
		require.GreaterOrEqual(t, outer[1], -.25)
		require.InDelta(t, 1, math.Hypot(inner[0]-.5, inner[1]-.25), 1e-12)
		require.LessOrEqual(t, inner[1], .25)
		sum[0], sum[1] = sum[0]+outer[0]+inner[0], sum[1]+outer[1]+inner[1]
		if i > 0 {
			before := moons.Means[i-2]
			require.InDelta(t, .1, math.Hypot(outer[0]-before[0], outer[1]-before[1]), .002)
		}
	}
	require.InDeltaSlice(t, []float64{0, 0}, sum[:], 1e-12)
}
