package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/progress"
)

// Fetch fetches the files of the part that o names into the set's folder, except those that are there. It tries
// addresses in their order. A file is written as NAME.part, and gets its name once its size and hash are right; if
// Fetch is stopped, by the context or otherwise, the next one resumes there. The proxy variables of the environment are
// honoured.
//
// For a set that must be obtained by hand it returns an error with its terms, the publisher's page and the place for
// its files, [ErrByHand], unless they are there. For one that is built in it does nothing.
func (s *Set) Fetch(ctx context.Context, o Options) error {
	return s.fetch(ctx, o, newFetcher(o.Output))
}

// Fetch fetches one file into a folder, which it makes, as [Set.Fetch] does those of a set. A file of that name that is
// there is checked instead. Both ways the error wraps [ErrChecksum] or [ErrSize] if it is not the file described.
func (f File) Fetch(ctx context.Context, folder string, output io.Writer) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	path := filepath.Join(folder, f.Name)
	if _, err := os.Stat(path); err != nil {
		return newFetcher(output).file(ctx, f, path)
	}
	report, err := f.verify(ctx, folder, output)
	if err != nil {
		return err
	}
	return report.Problem
}

func (s *Set) fetch(ctx context.Context, o Options, f *fetcher) error {
	if _, err := s.present(o); err == nil || s.ByHand != "" {
		return err
	}
	part, err := s.Part(o.Part)
	if err != nil {
		return err
	}
	folder, err := s.Folder(o.Dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("data set %q: %w", s.Name, err)
	}
	for _, file := range part.Files {
		if err := f.file(ctx, file, filepath.Join(folder, file.Name)); err != nil {
			return fmt.Errorf("data set %q: %w", s.Name, err)
		}
	}
	return nil
}

// fetcher fetches files.
type fetcher struct {
	client *http.Client
	output io.Writer // nil is silent
	// idle is how long a connection may deliver nothing before it is closed.
	idle time.Duration
	// A dropped connection is resumed after a pause, until this many tries in a row have delivered nothing beyond what had
	// come before.
	pause time.Duration
	tries int
	// free is the free space for a folder's files, in bytes.
	free func(ctx context.Context, folder string) (uint64, error)
}

func newFetcher(output io.Writer) *fetcher {
	return &fetcher{
		client: Client(),
		output: output, idle: time.Minute, pause: 2 * time.Second, tries: 3, free: freeSpace,
	}
}

// Client returns a client that fetches as this package does: through the proxy that the environment names, whose refusals
// are a [*ProxyError], without compression, and without redirects that give up encryption.
func Client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() // takes the proxy from the environment
	transport.DisableCompression = true                          // files come as they are
	transport.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode == http.StatusOK {
			return nil
		}
		return &ProxyError{Proxy: proxy.Host, Code: answer.StatusCode, Status: answer.Status}
	}
	return &http.Client{Transport: transport, CheckRedirect: checkRedirect}
}

// checkRedirect follows a few redirects, but never one that gives up encryption.
func checkRedirect(to *http.Request, via []*http.Request) error {
	switch from := via[len(via)-1].URL; {
	case from.Scheme == "https" && to.URL.Scheme != "https":
		return finalError{fmt.Errorf("%w: from %s, which is encrypted, to %s, which is not", ErrRedirect, from, to.URL)}
	case len(via) >= 10:
		return finalError{fmt.Errorf("%w: more than 10 in a row", ErrRedirect)}
	}
	return nil
}

func freeSpace(_ context.Context, folder string) (uint64, error) { return disk.Free(folder) }

// file fetches one file to path, unless it is there.
func (f *fetcher) file(ctx context.Context, file File, path string) error {
	unlock, err := f.lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	info, err := os.Stat(path)
	if err == nil {
		return file.checkSize(path, info)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p := &partial{path: path + ".part"}
	if err := f.room(ctx, file, p); err != nil {
		return err
	}
	var failed failures
	for i, url := range file.URLs {
		err := f.from(ctx, url, file, p)
		if err == nil {
			return p.finish(path)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: stopped at %s: the same command resumes there: %w", file.Name, progress.Size(p.size()), context.Cause(ctx))
		}
		failed = append(failed, err)
		if ours(err) {
			break // another address would not help
		}
		if i+1 < len(file.URLs) {
			f.say("%v: trying the next address", err)
		}
	}
	return fmt.Errorf("%s %w: %w; try again later, or get it by other means and put it into %s",
		file.Name, ErrUnavailable, failed, filepath.Dir(path))
}

// lock waits until no other process is fetching the file.
func (f *fetcher) lock(ctx context.Context, path string) (unlock func(), err error) {
	lock := flock.New(path + ".lock")
	got, err := lock.TryLock()
	if err == nil && !got {
		f.say("%s is being fetched by another process: waiting for it", filepath.Base(path))
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", path, err)
	}
	return func() {
		// Processes that come later find the file and do not need the lock. If there is no file, another may be waiting
		// for this very lock, so it stays.
		if _, err := os.Stat(path); err == nil {
			_ = os.Remove(lock.Path())
		}
		_ = lock.Unlock()
	}, nil
}

// room checks that the rest of the file fits into the folder.
func (f *fetcher) room(ctx context.Context, file File, p *partial) error {
	folder := filepath.Dir(p.path)
	free, err := f.free(ctx, folder)
	if err != nil {
		return nil // a file system that does not report it
	}
	if need := file.Size - p.size(); need > 0 && uint64(need) > free {
		return fmt.Errorf("%w: %s needs %s more and %s has %s free: make room, or choose another folder with --dir or $%s",
			data.ErrTooLarge, file.Name, progress.Size(need), folder, progress.Size(int64(free)), Env)
	}
	return nil
}

// from fetches the whole file from one address into p, and checks its hash.
func (f *fetcher) from(ctx context.Context, url string, file File, p *partial) error {
	resumed := p.size() > 0 // perhaps with bytes of another address, or of another day
	for {
		if err := f.persist(ctx, url, file, p); err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
		err := f.check(ctx, file, p)
		if err == nil || ctx.Err() != nil {
			return err
		}
		p.discard()
		if !resumed {
			return fmt.Errorf("%s: %w", url, err)
		}
		resumed = false
		f.say("%s: %v: beginning again", file.Name, err)
	}
}

// persist resumes the transfer after each interruption, until all is there.
func (f *fetcher) persist(ctx context.Context, url string, file File, p *partial) error {
	most := p.size() // what was discarded and came again is no progress
	for failed := 0; ; {
		err := f.transfer(ctx, url, file, p)
		if err == nil {
			return nil
		}
		if now := p.size(); now > most {
			failed, most = 0, now
		}
		if failed++; failed == f.tries || final(err) || ctx.Err() != nil {
			return err
		}
		f.say("%s: %v: trying again", file.Name, err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.pause):
		}
	}
}

// check checks the hash of the fetched file.
func (f *fetcher) check(ctx context.Context, file File, p *partial) error {
	found, _, err := file.check(ctx, p.path, f.output)
	var wrong *wrongHash
	if errors.As(err, &wrong) {
		return fmt.Errorf("the file received %w; the publisher has changed it, or somebody on the way has", wrong)
	}
	if err == nil && file.Hash == "" {
		f.say("%s: nobody has published its hash; found %s", file.Name, found)
	}
	return err
}

func (f *fetcher) say(format string, args ...any) {
	if f.output != nil {
		fmt.Fprintf(f.output, format+"\n", args...)
	}
}
