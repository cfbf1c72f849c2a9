// Package playground is a GAN to play with in a browser: a page on which the players move while somebody looks on. [Handler]
// serves it. What it plays is package game, as WebAssembly; [Config] makes a run of the same game.
package playground

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/gans-in-go/gans/internal/localhost"
)

// Package build makes two files of the page of Go's: gan.wasm.gz and wasm_exec.js.
//
//go:embed page
var page embed.FS

// types are the page's kinds of files. A system's own table may be wrong, and browsers run no script of another type.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".gz":   "application/gzip", // the page unpacks it
}

// security lets the page run its own scripts and WebAssembly, and reach nobody else.
const security = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
	"worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// file is a file of the page.
type file struct {
	content []byte
	tag     string // changes with the content
}

// Handler serves the page, at /, to the browsers of this machine: it answers to no other name. Browsers ask each time
// whether a file has changed.
func Handler() http.Handler {
	files, err := filesOf(page)
	if err != nil {
		panic(err) // of an embedded folder
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "index.html", files) })
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("name"), files) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", security)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		if !localhost.Named(r.Host) {
			http.Error(w, "open the address that gan playground printed", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// filesOf reads the files of the page, by name.
func filesOf(page fs.FS) (map[string]file, error) {
	files := make(map[string]file)
	err := fs.WalkDir(page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(page, name)
		files[path.Base(name)] = file{content, fmt.Sprintf(`"%x"`, sha256.Sum256(content))}
		return err
	})
	return files, err
}

func serve(w http.ResponseWriter, r *http.Request, name string, files map[string]file) {
	f, ok := files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", f.tag)
	w.Header().Set("Content-Type", types[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.content))
}
