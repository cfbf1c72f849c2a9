package game

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Scene is a game from its beginning, and how far it has come: what a link holds. Its keys are those of a run's
// config.json, so `gan train --from LINK` can repeat it.
type Scene struct {
	// Seed decides the weights at the start, the noise, and the data.
	Seed int64 `json:"seed"`
	// Data is p_data, on the line or in the plane.
	Data data.Toy `json:"data"`
	// BatchSize is m, the size of a minibatch.
	BatchSize int `json:"batch_size"`
	ganlib.Recipe
	// Steps are the iterations behind the state.
	Steps int `json:"steps"`
}

// A page must answer while it computes, so a link may not ask for a game of any size.
const (
	mostBatch  = 1024
	mostUnits  = 128 // of a layer
	mostLayers = 4
	mostNoise  = 64
	mostK      = 50
	mostDots   = 1000
	mostText   = 1 << 20   // bytes of a link's JSON
	mostSeed   = 1<<53 - 1 // JavaScript has no larger whole numbers
	farthest   = 1000      // data are drawn within that of 0
	narrowest  = 1e-4
	mostWork   = 3e7 // examples of an iteration times weights: a second or so
)

// Validate refuses a scene that cannot be played, and one that is too large for a page.
func (s Scene) Validate() error {
	distribution, err := s.Data.Distribution()
	if err != nil {
		return invalid.In("data", err)
	}
	switch {
	case distribution == nil:
		return invalid.Value("data.set", s.Data.Set, "%q, one of %q, or a cloud", data.Normal, data.Toys())
	case distribution.Dim() > 2:
		return invalid.Value("data.cloud", distribution.Dim(), "one or two coordinates")
	case s.Seed < -mostSeed || s.Seed > mostSeed:
		return invalid.Value("seed", s.Seed, "%d to %d", -mostSeed, mostSeed)
	}
	if err := s.validateData(); err != nil {
		return invalid.In("data", err)
	}
	for _, n := range []struct {
		key          string
		value, least int
		most         int
	}{
		{"batch_size", s.BatchSize, 1, mostBatch}, {"k", s.K, 1, mostK}, {"noise.dim", s.Noise.Dim, 1, mostNoise},
		{"steps", s.Steps, 0, 1 << 30},
	} {
		if n.value < n.least || n.value > n.most {
			return invalid.Value(n.key, n.value, "%d to %d", n.least, n.most)
		}
	}
	if err := small("generator", s.Generator); err != nil {
		return err
	}
	if err := small("discriminator", s.Discriminator); err != nil {
		return err
	}
	if got, want := s.Generator.Output(), []int{distribution.Dim()}; !reflect.DeepEqual(got, want) {
		return invalid.Value("generator.mlp.output", got, "%v, as the data have it", want)
	}
	weights := weightsOf(s.Generator.MLP, s.Noise.Dim) + weightsOf(s.Discriminator.MLP, distribution.Dim())
	if work := s.K * s.BatchSize * weights; work > mostWork {
		return invalid.Value("k", s.K, "with batch_size %d and %d weights at most %d, for a page that answers", s.BatchSize, weights,
			max(1, int(mostWork)/(s.BatchSize*weights)))
	}
	_, err = s.Algorithm1()
	return err
}

// validateData refuses data that a picture cannot show, or float32 cannot hold.
func (s Scene) validateData() error {
	d := s.Data
	switch {
	case math.Abs(d.Mean) > farthest:
		return invalid.Value("mean", d.Mean, "%d to %d", -farthest, farthest)
	case d.Set == data.Normal && (d.Std < narrowest || d.Std > farthest):
		return invalid.Value("std", d.Std, "%v to %d", narrowest, farthest)
	case d.Cloud == nil:
		return nil
	case len(d.Cloud.Means) > mostDots:
		return invalid.Value("cloud.means", len(d.Cloud.Means), "at most %d dots", mostDots)
	case d.Cloud.Std < narrowest || d.Cloud.Std > farthest:
		return invalid.Value("cloud.std", d.Cloud.Std, "%v to %d", narrowest, farthest)
	}
	for _, mean := range d.Cloud.Means {
		for _, v := range mean {
			if math.Abs(v) > farthest {
				return invalid.Value("cloud.means", v, "%d to %d", -farthest, farthest)
			}
		}
	}
	return nil
}

// weightsOf is the number of weights of a network with so many inputs.
func weightsOf(n *ganlib.MLP, inputs int) (weights int) {
	for _, l := range n.HiddenLayers() {
		weights += inputs * l.Units
		inputs = l.Units
	}
	return weights + inputs*n.Output[0]
}

// small refuses a network that is no MLP, or too large.
func small(key string, n ganlib.Network) error {
	if n.MLP == nil {
		return invalid.Value(key, n.Named(), `an "mlp"`)
	}
	layers := n.MLP.HiddenLayers()
	if len(layers) > mostLayers {
		return invalid.Value(key+".mlp.hidden", len(layers), "at most %d layers", mostLayers)
	}
	for _, l := range layers {
		if l.Units > mostUnits {
			return invalid.Value(key+".mlp.hidden", l.Units, "at most %d units in a layer", mostUnits)
		}
	}
	return nil
}

// ReadScene reads a scene from JSON. It returns an *invalid.Error for a key that scenes do not have, a value that its key
// cannot hold, and a scene that Validate refuses.
func ReadScene(text []byte) (Scene, error) {
	s, err := invalid.ReadJSON[Scene]("a scene", text)
	if err != nil {
		return s, err
	}
	return s, s.Validate()
}

// linkKey stands before a scene in a URL's fragment.
const linkKey = "game="

// Fragment is the scene as the fragment of a link, what follows the #: its JSON, deflated, in base64 for URLs.
func (s Scene) Fragment() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return linkKey + base64.RawURLEncoding.EncodeToString(packed.Bytes()), nil
}

// ReadLink reads the scene of a link: a whole URL, or its fragment alone. A link to a lesson is read too.
func ReadLink(link string) (Scene, error) {
	_, fragment, whole := strings.Cut(link, "#")
	if !whole {
		fragment = link
	}
	for part := range strings.SplitSeq(fragment, "&") {
		if id, ok := strings.CutPrefix(part, lessonKey); ok {
			lesson, err := FindLesson(id)
			return lesson.Scene, err
		}
		packed, ok := strings.CutPrefix(part, linkKey)
		if !ok {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(packed)
		if err != nil {
			return Scene{}, fmt.Errorf("a link that is not whole: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), mostText+1))
		if err != nil {
			return Scene{}, fmt.Errorf("a link that is not whole: %w", err)
		}
		if len(text) > mostText {
			return Scene{}, invalid.Value("link", "more than 1 MB", "the link of a game, which is smaller")
		}
		return ReadScene(text)
	}
	return Scene{}, invalid.Value("link", link, "a link of the playground, with #%s or #%s in it", linkKey, lessonKey)
}

// sameJSON reports whether two scenes say the same.
func sameJSON(a, b Scene) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
