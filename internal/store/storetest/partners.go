package storetest

import (
	"errors"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
)

func aPartner(id, account string, holders ...string) partner.Partner {
	return partner.Partner{ID: id, Name: "Ünïon " + id, Kind: partner.KindBrand, Holders: holders, Account: "desk", Request: "key-" + id, CreatedAt: T0,
		Agreement: partner.Agreement{Reference: "A-1", From: T0, Until: at(9999), Rights: []string{partner.All}, Fields: partner.Usual(partner.KindBrand)},
		Members:   []partner.Membership{{Account: account, AddedBy: "eve", AddedAt: T0}}}
}

// partners writes in one transaction.
func partners(s Store, fn func(partner.Tx) error) error { return inTx(s, fn) }

func testPartners(t *testing.T, s Store) {
	a, b := aPartner("ptn_1", "acme", "h1", "h2"), aPartner("ptn_2", "police")
	b.Kind = partner.KindLawEnforcement
	must(t, partners(s, func(tx partner.Tx) error { return errors.Join(tx.PutPartner(ctx, &a), tx.PutPartner(ctx, &b)) }))
	same(t, "partner", must2(s.Partner(ctx, "ptn_1")), a)
	same(t, "by request", must2(s.PartnerByRequest(ctx, "desk", "key-ptn_2")).ID, "ptn_2")
	same(t, "of an account", must2(s.PartnerOf(ctx, "acme")).ID, "ptn_1")
	same(t, "of a holder", must2(s.PartnerOfHolder(ctx, "h2")).ID, "ptn_1")
	for _, err := range []error{second(s.Partner(ctx, "none")), second(s.PartnerOf(ctx, "none")), second(s.PartnerOfHolder(ctx, "h9")), second(s.PartnerByRequest(ctx, "other", "key-ptn_1"))} {
		if !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
	}
	ids := func(list []partner.Partner, err error) (out []string) {
		must(t, err)
		for _, p := range list {
			out = append(out, p.ID)
		}
		return out
	}
	same(t, "newest first", ids(s.Partners(ctx, partner.Query{Limit: 9})), []string{"ptn_2", "ptn_1"})
	same(t, "next page", ids(s.Partners(ctx, partner.Query{Before: "ptn_2", Limit: 9})), []string{"ptn_1"})
	same(t, "of a kind", ids(s.Partners(ctx, partner.Query{Kind: partner.KindLawEnforcement, Limit: 9})), []string{"ptn_2"})

	stale, taken, holders, twin := a, aPartner("ptn_3", "acme"), aPartner("ptn_4", "fourth", "h1"), aPartner("ptn_5", "fifth")
	stale.Version += 5
	twin.Request = "key-ptn_1"
	for name, p := range map[string]partner.Partner{"another version": stale, "an account of another": taken, "a holder of another": holders, "the same request": twin} {
		if err := partners(s, func(tx partner.Tx) error { v := p; return tx.PutPartner(ctx, &v) }); !errors.Is(err, casework.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.EndedAt = ptr(at(3))
	must(t, partners(s, func(tx partner.Tx) error { return tx.PutPartner(ctx, &a) }))
	same(t, "standing", ids(s.Partners(ctx, partner.Query{Standing: true, Limit: 9})), []string{"ptn_2"})
	must(t, partners(s, func(tx partner.Tx) error { // what an ended one had is free
		return errors.Join(tx.LockPartners(ctx), tx.PutPartner(ctx, &taken), tx.PutPartner(ctx, &holders))
	}))
	same(t, "the account's new one", must2(s.PartnerOf(ctx, "acme")).ID, "ptn_3")
}

func testPartnerAlerts(t *testing.T, s Store) {
	alert := func(id, to, right string, minute int) partner.Alert {
		return partner.Alert{ID: id, Partner: to, Kind: partner.AlertAttack, Right: right, At: at(minute), From: at(minute - 60), Territories: []string{"DE"},
			Markets: []partner.MarketCount{{Marketplace: "alpha", Listings: 7, Sellers: 3, Expected: 0.5}}, Forms: []string{"v3lmora"}}
	}
	a, b, c := alert("alr_1", "ptn_1", "r1", 10), alert("alr_2", "ptn_1", "r2", 20), alert("alr_3", "ptn_2", "r1", 30)
	must(t, partners(s, func(tx partner.Tx) error {
		return errors.Join(tx.PutPartnerAlert(ctx, &a), tx.PutPartnerAlert(ctx, &b), tx.PutPartnerAlert(ctx, &c))
	}))
	same(t, "alert", must2(s.PartnerAlert(ctx, "alr_1")), a)
	ids := func(list []partner.Alert, err error) (out []string) {
		must(t, err)
		for _, al := range list {
			out = append(out, al.ID)
		}
		return out
	}
	same(t, "of a partner", ids(s.PartnerAlerts(ctx, partner.AlertQuery{Partner: "ptn_1", Limit: 9})), []string{"alr_2", "alr_1"})
	same(t, "of nobody", ids(s.PartnerAlerts(ctx, partner.AlertQuery{Limit: 9})), []string(nil))
	same(t, "next page", ids(s.PartnerAlerts(ctx, partner.AlertQuery{Partner: "ptn_1", Before: "alr_2", Limit: 9})), []string{"alr_1"})
	c.Request = "acme\nkey"
	twin := c
	twin.ID, twin.Version = "alr_4", 0
	must(t, partners(s, func(tx partner.Tx) error { return tx.PutPartnerAlert(ctx, &twin) }))
	same(t, "raised", must2(s.AlertsRaised(ctx, "acme\nkey")), 1)
	same(t, "raised by none", must2(s.AlertsRaised(ctx, "")), 0)
	same(t, "told", must2(s.AttackTold(ctx, "ptn_1", "r1", at(9))), true)
	same(t, "told before", must2(s.AttackTold(ctx, "ptn_1", "r1", at(10))), false)
	same(t, "told of another", must2(s.AttackTold(ctx, "ptn_2", "r2", at(0))), false)
	stale := b
	b.SeenAt, b.SeenBy = ptr(at(40)), "partner:acme/k1"
	must(t, partners(s, func(tx partner.Tx) error { return tx.PutPartnerAlert(ctx, &b) }))
	same(t, "unseen", ids(s.PartnerAlerts(ctx, partner.AlertQuery{Partner: "ptn_1", Unseen: true, Limit: 9})), []string{"alr_1"})
	if err := partners(s, func(tx partner.Tx) error { return tx.PutPartnerAlert(ctx, &stale) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := s.PartnerAlert(ctx, "none"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
}

func testJointActions(t *testing.T, s Store) {
	action := func(id string, parts ...partner.ActionPart) partner.Action {
		return partner.Action{ID: id, Kind: partner.ActionLitigation, State: partner.ActionPlanned, Title: "Ünïon ./. X", Partners: parts, OpenedAt: T0, UpdatedAt: T0, Account: "desk", Request: "key-" + id}
	}
	part := func(id string) partner.ActionPart {
		return partner.ActionPart{Partner: id, As: partner.PartLead, Since: T0}
	}
	a, b := action("act_1", part("ptn_1"), part("ptn_2")), action("act_2", part("ptn_2"))
	must(t, partners(s, func(tx partner.Tx) error { return errors.Join(tx.PutJointAction(ctx, &a), tx.PutJointAction(ctx, &b)) }))
	same(t, "action", must2(s.JointAction(ctx, "act_1")), a)
	same(t, "by request", must2(s.JointActionByRequest(ctx, "desk", "key-act_2")).ID, "act_2")
	ids := func(q partner.ActionQuery) (out []string) {
		q.Limit = 9
		for _, x := range must2(s.JointActions(ctx, q)) {
			out = append(out, x.ID)
		}
		return out
	}
	same(t, "of a partner", ids(partner.ActionQuery{Partner: "ptn_2"}), []string{"act_2", "act_1"})
	same(t, "next page", ids(partner.ActionQuery{Partner: "ptn_2", Before: "act_2"}), []string{"act_1"})
	a.Partners[1].Until, a.State = ptr(at(5)), partner.ActionFiled
	stale := b
	must(t, partners(s, func(tx partner.Tx) error { return errors.Join(tx.PutJointAction(ctx, &a), tx.PutJointAction(ctx, &b)) }))
	same(t, "after it left", ids(partner.ActionQuery{Partner: "ptn_2"}), []string{"act_2"})
	same(t, "in a state", ids(partner.ActionQuery{State: partner.ActionFiled, Kind: partner.ActionLitigation}), []string{"act_1"})
	if err := partners(s, func(tx partner.Tx) error { return tx.PutJointAction(ctx, &stale) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	e := partner.ActionEntry{ID: "ent_1", Action: "act_1", At: at(1).In(time.UTC), What: "<b>filed</b>", By: "ptn_1", RecordedAt: at(2)}
	later := e
	later.ID = "ent_2"
	must(t, partners(s, func(tx partner.Tx) error {
		return errors.Join(tx.AddJointActionEntry(ctx, later), tx.AddJointActionEntry(ctx, e))
	}))
	same(t, "entries", must2(s.JointActionEntries(ctx, "act_1", "", 9)), []partner.ActionEntry{e, later})
	same(t, "entries behind one", must2(s.JointActionEntries(ctx, "act_1", "ent_1", 9)), []partner.ActionEntry{later})
}

func testPartnerBundles(t *testing.T, s Store) {
	bundle := func(id, action string, until int) partner.Bundle {
		return partner.Bundle{ID: id, Partner: "ptn_1", Case: "cas_1", Action: action, Hash: "h", Size: 3, Fields: []partner.Field{partner.CaseRight}, MadeAt: T0, ExpiresAt: at(until),
			Subject: &partner.Subject{Right: "r1", Holder: "h1", Territories: []string{"DE"}}, Account: "desk", Request: "key-" + id}
	}
	a, b := bundle("evd_1", "", 10), bundle("evd_2", "act_1", 20)
	must(t, partners(s, func(tx partner.Tx) error {
		return errors.Join(tx.PutPartnerBundle(ctx, &a), tx.PutPartnerBundle(ctx, &b))
	}))
	same(t, "bundle", must2(s.PartnerBundle(ctx, "evd_1")), a)
	same(t, "by request", must2(s.PartnerBundleByRequest(ctx, "desk", "key-evd_2")).ID, "evd_2")
	ids := func(list []partner.Bundle, err error) (out []string) {
		must(t, err)
		for _, x := range list {
			out = append(out, x.ID)
		}
		return out
	}
	same(t, "newest first", ids(s.PartnerBundles(ctx, partner.BundleQuery{Partner: "ptn_1", Limit: 9})), []string{"evd_2", "evd_1"})
	same(t, "of an action", ids(s.PartnerBundles(ctx, partner.BundleQuery{Action: "act_1", Limit: 9})), []string{"evd_2"})
	same(t, "next page", ids(s.PartnerBundles(ctx, partner.BundleQuery{Before: "evd_2", Limit: 9})), []string{"evd_1"})
	same(t, "none spent", ids(s.SpentBundles(ctx, at(9), 9)), []string(nil))
	stale := b
	b.RevokedAt = ptr(at(5))
	must(t, partners(s, func(tx partner.Tx) error { return tx.PutPartnerBundle(ctx, &b) }))
	same(t, "spent", ids(s.SpentBundles(ctx, at(10), 9)), []string{"evd_2", "evd_1"})
	b.Gone = true
	must(t, partners(s, func(tx partner.Tx) error { return tx.PutPartnerBundle(ctx, &b) }))
	same(t, "gone", ids(s.SpentBundles(ctx, at(10), 9)), []string{"evd_1"})
	if err := partners(s, func(tx partner.Tx) error { return tx.PutPartnerBundle(ctx, &stale) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
}
