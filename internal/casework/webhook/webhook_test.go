package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

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

func TestDeliversWhatItMayHear(t *testing.T) {
	w := newWorld(t)
	w.happen(t, "alpha", "case.opened", "before")
	own := w.hook(t, market, "case.*")
	w.happen(t, "alpha", "case.opened", "c1", "c2")
	w.happen(t, "beta", "case.opened", "c3")
	w.happen(t, "alpha", "enforcement.asked", "c1")
	w.happen(t, "alpha", "case.decided", "c1")
	w.pump(t)
	w.pump(t)
	if diff := cmp.Diff(map[string][]int64{"c1": {2, 6}, "c2": {3}}, w.order()); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	verifier, err := signed.NewWebhook(own.Secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range w.got {
		if err := verifier.VerifyIgnoringTimestamp(r.body, r.header); err != nil {
			t.Errorf("%s: %v", r.id, err)
		}
		if r.header.Get("webhook-timestamp") != strconv.FormatInt(w.now.Unix(), 10) {
			t.Errorf("timestamp %s", r.header.Get("webhook-timestamp"))
		}
	}
	if h, err := w.Get(ctx, market, own.ID); err != nil || h.Seen != 6 || h.Problem != "" {
		t.Errorf("%+v, %v", h, err)
	}
	if w.results["done"] != 3 {
		t.Errorf("results %v", w.results)
	}
}

// TestOneCaseWaitsForItself: what a receiver refuses holds up its case alone, comes again later and later, and in order.
func TestOneCaseWaitsForItself(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	w.happen(t, "alpha", "case.opened", "c1", "c2", "c1", "c2")
	down := true
	w.set(func(r received) int {
		if down && r.lane == "c1" {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	for range 6 {
		w.pump(t)
		w.pass(time.Minute)
	}
	if diff := cmp.Diff(map[string][]int64{"c2": {2, 4}}, w.order()); diff != "" {
		t.Errorf("while one case is refused (-want +got):\n%s", diff)
	}
	if h, err := w.Get(ctx, market, own.ID); err != nil || !strings.Contains(h.Problem, "500") {
		t.Errorf("%+v, %v", h, err)
	}
	w.mu.Lock()
	down = false
	w.mu.Unlock()
	w.pass(time.Hour)
	w.pump(t)
	if diff := cmp.Diff(map[string][]int64{"c1": {1, 3}, "c2": {2, 4}}, w.order()); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
}

// TestDeadLetters: after about a day a delivery is given up, what came behind it goes on, and it can be sent again.
func TestDeadLetters(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	w.happen(t, "alpha", "case.opened", "c1", "c1")
	w.set(func(r received) int {
		if r.seq == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	begin := w.clock()
	for len(w.order()["c1"]) == 0 && w.clock().Sub(begin) < 72*time.Hour {
		w.pump(t)
		w.pass(15 * time.Minute)
	}
	if took := w.clock().Sub(begin); took < 12*time.Hour || took > 48*time.Hour {
		t.Errorf("given up after %v", took)
	}
	dead, err := w.Deliveries(ctx, market, own.ID, webhook.Dead, 0, 10)
	if err != nil || len(dead) != 1 || dead[0].Seq != 1 || !strings.Contains(dead[0].Problem, "503") {
		t.Fatalf("dead letters: %+v, %v", dead, err)
	}
	w.set(nil)
	if n, err := w.Replay(ctx, market, own.ID, 0); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := w.Replay(ctx, market, own.ID, 1); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("sent again twice: %v", err)
	}
	w.pump(t)
	if diff := cmp.Diff([]int64{2, 1}, w.order()["c1"]); diff != "" {
		t.Errorf("taken: %s", diff)
	}
	if _, err := w.Replay(ctx, market, own.ID, 99); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("nothing sent again: %v", err)
	}
}

// TestAnyFailures: whatever a receiver refuses, each event is taken, and those of a case in order.
func TestAnyFailures(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(r)
		w.hook(r, market)
		cases := rapid.SliceOfN(rapid.SampledFrom([]string{"c1", "c2", "c3"}), 1, 12).Draw(r, "cases")
		refusals := rapid.SliceOfN(rapid.IntRange(0, 5), len(cases), len(cases)).Draw(r, "refusals")
		w.set(func(m received) int {
			if refusals[m.seq-1] > 0 {
				refusals[m.seq-1]--
				return http.StatusBadGateway
			}
			return http.StatusOK
		})
		want := map[string][]int64{}
		for i, c := range cases {
			want[c] = append(want[c], int64(i+1))
			w.happen(r, "alpha", "case.opened", c)
			if rapid.Bool().Draw(r, "pump") {
				w.pump(r)
			}
		}
		for tries := 0; len(w.got) < len(cases) && tries < 100; tries++ {
			w.pump(r)
			w.pass(5 * time.Minute)
		}
		if diff := cmp.Diff(want, w.order()); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// TestDiesBetween: a process that dies after the receiver took a message sends it again, under the same ID.
func TestDiesBetween(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "store.db")
	w.on(t, path)
	w.hook(t, market)
	w.happen(t, "alpha", "case.opened", "c1", "c1")
	first := w.store
	w.set(func(received) int { _ = first.Close(); return http.StatusOK })
	if err := w.Pump(ctx); err == nil {
		t.Fatal("what came of the delivery was kept in a closed store")
	}
	w.on(t, path)
	w.set(nil)
	w.pump(t)
	if len(w.got) != 1 {
		t.Fatalf("taken %d times while it may still be at work", len(w.got))
	}
	w.pass(time.Hour)
	w.pump(t)
	if diff := cmp.Diff([]int64{1, 1, 2}, w.order()["c1"]); diff != "" || w.got[0].id != w.got[1].id || w.got[1].id == w.got[2].id {
		t.Errorf("taken: %s", diff)
	}
}

func TestRotation(t *testing.T) {
	w := newWorld(t)
	old := w.hook(t, market)
	fresh, err := w.Rotate(ctx, market, old.ID)
	if err != nil || fresh.Secret == old.Secret || fresh.CallbackSecret == old.CallbackSecret {
		t.Fatal(fresh, err)
	}
	verifies := func(secret string, r received) bool {
		v, err := signed.NewWebhook(secret)
		return err == nil && v.VerifyIgnoringTimestamp(r.body, r.header) == nil
	}
	w.happen(t, "alpha", "case.opened", "c1")
	w.pump(t)
	if !verifies(old.Secret, w.got[0]) || !verifies(fresh.Secret, w.got[0]) {
		t.Error("within the grace a message is not signed with both secrets")
	}
	w.pass(webhook.Grace)
	w.happen(t, "alpha", "case.opened", "c1")
	w.pump(t)
	if verifies(old.Secret, w.got[1]) || !verifies(fresh.Secret, w.got[1]) {
		t.Error("after the grace the old secret still signs, or the new one does not")
	}
}

func TestPauseAndGone(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	if _, err := w.SetState(ctx, market, own.ID, webhook.Paused); err != nil {
		t.Fatal(err)
	}
	w.happen(t, "alpha", "case.opened", "c1")
	w.pump(t)
	if len(w.got) != 0 {
		t.Error("a paused webhook took a message")
	}
	if _, err := w.SetState(ctx, market, own.ID, webhook.Active); err != nil {
		t.Fatal(err)
	}
	w.set(func(received) int { return http.StatusGone })
	w.pump(t)
	h, err := w.Get(ctx, market, own.ID)
	if err != nil || h.State != webhook.Paused || !strings.Contains(h.Problem, "410") {
		t.Errorf("after 410: %+v, %v", h, err)
	}
}

// TestOwners holds every use case against those whose hook it is not.
func TestOwners(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	calls := map[string]func(a casework.Actor) error{
		"get":        func(a casework.Actor) error { _, err := w.Get(ctx, a, own.ID); return err },
		"pause":      func(a casework.Actor) error { _, err := w.SetState(ctx, a, own.ID, webhook.Paused); return err },
		"rotate":     func(a casework.Actor) error { _, err := w.Rotate(ctx, a, own.ID); return err },
		"deliveries": func(a casework.Actor) error { _, err := w.Deliveries(ctx, a, own.ID, "", 0, 1); return err },
		"replay":     func(a casework.Actor) error { _, err := w.Replay(ctx, a, own.ID, 0); return err },
		"callback": func(a casework.Actor) error {
			_, err := w.Receive(ctx, a, own.ID, http.Header{}, nil)
			return err
		},
		"remove": func(a casework.Actor) error { return w.Remove(ctx, a, own.ID) },
	}
	for name, call := range calls {
		for _, a := range []casework.Actor{holder, {Account: "alpha-co", Role: "pipeline", Subject: "beta"}, {Account: "other", Role: "pipeline", Subject: "alpha"}, {Role: "pipeline", Subject: "alpha"}} {
			if err := call(a); !errors.Is(err, casework.ErrNotFound) {
				t.Errorf("%s by %+v: %v", name, a, err)
			}
		}
	}
	for _, a := range []casework.Actor{holder, {Account: "other", Role: "pipeline", Subject: "alpha"}} {
		if list, err := w.List(ctx, a, "", 10); err != nil || len(list) != 0 {
			t.Errorf("%+v lists %v, %v", a, list, err)
		}
	}
	if list, err := w.List(ctx, operator, "", 10); err != nil || len(list) != 1 {
		t.Errorf("an operator lists %v, %v", list, err)
	}
	for _, a := range []casework.Actor{{Account: "x", Role: "pipeline"}, {Account: "x", Role: "seller", Subject: "alpha/shop"}} {
		if _, err := w.Add(ctx, a, webhook.Hook{URL: w.receiver.URL}); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("%+v makes a webhook: %v", a, err)
		}
	}
	if h := w.hook(t, holder); h.Rights != "acme" || h.Marketplace != "" {
		t.Errorf("a holder's webhook hears %+v", h.Hook)
	}
}

func TestAddresses(t *testing.T) {
	client, err := fetch.New(fetch.Config{AllowPorts: []uint16{443, 8443}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	w := newWorld(t)
	strict := webhook.New(webhook.Parts{Store: w.store, Send: client, Orders: &w.orders})
	for _, address := range []string{"", "http://hooks.example/x", "https://127.0.0.1/x", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/latest",
		"https://user:pw@hooks.example/", "https://hooks.example:22/", "https://2130706433/", "ftp://hooks.example/", "https://hooks.example/#x", "https://" + strings.Repeat("a", 3000)} {
		var invalid *casework.ValidationError
		if _, err := strict.Add(ctx, market, webhook.Hook{URL: address}); !errors.As(err, &invalid) {
			t.Errorf("%.60q: %v", address, err)
		}
	}
	if _, err := strict.Add(ctx, market, webhook.Hook{URL: "https://hooks.example:8443/touchstone?a=b"}); err != nil {
		t.Error(err)
	}
	var invalid *casework.ValidationError
	if _, err := strict.Add(ctx, market, webhook.Hook{URL: "https://hooks.example/", Kinds: []string{"case.*", "*x", "CASE"}}); !errors.As(err, &invalid) || len(invalid.Fields) != 2 {
		t.Errorf("kinds: %v", err)
	}
	for range webhook.MostHooks - 1 {
		w.hook(t, market)
	}
	if _, err := w.Add(ctx, market, webhook.Hook{URL: w.receiver.URL}); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("one too many: %v", err)
	}
}

// message signs a callback as a marketplace does.
func message(t *testing.T, secret, id string, at time.Time, body string) http.Header {
	t.Helper()
	v, err := signed.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := v.Sign(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("webhook-signature", signature)
	return h
}

func TestCallbacks(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	const confirmed = `{"type":"enforcement.confirmed","data":{"enforcement_id":"enf_1"}}`
	const failed = `{"type":"enforcement.failed","data":{"enforcement_id":"enf_2","reason":"no such listing"}}`
	send := func(h http.Header, body string) error {
		_, err := w.Receive(ctx, market, own.ID, h, []byte(body))
		return err
	}
	good := message(t, own.CallbackSecret, "m1", w.clock(), confirmed)
	if err := errors.Join(send(good, confirmed), send(message(t, own.CallbackSecret, "m2", w.clock(), failed), failed)); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Second)
	if err := send(message(t, own.CallbackSecret, "m1", w.clock(), confirmed), confirmed); err != nil {
		t.Errorf("told again under a new time: %v", err)
	}
	if diff := cmp.Diff([]string{"alpha confirms enf_1", "alpha fails enf_2: no such listing", "alpha confirms enf_1"}, w.orders.said); diff != "" {
		t.Errorf("heard: %s", diff)
	}
	none := good.Clone()
	none.Del("webhook-signature")
	tests := []struct {
		name string
		h    http.Header
		body string
		want error
	}{
		{"the very same again", good, confirmed, casework.ErrConflict},
		{"another body under its signature", good, strings.Replace(confirmed, "enf_1", "enf_3", 1), webhook.ErrForged},
		{"signed with the secret of what is sent", message(t, own.Secret, "m3", w.clock(), confirmed), confirmed, webhook.ErrForged},
		{"signed with a secret of nobody's", message(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLASw", "m4", w.clock(), confirmed), confirmed, webhook.ErrForged},
		{"too old", message(t, own.CallbackSecret, "m5", w.clock().Add(-6*time.Minute), confirmed), confirmed, webhook.ErrForged},
		{"of the future", message(t, own.CallbackSecret, "m6", w.clock().Add(6*time.Minute), confirmed), confirmed, webhook.ErrForged},
		{"without a signature", none, confirmed, webhook.ErrForged},
		{"without headers", http.Header{}, confirmed, webhook.ErrForged},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			before := refusals(t, w)
			if err := send(tc.h, tc.body); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if refusals(t, w) != before+1 {
				t.Error("the refusal is not in the audit log")
			}
		})
	}
	if len(w.orders.said) != 3 {
		t.Errorf("heard %v", w.orders.said)
	}
	for i, body := range []string{"", "[]", "{}", `{"type":"x"}`, confirmed + confirmed, `{"type":"enforcement.confirmed","data":{},"more":1}`, `{"type":"enforcement.failed","data":{"enforcement_id":"e"}}`} {
		var invalid *casework.ValidationError
		if err := send(message(t, own.CallbackSecret, fmt.Sprint("b", i), w.clock(), body), body); !errors.As(err, &invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
	w.hook(t, holder)
	list, err := w.List(ctx, holder, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Receive(ctx, holder, list[0].ID, good, []byte(confirmed)); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("a holder confirms an order: %v", err)
	}
}

func refusals(t *testing.T, w *world) int {
	t.Helper()
	list, err := w.store.Audits(ctx, "", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range list {
		if e.Action == "webhook.callback_refused" {
			n++
		}
	}
	return n
}

// FuzzReceive: a stranger's headers and bodies are refused or understood, and never taken without a signature.
func FuzzReceive(f *testing.F) {
	f.Add("m1", "1772366400", "v1,xyz", `{"type":"enforcement.confirmed","data":{"enforcement_id":"enf_1"}}`)
	f.Add("", "", "", "")
	f.Add("m", "-1", "v1, v1,", "{")
	w := newWorld(f)
	h, err := w.Add(ctx, market, webhook.Hook{URL: w.receiver.URL})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, at, signature, body string) {
		header := http.Header{}
		header.Set("webhook-id", id)
		header.Set("webhook-timestamp", at)
		header.Set("webhook-signature", signature)
		if _, err := w.Receive(ctx, market, h.ID, header, []byte(body)); !errors.Is(err, webhook.ErrForged) {
			t.Errorf("%q %q %q: %v", id, at, signature, err)
		}
	})
}

// TestRun: the loop delivers by itself and ends with its context.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.hook(t, market)
	came := make(chan struct{})
	w.set(func(received) int { close(came); return http.StatusOK })
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); w.Run(running, time.Millisecond) }()
	w.happen(t, "alpha", "case.opened", "c1")
	<-came
	stop()
	<-done
	if !slices.Equal(w.order()["c1"], []int64{1}) {
		t.Errorf("taken %v", w.order())
	}
}
