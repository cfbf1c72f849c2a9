package catalog

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// content is what the publisher's file holds.
var content = func() []byte {
	b := make([]byte, 300_000)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}()

func sha(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash("sha256:" + hex.EncodeToString(sum[:]))
}

// publisher serves content, and treats each request as its test wants.
type publisher struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

// handle serves requests; n counts them from 1.
func publish(t *testing.T, handle func(n int, w http.ResponseWriter, r *http.Request)) *publisher {
	gantest.Loopback(t)
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.requests = append(p.requests, r)
		n := len(p.requests)
		p.mu.Unlock()
		handle(n, w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// whole is a correct publisher: ranges, an entity tag, a date.
func whole(_ int, w http.ResponseWriter, r *http.Request) { serve(w, r, content) }

func serve(w http.ResponseWriter, r *http.Request, b []byte) {
	w.Header().Set("ETag", `"`+string(sha(b)[7:19])+`"`)
	http.ServeContent(w, r, "x.bin", time.Unix(1e9, 0), bytes.NewReader(b))
}

// cut serves n bytes of the answer and drops the connection.
func cut(n int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		serve(recorder, r, content)
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes()[:n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// one is a set of one file at the given addresses.
func one(urls ...string) *Set {
	file := File{Name: "x.bin", URLs: urls, Size: int64(len(content)), Hash: sha(content), HashFrom: "the test"}
	return &Set{Name: "x", Title: "X", Parts: []Part{{Name: "train", Files: []File{file}}}}
}

// place is where a test keeps its sets, with a fetcher that does not wait.
func place(t *testing.T) (o Options, f *fetcher, out *strings.Builder) {
	out = new(strings.Builder)
	o = Options{Dir: t.TempDir()}
	f = newFetcher(out)
	f.pause = time.Millisecond
	return o, f, out
}

// holds asserts that the folder of set x holds exactly these files.
func holds(t *testing.T, o Options, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(o.Dir, "x"))
	require.NoError(t, err)
	found := []string{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			found = append(found, e.Name())
		}
	}
	require.ElementsMatch(t, names, found)
}

// arrived asserts that the file is there whole and nothing else is.
func arrived(t *testing.T, o Options) {
	t.Helper()
	holds(t, o, "x.bin")
	got, err := os.ReadFile(filepath.Join(o.Dir, "x", "x.bin"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got), "%d bytes", len(got))
}

// TestFetch: publishers with faults, all of which end with the right file.
func TestFetch(t *testing.T) {
	ranges := func(w http.ResponseWriter, r *http.Request) { // without any
		r.Header.Del("Range")
		serve(w, r, content)
	}
	for name, test := range map[string]struct {
		handle   func(n int, w http.ResponseWriter, r *http.Request)
		requests int
		says     string
	}{
		"honest": {whole, 1, "x.bin: 293.0 KiB to do\n"},
		"drops the line twice": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n <= 2 {
				cut(100_000)(w, r)
			}
			whole(n, w, r)
		}, 3, "the connection was cut after 200000 of 300000 bytes: unexpected EOF: trying again\nx.bin, from 195.3 KiB on: 97.7 KiB to do"},
		"drops the line often": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n <= 5 {
				cut(50_000)(w, r)
			}
			whole(n, w, r)
		}, 6, "after 250000 of 300000 bytes: unexpected EOF: trying again"},
		"drops the line, then ignores the range": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				cut(100_000)(w, r)
			}
			ranges(w, r)
		}, 2, "trying again"},
		"drops the line, then refuses the range": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				cut(100_000)(w, r)
			}
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			whole(n, w, r)
		}, 3, "the server answers 416"},
		"drops the line, then sends another range": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				cut(100_000)(w, r)
			}
			if r.Header.Get("Range") != "" {
				r.Header.Set("Range", "bytes=100001-")
				r.Header.Del("If-Range")
			}
			whole(n, w, r)
		}, 3, `asked for the bytes from 100000 on, the server sends "bytes 100001-299999/300000"`},
		"redirects": {func(n int, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/elsewhere" {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			whole(n, w, r)
		}, 2, ""},
		"is busy": {func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			whole(n, w, r)
		}, 2, "the server answers 503 Service Unavailable: trying again"},
		"sends what it packs if that is accepted": {func(n int, w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.Header().Set("Content-Encoding", "gzip")
				serve(w, r, make([]byte, 100))
				return
			}
			whole(n, w, r)
		}, 1, ""},
		"is slow, but alive": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			for part := range 6 {
				_, _ = w.Write(content[part*50_000:][:50_000])
				_ = http.NewResponseController(w).Flush()
				time.Sleep(100 * time.Millisecond)
			}
		}, 1, ""},
		"does not know the length": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			for part := range 3 {
				_, _ = w.Write(content[part*100_000:][:100_000])
				_ = http.NewResponseController(w).Flush()
			}
		}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := publish(t, test.handle)
			o, f, out := place(t)
			f.idle = 400 * time.Millisecond
			require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
			arrived(t, o)
			require.Len(t, p.requests, test.requests)
			require.Contains(t, out.String(), test.says)
		})
	}
}

