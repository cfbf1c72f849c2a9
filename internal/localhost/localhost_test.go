package localhost

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	at, ended := make(chan string), make(chan error)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	go func() { ended <- Serve(ctx, 0, hello, func(address string) { at <- address }) }()
	address := <-at
	require.True(t, strings.HasPrefix(address, "127.0.0.1:"), address)
	response, err := http.Get("http://" + address)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "hello", string(text))

	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	taken, err := strconv.Atoi(port)
	require.NoError(t, err)
	require.Error(t, Serve(ctx, taken, hello, func(string) { t.Error("it has begun") }))
	cancel()
	require.NoError(t, <-ended)
}

func TestNamed(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "127.0.0.1:80", "localhost:8000"} {
		require.True(t, Named(host), host)
	}
	for _, host := range []string{"", "evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "0.0.0.0:80"} {
		require.False(t, Named(host), host)
	}
}

func TestValidPort(t *testing.T) {
	require.NoError(t, ValidPort(0))
	require.NoError(t, ValidPort(65535))
	require.EqualError(t, ValidPort(-1), "--port -1: want 1 to 65535, or 0 for any free one")
	require.Error(t, ValidPort(65536))
}
