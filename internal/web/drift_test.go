package web_test

import (
	"slices"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/drift"
	"touchstone/internal/intake"
	"touchstone/internal/upkeep"
	"touchstone/internal/web"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// TestDrift: scores are held against the pack's sets and the period before, with an index worked out by the page's own numbers.
func TestDrift(t *testing.T) {
	var watch *drift.Watch
	s := newSite(t, sitetest.Measured, sitetest.Drifting(&watch))
	store := drift.Store(s.Store)
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/operations/drift").Want(t, 200, "All signals together", "too few listings")
	s.Complain(t, "Bag", "L1")
	if err := watch.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	today := drift.DayOf(s.Clock())
	if err := store.AddScores(t.Context(), map[drift.Key]drift.Counts{
		{Day: today, Pack: "test@1.0.0", Signal: "near_copy"}:         {0: 900, 10: 99}, // and the one that was scored, in the last bin
		{Day: today - 7, Pack: "test@1.0.0", Signal: "near_copy"}:     {0: 500, 10: 500},
		{Day: today - 1, Pack: "test@1.0.0", Signal: "infringement"}:  {0: 989, 8: 10},
		{Day: today - 10, Pack: "test@1.0.0", Signal: "infringement"}: {0: 989, 8: 11},
		{Day: today, Pack: "other@1", Signal: "near_copy"}:            {3: 5000},
	}); err != nil {
		t.Fatal(err)
	}
	s.Get(t, "/operations/drift").Want(t, 200, ">1000<", "0.9", "shifted", "stable", "98.9 %")
	s.Get(t, "/operations/drift?days=30").Want(t, 200, "2000")
	b := webtest.Open(t, s.Server.URL, time.Minute)
	sitetest.Enter(b, "robin@example.com")
	sitetest.Both(b, "/operations/drift", "drift")
	s.SignIn(t, "holder@example.com")
	s.Get(t, "/operations/drift").Want(t, 403)
}

// TestOperationsOfIndexAndSales: recall as last probed, and the share of removals before the first sale as marketplaces told.
func TestOperationsOfIndexAndSales(t *testing.T) {
	var care *upkeep.Upkeep
	s := newSite(t, func(w *web.Web) {
		care = upkeep.New(upkeep.Config{Index: w.Evidence.(*intake.Service).Index})
		w.Index = care
	})
	t.Cleanup(func() { care.Close() })
	n := s.Complain(t, "Bag", "L1", "L2", "L3")
	for i, it := range n.Items {
		s.TakeDown(t, it.Case)
		orders, err := s.Docket.Enforcements(t.Context(), operator, docket.EnforcementQuery{Case: it.Case, Open: true, Limit: 10})
		orders = slices.DeleteFunc(orders, func(e docket.Enforcement) bool { return e.Action != docket.ActionRemove }) // the store's freeze
		if err != nil || len(orders) != 1 {
			t.Fatalf("%+v, %v", orders, err)
		}
		sold := i // none, one, two
		if _, err := s.Docket.Confirm(t.Context(), casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}, orders[0].ID, &sold); err != nil {
			t.Fatal(err)
		}
	}
	s.SignIn(t, "robin@example.com")
	s.Get(t, "/operations").Want(t, 200, "Down before the first sale", "1 / 3", "not probed yet")
	operation, err := care.StartVerify(t.Context(), "references.copy", 5)
	if err != nil {
		t.Fatal(err)
	}
	for operation.EndedAt == nil {
		time.Sleep(5 * time.Millisecond)
		if operation, err = care.Operation(operation.ID); err != nil {
			t.Fatal(err)
		}
	}
	s.Get(t, "/operations").Want(t, 200, "references.copy", "100.0 %")
	b := webtest.Open(t, s.Server.URL, time.Minute)
	sitetest.Enter(b, "robin@example.com")
	sitetest.Both(b, "/operations", "operations-index")
}