// TestFetchFails: faults that remain, what they leave behind, and what the error says.
func TestFetchFails(t *testing.T) {
	for name, test := range map[string]struct {
		handle   func(n int, w http.ResponseWriter, r *http.Request)
		requests int
		left     []string
		want     error
	}{
		"not there": {func(_ int, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, 1, nil, &StatusError{404, "404 Not Found"}},
		"always cut at the same place": {func(n int, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			cut(100_000)(w, r)
		}, 3, []string{"x.bin.part", "x.bin.part.json"}, &StatusError{502, "502 Bad Gateway"}},
		// Each answer of 416 means that nothing may be kept, so nothing that comes again is progress.
		"cut, and no range satisfies it": {func(n int, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			cut(100_000)(w, r)
		}, 3, []string{"x.bin.part", "x.bin.part.json"}, io.ErrUnexpectedEOF},
		"another file": {func(_ int, w http.ResponseWriter, r *http.Request) { serve(w, r, content[1:]) }, 1, nil, ErrSize},
		"truncated, honestly": {func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(content[:100_000])
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(content[100_000:200_000])
		}, 3, []string{"x.bin.part", "x.bin.part.json"}, io.ErrUnexpectedEOF},
		"another content": {func(_ int, w http.ResponseWriter, r *http.Request) {
			b := bytes.Clone(content)
			b[1234]++
			serve(w, r, b)
		}, 1, nil, ErrChecksum},
		"redirects in a circle": {func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, 10, nil, ErrRedirect},
	} {
		t.Run(name, func(t *testing.T) {
			p := publish(t, test.handle)
			o, f, _ := place(t)
			err := one(p.URL).fetch(t.Context(), o, f)
			require.ErrorIs(t, err, ErrUnavailable)
			var status, found *StatusError
			if errors.As(test.want, &status) {
				require.ErrorAs(t, err, &found)
				require.Equal(t, status, found)
			} else {
				require.ErrorIs(t, err, test.want)
			}
			require.ErrorContains(t, err, `data set "x": x.bin cannot be fetched: `+p.URL)
			require.ErrorContains(t, err, "put it into "+filepath.Join(o.Dir, "x"))
			require.Len(t, p.requests, test.requests)
			holds(t, o, test.left...)
		})
	}
}

