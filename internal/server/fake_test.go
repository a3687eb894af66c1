package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// memory is a KeyStore and IdempotencyStore that forgets.
type memory struct {
	mu      sync.Mutex
	keys    map[string]Key
	entries map[string]IdempotencyEntry
	lookups int
	fail    error // what every idempotency call answers, if set
}

func newMemory() *memory {
	return &memory{keys: map[string]Key{}, entries: map[string]IdempotencyEntry{}}
}

func (m *memory) CreateKey(_ context.Context, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[k.ID] = k
	return nil
}

func (m *memory) Key(_ context.Context, id string) (Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	k, ok := m.keys[id]
	if !ok {
		return Key{}, ErrKeyNotFound
	}
	return k, nil
}

func (m *memory) Keys(_ context.Context, account string) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := slices.Collect(maps.Values(m.keys))
	return slices.DeleteFunc(keys, func(k Key) bool { return account != "" && k.Account != account }), nil
}

func (m *memory) RotateKey(_ context.Context, old string, expires time.Time, next Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.keys[old]
	k.ExpiresAt = &expires
	m.keys[old], m.keys[next.ID] = k, next
	return nil
}

func (m *memory) RevokeKey(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	if !ok {
		return ErrKeyNotFound
	}
	k.RevokedAt = &at
	m.keys[id] = k
	return nil
}

func (m *memory) BeginIdempotent(_ context.Context, e IdempotencyEntry) (IdempotencyEntry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return IdempotencyEntry{}, false, m.fail
	}
	old, ok := m.entries[e.Scope+e.Key]
	if ok && e.CreatedAt.Before(old.ExpiresAt) && (old.Response != nil || e.CreatedAt.Before(old.LeaseUntil)) {
		return old, false, nil
	}
	m.entries[e.Scope+e.Key] = e
	return IdempotencyEntry{}, true, nil
}

func (m *memory) FinishIdempotent(_ context.Context, scope, key, owner string, r StoredResponse) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries[scope+key]; e.Owner == owner {
		e.Response = &r
		m.entries[scope+key] = e
	}
	return m.fail
}

func (m *memory) AbandonIdempotent(_ context.Context, scope, key, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[scope+key].Owner == owner {
		delete(m.entries, scope+key)
	}
	return m.fail
}

func (m *memory) ExpireIdempotent(context.Context, time.Time) (int, error) { return 0, m.fail }

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// lockedBuffer is a log that many goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// world is a server with its parts at hand.
type world struct {
	*Server
	t     *testing.T
	store *memory
	clock *clock
	log   *lockedBuffer
	token string // of a pipeline key without limits
	api   huma.API
}

func newWorld(t *testing.T, change func(*Config, *Options)) *world {
	t.Helper()
	w := &world{t: t, store: newMemory(), clock: newClock(), log: &lockedBuffer{}}
	cfg := DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	o := Options{Keys: NewKeys(w.store, 0, w.clock.now), Idempotency: w.store, Clock: w.clock.now, Logger: slog.New(slog.NewJSONHandler(w.log, nil))}
	if change != nil {
		change(&cfg, &o)
	}
	s, err := New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	w.Server = s
	w.api = s.NewAPI("Test", "1")
	w.token = w.issue(KeyRequest{Account: "acme", Name: "test", Role: RolePipeline})
	return w
}

func (w *world) issue(r KeyRequest) string {
	w.t.Helper()
	_, token, err := w.keys.Issue(context.Background(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// call sends a request; headers come in pairs. The key of the world is sent
// unless there is an Authorization among them.
func (w *world) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		req.Body = http.NoBody
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return rec
}

// problemOf decodes an answer that must be a problem.
func problemOf(t *testing.T, body io.Reader) Problem {
	t.Helper()
	var p Problem
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("the answer is not a problem: %v", err)
	}
	return p
}
