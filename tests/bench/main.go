// Command bench measures this library's side of the comparison with other frameworks. run.py builds it, lets it take
// turns with the others, and writes the tables in README.md.
//
//	bench game NAME BATCH ENGINE    iterations of a game, in turns: see the function turns
//	bench product ENGINE            a product of matrices, in turns: the processor's limit
//	bench layers                    the convolutions of the two DCGANs, one by one, on xla:cpu
//	bench run NAME STEPS            a run with records, samples and checkpoints beside a bare loop
//	bench growth PICTURE            the cost of an iteration against batch, size and channels, drawn
//
// What it prints is JSON, a line each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"time"
)

func main() {
	log.SetFlags(0)
	if err := bench(os.Args[1:]); err != nil {
		log.Fatal("bench: ", err)
	}
}

func bench(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("what to measure? See the package's documentation")
	}
	what, rest := args[0], args[1:]
	switch {
	case what == "game" && len(rest) == 3:
		return benchGame(rest[0], number(rest[1]), rest[2])
	case what == "product" && len(rest) == 1:
		return benchProduct(rest[0])
	case what == "layers" && len(rest) == 0:
		return benchLayers()
	case what == "run" && len(rest) == 2:
		return benchRun(rest[0], number(rest[1]))
	case what == "growth" && len(rest) == 1:
		return benchGrowth(rest[0])
	}
	return fmt.Errorf("%q: no such thing to measure", args)
}

// number is a count on the command line, 0 if it is none: no game has a batch of 0.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// say prints a line of JSON.
func say(v any) error { return json.NewEncoder(os.Stdout).Encode(v) }

// turns measures whenever it is told to: it answers each line of the standard input, a number of seconds, by the median
// time of an iteration in that many seconds. some makes at least one iteration and returns how many it made.
func turns(some func() (int, error)) error {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		seconds, err := strconv.ParseFloat(input.Text(), 64)
		if err != nil {
			return err
		}
		ms, err := median(seconds, some)
		if err != nil {
			return err
		}
		if err := say(map[string]float64{"ms": ms}); err != nil {
			return err
		}
	}
	return input.Err()
}

// median is the median time of an iteration in milliseconds, over calls of some during at least the given seconds.
func median(seconds float64, some func() (int, error)) (float64, error) {
	var each []float64
	for began := time.Now(); len(each) == 0 || time.Since(began).Seconds() < seconds; {
		start := time.Now()
		n, err := some()
		if err != nil {
			return 0, err
		}
		each = append(each, 1e3*time.Since(start).Seconds()/float64(n))
	}
	slices.Sort(each)
	return each[len(each)/2], nil
}
