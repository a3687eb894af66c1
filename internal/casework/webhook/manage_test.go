package webhook_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/fetch"
)

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
