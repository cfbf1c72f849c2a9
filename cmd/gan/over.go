package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/sweep"
)

// overSetting is one value of the setting that --over names, and the configuration with it.
type overSetting struct {
	key, value string
	cfg        gans.Config
}

// folder is the name of the value's sweep in the directory, after the last part of the key.
func (s overSetting) folder() string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, s.key[strings.LastIndex(s.key, ".")+1:]+"="+s.value)
}

// settings are the configurations that --over asks for. All are checked before the first is trained.
func (c *sweepCmd) settings(cfg gans.Config) ([]overSetting, error) {
	if c.Over == "" {
		return nil, nil
	}
	key, text, ok := strings.Cut(c.Over, "=")
	values := separate(text)
	if !ok || key == "" || len(values) < 2 {
		return nil, misusef("--over %s: want KEY=V1,V2,... with at least two values, such as k=1,5", c.Over)
	}
	var all []overSetting
	places := map[string]string{}
	for _, value := range values {
		changes, err := settings([]string{key + "=" + value})
		if err != nil {
			return nil, err
		}
		changed, err := cfg.With(changes)
		if err == nil {
			err = trainable(changed)
		}
		if err != nil {
			return nil, fmt.Errorf("--over %s=%s: %w", key, value, err)
		}
		s := overSetting{key, value, changed}
		if twin, ok := places[s.folder()]; ok {
			return nil, misusef("--over %s: %s and %s would have one directory: want each value once", c.Over, twin, value)
		}
		places[s.folder()] = value
		all = append(all, s)
	}
	return all, nil
}

// separate cuts a list of values at its commas, but for those within an array, an object or a string of JSON.
func separate(text string) []string {
	var values []string
	rest := ""
	for i, part := range strings.Split(text, ",") {
		if i > 0 && rest != "" {
			part = rest + "," + part
		}
		if opens := strings.ContainsAny(part[:min(1, len(part))], `[{"`); opens && !json.Valid([]byte(part)) {
			rest = part
			continue
		}
		values, rest = append(values, part), ""
	}
	if rest != "" {
		values = append(values, rest)
	}
	return values
}

// compare sweeps one value after the other. If the runs of one fail, the others are compared, and the error says which.
func (c *sweepCmd) compare(ctx context.Context, settings []overSetting, dir string) error {
	all := sweep.Comparison{Key: settings[0].key}
	var failures []error
	compared := 0
	for _, s := range settings {
		fmt.Fprintf(stdout, "\n%s = %s\n", s.key, s.value)
		result, err := c.sweep(ctx, s.cfg, filepath.Join(dir, s.folder()))
		switch {
		case errors.Is(err, run.ErrInterrupted):
			return err
		case err != nil:
			failures = append(failures, fmt.Errorf("%s = %s: %w", s.key, s.value, err))
		}
		if result != nil {
			compared += len(result.Seeds)
		}
		all.Settings = append(all.Settings, sweep.Setting{Value: s.value, Result: result})
	}
	if compared > 0 {
		if err := all.Write(dir); err != nil {
			return errors.Join(append(failures, err)...)
		}
		fmt.Fprintf(stdout, "\nThe last records, median and quartiles over seeds; %s has the whole runs:\n\n%s", filepath.Join(dir, "compare.png"), all.Table())
	}
	return errors.Join(failures...)
}