// TestFetchResumes: the next command resumes where the last one stopped, and asks the server only for the rest of the
// same file.
func TestFetchResumes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := publish(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			w.Header().Set("Content-Length", "300000")
			w.Header().Set("ETag", `"a"`)
			_, _ = w.Write(content[:120_000])
			_ = http.NewResponseController(w).Flush()
			time.Sleep(50 * time.Millisecond)
			cancel()
			<-r.Context().Done()
			return
		}
		require.Equal(t, "bytes=120000-", r.Header.Get("Range"))
		require.Equal(t, `"a"`, r.Header.Get("If-Range"))
		w.Header().Set("ETag", `"a"`)
		http.ServeContent(w, r, "x.bin", time.Time{}, bytes.NewReader(content))
	})
	o, f, _ := place(t)
	err := one(p.URL).fetch(ctx, o, f)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "117.2 KiB", "how far it got")
	holds(t, o, "x.bin.part", "x.bin.part.json")

	require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
	arrived(t, o)
	require.Len(t, p.requests, 2)

	require.NoError(t, one(p.URL).fetch(t.Context(), o, f), "it is there")
	require.Len(t, p.requests, 2)
}

// TestFetchBeginsAgain: wrong bytes left by another address or on another day do not block the right ones.
func TestFetchBeginsAgain(t *testing.T) {
	p := publish(t, whole)
	o, f, out := place(t)
	path := filepath.Join(o.Dir, "x", "x.bin.part")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	for left, requests := range map[int]int{100_000: 2, 300_000: 1, 300_001: 1} {
		require.NoError(t, os.WriteFile(path, make([]byte, left), 0o666))
		p.requests = nil
		require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
		arrived(t, o)
		require.Len(t, p.requests, requests, "%d bytes left", left)
		require.NoError(t, os.Remove(filepath.Join(o.Dir, "x", "x.bin")))
	}
	require.Contains(t, out.String(), "beginning again")
}

// TestFetchChanged: without a hash, bytes are kept only if the server can tell that they are of the same file.
func TestFetchChanged(t *testing.T) {
	other := bytes.Repeat([]byte{7}, 50_000) // shorter than what is left of the old one
	p := publish(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n <= 3 {
			cut(100_000)(w, r)
		}
		serve(w, r, other)
	})
	o, f, out := place(t)
	f.tries = 1
	set := one(p.URL)
	set.Parts[0].Files[0].Hash, set.Parts[0].Files[0].Size = "", 0
	require.Error(t, set.fetch(t.Context(), o, f))
	require.NoError(t, os.Remove(filepath.Join(o.Dir, "x", "x.bin.part.json")))
	require.Error(t, set.fetch(t.Context(), o, f))
	require.Empty(t, p.requests[1].Header.Get("Range"), "nobody knows where these bytes are from")
	require.Error(t, set.fetch(t.Context(), o, f))
	require.Equal(t, "bytes=100000-", p.requests[2].Header.Get("Range"))
	require.NoError(t, set.fetch(t.Context(), o, f))
	got, err := os.ReadFile(filepath.Join(o.Dir, "x", "x.bin"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(other, got), "the file as it is now, not half of each")
	require.Contains(t, out.String(), "nobody has published its hash; found "+string(sha(other)))
}

// TestFetchMirror: the next address continues with what the first has left.
func TestFetchMirror(t *testing.T) {
	first := publish(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 1 {
			w.WriteHeader(http.StatusGone)
			return
		}
		cut(100_000)(w, r)
	})
	second := publish(t, whole)
	o, f, _ := place(t)
	require.NoError(t, one(first.URL, second.URL).fetch(t.Context(), o, f))
	arrived(t, o)
	require.Len(t, second.requests, 1)
	require.Equal(t, "bytes=100000-", second.requests[0].Header.Get("Range"))
	require.Empty(t, second.requests[0].Header.Get("If-Range"), "the first one's tag means nothing here")

	// A first address with the wrong content does not stand in the way either.
	wrong := publish(t, func(_ int, w http.ResponseWriter, r *http.Request) { serve(w, r, make([]byte, len(content))) })
	o, f, out := place(t)
	require.NoError(t, one(wrong.URL, second.URL).fetch(t.Context(), o, f))
	arrived(t, o)
	require.Contains(t, out.String(), wrong.URL+": the file received has the hash ")
}

