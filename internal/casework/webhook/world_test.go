package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/fetch"
	"touchstone/internal/seal"
	"touchstone/internal/store/sqlite"
)

var (
	ctx      = context.Background()
	market   = casework.Actor{Account: "alpha-co", Role: "pipeline", Subject: "alpha", Key: "k1"}
	operator = casework.Actor{Account: "desk", Role: "operator", Key: "k2"}
	holder   = casework.Actor{Account: "acme", Role: "holder", Key: "k3"}
)

// received is a message as a receiver got it.
type received struct {
	id, kind, lane string
	seq            int64
	header         http.Header
	body           []byte
}

// world is hooks over a real store, a receiver on loopback, and a clock.
type world struct {
	*webhook.Hooks
	store    *sqlite.Store
	receiver *httptest.Server
	sender   *fetch.Client
	results  map[string]int

	mu     sync.Mutex
	now    time.Time
	got    []received
	answer func(received) int // status by message; nil: 204
	orders orders
	ring   *seal.Ring
}

// orders notes what marketplaces say.
type orders struct{ said []string }

func (o *orders) Confirm(_ context.Context, a casework.Actor, id string, _ *int) (docket.Enforcement, error) {
	o.said = append(o.said, a.Subject+" confirms "+id)
	return docket.Enforcement{ID: id}, nil
}

func (o *orders) Fail(_ context.Context, a casework.Actor, id, reason string) (docket.Enforcement, error) {
	o.said = append(o.said, a.Subject+" fails "+id+": "+reason)
	return docket.Enforcement{ID: id}, nil
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

func newWorld(t fataler) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), results: map[string]int{}, ring: seal.New()}
	w.receiver = httptest.NewServer(http.HandlerFunc(w.receive))
	t.Cleanup(w.receiver.Close)
	client, err := fetch.New(fetch.Config{AnyPort: true, Allow: func(a netip.Addr) bool { return a.IsLoopback() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w.sender = client
	w.on(t, "")
	return w
}

// on puts the hooks on a store.
func (w *world) on(t fataler, path string) {
	t.Helper()
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.store = s
	w.Hooks = webhook.New(webhook.Parts{Store: s, Send: w.sender, Orders: &w.orders, Seal: w.ring, Local: true, Now: w.clock, Count: w.count})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) count(result string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.results[result]++
}

func (w *world) receive(out http.ResponseWriter, in *http.Request) {
	body, _ := io.ReadAll(in.Body)
	var m struct {
		Type string
		Data docket.Event
	}
	_ = json.Unmarshal(body, &m)
	r := received{id: in.Header.Get("webhook-id"), kind: m.Type, lane: m.Data.Case, seq: m.Data.Seq, header: in.Header, body: body}
	w.mu.Lock()
	status := http.StatusNoContent
	if w.answer != nil {
		status = w.answer(r)
	}
	if status/100 == 2 {
		w.got = append(w.got, r)
	}
	w.mu.Unlock()
	out.WriteHeader(status)
}

// hook makes a webhook to the receiver.
func (w *world) hook(t fataler, a casework.Actor, kinds ...string) webhook.Issued {
	t.Helper()
	h, err := w.Add(ctx, a, webhook.Hook{URL: w.receiver.URL, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// happen puts events of cases on a marketplace into the feed, each in its transaction.
func (w *world) happen(t fataler, market, kind string, cases ...string) {
	t.Helper()
	for _, c := range cases {
		if err := w.store.Update(ctx, func(tx docket.Tx) error {
			tx.AddEvent(docket.Event{Kind: kind, Case: c, Account: "acme", Marketplace: market, At: w.clock()})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) pump(t fataler) {
	t.Helper()
	if err := w.Pump(ctx); err != nil {
		t.Fatal(err)
	}
}

// order gives the numbers that were taken, by case.
func (w *world) order() map[string][]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string][]int64{}
	for _, r := range w.got {
		out[r.lane] = append(out[r.lane], r.seq)
	}
	return out
}

func (w *world) set(answer func(received) int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}
