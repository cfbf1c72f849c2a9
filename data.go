package gans

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Data names p_data: a set by its name, or files of one's own.
type Data = open.Data

// dataNamed is the data of a name that open.Names lists, or of a path.
func dataNamed(what string) (Data, error) {
	if what == data.Normal {
		return Figure1().Data, nil
	}
	set, path, err := open.NameOrPath(what)
	return Data{Set: set, Path: path}, invalid.In("data", err)
}

// knowing is how a run knows the images of a feed again.
func knowing(ctx context.Context, feed *data.ImageFeed) (*run.Data, error) {
	now, err := feed.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(now)
	changes := func(kept []byte) ([]string, error) {
		var was data.Fingerprint
		if err := json.Unmarshal(kept, &was); err != nil {
			return nil, fmt.Errorf("%w: %w", data.ErrDamaged, err)
		}
		return now.Changes(was), nil
	}
	return &run.Data{Text: text, Changes: changes, Keys: []string{"data.path", "data.max_failed"}}, err
}

// otherData returns an error that wraps [run.ErrOtherData] if the run in dir knows that its images are not those of a
// feed: why they do not fit its networks, such as labels that are gone.
func otherData(ctx context.Context, dir string, feed data.Feed) error {
	images, ok := feed.(*data.ImageFeed)
	if !ok {
		return nil
	}
	earlier, err := run.Open(dir)
	if err != nil {
		return nil
	}
	now, err := knowing(ctx, images)
	if err != nil {
		return err
	}
	err = earlier.CheckData(now)
	if !errors.Is(err, run.ErrOtherData) {
		return nil
	}
	return err
}

// ClassNames are the names of a run's classes, as its data have them: nil for a game without labels, where they have
// none, and in runs of earlier versions.
func ClassNames(r *run.Run) ([]string, error) {
	text, err := r.DataText()
	if err != nil || text == nil {
		return nil, err
	}
	var known data.Fingerprint
	if err := json.Unmarshal(text, &known); err != nil {
		return nil, fmt.Errorf("run %s: %w: %w", r.Dir, data.ErrDamaged, err)
	}
	return known.Classes, nil
}

// moved adds, to the error of data of one's own that are not where they were, how a run is told where they are.
func (cfg Config) moved(dir string, err error) error {
	if cfg.Data.Path == "" || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, gone := os.Stat(cfg.Data.Path); !errors.Is(gone, fs.ErrNotExist) {
		return err
	}
	return fmt.Errorf("%w: if the data have moved, `gan train %s --data NEW` tells the run where they are", err, dir)
}

// feed opens the data of a configuration as its networks learn from them. What takes long shows its progress on output.
func (cfg Config) feed(ctx context.Context, output io.Writer) (data.Feed, error) {
	return cfg.Data.Feed(ctx, cfg.wanted(), output)
}

// wanted is the size, channels and range of the generator's output.
func (cfg Config) wanted() open.Wanted {
	g := cfg.Generator
	w := open.Wanted{Seed: uint64(cfg.Seed), Channels: g.channels(), Scale: g.scale()}
	if size := g.output(); len(size) == 3 {
		w.Side = size[0]
	}
	w.Labels = g.classes() > 0 // validateFor refuses a conditional game without labels, by its key
	return w
}

// meanLogits is the logit of each pixel's mean, where a generator with BiasFromData starts.
func meanLogits(ctx context.Context, feed data.Feed) ([]float32, error) {
	images, ok := feed.(*data.ImageFeed)
	if !ok {
		return nil, invalid.Value("bias_from_data", true, "false for data that are not images")
	}
	return images.MeanLogits(ctx)
}
