package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

func TestIdempotency(t *testing.T) {
	w := newWorld(t, nil)
	calls := 0
	things(w, func(context.Context, *thingInput) { calls++ })
	post := func(key, body string, headers ...string) *httptest.ResponseRecorder {
		return w.call("POST", "/v1/things", body, append([]string{"Idempotency-Key", key}, headers...)...)
	}
	first := post("k1", `{"title":"x"}`)
	again := post("k1", `{"title":"x"}`)
	if first.Code != 201 || again.Code != 201 || calls != 1 {
		t.Fatalf("status %d, then %d, after %d calls", first.Code, again.Code, calls)
	}
	if first.Body.String() != again.Body.String() || first.Header().Get("Location") != "/v1/things/1" ||
		again.Header().Get("Location") != "/v1/things/1" || again.Header().Get("Content-Type") != first.Header().Get("Content-Type") {
		t.Errorf("the answers differ: %v %s, %v %s", first.Header(), first.Body, again.Header(), again.Body)
	}
	if first.Header().Get("Idempotency-Replayed") != "" || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Error("a replay must say so, and only a replay")
	}
	other := "Bearer " + w.issue(KeyRequest{Account: "other", Name: "o", Role: RolePipeline})
	admin := "Bearer " + w.issue(KeyRequest{Account: "acme", Name: "a", Role: RoleAdmin})
	tests := []struct {
		name, key, body string
		headers         []string
		status, calls   int // calls of the handler
	}{
		{"another body", "k1", `{"title":"y"}`, nil, 422, 0},
		{"another key", "k2", `{"title":"x"}`, nil, 201, 1},
		{"another account", "k1", `{"title":"x"}`, []string{"Authorization", other}, 201, 1},
		{"another role", "k1", `{"title":"x"}`, []string{"Authorization", admin}, 201, 1},
		{"bad key", "a b", `{"title":"x"}`, nil, 400, 0},
		{"long key", strings.Repeat("k", 256), `{"title":"x"}`, nil, 400, 0},
		{"longest key", strings.Repeat("k", 255), `{"title":"x"}`, nil, 201, 1},
		{"a fault of the request", "k3", `{"title":7}`, nil, 422, 0},
		{"the fault again", "k3", `{"title":7}`, nil, 422, 0},
		{"a fault of ours", "k4", `{"title":"internal"}`, nil, 500, 1},
		{"is tried again", "k4", `{"title":"internal"}`, nil, 500, 1},
		{"a panic", "k5", `{"title":"panic"}`, nil, 500, 1},
		{"is tried again too", "k5", `{"title":"panic"}`, nil, 500, 1},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			calls = 0
			rec := post(tc.key, tc.body, tc.headers...)
			if rec.Code != tc.status || calls != tc.calls {
				t.Errorf("status %d after %d calls, want %d after %d: %s", rec.Code, calls, tc.status, tc.calls, rec.Body)
			}
		})
	}
	w.clock.add(24 * time.Hour)
	calls = 0
	if rec := post("k1", `{"title":"another"}`); rec.Code != 201 || calls != 1 {
		t.Errorf("after a day the key is new: status %d after %d calls", rec.Code, calls)
	}
}

func TestIdempotencyOfAFaultIsReplayed(t *testing.T) {
	w := newWorld(t, nil)
	things(w, nil)
	for _, replayed := range []string{"", "true"} {
		rec := w.call("POST", "/v1/things", `{"title":7}`, "Idempotency-Key", "k")
		if rec.Code != 422 || rec.Header().Get("Idempotency-Replayed") != replayed || rec.Header().Get("Content-Type") != problemContentType {
			t.Errorf("status %d, headers %v", rec.Code, rec.Header())
		}
	}
}

func TestConcurrentDuplicate(t *testing.T) {
	w := newWorld(t, nil)
	began, goOn := make(chan struct{}), make(chan struct{})
	things(w, func(context.Context, *thingInput) { close(began); <-goOn })
	post := func() *httptest.ResponseRecorder {
		return w.call("POST", "/v1/things", `{"title":"x"}`, "Idempotency-Key", "k")
	}
	var first *httptest.ResponseRecorder
	var group sync.WaitGroup
	group.Go(func() { first = post() })
	<-began
	second := post()
	close(goOn)
	group.Wait()
	third := post()
	if first.Code != 201 || second.Code != 409 || second.Header().Get("Retry-After") != "1" || third.Code != 201 {
		t.Errorf("status %d, %d with %v, %d", first.Code, second.Code, second.Header(), third.Code)
	}
}

// TestCrashedRequest: an entry that nobody finishes holds others off until its
// lease has ended, and then the work is done again.
func TestCrashedRequest(t *testing.T) {
	aborted := newWorld(t, nil)
	things(aborted, func(context.Context, *thingInput) { panic(http.ErrAbortHandler) })
	func() {
		defer func() { _ = recover() }() // net/http would close the connection
		aborted.call("POST", "/v1/things", `{"title":"x"}`, "Idempotency-Key", "k")
		t.Error("an aborted request answered")
	}()
	if len(aborted.store.entries) != 0 {
		t.Fatalf("an aborted request left %v", aborted.store.entries)
	}
	w := newWorld(t, nil)
	things(w, nil)
	w.call("POST", "/v1/things", `{"title":"x"}`, "Idempotency-Key", "k")
	for id, e := range w.store.entries { // as a crash before the end leaves it
		e.Response = nil
		w.store.entries[id] = e
	}
	for _, step := range []struct {
		wait   time.Duration
		status int
	}{{0, 409}, {5*time.Minute - time.Second, 409}, {time.Second, 201}} {
		w.clock.add(step.wait)
		if rec := w.call("POST", "/v1/things", `{"title":"x"}`, "Idempotency-Key", "k"); rec.Code != step.status {
			t.Errorf("after %v more: status %d, want %d", step.wait, rec.Code, step.status)
		}
	}
}

func TestIdempotencyStoreDown(t *testing.T) {
	w := newWorld(t, nil)
	calls := 0
	things(w, func(context.Context, *thingInput) { calls++ })
	w.store.fail = errors.New("the disk is full")
	rec := w.call("POST", "/v1/things", `{"title":"x"}`, "Idempotency-Key", "k")
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" || calls != 0 {
		t.Errorf("status %d after %d calls", rec.Code, calls)
	}
	if !strings.Contains(w.log.String(), "the disk is full") {
		t.Error("the log does not say why")
	}
}

// TestFormBoundary: the same form with the boundary of another attempt is the
// same request.
func TestFormBoundary(t *testing.T) {
	w := newWorld(t, nil)
	calls := 0
	w.Engine().POST("/v1/forms", func(c *gin.Context) { calls++; c.String(http.StatusCreated, "%s", c.PostForm("title")) })
	post := func(boundary, title string) *httptest.ResponseRecorder {
		body := fmt.Sprintf("--%[1]s\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n%[2]s\r\n--%[1]s--\r\n", boundary, title)
		return w.call("POST", "/v1/forms", body, "Idempotency-Key", "k", "Content-Type", "multipart/form-data; boundary="+boundary)
	}
	if a, b := post("aaa111", "x"), post("bbb2222", "x"); a.Code != 201 || b.Code != 201 || a.Body.String() != "x" || b.Body.String() != "x" || calls != 1 {
		t.Errorf("status %d %q, %d %q after %d calls", a.Code, a.Body, b.Code, b.Body, calls)
	}
	if c := post("ccc", "y"); c.Code != 422 {
		t.Errorf("another form: status %d", c.Code)
	}
}
