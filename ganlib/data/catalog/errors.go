package catalog

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/progress"
	"github.com/gans-in-go/gans/internal/suggest"
)

// The errors of this package, for [errors.Is].
var (
	// ErrNotFetched reports files that are not here. [fs.ErrNotExist] is in its chain too, and its text says how to get
	// them.
	ErrNotFetched = errors.New("not fetched")
	// ErrByHand reports files that are not here, of a set that only its owners hand out. It comes with ErrNotFetched.
	ErrByHand = errors.New("to be obtained by hand")
	// ErrBuiltIn reports that a set has no files: a package embeds it.
	ErrBuiltIn = errors.New("built in")
	// ErrChecksum reports a file whose hash is not the published one.
	ErrChecksum = errors.New("wrong hash")
	// ErrSize reports a file whose size is not the published one.
	ErrSize = errors.New("wrong size")
	// ErrUnavailable reports a file that no address delivers.
	ErrUnavailable = errors.New("cannot be fetched")
	// ErrRedirect reports a redirection that is not followed.
	ErrRedirect = errors.New("redirection refused")
)

// UnknownError reports a name that is not known. Where it is a setting, an
// *invalid.Error of package ganlib/invalid is in its chain.
type UnknownError struct {
	What  string   // what it should name, such as "data set"
	Name  string   // what was given
	Known []string // the names that are known
	Key   string   // the setting, "set" or "part"; "" for none
}

// Error says what is unknown, which name was probably meant, and all that are known.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s %q is unknown: want %s", e.What, e.Name, e.want())
}

// want is what would be right.
func (e *UnknownError) want() string {
	known := "one of " + strings.Join(e.Known, ", ")
	if name, ok := e.Suggestion(); ok {
		return fmt.Sprintf("%s (did you mean %q?)", known, name)
	}
	return known
}

// Unwrap is the refusal of the setting, if it is one.
func (e *UnknownError) Unwrap() error {
	if e.Key == "" {
		return nil
	}
	return invalid.Value(e.Key, e.Name, "%s", e.want())
}

// Suggestion is the known name that was probably meant; ok is false if none is near.
func (e *UnknownError) Suggestion() (name string, ok bool) { return suggest.Nearest(e.Name, e.Known) }

// StatusError is a server's answer without the file.
type StatusError struct {
	Code   int    // of HTTP, such as 404
	Status string // the same in words, such as "404 Not Found"
}

// Error says the status, and of 407 whose it is.
func (e *StatusError) Error() string {
	if e.Code == http.StatusProxyAuthRequired {
		return (&ProxyError{Code: e.Code, Status: e.Status}).Error()
	}
	return "the server answers " + progress.Printable(e.Status)
}

// ProxyError is the answer of a proxy that refuses to connect to the server.
type ProxyError struct {
	Proxy  string // its host and port; "" if that is not known
	Code   int    // of HTTP, such as 403
	Status string // the same in words, such as "403 Forbidden"
}

// Error says that it was the proxy, not the publisher, and what to do.
func (e *ProxyError) Error() string {
	what := "see $HTTPS_PROXY, $HTTP_PROXY and $NO_PROXY, or ask whoever runs it"
	if e.Code == http.StatusProxyAuthRequired {
		what = "it wants a name and a password: put them into $HTTPS_PROXY and $HTTP_PROXY, as http://NAME:PASSWORD@HOST:PORT"
	}
	proxy := "the proxy"
	if e.Proxy != "" {
		proxy += " " + e.Proxy
	}
	return fmt.Sprintf("%s refuses to connect, with %s; %s", proxy, progress.Printable(e.Status), what)
}

// failures are the errors of all addresses, in their order.
type failures []error

func (f failures) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (f failures) Unwrap() []error { return f }
