// Command build makes what the playground's page needs of Go: the game as WebAssembly, packed, and wasm_exec.js, Go's own
// half of JavaScript. They are committed, for `go install` builds no WebAssembly.
//
//	go run ./playground/build          # writes them into playground/page
//	go run ./playground/build -check   # builds them elsewhere, and compares
//
// Whoever builds the same sources gets the same bytes, in any folder: by the Go that go.mod names, without paths, times
// and the state of a repository.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// What is made.
const (
	program = "gan.wasm.gz"
	support = "wasm_exec.js"
)

func main() {
	check := flag.Bool("check", false, "compare with what is there, and write nothing")
	flag.Parse()
	if err := perform(*check); err != nil {
		fmt.Fprintln(os.Stderr, "playground:", err)
		os.Exit(1)
	}
}

func perform(check bool) error {
	house, err := root()
	if err != nil {
		return err
	}
	files, err := build(house)
	if err != nil {
		return err
	}
	page := filepath.Join(house, "playground", "page")
	if check {
		return compare(files, page)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(page, name), content, 0o666); err != nil {
			return err
		}
		fmt.Printf("playground/page/%s %d bytes\n", name, len(content))
	}
	return nil
}

// root is the folder of the module.
func root() (string, error) {
	mod, err := output(exec.Command("go", "env", "GOMOD"))
	return filepath.Dir(string(bytes.TrimSpace(mod))), err
}

// build makes the files, by name, from the sources in a folder.
func build(house string) (map[string][]byte, error) {
	settings, err := settings(house)
	if err != nil {
		return nil, err
	}
	goCommand := func(args ...string) ([]byte, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir, cmd.Env = house, append(os.Environ(), settings...)
		return output(cmd)
	}
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	wasm := filepath.Join(dir, "gan.wasm")
	if _, err := goCommand("build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", wasm, "./playground/wasm"); err != nil {
		return nil, err
	}
	compiled, err := os.ReadFile(wasm)
	if err != nil {
		return nil, err
	}
	packed, err := pack(compiled)
	if err != nil {
		return nil, err
	}
	goroot, err := goCommand("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join(string(bytes.TrimSpace(goroot)), "lib", "wasm", support))
	return map[string][]byte{program: packed, support: script}, err
}

// settings are the environment of the build, whatever the shell's own is.
func settings(house string) ([]string, error) {
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = house
	text, err := output(cmd)
	if err != nil {
		return nil, err
	}
	var mod struct{ Toolchain string }
	if err := json.Unmarshal(text, &mod); err != nil {
		return nil, err
	}
	return []string{
		"GOTOOLCHAIN=" + mod.Toolchain, "GOOS=js", "GOARCH=wasm", "GOWASM=", "CGO_ENABLED=0", "GOEXPERIMENT=", "GOFIPS140=off",
		"GOFLAGS=-mod=readonly", "GOWORK=off",
	}, nil
}

// output runs a command, and returns what it prints.
func output(cmd *exec.Cmd) ([]byte, error) {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%v: %w\n%s", cmd.Args, err, errs.Bytes())
	}
	return out, err
}

// pack compresses a program. It notes neither a name nor a time.
func pack(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// compare refuses a page whose files are not those that were made. The program is compared unpacked: another Go may pack
// it otherwise.
func compare(files map[string][]byte, page string) error {
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(page, name))
		if err == nil && name == program {
			if want, err = unpack(want); err == nil {
				got, err = unpack(got)
			}
		}
		if err != nil {
			return fmt.Errorf("%w: `make playground` builds it", err)
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("playground/page/%s is not what the sources make: `make playground` builds it anew", name)
		}
	}
	return nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
