// Command suite runs the steps of `make test`, each a line for the shell, and stops at the first that fails. Of
// `go test -json` it prints what plain `go test` prints, and the tests that took ten seconds or more as they end. Last
// it prints the slowest tests, the processor time of each step with all processes that it started, and the results by
// package.
//
//	go run ./tests/suite 'go vet ./...' 'go test -json ./ganlib/...'
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	shown = 20 // of the slowest tests
	slow  = 10 // seconds after which a test is printed at once
)

// event is a line of `go test -json`; `go doc test2json` explains it.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds, paused ones apart
}

func (e event) name() string { return strings.TrimSpace(e.Package + " " + e.Test) }

// suite is what happened so far.
type suite struct {
	out      io.Writer
	said     map[string]string // by running test, what it printed
	ended    []event           // tests
	packages []string          // the lines that tell how each package ended
	steps    []string          // and how long each step took
}

func main() {
	s := suite{out: os.Stdout, said: map[string]string{}}
	var err error
	for _, line := range os.Args[1:] {
		if err = s.step(line); err != nil {
			break
		}
	}
	s.summarize()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// step runs a line in the shell, in this process's environment.
func (s *suite) step(line string) error {
	cmd := exec.Command("sh", "-c", line)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := s.read(out)
	err = cmp.Or(cmd.Wait(), readErr)
	busy := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.steps = append(s.steps, fmt.Sprintf("%8.1f %8.1f  %s", busy.Seconds(), time.Since(start).Seconds(), line))
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}

// read follows a step's output to its end.
func (s *suite) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		var e event
		switch {
		case line == "":
		case line[0] != '{' || json.Unmarshal([]byte(line), &e) != nil:
			fmt.Fprint(s.out, line)
		default:
			s.event(e)
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// event prints the output of failed tests, of packages and of builds.
func (s *suite) event(e event) {
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "output" && e.Test == "":
		if e.Output == "PASS\n" || strings.HasPrefix(e.Output, "?") {
			return
		}
		fmt.Fprint(s.out, e.Output)
		if strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL\t") {
			s.packages = append(s.packages, e.Output)
		}
	case e.Action == "output":
		s.said[e.name()] += e.Output
	case e.Test != "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		if e.Action == "fail" {
			fmt.Fprint(s.out, s.said[e.name()])
		} else if e.Elapsed >= slow {
			fmt.Fprintf(s.out, "%8.1f s  %s\n", e.Elapsed, e.name())
		}
		delete(s.said, e.name())
		s.ended = append(s.ended, e)
	case e.Action == "fail": // a package whose process ended amid tests: they never will
		s.printUnfinished(e.Package)
	}
}

func (s *suite) printUnfinished(pkg string) {
	for name, said := range s.said {
		if strings.HasPrefix(name, pkg+" ") {
			fmt.Fprint(s.out, said)
			delete(s.said, name)
		}
	}
}

// slowest are the tests that took longest, without those that have subtests.
func (s *suite) slowest(n int) []event {
	parents := map[string]bool{}
	for _, e := range s.ended {
		for name := e.name(); strings.Contains(name, "/"); {
			name = name[:strings.LastIndex(name, "/")]
			parents[name] = true
		}
	}
	leaves := slices.DeleteFunc(slices.Clone(s.ended), func(e event) bool { return parents[e.name()] })
	slices.SortStableFunc(leaves, func(a, b event) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	return leaves[:min(n, len(leaves))]
}

func (s *suite) summarize() {
	fmt.Fprintf(s.out, "\nThe slowest of %d tests and subtests, in seconds:\n", len(s.ended))
	for _, e := range s.slowest(shown) {
		fmt.Fprintf(s.out, "%8.1f  %s\n", e.Elapsed, e.name())
	}
	fmt.Fprintf(s.out, "\n%8s %8s  seconds of\n", "busy", "passed")
	for _, step := range s.steps {
		fmt.Fprintln(s.out, step)
	}
	fmt.Fprintln(s.out)
	for _, line := range s.packages {
		fmt.Fprint(s.out, line)
	}
}
