package main

import (
	"math"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
)

// benchGrowth draws the cost of an iteration of a DCGAN on XLA's CPU against the batch, the side of the images and the
// width of the networks, one at a time. The middle of all three is a batch of 32 images of 32×32 pixels, with 64 channels
// in the outermost layer and twice as many in each further one. Images of another side have other outermost layers around
// the same innermost one. It prints the points too.
func benchGrowth(picture string) error {
	at := func(batch, side, width int) (float64, error) {
		filters := []int{width}
		for s := side; s > 8; s /= 2 {
			filters = append(filters, 2*filters[len(filters)-1])
		}
		ms, err := growthPoint(dcganlib.Networks{Size: side, Channels: 3, Filters: filters}, batch)
		if err != nil {
			return 0, err
		}
		return ms, say(map[string]any{"batch": batch, "side": side, "width": width, "ms": ms})
	}
	var charts []figure.Chart
	for _, axis := range []struct {
		label  string
		values []int
		ms     func(v int) (float64, error)
	}{
		{"batch", []int{1, 2, 4, 8, 16, 32, 64, 128, 256}, func(v int) (float64, error) { return at(v, 32, 64) }},
		{"side of the images, pixels", []int{8, 16, 32, 64}, func(v int) (float64, error) { return at(32, v, 64*32/v) }},
		{"channels of the outermost layer", []int{8, 16, 32, 64, 128}, func(v int) (float64, error) { return at(32, 32, v) }},
	} {
		line := figure.Series{}
		for _, v := range axis.values {
			ms, err := axis.ms(v)
			if err != nil {
				return err
			}
			line.X, line.Y = append(line.X, math.Log2(float64(v))), append(line.Y, ms)
		}
		charts = append(charts, figure.Chart{XLabel: "log2 of the " + axis.label, YLabel: "ms an iteration", Series: []figure.Series{line}, LogY: true})
	}
	board, err := figure.Panels(figure.Board{Charts: charts, Columns: 3, Caption: "Cost of an iteration of a DCGAN: batch 32, 32 x 32 pixels, 64 channels, one varied at a time"})
	if err != nil {
		return err
	}
	return figure.WritePNG(picture, board)
}

// growthPoint is the time of an iteration in milliseconds.
func growthPoint(n dcganlib.Networks, batch int) (float64, error) {
	cfg := gans.LSUN64()
	cfg.Generator.DCGAN, cfg.Discriminator.DCGAN, cfg.BatchSize, cfg.Backend = &n, &n, batch, "xla:cpu"
	feed, err := data.NewFeed(waves(1024, n.Size, n.Channels), data.Drawing{Seed: 1, Scale: data.Symmetric}, false)
	if err != nil {
		return 0, err
	}
	defer feed.Close()
	some, err := warmed(cfg, feed)
	if err != nil {
		return 0, err
	}
	return median(1, func() (int, error) { return some(math.MaxInt) })
}