// TestFetchStalls: a silent server is given up, first while it answers, then before.
func TestFetchStalls(t *testing.T) {
	p := publish(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			w.Header().Set("Content-Length", "300000")
			_, _ = w.Write(content[:1000])
			_ = http.NewResponseController(w).Flush()
		}
		if n <= 2 {
			<-r.Context().Done()
			return
		}
		whole(n, w, r)
	})
	o, f, out := place(t)
	f.idle = 200 * time.Millisecond
	require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
	arrived(t, o)
	require.Equal(t, 2, strings.Count(out.String(), "nothing has come for 200ms: trying again"), out.String())
}

// TestFetchEncrypted: an encrypted address may be redirected to another, not to one that is not.
func TestFetchEncrypted(t *testing.T) {
	plain := publish(t, whole)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/down":
			http.Redirect(w, r, plain.URL, http.StatusFound)
		case "/across":
			http.Redirect(w, r, "/here", http.StatusFound)
		default:
			whole(1, w, r)
		}
	}))
	t.Cleanup(secure.Close)
	o, f, _ := place(t)
	f.client.Transport = secure.Client().Transport
	err := one(secure.URL+"/down").fetch(t.Context(), o, f)
	require.ErrorIs(t, err, ErrRedirect)
	require.Empty(t, plain.requests)
	holds(t, o)
	require.NoError(t, one(secure.URL+"/across").fetch(t.Context(), o, f))
	arrived(t, o)
}

// TestFetchProxy: the address is requested through the proxy. The command's test checks that it is taken from the
// environment, because Go reads that once per process and never for this machine.
func TestFetchProxy(t *testing.T) {
	proxy := publish(t, whole)
	o, f, _ := place(t)
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	f.client.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
	require.NoError(t, one("http://publisher.invalid/x.bin").fetch(t.Context(), o, f))
	arrived(t, o)
	require.Equal(t, "http://publisher.invalid/x.bin", proxy.requests[0].URL.String())
}

