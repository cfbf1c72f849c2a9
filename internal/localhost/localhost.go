// Package localhost serves pages to the browsers of this machine, and to nobody else.
package localhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// Serve answers requests on 127.0.0.1 until the context is cancelled, and then returns nil. Port 0 is any free one. Before
// the first request it tells began the address, such as 127.0.0.1:8080. It returns an error if the port is taken.
func Serve(ctx context.Context, port int, handler http.Handler, began func(address string)) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	began(listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Named reports whether a Host header names this machine to itself. Any port will do, because it may be forwarded. Who
// came by another name is a page elsewhere whose name was made to point here (DNS rebinding).
func Named(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return slices.Contains([]string{"127.0.0.1", "localhost"}, host)
}

// ValidPort refuses a flag's number that is no port.
func ValidPort(port int) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("--port %d: want 1 to 65535, or 0 for any free one", port)
	}
	return nil
}
