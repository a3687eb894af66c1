// Package dockettest is what the tests of use cases beside cases begin with: a registry and a docket on a real store, with a clock that the test sets.
package dockettest

import (
	"context"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
)

// operator registers what a world has.
var operator = casework.Actor{Account: "desk", Role: "operator", Subject: "eve"}

// World is a docket with what it stands on.
type World struct {
	Store    *sqlite.Store // in memory
	Registry *casework.Registry
	Policies policy.Set // of every marketplace; a test may change it
	Cases    *docket.Docket
	Now      time.Time // by everybody's clock
}

// Open makes a World that is closed at the test's end. Without a scorer nothing is known of any listing.
func Open(t testing.TB, now time.Time, scorer docket.Scorer) *World {
	t.Helper()
	w := &World{Now: now, Policies: policy.Set{"default": policy.Default()}}
	var err error
	if w.Store, err = sqlite.Open(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Store.Close() }) // in memory: nothing is lost
	w.Registry = casework.NewRegistry(w.Store, w.Clock)
	w.Cases = docket.New(docket.Parts{Store: w.Store, Registry: w.Registry, Policies: w.Policies, Scorer: scorer, Now: w.Clock})
	return w
}

// Clock is the world's.
func (w *World) Clock() time.Time { return w.Now }

// Market registers a marketplace for some territories.
func (w *World) Market(t testing.TB, id string, territories ...string) {
	t.Helper()
	m := casework.Marketplace{ID: id, Name: id, Territories: territories, ListingURL: "https://" + id + ".example/{id}"}
	if _, err := w.Registry.PutMarketplace(context.Background(), operator, m); err != nil {
		t.Fatal(err)
	}
}

// Verified registers a holder of an account with a word mark, by its number at EUIPO, that is verified.
func (w *World) Verified(t testing.TB, a casework.Actor, holder, word, number string, territories ...string) casework.Right {
	t.Helper()
	ctx := context.Background()
	h, err := w.Registry.CreateHolder(ctx, a, casework.Holder{LegalName: holder, Country: "DE", Email: "ip@" + a.Account + ".example"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Registry.CreateRight(ctx, a, casework.Right{HolderID: h.ID, Name: word, Type: casework.TrademarkWord, Office: "EUIPO", Territories: territories, RegistrationNumber: number})
	if err == nil {
		r, err = w.Registry.SetRightState(ctx, operator, r.ID, casework.StateVerified)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}
