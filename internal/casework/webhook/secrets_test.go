package webhook_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/seal"
)

// TestSecretsAreSealed: who reads the store signs nothing; what is kept of one hook opens nothing of another; and when the key is changed, what is there is
// sealed anew, and goes on working.
func TestSecretsAreSealed(t *testing.T) {
	w := newWorld(t)
	own := w.hook(t, market)
	if _, err := w.Rotate(ctx, market, own.ID); err != nil {
		t.Fatal(err)
	}
	now, err := w.Rotate(ctx, market, own.ID)
	if err != nil {
		t.Fatal(err)
	}
	stored := func() webhook.Hook {
		h, err := w.store.Hook(ctx, own.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range append(h.Secrets, h.Callbacks...) {
			if !strings.HasPrefix(s.Key, "sealed:") || strings.Contains(s.Key, "whsec_") {
				t.Errorf("kept as %q", s.Key)
			}
		}
		return h
	}
	if h := stored(); len(h.Secrets) != 3 || h.Secrets[0].Until != (time.Time{}) {
		t.Errorf("after two rotations: %+v", h.Secrets)
	}
	const body = `{"type":"enforcement.confirmed","data":{"enforcement_id":"enf_1"}}`
	confirm := func(id string) error {
		_, err := w.Receive(ctx, market, own.ID, message(t, now.CallbackSecret, id, w.clock(), body), []byte(body))
		return err
	}
	if err := confirm("m1"); err != nil {
		t.Error(err)
	}

	// Another key, as a first line of the file; the old one is not there any more: nothing opens, and nothing is lost.
	old := w.Seal
	w.Seal = seal.New()
	if err := confirm("m2"); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("without its key: %v", err)
	}
	if _, err := w.Reseal(ctx); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("sealed anew without its key: %v", err)
	}
	w.Seal = old
	if n, err := w.Reseal(ctx); err != nil || n != 0 {
		t.Errorf("nothing to seal: %d, %v", n, err)
	}

	// As an earlier version kept them.
	plain := stored()
	plain.Secrets, plain.Callbacks = []webhook.Secret{{Key: now.Secret}}, []webhook.Secret{{Key: now.CallbackSecret}}
	if err := w.store.Update(ctx, func(tx docket.Tx) error { return tx.(webhook.Tx).PutHook(ctx, plain) }); err != nil {
		t.Fatal(err)
	}
	if err := confirm("m3"); err != nil {
		t.Errorf("from before: %v", err)
	}
	if n, err := w.Reseal(ctx); err != nil || n != 1 {
		t.Errorf("sealed %d, %v", n, err)
	}
	if err := confirm("m4"); err != nil {
		t.Errorf("after it was sealed: %v", err)
	}
	if doc, err := json.Marshal(stored()); err != nil || strings.Contains(string(doc), "sealed:") {
		t.Errorf("shown: %s, %v", doc, err)
	}
}
