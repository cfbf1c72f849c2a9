package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// received is the number of the signal that stopped this program in good order, or 0.
var received atomic.Int32

// stopped is the exit status of a program that was stopped: 128 and the number of the signal, by the shell's convention.
// Ctrl-C is 130, SIGTERM 143.
func stopped() int {
	if n := received.Load(); n != 0 {
		return 128 + int(n)
	}
	return interrupted
}

// interruptible returns a context for commands that stop in good order. The first Ctrl-C, SIGTERM or SIGHUP cancels it,
// and is acknowledged at once: doing says what the command will still do. A second one ends the program. What was
// ignored when the program began, as nohup ignores SIGHUP, stays ignored.
func interruptible(doing string) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals) // the next one has its usual effect
			note(s)
			signal.Ignore(syscall.SIGPIPE) // whoever read the output may have been stopped too
			fmt.Fprintf(os.Stderr, "gan: stopping %s…\n", doing)
			cancel()
			if len(signals) > 0 { // it came before Stop
				note(<-signals)
				os.Exit(stopped())
			}
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

func note(s os.Signal) {
	if n, ok := s.(syscall.Signal); ok {
		received.Store(int32(n))
	}
}