// TestFetchProxyRefuses: it is the proxy that refuses, not the publisher, whether it is asked for a connection or for the
// file.
func TestFetchProxyRefuses(t *testing.T) {
	for status, says := range map[int]string{
		http.StatusForbidden: "$HTTPS_PROXY", http.StatusNotFound: "refuses to connect", http.StatusProxyAuthRequired: "a name and a password",
	} {
		proxy := publish(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		at, err := url.Parse(proxy.URL)
		require.NoError(t, err)
		addresses := []string{"https://publisher.invalid/x.bin"}
		if status == http.StatusProxyAuthRequired {
			addresses = append(addresses, "http://publisher.invalid/x.bin")
		}
		for _, address := range addresses {
			proxy.requests = nil
			o, f, _ := place(t)
			f.client.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
			err = one(address).fetch(t.Context(), o, f)
			require.ErrorIs(t, err, ErrUnavailable)
			require.ErrorContains(t, err, "the proxy")
			require.ErrorContains(t, err, says)
			require.Len(t, proxy.requests, 1, "asked once")
		}
	}
}

// TestFetchFollowsNoLink: a link where the bytes are to go is not followed, nor is one where their origin is to be noted.
func TestFetchFollowsNoLink(t *testing.T) {
	p := publish(t, whole)
	o, f, _ := place(t)
	folder, victim := filepath.Join(o.Dir, "x"), filepath.Join(t.TempDir(), "victim")
	require.NoError(t, os.MkdirAll(folder, 0o777))
	require.NoError(t, os.WriteFile(victim, []byte("mine"), 0o666))
	for _, name := range []string{"x.bin.part", "x.bin.part.json"} {
		if err := os.Symlink(victim, filepath.Join(folder, name)); err != nil {
			t.Skip(err)
		}
	}
	require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
	arrived(t, o)
	info, err := os.Lstat(filepath.Join(folder, "x.bin"))
	require.NoError(t, err)
	require.True(t, info.Mode().IsRegular())
	content, err := os.ReadFile(victim)
	require.NoError(t, err)
	require.Equal(t, "mine", string(content))
}

// TestStatusIsPrintable: what a server answers does not steer a terminal.
func TestStatusIsPrintable(t *testing.T) {
	for _, err := range []error{&StatusError{500, "500 \x1b[2J"}, &ProxyError{Code: 500, Status: "500 \x1b[2J"}} {
		require.NotContains(t, err.Error(), "\x1b")
		require.Contains(t, err.Error(), `500 \x1b[2J`)
	}
}

// TestFetchFile: a file without a set is fetched, and one that is there is checked.
func TestFetchFile(t *testing.T) {
	p := publish(t, whole)
	folder := filepath.Join(t.TempDir(), "new")
	file := File{Name: "x.bin", URLs: []string{p.URL}, Size: int64(len(content)), Hash: sha(content)}
	require.NoError(t, file.Fetch(t.Context(), folder, nil))
	path := filepath.Join(folder, file.Name)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
	require.NoError(t, file.Fetch(t.Context(), folder, nil))
	require.Len(t, p.requests, 1, "the second time it is there")
	got[7]++
	require.NoError(t, os.WriteFile(path, got, 0o666))
	require.ErrorIs(t, file.Fetch(t.Context(), folder, nil), ErrChecksum)
	require.NoError(t, os.WriteFile(path, got[1:], 0o666))
	require.ErrorIs(t, file.Fetch(t.Context(), folder, nil), ErrSize)
}

// TestFetchRoom: without free space nothing is requested, and what is there counts.
func TestFetchRoom(t *testing.T) {
	p := publish(t, whole)
	o, f, _ := place(t)
	f.free = func(_ context.Context, folder string) (uint64, error) {
		require.Equal(t, filepath.Join(o.Dir, "x"), folder)
		return 200_000, nil
	}
	err := one(p.URL).fetch(t.Context(), o, f)
	require.ErrorIs(t, err, data.ErrTooLarge)
	require.ErrorContains(t, err, "x.bin needs 293.0 KiB more and "+filepath.Join(o.Dir, "x")+" has 195.3 KiB free: make room, or choose another folder with --dir or $GAN_DATA")
	require.Empty(t, p.requests)

	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "x", "x.bin.part"), content[:100_000], 0o666))
	require.NoError(t, one(p.URL).fetch(t.Context(), o, f))
	arrived(t, o)
}

// TestFreeSpace: the real one gives a sensible number, and a file that cannot be written ends the fetch.
func TestFreeSpace(t *testing.T) {
	free, err := freeSpace(t.Context(), t.TempDir())
	require.NoError(t, err)
	require.Positive(t, free)

	p := publish(t, whole)
	o, f, _ := place(t)
	require.NoError(t, os.MkdirAll(filepath.Join(o.Dir, "x", "x.bin.part"), 0o777))
	err = one(p.URL, p.URL).fetch(t.Context(), o, f)
	var file *fs.PathError
	require.ErrorAs(t, err, &file)
	require.Equal(t, filepath.Join(o.Dir, "x", "x.bin.part"), file.Path)
	require.Len(t, p.requests, 1, "no second try, no other address: they would not help")
}

// TestFetchOffline: no server answers.
func TestFetchOffline(t *testing.T) {
	p := publish(t, whole)
	p.Close()
	o, f, out := place(t)
	err := one(p.URL, "http://publisher.invalid/x.bin").fetch(t.Context(), o, f)
	require.ErrorIs(t, err, ErrUnavailable)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	var lookup *net.DNSError
	require.ErrorAs(t, err, &lookup)
	require.ErrorContains(t, err, p.URL+": ")
	require.ErrorContains(t, err, "http://publisher.invalid/x.bin: ")
	require.Contains(t, out.String(), "connection refused: trying the next address\n")
	if strings.Contains(err.Error(), "no such host") {
		require.NotContains(t, out.String(), "no such host", "who has no address now will have none in two seconds")
	}
}

