package figure

import (
	"image"
	"slices"
	"testing"
)

// upwards is a generator in miniature, and downwards a discriminator.
var (
	upwards = Network{"G", []Layer{
		{"z", []int{100}, "uniform"}, {"projectAndReshape", []int{4, 4, 64}, ""}, {"batchnorm", []int{4, 4, 64}, ""},
		{"relu", []int{4, 4, 64}, ""}, {"transposedConv", []int{8, 8, 32}, "5×5, stride 2"}, {"tanh", []int{8, 8, 32}, ""},
	}, true}
	downwards = Network{"D", []Layer{
		{"x", []int{8, 8, 32}, ""}, {"conv", []int{4, 4, 64}, "5×5, stride 2"}, {"fullyConnected", []int{1}, "the logit"},
	}, false}
)

func TestNetworksLegible(t *testing.T) {
	wide := upwards
	wide.Layers = slices.Repeat(upwards.Layers, 4)
	for name, networks := range map[string][]Network{
		"one": {upwards}, "two": {upwards, downwards}, "six": {upwards, downwards, upwards, downwards, upwards, downwards},
		"long": {wide}, "an input alone": {{"", []Layer{{"z", []int{1}, ""}}, false}},
		"a long title": {{"a generator whose title is far longer than any name of its layers", upwards.Layers[:1], true}, downwards},
		"flat":         {{"flat", []Layer{{"x", []int{1, 1024, 1}, ""}, {"y", []int{1, 1, 100000}, ""}}, false}},
	} {
		for kind, layout := range map[string]func([]Network) (*sheet, error){"stack": stackLayout, "volumes": volumesLayout} {
			s, err := layout(networks)
			if err != nil {
				t.Fatalf("%s of %s: %v", kind, name, err)
			}
			if s.width < leastWidth {
				t.Errorf("%s of %s is %v wide: want at least %d", kind, name, s.width, leastWidth)
			}
			requireLegible(t, s)
		}
	}
}

// A stack names every layer and says each shape once, where it changes.
func TestStackWords(t *testing.T) {
	s, err := stackLayout([]Network{upwards, downwards})
	if err != nil {
		t.Fatal(err)
	}
	got := words(s)
	for name, want := range map[string]int{
		"G": 1, "D": 1, "z": 1, "x": 1, "projectAndReshape": 1, "batchnorm": 1, "relu": 1, "transposedConv": 1, "tanh": 1,
		"conv": 1, "fullyConnected": 1, "5×5, stride 2": 2, "100": 1, "4×4×64": 2, "8×8×32": 2, "1": 1,
	} {
		if got[name] != want {
			t.Errorf("%q stands %d times: want %d", name, got[name], want)
		}
	}
}

// Volumes leave out what keeps the shape.
func TestVolumesWords(t *testing.T) {
	s, err := volumesLayout([]Network{upwards})
	if err != nil {
		t.Fatal(err)
	}
	got := words(s)
	if got["relu"]+got["batchnorm"]+got["tanh"] != 0 || got["transposedConv"] != 1 || got["4×4×64"] != 1 {
		t.Errorf("volumes say %v", got)
	}
}

// The larger side is drawn higher, the more channels thicker; the largest as large as there is room.
func TestSolids(t *testing.T) {
	scale := scalesOf([]Network{upwards, downwards})
	small, large := scale.solid([]int{4, 4, 64}), scale.solid([]int{8, 8, 32})
	if large.height != tallest || large.depth != tallest || small.thickness != thickest {
		t.Errorf("the largest side is %v by %v and the most channels %v: want %d and %d", large.height, large.depth, small.thickness, tallest, thickest)
	}
	if !(small.height < large.height && large.thickness < small.thickness) {
		t.Errorf("4×4×64 is drawn as %v, 8×8×32 as %v", small, large)
	}
	if wide := scale.solid([]int{4, 8, 1}); wide.height >= wide.depth {
		t.Errorf("4×8 is drawn as %v: want it deeper than high", wide)
	}
	if bar := scale.solid([]int{100}); bar.depth != 0 {
		t.Errorf("a vector has a depth of %v", bar.depth)
	}
}

func TestNetworksDraw(t *testing.T) {
	for name, draws := range map[string]func(...Network) (image.Image, error){"stack": Stack, "volumes": Volumes} {
		p, err := draws(upwards, downwards)
		if err != nil {
			t.Fatal(err)
		}
		g, d := count(p, p.Bounds(), pale(green)), count(p, p.Bounds(), pale(blue))
		if p.Bounds().Dx() != 1920 || g < 5000 || d < 5000 {
			t.Errorf("%s: bounds %v, %d pixels of G's layers and %d of D's", name, p.Bounds(), g, d)
		}
	}
}

func TestNetworksRefuse(t *testing.T) {
	layer := func(shape ...int) []Network { return []Network{upwards, {"", []Layer{{"a", shape, ""}}, false}} }
	for _, c := range []struct {
		networks []Network
		want     string
	}{
		{nil, "networks is 0: want at least 1"},
		{[]Network{{Title: "G"}}, "networks[0].layers is 0: want at least 1, the input"},
		{layer(), "networks[1].layers[0].shape is []: want [height, width, channels] or [numbers]"},
		{layer(4, 4), "networks[1].layers[0].shape is [4 4]"},
		{layer(4, 0, 1), "networks[1].layers[0].shape is [4 0 1]: want dimensions of at least 1"},
	} {
		for _, draw := range []func(...Network) (image.Image, error){Stack, Volumes} {
			_, err := draw(c.networks...)
			requireRefused(t, err, c.want)
		}
	}
}
