package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gans-in-go/gans/internal/progress"
)

// finalError is an error that another try of the same address would repeat.
type finalError struct{ error }

func (f finalError) Unwrap() error { return f.error }

func final(err error) bool {
	var f finalError
	return errors.As(err, &f) || ours(err)
}

// ours reports whether an error is of this machine's files, not of the network.
func ours(err error) bool {
	var file *fs.PathError
	return errors.As(err, &file)
}

// partial is a file being fetched, and where its bytes are from.
type partial struct{ path string }

// origin is what is needed to ask for the rest of the same bytes.
type origin struct {
	URL string
	// Validator is the entity tag or the date by which the server tells these bytes from later ones; "" if it gave
	// neither.
	Validator string
}

// size is the number of bytes that are there. What is no file of its own, such as a link, counts as nothing.
func (p *partial) size() int64 {
	info, err := os.Lstat(p.path)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// originPath is the file that remembers the origin.
func (p *partial) originPath() string { return p.path + ".json" }

// origin is zero if it is not known.
func (p *partial) origin() (o origin) {
	text, err := os.ReadFile(p.originPath())
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil {
		return origin{}
	}
	return o
}

func (p *partial) setOrigin(o origin) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	file, err := ownFile(p.originPath())
	if err != nil {
		return err
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = file.Write(text)
	}
	return errors.Join(err, file.Close())
}

// ownFile opens a file for writing, and makes it if it is not there. It follows no link: in a folder that others write to,
// one would lead the bytes to a file of their choice. A link is deleted.
func ownFile(path string) (*os.File, error) {
	before, err := os.Lstat(path)
	if err == nil && before.Mode()&fs.ModeSymlink != 0 {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		before = nil
	}
	if err != nil || before == nil {
		return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	}
	if !before.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a file")}
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if now, err := file.Stat(); err != nil || !os.SameFile(before, now) {
		return nil, errors.Join(&fs.PathError{Op: "open", Path: path, Err: fs.ErrExist}, err, file.Close())
	}
	return file, nil
}

// discard deletes what is there.
func (p *partial) discard() {
	_ = os.Remove(p.path)
	_ = os.Remove(p.originPath())
}

// finish gives the file its name.
func (p *partial) finish(path string) error {
	if err := os.Rename(p.path, path); err != nil {
		return err
	}
	_ = os.Remove(p.originPath())
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync() // the name as well; not every system can
		_ = folder.Close()
	}
	return nil
}

// transfer makes one request for what is missing of a file and writes it to p. It returns nil once all is there.
func (f *fetcher) transfer(ctx context.Context, url string, file File, p *partial) error {
	offset, validator := p.resumable(url, file)
	if offset > 0 && offset == file.Size {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(f.idle, func() { cancel(fmt.Errorf("nothing has come for %v", f.idle)) })
	defer watchdog.Stop()

	response, err := f.request(ctx, url, offset, validator)
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	defer response.Body.Close()
	if offset, err = begins(response, offset); err != nil {
		if response.StatusCode == http.StatusRequestedRangeNotSatisfiable || response.StatusCode == http.StatusPartialContent {
			p.discard() // the next try begins from nothing
		}
		return err
	}
	total := file.Size
	if response.ContentLength >= 0 {
		total = offset + response.ContentLength
	}
	if file.Size > 0 && total != file.Size {
		return finalError{fmt.Errorf("%w: the server has %d bytes, want %d: it is another file by now, or a page in its place", ErrSize, total, file.Size)}
	}
	if err := p.setOrigin(origin{url, validatorOf(response)}); err != nil {
		return err
	}
	bar := progress.Bytes(f.output, label(file.Name, offset), total-offset)
	defer bar.Done()
	body := watched{io.TeeReader(response.Body, bar), func() { watchdog.Reset(f.idle) }}
	if err := p.append(body, offset, total); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	return nil
}

// label names a transfer in front of its bar.
func label(name string, offset int64) string {
	if offset == 0 {
		return name
	}
	return name + ", from " + progress.Size(offset) + " on"
}

// resumable is how many bytes of p may be kept when the rest comes from url, and the validator by which the server can
// tell that they are of the same file. If it cannot tell, the hash will, if it is known.
func (p *partial) resumable(url string, file File) (offset int64, validator string) {
	if o := p.origin(); o.URL == url {
		validator = o.Validator
	}
	offset = p.size()
	if validator == "" && file.Hash == "" || file.Size > 0 && offset > file.Size {
		return 0, ""
	}
	return offset, validator
}

// request asks for a file from offset on.
func (f *fetcher) request(ctx context.Context, url string, offset int64, validator string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, finalError{err}
	}
	request.Header.Set("User-Agent", "gans-in-go")
	if offset > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		if validator != "" {
			request.Header.Set("If-Range", validator)
		}
	}
	response, err := f.client.Do(request)
	var named *neturl.Error
	if errors.As(err, &named) {
		err = named.Err // without the address, which the caller knows
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) && lookup.IsNotFound {
		err = finalError{err}
	}
	var proxy *ProxyError
	if errors.As(err, &proxy) && proxy.Code < 500 {
		err = finalError{proxy}
	}
	return response, err
}

// validatorOf is the validator for a later request for the rest of this answer.
func validatorOf(response *http.Response) string {
	if tag := response.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return response.Header.Get("Last-Modified")
}

// begins is the offset of the first byte of an answer to a request for the bytes from asked on: asked, or 0 if the
// server sends the whole file.
func begins(response *http.Response, asked int64) (int64, error) {
	switch code := response.StatusCode; {
	case code == http.StatusOK:
		return 0, nil
	case code == http.StatusPartialContent:
		var first int64
		given := response.Header.Get("Content-Range")
		if _, err := fmt.Sscanf(given, "bytes %d-", &first); err != nil || first != asked {
			return 0, fmt.Errorf("asked for the bytes from %d on, the server sends %q", asked, given)
		}
		return asked, nil
	case code >= 500 || code == http.StatusRequestTimeout || code == http.StatusTooManyRequests,
		code == http.StatusRequestedRangeNotSatisfiable && asked > 0:
		return 0, &StatusError{response.StatusCode, response.Status}
	default:
		return 0, finalError{&StatusError{response.StatusCode, response.Status}}
	}
}

// append writes body to p from offset on, where it must end at total if that is above 0. Whatever has arrived is kept.
func (p *partial) append(body io.Reader, offset, total int64) (err error) {
	file, err := ownFile(p.path)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, file.Close()) }()
	if err := file.Truncate(offset); err != nil {
		return err
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	if total > 0 {
		body = io.LimitReader(body, total-offset)
	}
	n, err := io.Copy(file, body)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && offset+n < total:
		return fmt.Errorf("the connection was cut after %d of %d bytes: %w", offset+n, total, io.ErrUnexpectedEOF)
	case err != nil:
		return err
	}
	return file.Sync()
}

// watched calls alive whenever bytes arrive.
type watched struct {
	io.Reader
	alive func()
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.alive()
	}
	return n, err
}
