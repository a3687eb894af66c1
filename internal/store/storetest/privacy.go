package storetest

import (
	"errors"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/privacy"
)

func testErasures(t *testing.T, s Store) {
	reader, ok := s.(privacy.Reader)
	if !ok {
		t.Fatal("the store keeps no erasures")
	}
	open := privacy.Erasure{ID: "e1", Person: privacy.Person{Kind: privacy.KindUser, User: "u1"}, State: privacy.StateOpen, AskedAt: T0, NextAt: at(10), Erased: []privacy.ErasedCount{}, Kept: []privacy.Withheld{}}
	done := privacy.Erasure{ID: "e2", State: privacy.StateDone, AskedAt: T0, Erased: []privacy.ErasedCount{}, Kept: []privacy.Withheld{}}
	must(t, inTx(s, func(tx privacy.Tx) error {
		return errors.Join(tx.PutErasure(ctx, open), tx.PutErasure(ctx, done), tx.PutRetentionCursor(ctx, "notices", "n1"), tx.PutRetentionCursor(ctx, "notices", "n2"))
	}))
	same(t, "erasure", must2(reader.Erasure(ctx, "e1")), open)
	same(t, "newest first", must2(reader.Erasures(ctx, "", 9)), []privacy.Erasure{done, open})
	same(t, "the page before", must2(reader.Erasures(ctx, "e2", 9)), []privacy.Erasure{open})
	same(t, "due", len(must2(reader.DueErasures(ctx, at(9), 9))), 0)
	same(t, "due then", must2(reader.DueErasures(ctx, at(10), 9)), []privacy.Erasure{open})
	same(t, "cursor", must2(reader.RetentionCursor(ctx, "notices")), "n2")
	same(t, "no cursor", must2(reader.RetentionCursor(ctx, "inquiries")), "")
	if _, err := reader.Erasure(ctx, "none"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

// testErase: a seller goes from feed, ledger and subject of what is named, and from nothing else.
func testErase(t *testing.T, s Store) {
	seller := `Wang "Li" <x>`
	c := docketCase("c1", 1)
	c.Subject = "alpha\nstore:" + seller + " id:L1\nr1"
	i := anInquiry("i1", "acme", "alpha/"+seller, 30)
	must(t, inTx(s, func(tx privacy.Tx) error {
		for _, id := range []string{"c1", "c2", ""} {
			tx.AddEvent(docket.Event{Kind: docket.EventEnforcement, Case: id, Marketplace: "alpha", Seller: seller, At: T0, Data: []byte(`{"id":"e1","seller":"Wang \"Li\" \u003cx\u003e"}`)})
		}
		tx.AddEvent(docket.Event{Kind: docket.EventContested, Case: "c1", Marketplace: "alpha", Seller: seller, At: T0, Data: []byte(`{"statement":"mine"}`)})
		return errors.Join(tx.PutCase(ctx, &c, 1), tx.PutInquiry(ctx, &i),
			tx.AddInquiryMessage(ctx, inquiry.Message{ID: "m1", Inquiry: "i1", Side: inquiry.SideInquirer, By: "seller:x", At: T0, Text: "mine"}),
			tx.AddLedger(ctx, "alpha", seller, enforce.LedgerEntry{ID: "l1", At: T0, Kind: enforce.Serious, Case: "c1"}),
			tx.PutStorefront(ctx, followup.Storefront{Marketplace: "alpha", Seller: seller, State: enforce.State{At: T0}}))
	}))
	must(t, inTx(s, func(tx privacy.Tx) error {
		n, err := tx.EraseMessages(ctx, "i1", "erased")
		same(t, "messages", n, 1)
		return errors.Join(err, tx.EraseEvents(ctx, "c1", "alpha", seller, "p1"), tx.EraseSubject(ctx, "c1", seller, "p1"), tx.MoveStore(ctx, "alpha", seller, "p1"))
	}))
	for _, e := range must2(s.Events(ctx, docket.EventQuery{Limit: 9})) {
		want, data := seller, `{"id":"e1","seller":"Wang \"Li\" \u003cx\u003e"}`
		if e.Case == "c1" {
			want, data = "p1", `{"id":"e1","seller":"p1"}`
		}
		if e.Kind == docket.EventContested {
			data = ""
		}
		same(t, "seller in the feed of "+e.Case, e.Seller, want)
		same(t, "data in the feed of "+e.Case, string(e.Data), data)
	}
	same(t, "subject", must2(s.Case(ctx, "c1")).Subject, "alpha\nstore:p1 id:L1\nr1")
	same(t, "message", must2(s.InquiryMessages(ctx, "i1", "", 9))[0], inquiry.Message{ID: "m1", Inquiry: "i1", Side: inquiry.SideInquirer, By: "erased", At: T0, Text: "erased"})
	follow, ok := s.(followup.Reader)
	if !ok {
		t.Fatal("the store keeps no penalties")
	}
	same(t, "ledger", len(must2(follow.Ledger(ctx, "alpha", "p1"))), 1)
	same(t, "ledger under the name", len(must2(follow.Ledger(ctx, "alpha", seller))), 0)
	same(t, "store", must2(follow.Storefront(ctx, "alpha", "p1")).Seller, "p1")
	if _, err := follow.Storefront(ctx, "alpha", seller); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("the store under its name: %v", err)
	}
}
