package partner_test

import (
	"context"
	"strings"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/casework/partner"
)

// TestBundle goes its way: made, fetched by its partner and by its link, cut off by a narrower agreement, revoked, and let go of.
func TestBundle(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.fill()
	p := w.join(police, partner.KindLawEnforcement, nil)
	w.join(rival, partner.KindLawEnforcement, nil)
	order := partner.Order{Partner: p.ID, Case: w.aCase("alpha").ID, Purpose: "Az. 12 Js 3/26", Request: "key"}
	b := must(w.Bundle(ctx, operator, order))
	if again := must(w.Bundle(ctx, operator, order)); again.ID != b.ID {
		t.Errorf("the same request made %s beside %s", again.ID, b.ID)
	}
	_, data, err := w.Fetch(ctx, police, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	v := w.opened(t, data)
	r := v.Manifest.Receiver
	if r == nil || r.ID != p.ID || r.Name != p.Name || r.Agreement != "A-2026-1" || !r.ExpiresAt.Equal(w.Now.AddDate(0, 0, partner.DefaultDays)) || v.Content.MadeFor != order.Purpose || len(v.Content.Withheld) != 0 {
		t.Errorf("manifest %+v, content %+v", v.Manifest, v.Content)
	}
	token := strings.TrimPrefix(b.Link, partner.PathPrefix)
	if _, linked, err := w.Follow(ctx, token); err != nil || string(linked) != string(data) {
		t.Errorf("by its link: %v", err)
	}
	for name, bad := range map[string]string{"nothing": "", "no base64": "%%", "cut": token[:len(token)-4], "long": strings.Repeat("A", 500), "changed": "B" + token[1:]} {
		is(t, name, third(w.Follow(ctx, bad)), partner.ErrLink)
	}
	is(t, "another partner fetches", third(w.Fetch(ctx, rival, b.ID)), casework.ErrNotFound)
	is(t, "another partner reads", second(w.Bundled(ctx, rival, b.ID)), casework.ErrNotFound)
	is(t, "a reviewer", third(w.Fetch(ctx, reviewer, b.ID)), casework.ErrForbidden)
	if got := must(w.Bundled(ctx, operator, b.ID)); got.Looks != 2 || got.LastAt == nil {
		t.Errorf("counted: %+v", got)
	}
	actors := []string{}
	for _, row := range must(w.Store.Audits(ctx, b.ID, 0, 100)) {
		actors = append(actors, row.Action+" "+row.Actor)
	}
	if got, want := strings.Join(actors, ", "), "bundle.make operator:desk/eve, bundle.fetch partner:police/k3, bundle.fetch partner:partner-link/"+b.ID; got != want {
		t.Errorf("audited %s, want %s", got, want)
	}

	e := partner.Edit{Name: p.Name, Agreement: w.agreement()}
	e.Agreement.Fields = []partner.Field{partner.CaseRight}
	must(w.Agree(ctx, operator, p.ID, e))
	is(t, "it tells more than the agreement by now", third(w.Fetch(ctx, police, b.ID)), casework.ErrConflict)
	is(t, "the link too", third(w.Follow(ctx, token)), partner.ErrLink)
	if last := w.refused[len(w.refused)-1]; last != "partner bundle.fetch by a link" {
		t.Errorf("refused: %v", w.refused)
	}
	must(w.Agree(ctx, operator, p.ID, partner.Edit{Name: p.Name, Agreement: w.agreement()}))
	must(w.Revoke(ctx, operator, b.ID, "The court has closed the file."))
	is(t, "revoked", third(w.Fetch(ctx, police, b.ID)), casework.ErrConflict)
	is(t, "revoked again", second(w.Revoke(ctx, operator, b.ID, "And once more.")), casework.ErrConflict)
	short := must(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "ring_1", Purpose: "for the file", Days: 1}))
	w.Now = w.Now.AddDate(0, 0, 1)
	is(t, "expired", third(w.Fetch(ctx, police, short.ID)), casework.ErrConflict)
	if n := must(w.Tidy(ctx)); n != 2 {
		t.Errorf("let go of %d", n)
	}
	if n := must(w.Tidy(ctx)); n != 0 {
		t.Errorf("let go of %d again", n)
	}
	if _, err := w.Files.Get(ctx, b.Hash); err == nil {
		t.Error("its bytes are still kept")
	}
}

// TestBundleStaysWithinTheAgreement: cases and stores outside of it go into none.
func TestBundleStaysWithinTheAgreement(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.fill()
	w.content.Ring.Stores = append(w.content.Ring.Stores, evidence.Store{Marketplace: "beta", Seller: "far-away"})
	p := w.join(police, partner.KindLawEnforcement, nil)
	is(t, "another marketplace's case", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Case: w.aCase("beta").ID, Purpose: "for the file"})), casework.ErrConflict)
	b := must(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "ring_1", Purpose: "for the file", Days: 365}))
	_, data, err := w.Fetch(ctx, police, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v := w.opened(t, data); len(v.Content.Ring.Stores) != 2 {
		t.Errorf("stores: %+v", v.Content.Ring.Stores)
	}
	long := w.join(brand, partner.KindCourt, func(p *partner.Partner) { p.Agreement.Until = w.Now.AddDate(0, 0, 3) })
	if b := must(w.Bundle(ctx, operator, partner.Order{Partner: long.ID, Ring: "ring_1", Purpose: "for the file"})); !b.ExpiresAt.Equal(long.Agreement.Until) {
		t.Errorf("it outlives the agreement: %s", b.ExpiresAt)
	}
	x := must(w.Open(ctx, operator, partner.Plan{Kind: partner.ActionLitigation, Title: "Velmora ./. X"}))
	is(t, "for an action of others", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "ring_1", Action: x.ID, Purpose: "for the file"})), casework.ErrConflict)
	invalid(t, "of nothing", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Purpose: "for the file"})), "case_id")
	invalid(t, "of both", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Case: "a", Ring: "b", Purpose: "for the file"})), "case_id")
	invalid(t, "of no ring", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "none", Purpose: "for the file"})), "ring_id")
	invalid(t, "too long", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "ring_1", Purpose: "for the file", Days: 366})), "days")
	w.Now = w.Now.AddDate(2, 0, 0)
	is(t, "after the agreement", second(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Ring: "ring_1", Purpose: "for the file"})), casework.ErrConflict)
}