// TestFetchTogether: two fetches of the same file at once request it once.
func TestFetchTogether(t *testing.T) {
	var first atomic.Bool
	release := make(chan struct{})
	p := publish(t, func(n int, w http.ResponseWriter, r *http.Request) {
		first.Store(true)
		<-release
		whole(n, w, r)
	})
	o, f, _ := place(t)
	done := make(chan error, 2)
	go func() { done <- one(p.URL).fetch(t.Context(), o, f) }()
	require.Eventually(t, first.Load, 5*time.Second, time.Millisecond)

	var said safeBuilder
	second := newFetcher(&said)
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, one(p.URL).fetch(impatient, o, second), context.DeadlineExceeded, "somebody else has the lock")
	go func() { done <- one(p.URL).fetch(t.Context(), o, second) }()
	require.Eventually(t, func() bool { return strings.Count(said.String(), "waiting for it") == 2 }, 5*time.Second, time.Millisecond)
	close(release)
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	arrived(t, o)
	require.Len(t, p.requests, 1)
	require.NoFileExists(t, filepath.Join(o.Dir, "x", "x.bin.lock"))
}

// safeBuilder is a strings.Builder for several goroutines.
type safeBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuilder) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuilder) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestFetchThere: a file of the wrong size that is already there is neither accepted nor touched.
func TestFetchThere(t *testing.T) {
	p := publish(t, whole)
	o, f, _ := place(t)
	path := filepath.Join(o.Dir, "x", "x.bin")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o666))
	err := one(p.URL).fetch(t.Context(), o, f)
	require.ErrorIs(t, err, ErrSize)
	require.ErrorContains(t, err, path)
	require.FileExists(t, path)
	require.Empty(t, p.requests)
}

// TestNotFetched: sets that a program must not fetch, and one that need not be.
func TestNotFetched(t *testing.T) {
	p := publish(t, whole)
	o, f, _ := place(t)
	set := one(p.URL)
	set.Terms, set.ByHand = "For research only.", "Ask at http://x.invalid/."
	err := set.fetch(t.Context(), o, f)
	require.EqualError(t, err, `data set "x" is not here, and you have to get it by hand: For research only. Ask at http://x.invalid/. Put x.bin into `+filepath.Join(o.Dir, "x"))
	require.ErrorIs(t, err, ErrByHand)
	require.ErrorIs(t, err, ErrNotFetched)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.MkdirAll(filepath.Join(o.Dir, "x"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "x", "x.bin"), content, 0o666))
	require.NoError(t, set.fetch(t.Context(), o, f), "it was put there by hand")

	mnist, err := Lookup("mnist")
	require.NoError(t, err)
	o.Dir = filepath.Join(o.Dir, "none")
	require.NoError(t, mnist.fetch(t.Context(), o, f))
	require.NoDirExists(t, o.Dir)
	require.Empty(t, p.requests)
}

// TestMD5 is the check if no better hash is published.
func TestMD5(t *testing.T) {
	p := publish(t, whole)
	o, f, _ := place(t)
	set := one(p.URL)
	sum := md5.Sum(content)
	set.Parts[0].Files[0].Hash = Hash("md5:" + hex.EncodeToString(sum[:]))
	require.NoError(t, set.fetch(t.Context(), o, f))
	arrived(t, o)
	require.NoError(t, os.Remove(filepath.Join(o.Dir, "x", "x.bin")))
	set.Parts[0].Files[0].Hash = Hash("md5:" + strings.Repeat("0", 32))
	require.ErrorIs(t, set.fetch(t.Context(), o, f), ErrChecksum)
}
