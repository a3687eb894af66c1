package server

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestQuotas(t *testing.T) {
	const start = "2026-03-01T12:00:00Z" // newClock
	type step struct {
		wait  time.Duration
		n     int
		want  usage
		limit bool
	}
	minute, day := "minute", "day"
	half := 12 * time.Hour
	tests := []struct {
		name  string
		key   Key
		steps []step
	}{
		{"none", Key{ID: "k"}, []step{{n: 1000, want: usage{ok: true}}}},
		{"minute", Key{ID: "k", PerMinute: 6}, []step{
			{n: 4, want: usage{true, 6, 2, 40 * time.Second, minute}, limit: true},
			{n: 3, want: usage{false, 6, 2, 10 * time.Second, minute}, limit: true}, // all or nothing
			{n: 2, want: usage{true, 6, 0, 60 * time.Second, minute}, limit: true},
			{n: 1, want: usage{false, 6, 0, 10 * time.Second, minute}, limit: true},
			{wait: 10 * time.Second, n: 1, want: usage{true, 6, 0, 60 * time.Second, minute}, limit: true},
		}},
		{"day", Key{ID: "k", PerDay: 3}, []step{
			{n: 2, want: usage{true, 3, 1, half, day}, limit: true},
			{n: 2, want: usage{false, 3, 1, half, day}, limit: true},
			{wait: half - time.Second, n: 1, want: usage{true, 3, 0, time.Second, day}, limit: true},
			{wait: time.Second, n: 3, want: usage{true, 3, 0, 24 * time.Hour, day}, limit: true},
		}},
		{"both: what is nearer counts", Key{ID: "k", PerMinute: 2, PerDay: 3}, []step{
			{n: 1, want: usage{true, 2, 1, 30 * time.Second, minute}, limit: true},
			{n: 1, want: usage{true, 2, 0, 60 * time.Second, minute}, limit: true},
			{wait: time.Minute, n: 1, want: usage{true, 3, 0, half - time.Minute, day}, limit: true},
			{n: 1, want: usage{false, 3, 0, half - time.Minute, day}, limit: true},
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			clock := newClock()
			if clock.now().Format(time.RFC3339) != start {
				t.Fatal("the table counts from noon")
			}
			q := newQuotas(clock.now)
			for i, s := range tc.steps {
				clock.add(s.wait)
				got, limit := q.take(tc.key, s.n)
				if d := cmp.Diff(s.want, got, cmp.AllowUnexported(usage{})); d != "" || limit != s.limit {
					t.Errorf("step %d, limited %v (-want +got):\n%s", i, limit, d)
				}
			}
		})
	}
}

func TestQuotaOverHTTP(t *testing.T) {
	w := newWorld(t, nil)
	things(w, nil)
	auth := "Bearer " + w.issue(KeyRequest{Account: "acme", Name: "two a minute", Role: RolePipeline, PerMinute: 2})
	for i, want := range []struct {
		status                  int
		remaining, reset, retry string
	}{{201, "1", "30", ""}, {201, "0", "60", ""}, {429, "0", "30", "30"}} {
		rec := w.call("POST", "/v1/things", `{"title":"x"}`, "Authorization", auth)
		h := rec.Header()
		if rec.Code != want.status || h.Get("RateLimit-Limit") != "2" || h.Get("RateLimit-Remaining") != want.remaining ||
			h.Get("RateLimit-Reset") != want.reset || h.Get("Retry-After") != want.retry {
			t.Errorf("request %d: status %d, headers %v", i, rec.Code, h)
		}
	}
	if rec := w.call("GET", "/livez", "", "Authorization", auth); rec.Code != http.StatusOK {
		t.Errorf("health is limited: %d", rec.Code)
	}
	if rec := w.call("POST", "/v1/things", `{"title":"x"}`); rec.Code != http.StatusCreated || rec.Header().Get("RateLimit-Limit") != "" {
		t.Errorf("a key without limits: %d, %v", rec.Code, rec.Header())
	}
}

func TestCharge(t *testing.T) {
	w := newWorld(t, nil)
	ctx := context.WithValue(context.Background(), identityKey, Key{ID: "k", PerDay: 5})
	if err := w.Charge(ctx, 5); err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if err := w.Charge(ctx, 1); !errors.As(err, &p) || p.Status != http.StatusTooManyRequests || p.RetryAfter <= 0 {
		t.Errorf("got %v", err)
	}
	if err := w.Charge(context.Background(), 1000); err != nil {
		t.Errorf("work without a key is charged: %v", err)
	}
}
