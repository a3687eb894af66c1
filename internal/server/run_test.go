package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/goleak"
)

// running starts the world's server; stop ends it and gives Run's error.
func running(t *testing.T, w *world) (url string, stop func() error) {
	t.Helper()
	l, err := w.Listen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.Serve(context.Background(), l) }()
	return "http://" + l.Addr().String(), func() error {
		w.Stop()
		return <-done
	}
}

// post sends a request over the network.
func post(t *testing.T, w *world, url string, body io.Reader) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// TestShutdown stops a server with a request at work: it is answered, then the
// steps run in order, later stops do nothing, and nothing is left running.
func TestShutdown(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer http.DefaultClient.CloseIdleConnections()
	w := newWorld(t, nil)
	began, goOn := make(chan struct{}), make(chan struct{})
	things(w, func(context.Context, *thingInput) { close(began); <-goOn })
	var steps []string
	for _, name := range []string{"jobs", "index", "store"} {
		w.OnShutdown(name, func(context.Context) error {
			steps = append(steps, name)
			if name == "index" {
				return errors.New("it was dirty")
			}
			return nil
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l, err := w.Listen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, l) }()

	answered := make(chan int, 1)
	go func() {
		res := post(t, w, "http://"+w.Addr().String()+"/v1/things", strings.NewReader(`{"title":"x"}`))
		res.Body.Close() // now: the check for goroutines comes before cleanups
		answered <- res.StatusCode
	}()
	<-began
	cancel()
	<-w.Draining()
	w.Stop()
	w.Stop()
	if rec := w.call("GET", "/readyz", ""); rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), "stopping") {
		t.Errorf("readiness while stopping: %d %s", rec.Code, rec.Body)
	}
	if len(steps) != 0 {
		t.Errorf("steps ran before the last request ended: %v", steps)
	}
	close(goOn)
	if code := <-answered; code != http.StatusCreated {
		t.Errorf("the request at work got %d", code)
	}
	err = <-done
	if err == nil || !strings.Contains(err.Error(), "stop index: it was dirty") || fmt.Sprint(steps) != "[jobs index store]" {
		t.Errorf("error %v after steps %v", err, steps)
	}
	w.Stop()
	if err := w.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "ran already") {
		t.Errorf("a second run: %v", err)
	}
}

// TestShutdownDeadline: a request that does not end is cut off.
func TestShutdownDeadline(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer http.DefaultClient.CloseIdleConnections()
	w := newWorld(t, func(c *Config, _ *Options) { c.ShutdownTimeout = 40 * time.Millisecond })
	began := make(chan struct{})
	w.Engine().GET("/hang", func(c *gin.Context) { close(began); <-c.Request.Context().Done() })
	url, stop := running(t, w)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if res, err := http.Get(url + "/hang"); err == nil {
			res.Body.Close()
		}
	}()
	<-began
	if err := stop(); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("got %v", err)
	}
	<-ended
}

func TestAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := newWorld(t, func(c *Config, _ *Options) { c.Addr = l.Addr().String() })
	closed := false
	w.OnShutdown("store", func(context.Context) error { closed = true; return nil })
	if err := w.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "choose another address") || !closed {
		t.Errorf("error %v, steps run %v", err, closed)
	}
}

// TestBodies sends bodies over the network: large ones within the limit arrive
// whole, those beyond get a 413 that the client reads.
func TestBodies(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *Options) { c.MaxBody = 4 << 20 })
	things(w, nil)
	url, stop := running(t, w)
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	pad := func(n int) []byte { return []byte(`{"title":"x"` + strings.Repeat(" ", n) + `}`) }
	tests := []struct {
		name   string
		body   io.Reader
		status int
	}{
		{"3 MiB", bytes.NewReader(pad(3 << 20)), 201},
		{"just at the limit", bytes.NewReader(pad(4<<20 - 13)), 201},
		{"one over", bytes.NewReader(pad(4<<20 - 12)), 413},
		{"40 MB", bytes.NewReader(pad(40 << 20)), 413},
		{"5 MiB without a length", io.MultiReader(bytes.NewReader(pad(5 << 20))), 413},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if res := post(t, w, url+"/v1/things", tc.body); res.StatusCode != tc.status {
				t.Errorf("status %d, want %d", res.StatusCode, tc.status)
			}
		})
	}
}

func TestSlowBody(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *Options) { c.ReadTimeout = 100 * time.Millisecond })
	things(w, nil)
	url, stop := running(t, w)
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	for _, extra := range []string{"", "Idempotency-Key: k\r\n"} {
		if status := slowBody(t, w, url, extra); status != http.StatusRequestTimeout {
			t.Errorf("slow body with %q: status %d", extra, status)
		}
	}
}

// slowBody announces a body, sends half of it and waits for the answer.
func slowBody(t *testing.T, w *world, url, headers string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%sContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\":", w.token, headers)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	checkSlow(t, res.Body)
	return res.StatusCode
}

func checkSlow(t *testing.T, body io.Reader) {
	t.Helper()
	if p := problemOf(t, body); !strings.Contains(p.Detail, "did not arrive in time") {
		t.Errorf("detail %q", p.Detail)
	}
}

// TestStreaming: on a streaming route answers flow while the body still comes,
// beyond the read timeout and the body limit.
func TestStreaming(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *Options) {
		c.Streaming, c.ReadTimeout, c.WriteTimeout, c.MaxBody = []string{"/v1/echo"}, 30*time.Millisecond, 40*time.Millisecond, 4
		c.IdempotencyLease = time.Second
	})
	w.Engine().POST("/v1/echo", Require(RolePipeline), func(c *gin.Context) {
		for in := bufio.NewScanner(c.Request.Body); in.Scan(); c.Writer.Flush() {
			fmt.Fprintf(c.Writer, "got %s\n", in.Text())
		}
	})
	url, stop := running(t, w)
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	body, send := io.Pipe()
	go func() { fmt.Fprintln(send, "line 0") }()
	res := post(t, w, url+"/v1/echo", body)
	answers := bufio.NewScanner(res.Body)
	for i := range 4 {
		if !answers.Scan() || answers.Text() != fmt.Sprintf("got line %d", i) {
			t.Fatalf("answer %d: %q, %v", i, answers.Text(), answers.Err())
		}
		time.Sleep(20 * time.Millisecond) // past both timeouts in all
		if i < 3 {
			fmt.Fprintf(send, "line %d\n", i+1)
		}
	}
	send.Close()
	if answers.Scan() || answers.Err() != nil {
		t.Errorf("after the end: %q, %v", answers.Text(), answers.Err())
	}
}
