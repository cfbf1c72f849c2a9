// Package probe records, while an instrumented notebook runs, what its claims would say if they were changed.
package probe

import (
	"encoding/json"
	"log"
	"os"
)

// File is the environment's name of the file that records go to, a line of JSON each.
const File = "GAN_CLAIMS"

// A Record is one claim as it was met, once.
type Record struct {
	Claim string `json:"claim"`
	Holds bool   `json:"holds"`
	// Still says, for each threshold of the claim, whether it held with a hundredth and with a hundredfold of it as well.
	Still []bool `json:"still,omitempty"`
}

// Claim records a claim and returns its condition. Of each threshold there are two mutants, one smaller and one larger.
func Claim(id string, holds bool, mutants ...[2]func() bool) bool {
	r := Record{Claim: id, Holds: holds}
	for _, m := range mutants {
		r.Still = append(r.Still, m[0]() && m[1]())
	}
	line, err := json.Marshal(r)
	if err != nil {
		log.Fatal(err)
	}
	f, err := os.OpenFile(os.Getenv(File), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		log.Fatal(err)
	}
	if _, err = f.Write(append(line, '\n')); err == nil {
		err = f.Close()
	}
	if err != nil {
		log.Fatal(err)
	}
	return holds
}
