// Command serve is a generator as a service: each request draws a picture and gets it as a PNG.
//
//	go run ./examples/serve runs/mnist28-xla-cpu
//	curl 'http://127.0.0.1:8080/?seed=3&label=7' >seven.png
//
// Without a seed each picture is another; without a label it is of the first class. Requests are answered side by side.
// Put a proxy of your own before it where strangers can reach it: one that limits how many requests wait.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

func main() {
	address := flag.String("address", "127.0.0.1:8080", "where to listen")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: serve [-address HOST:PORT] RUN")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	gan, err := gans.Open(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *address, Handler: handler(gan), ReadHeaderTimeout: 5 * time.Second}
	log.Printf("%s after %d iterations: http://%s", gan.Config.Name, gan.Step, *address)
	log.Fatal(server.ListenAndServe())
}

// handler answers with a picture of its own for each seed and label.
func handler(gan *gans.GAN) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, seed := r.URL.Query(), rand.Uint64()
		if text := query.Get("seed"); text != "" {
			var err error
			if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
				http.Error(w, "seed: want a whole number", http.StatusBadRequest)
				return
			}
		}
		picture, err := draw(gan, seed, query["label"])
		if refused := new(invalid.Error); errors.As(err, &refused) {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err != nil {
			log.Print(err)
			http.Error(w, "no picture could be made", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Write(picture)
	})
}

// draw is one sample as a PNG, of the first of the classes if any are given.
func draw(gan *gans.GAN, seed uint64, classes []string) ([]byte, error) {
	labels, err := gan.Labels(classes...)
	if err != nil {
		return nil, err
	}
	pictures, err := gan.Images(1, seed, labels...)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = png.Encode(&out, pictures[0])
	return out.Bytes(), err
}
