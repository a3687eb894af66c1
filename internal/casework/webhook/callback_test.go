package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"touchstone/internal/casework"
	"touchstone/internal/casework/webhook"
)

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
