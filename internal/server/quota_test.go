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

// usedUp is a QuotaStore in memory that can fail.
type usedUp struct {
	uses map[string]QuotaUse
	fail error
}

func (u *usedUp) QuotaUses(_ context.Context, since time.Time) (out []QuotaUse, _ error) {
	for _, x := range u.uses {
		if !x.At.Before(since) {
			out = append(out, x)
		}
	}
	return out, u.fail
}

func (u *usedUp) AddQuotaUses(_ context.Context, uses []QuotaUse) error {
	if u.fail != nil {
		return u.fail
	}
	for _, x := range uses {
		if old := u.uses[x.KeyID]; old.Day == x.Day {
			x.Used += old.Used
		}
		u.uses[x.KeyID] = x
	}
	return nil
}

// TestQuotasOutliveAProcess: what was used before a restart counts after it, and a day's end counts as ever.
func TestQuotasOutliveAProcess(t *testing.T) {
	clock, store := newClock(), &usedUp{uses: map[string]QuotaUse{}}
	process := func() *Server {
		s, err := New(DefaultConfig(), Options{Keys: NewKeys(newMemory(), 0, clock.now), Quotas: store, Clock: clock.now})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.quotas.restore(t.Context(), store); err != nil {
			t.Fatal(err)
		}
		return s
	}
	day, minute := Key{ID: "day", PerDay: 5}, Key{ID: "minute", PerMinute: 6}
	take := func(s *Server, key Key, n int, want bool) {
		t.Helper()
		if u, _ := s.quotas.take(key, n); u.ok != want {
			t.Errorf("%d more of %s: allowed %v, want %v (%+v)", n, key.ID, u.ok, want, u)
		}
	}
	save := func(s *Server) {
		t.Helper()
		if err := s.saveQuotas(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	first := process()
	take(first, day, 2, true)
	save(first)
	store.fail = errors.New("the disk is full")
	take(first, day, 1, true)
	take(first, minute, 6, true)
	if err := first.saveQuotas(t.Context()); !errors.Is(err, store.fail) {
		t.Errorf("a use that could not be kept: error %v", err)
	}
	store.fail = nil
	save(first) // what failed is kept with the next
	save(first) // and nothing twice

	second := process()
	take(second, day, 3, false)
	take(second, minute, 1, false)
	clock.add(10 * time.Second)
	take(second, minute, 1, true)
	take(second, day, 2, true)
	save(second)

	clock.add(13 * time.Hour) // another day
	third := process()
	take(third, day, 5, true)
	take(third, day, 1, false)
	take(third, minute, 6, true)
}

// TestLastUseIsKept: a server that stops in order keeps what was used up to its last request.
func TestLastUseIsKept(t *testing.T) {
	store := &usedUp{uses: map[string]QuotaUse{}}
	w := newWorld(t, func(_ *Config, o *Options) { o.Quotas = store })
	things(w, nil)
	key := "Bearer " + w.issue(KeyRequest{Account: "acme", Name: "ten a day", Role: RolePipeline, PerDay: 10})
	done := make(chan error, 1)
	l, err := w.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- w.Serve(t.Context(), l) }()
	w.call("POST", "/v1/things", `{"title":"x"}`, "Authorization", key)
	w.Stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(store.uses) != 1 {
		t.Fatalf("kept: %+v", store.uses)
	}
	for _, u := range store.uses {
		if u.Used != 1 {
			t.Errorf("kept: %+v, want one request", u)
		}
	}
}
