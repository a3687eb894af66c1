package storetest

import (
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/webhook"
)

// testStoreOrders: orders about a seller's store are found by it, and those that people look into are listed.
func testStoreOrders(t *testing.T, s Store) {
	moment := at(1)
	put := func(e docket.Enforcement) {
		t.Helper()
		must(t, s.Update(ctx, func(tx docket.Tx) error { return tx.PutEnforcement(ctx, e) }))
	}
	about := docket.Enforcement{ID: "e1", Case: "c1", Marketplace: "alpha", Seller: "shop", Action: docket.ActionRemove, ToldAt: T0}
	freeze := docket.Enforcement{ID: "e2", Case: "c1", Marketplace: "alpha", Seller: "shop", Action: docket.ActionFreeze, ToldAt: T0, Until: &moment}
	other := docket.Enforcement{ID: "e3", Marketplace: "beta", Seller: "shop", Action: docket.ActionClose, ToldAt: T0, EscalatedAt: &moment, Problem: "no"}
	put(about)
	put(freeze)
	put(other)
	same(t, "of the store", must2(s.Enforcements(ctx, docket.EnforcementQuery{Marketplace: "alpha", Store: "shop", Open: true, Limit: 9})), []docket.Enforcement{freeze})
	same(t, "escalated", must2(s.Enforcements(ctx, docket.EnforcementQuery{Escalated: true, Limit: 9})), []docket.Enforcement{other})
	other.ConfirmedAt = &moment
	put(other)
	same(t, "escalated and confirmed", must2(s.Enforcements(ctx, docket.EnforcementQuery{Escalated: true, Limit: 9})), []docket.Enforcement(nil))
}

// hookTx runs fn with what hooks are written by.
func hookTx(t *testing.T, s Store, fn func(webhook.Tx) error) {
	t.Helper()
	must(t, s.Update(ctx, func(tx docket.Tx) error { return fn(tx.(webhook.Tx)) }))
}

func testHooks(t *testing.T, s Store) {
	h := webhook.Hook{ID: "whk_1", Account: "acme", Subject: "alpha", Marketplace: "alpha", Rights: "r", URL: "https://a.example/", Kinds: []string{"case.*"}, State: webhook.Active,
		CreatedAt: T0, Seen: 7, Secrets: []webhook.Secret{{Key: "whsec_a"}, {Key: "whsec_b", Until: at(1)}}, Callbacks: []webhook.Secret{{Key: "whsec_c"}}}
	other := webhook.Hook{ID: "whk_2", Account: "other", URL: "https://b.example/", State: webhook.Paused, CreatedAt: T0}
	hookTx(t, s, func(tx webhook.Tx) error {
		must(t, tx.LockHook(ctx, "whk_1"))
		same(t, "events so far", must2(tx.LastEvent(ctx)), int64(0))
		must(t, tx.PutHook(ctx, h))
		return tx.PutHook(ctx, other)
	})
	same(t, "hook", must2(s.Hook(ctx, "whk_1")), h)
	same(t, "all", must2(s.Hooks(ctx, "", "", 9)), []webhook.Hook{h, other})
	same(t, "of an account", must2(s.Hooks(ctx, "other", "", 9)), []webhook.Hook{other})
	same(t, "behind one", must2(s.Hooks(ctx, "", "whk_1", 9)), []webhook.Hook{other})
	h.Seen, h.State = 9, webhook.Paused
	hookTx(t, s, func(tx webhook.Tx) error {
		must(t, tx.PutDelivery(ctx, webhook.Delivery{Hook: "whk_2", Seq: 1, State: webhook.Dead}, time.Time{}))
		must(t, tx.DropHook(ctx, "whk_2"))
		return tx.PutHook(ctx, h)
	})
	same(t, "changed", must2(s.Hook(ctx, "whk_1")), h)
	_, err := s.Hook(ctx, "whk_2")
	fails(t, "dropped", err, casework.ErrNotFound)
	same(t, "deliveries of a dropped one", must2(s.CountDeliveries(ctx, webhook.Dead)), 0)
}

// testDeliveries: of each lane only the first waits to be made, a leased one holds its lane, and a dead one does not.
func testDeliveries(t *testing.T, s Store) {
	d := func(seq int64, lane string) webhook.Delivery {
		return webhook.Delivery{Hook: "h", Seq: seq, Lane: lane, Kind: "case.opened", State: webhook.Waiting, NextAt: at(0)}
	}
	put := func(until time.Time, list ...webhook.Delivery) {
		t.Helper()
		hookTx(t, s, func(tx webhook.Tx) error {
			for _, one := range list {
				must(t, tx.PutDelivery(ctx, one, until))
			}
			return nil
		})
	}
	due := func(minute int) (seqs []int64) {
		t.Helper()
		for _, one := range must2(s.DueDeliveries(ctx, "h", at(minute), 10)) {
			seqs = append(seqs, one.Seq)
		}
		return seqs
	}
	late := d(3, "b")
	late.NextAt = at(5)
	other := d(1, "a")
	other.Hook = "another"
	put(time.Time{}, d(1, "a"), d(2, "a"), late, d(4, "b"), d(5, "c"), other)
	same(t, "due", due(0), []int64{1, 5})
	same(t, "due later", due(5), []int64{1, 5, 3})
	put(at(2), d(1, "a"))
	same(t, "while one is leased", due(1), []int64{5})
	same(t, "after its lease", due(2), []int64{1, 5})
	dead, done := d(1, "a"), d(5, "c")
	dead.State, dead.Problem, dead.Attempts, dead.EndedAt = webhook.Dead, "no answer", 17, at(3)
	done.State, done.EndedAt = webhook.Done, at(3)
	put(time.Time{}, dead, done)
	same(t, "behind a dead one", due(4), []int64{2})
	same(t, "dead", must2(s.Deliveries(ctx, "h", webhook.Dead, 0, 9)), []webhook.Delivery{dead})
	same(t, "all behind 4", must2(s.Deliveries(ctx, "h", "", 4, 9)), []webhook.Delivery{done})
	same(t, "waiting", must2(s.CountDeliveries(ctx, webhook.Waiting)), 4)
	hookTx(t, s, func(tx webhook.Tx) error { return tx.DropDeliveries(ctx, at(4)) })
	same(t, "old ones are dropped, dead ones stay", fmt.Sprint(must2(s.CountDeliveries(ctx, webhook.Done)), must2(s.CountDeliveries(ctx, webhook.Dead))), "0 1")
}

func testCallbacks(t *testing.T, s Store) {
	add := func(hook, message string) (isNew bool) {
		t.Helper()
		hookTx(t, s, func(tx webhook.Tx) (err error) {
			isNew, err = tx.AddCallback(ctx, hook, message, at(0))
			return err
		})
		return isNew
	}
	same(t, "new", add("h", "m1"), true)
	same(t, "again", add("h", "m1"), false)
	same(t, "of another hook", add("g", "m1"), true)
	hookTx(t, s, func(tx webhook.Tx) error { return tx.DropDeliveries(ctx, at(1)) })
	same(t, "after it was forgotten", add("h", "m1"), true)
}
