package main

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSecondSignal: a stop waits for a request that does not end, until it is asked again.
func TestSecondSignal(t *testing.T) {
	p := start(t, t.TempDir())
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n", p.key)
	if _, err := conn.Read(make([]byte, 1)); err != nil { // the handler reads, so the request is at work
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); !strings.Contains(p.stderr.String(), "waiting for requests"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the service does not begin to stop:\n%s", p.stderr)
		}
	}
	var exit *exec.ExitError
	if err := p.stop(t, syscall.SIGTERM); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("the end after a second signal: %v, want it at once by the signal", err)
	}
}
