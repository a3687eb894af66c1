package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"touchstone/internal/casework"
	"touchstone/internal/casework/webhook"
)

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
