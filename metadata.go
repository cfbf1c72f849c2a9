package gans

import (
	"encoding/json"
	"strconv"
)

// Metadata is what a file of this game's weights should say about itself: "name" and "step"; "noise", the distribution
// of z, as [ganlib.Noise] has it; in a conditional game "classes", their names one after the other, as JSON; and for
// images "range": that of their values, as [data.Scale] has it.
func (gan *GAN) Metadata() (map[string]string, error) {
	about := map[string]string{
		"name": gan.Config.Name, "step": strconv.Itoa(gan.Step), "noise": string(gan.Config.Noise.Noise),
	}
	if len(gan.Shape) == 3 {
		about["range"] = gan.Config.Generator.scale().String()
	}
	if gan.Classes() == 0 {
		return about, nil
	}
	names := make([]string, gan.Classes())
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	if gan.Run != nil {
		given, err := ClassNames(gan.Run)
		if err != nil {
			return nil, err
		}
		copy(names, given)
	}
	text, err := json.Marshal(names)
	about["classes"] = string(text)
	return about, err
}
