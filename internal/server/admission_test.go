package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestQueue fills the places at work and in the queue: the next request is
// refused at once, and those in the queue are served when a place is free.
func TestQueue(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *Options) { c.MaxInFlight, c.MaxQueue, c.QueueWait = 2, 3, time.Minute })
	began, goOn := make(chan struct{}, 9), make(chan struct{})
	things(w, func(context.Context, *thingInput) { began <- struct{}{}; <-goOn })
	answers := make(chan int, 9)
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() { answers <- w.call("POST", "/v1/things", `{"title":"x"}`).Code })
	}
	<-began
	<-began
	for len(w.admission.queue) < 3 {
		time.Sleep(time.Millisecond)
	}
	refused := w.call("POST", "/v1/things", `{"title":"x"}`)
	if refused.Code != http.StatusServiceUnavailable || refused.Header().Get("Retry-After") != "1" {
		t.Errorf("status %d, headers %v", refused.Code, refused.Header())
	}
	if rec := w.call("GET", "/livez", ""); rec.Code != http.StatusOK {
		t.Errorf("health waits in the queue: %d", rec.Code)
	}
	page := w.call("GET", "/metrics", "").Body.String()
	for _, line := range []string{"touchstone_http_admitted 2", "touchstone_http_waiting 3", `touchstone_http_rejected_total{reason="queue"} 1`} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("metrics lack %q", line)
		}
	}
	close(goOn)
	group.Wait()
	close(answers)
	for code := range answers {
		if code != http.StatusCreated {
			t.Errorf("a request in the queue got %d", code)
		}
	}
	if len(w.admission.queue) != 0 || len(w.admission.slots) != 0 {
		t.Error("places were not given back")
	}
}

func TestAdmit(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *Options) { c.MaxInFlight, c.MaxQueue, c.QueueWait = 1, 1, time.Millisecond })
	release, err := w.Admit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if _, err := w.Admit(context.Background()); !errors.As(err, &p) || p.Status != http.StatusServiceUnavailable {
		t.Errorf("beyond the wait: %v", err)
	}
	w.admission.wait = time.Hour
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Admit(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("client gone: %v", err)
	}
	release()
	if release, err = w.Admit(context.Background()); err != nil {
		t.Fatal(err)
	}
	release()
}

func TestReadiness(t *testing.T) {
	w := newWorld(t, nil)
	get := func() *httptest.ResponseRecorder { return w.call("GET", "/readyz", "", "Authorization", "") }
	if rec := get(); rec.Code != 200 || rec.Body.String() != `{"status":"ready","checks":{}}` {
		t.Errorf("without checks: %d %s", rec.Code, rec.Body)
	}
	w.AddCheck("store", func(context.Context) error { return nil })
	w.AddCheck("pack", func(context.Context) error { return errors.New("the pack is not loaded yet") })
	want := `{"status":"not ready","checks":{"pack":"the pack is not loaded yet","store":"ok"}}`
	if rec := get(); rec.Code != 503 || rec.Body.String() != want || rec.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %s, want %s", rec.Code, rec.Body, want)
	}
	w.AddCheck("pack", func(context.Context) error { return nil })
	if rec := get(); rec.Code != 200 {
		t.Errorf("once it is loaded: %d %s", rec.Code, rec.Body)
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, nil)
	things(w, nil)
	w.call("POST", "/v1/things", `{"title":"x"}`)
	w.call("POST", "/v1/things", `{"title":"x"}`)
	w.call("BREW", "/no/such/pot", "")
	page := w.call("GET", "/metrics", "", "Authorization", "").Body.String()
	for _, line := range []string{
		`touchstone_http_requests_total{method="POST",route="/v1/things",status="201"} 2`,
		`touchstone_http_requests_total{method="any",route="none",status="404"} 1`,
		`touchstone_http_request_seconds_count{route="/v1/things"} 2`, "touchstone_http_in_flight 1", "go_goroutines",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("metrics lack %q:\n%s", line, page)
		}
	}
}

func TestConfigValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	err := Config{Addr: "nowhere", MaxQueue: -1, Streaming: []string{"/batch"}}.Validate()
	for _, name := range []string{"Addr", "ReadHeaderTimeout", "ReadTimeout", "WriteTimeout", "IdleTimeout", "QueueWait", "StreamTimeout",
		"IdempotencyTTL", "IdempotencyLease", "ShutdownTimeout", "MaxHeaderBytes", "MaxBody", "MaxInFlight", "MaxQueue", "Streaming"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
	if _, err := New(DefaultConfig(), Options{}); err == nil {
		t.Error("a server without keys was made")
	}
}
