// Command consumer is a program that uses the library as anybody's would: it trains the one-dimensional
// GAN of Figure 1, opens the run again, and measures how far the samples are from the data.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "runs/figure1", "the run's directory")
	steps := flag.Int("steps", 200, "iterations")
	flag.Parse()
	if err := train(*dir, *steps); err != nil {
		log.Fatal(err)
	}
	jsd, step, err := divergence(*dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("JSD %.4f nats after %d iterations\n", jsd, step)
}

func train(dir string, steps int) error {
	cfg := gans.Figure1().WithSteps(steps)
	cfg.Dir = dir
	_, err := gans.Train(context.Background(), cfg)
	return err
}

// divergence is the Jensen-Shannon divergence, in nats, of what the run's generator draws from the data.
func divergence(dir string) (jsd float64, step int, err error) {
	gan, err := gans.Open(dir)
	if err != nil {
		return 0, 0, err
	}
	x, err := gan.Sample(40_000, 1)
	if err != nil {
		return 0, 0, err
	}
	d := gan.Config.Data
	jsd, err = measure.HistogramJSD(x, data.Normal1D{Mean: d.Mean, Std: d.Std}.CDF, .1)
	return jsd, gan.Step, err
}
