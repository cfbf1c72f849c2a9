package playground

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// ask requests something of the page.
func ask(method, host, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

const here = "127.0.0.1:8000"

func TestHandler(t *testing.T) {
	for name, kind := range map[string]string{
		"": "text/html; charset=utf-8", "index.html": "text/html; charset=utf-8", "style.css": "text/css; charset=utf-8",
		"worker.js": "text/javascript; charset=utf-8", "wasm_exec.js": "text/javascript; charset=utf-8",
		"gan.wasm.gz": "application/gzip",
	} {
		w := ask("GET", here, "/"+name)
		require.Equal(t, http.StatusOK, w.Code, name)
		require.Equal(t, kind, w.Header().Get("Content-Type"), name)
		require.Equal(t, security, w.Header().Get("Content-Security-Policy"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
		require.Empty(t, w.Header().Get("Content-Encoding"), "the page unpacks")
		require.NotEmpty(t, w.Body.Bytes())

		head := ask("HEAD", "localhost", "/"+name)
		require.Equal(t, http.StatusOK, head.Code, name)
		require.Zero(t, head.Body.Len())
		again := ask("GET", here, "/"+name, "If-None-Match", w.Header().Get("ETag"))
		require.Equal(t, http.StatusNotModified, again.Code, name)
		require.Zero(t, again.Body.Len())
	}
}

func TestHandlerRefuses(t *testing.T) {
	for _, path := range []string{"/nosuch.js", "/page", "/page/worker.js", "/../playground.go", "/%2e%2e/playground.go"} {
		require.NotEqual(t, http.StatusOK, ask("GET", here, path).Code, path)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		require.Equal(t, http.StatusMethodNotAllowed, ask(method, here, "/").Code, method)
	}
	w := ask("GET", "evil.example:8000", "/")
	require.Equal(t, http.StatusForbidden, w.Code, "DNS rebinding")
	require.Contains(t, w.Body.String(), "gan playground")
}

// TestTags: what changed is fetched anew.
func TestTags(t *testing.T) {
	tag := func(text string) string {
		files, err := filesOf(fstest.MapFS{"page/a.js": {Data: []byte(text)}})
		require.NoError(t, err)
		return files["a.js"].tag
	}
	require.Equal(t, tag("a"), tag("a"))
	require.NotEqual(t, tag("a"), tag("b"))
}

// TestSize: a page must load over a slow line. Package build has the test that the program is what the sources make.
func TestSize(t *testing.T) {
	program, err := page.ReadFile("page/gan.wasm.gz")
	require.NoError(t, err)
	require.LessOrEqual(t, len(program), 5<<20)
	r, err := gzip.NewReader(bytes.NewReader(program))
	require.NoError(t, err)
	var magic [4]byte
	_, err = r.Read(magic[:])
	require.NoError(t, err)
	require.Equal(t, "\x00asm", string(magic[:]))
}
