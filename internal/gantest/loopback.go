package gantest

import (
	"net"
	"testing"
)

// Loopback skips a test with a server of its own where the machine cannot reach itself, as in a network namespace whose
// loopback is down.
func Loopback(t testing.TB) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		defer listener.Close()
		var conn net.Conn
		if conn, err = net.Dial("tcp", listener.Addr().String()); err == nil {
			conn.Close()
		}
	}
	if err != nil {
		t.Skipf("127.0.0.1 cannot be reached: %v", err)
	}
}
