package storetest

import (
	"errors"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/standing"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/tracing"
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

// testRetention: what is old is found with what holds it, and dropped with what hangs on it.
func testRetention(t *testing.T, s Store) {
	reader := s.(privacy.Reader)
	open, closed := docketCase("cas_1", 1), docketCase("cas_2", 2)
	open.Report, closed.Report, closed.State = "rep_1", "rep_2", docket.StateClosed
	for _, id := range []string{"rep_1", "rep_2", "rep_3"} {
		must(t, s.SaveReport(ctx, intake.ReportRecord{ID: id, Account: "acme", CreatedAt: T0}))
		must(t, s.SaveBatchLine(ctx, "b", id, id))
	}
	must(t, s.Keep(ctx, tracing.Batch{Sellers: []tracing.Seller{{Marketplace: "alpha", Seller: "old", SeenAt: T0}, {Marketplace: "alpha", Seller: "young", SeenAt: at(9)}, {Marketplace: "alpha", Seller: "penalised", SeenAt: T0}}}))
	must(t, inTx(s, func(tx privacy.Tx) error {
		running, over := partner.Action{ID: "act_1", State: partner.ActionRunning}, partner.Action{ID: "act_2", State: partner.ActionConcluded}
		alert := partner.Alert{ID: "alr_1", At: T0}
		p, d := tx.(partner.Tx), tx.(dossier.Tx)
		power, paper := dossier.Power{ID: "pow_1"}, dossier.Certificate{ID: "crt_1", Right: "r1", File: "f1"}
		return errors.Join(tx.PutCase(ctx, &open, 1), tx.PutCase(ctx, &closed, 2), tx.PutSellerLink(ctx, sellerlink.Link{ID: "lnk_1", Case: "cas_1"}), tx.PutSellerLink(ctx, sellerlink.Link{ID: "lnk_2", Case: "cas_2"}),
			p.PutJointAction(ctx, &running), p.PutJointAction(ctx, &over), p.AddJointActionEntry(ctx, partner.ActionEntry{ID: "ent_5", Action: "act_2"}), p.PutPartnerAlert(ctx, &alert),
			tx.AddFiling(ctx, "n", standing.Filed{ID: "ntc_1", At: T0}), tx.PutStorefront(ctx, followup.Storefront{Marketplace: "alpha", Seller: "penalised"}),
			tx.PutPast(ctx, followup.Past{Case: "cas_2", Marketplace: "alpha", Seller: "shop", Pictures: []string{"h1"}, At: T0}),
			d.AddFile(ctx, dossier.SentFile{Hash: "h1", Account: "a", At: T0}), d.AddFile(ctx, dossier.SentFile{Hash: "h1", Account: "b", At: at(9)}), d.PutPower(ctx, &power), d.PutCertificate(ctx, &paper))
	}))
	for _, c := range []struct {
		class, before string
		want          []privacy.Old
	}{
		{policy.RetainReports, "rep_3", []privacy.Old{{ID: "rep_1", Held: true}, {ID: "rep_2"}}},
		{policy.RetainLinks, "lnk_9", []privacy.Old{{ID: "lnk_1", Held: true}, {ID: "lnk_2"}}},
		{policy.RetainActions, "act_3", []privacy.Old{{ID: "act_1", Held: true}, {ID: "act_2", Held: true}}}, // it had an entry since
		{policy.RetainActions, "act_9", []privacy.Old{{ID: "act_1", Held: true}, {ID: "act_2"}}},
		{policy.RetainAlerts, "alr_9", []privacy.Old{{ID: "alr_1"}}},
		{policy.RetainFilings, "ntc_9", []privacy.Old{{ID: "ntc_1"}}},
	} {
		same(t, "old "+c.class, must2(reader.Old(ctx, c.class, "", c.before, 9)), c.want)
	}
	same(t, "behind one", must2(reader.Old(ctx, policy.RetainReports, "rep_1", "rep_9", 1)), []privacy.Old{{ID: "rep_2"}})
	if _, err := reader.Old(ctx, "tea", "", "z", 9); err == nil {
		t.Error("a class that is not dropped was looked for")
	}
	same(t, "cases between", len(must2(reader.CasesAfter(ctx, "cas_1", "cas_3", 9))), 1)
	same(t, "cases not closed", must2(reader.UnclosedCases(ctx, "", 9))[0].ID, "cas_1")
	same(t, "storefronts", must2(reader.Storefronts(ctx, privacy.SellerName{Marketplace: "alpha"}, 9)), []privacy.SellerName{{Marketplace: "alpha", Seller: "penalised"}})
	same(t, "old sellers", must2(reader.OldSellers(ctx, at(5), 9)), []privacy.SellerName{{Marketplace: "alpha", Seller: "old"}})
	same(t, "unsettled", len(must2(reader.UnsettledInquiries(ctx))), 0)
	same(t, "certificates", len(must2(reader.CertificatesAfter(ctx, "", 9))), 1)
	same(t, "rows of files", must2(reader.FilesAfter(ctx, "", at(5), 9))[0].Account, "a")
	same(t, "rows of files behind", len(must2(reader.FilesAfter(ctx, "h1/a", at(99), 9))), 1)
	must(t, inTx(s, func(tx privacy.Tx) error {
		return errors.Join(tx.DropOld(ctx, policy.RetainReports, []string{"rep_2"}), tx.DropOld(ctx, policy.RetainActions, []string{"act_2"}), tx.DropFile(ctx, "a", "h1"),
			tx.DeletePower(ctx, "pow_1"), tx.DeleteCertificate(ctx, "crt_1"), tx.ErasePast(ctx, "cas_2", "p1"), tx.ErasePast(ctx, "cas_1", "p1"))
	}))
	if _, err := s.Report(ctx, "rep_2"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a dropped report: %v", err)
	}
	if _, ok, err := s.BatchLine(ctx, "b", "rep_2"); ok || err != nil {
		t.Errorf("the line of a dropped report: %v, %v", ok, err)
	}
	if _, ok, _ := s.BatchLine(ctx, "b", "rep_3"); !ok {
		t.Error("the line of another report went as well")
	}
	same(t, "entries of a dropped action", len(must2(s.JointActionEntries(ctx, "act_2", "", 9))), 0)
	same(t, "rows of files left", must2(s.FilesOf(ctx, "h1"))[0].Account, "b")
	same(t, "certificates left", len(must2(reader.CertificatesAfter(ctx, "", 9))), 0)
	same(t, "past removals", must2(s.PastOfPictures(ctx, []string{"h1"}))[0].Seller, "p1")
}
