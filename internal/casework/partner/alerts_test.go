package partner_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/partner"
)

// surge shares an attack on Velmora's right on some marketplaces.
func (w *world) surge(t testing.TB, marketplaces ...string) int {
	t.Helper()
	x := partner.Attack{Right: w.right.ID, At: w.Now, From: w.Now.Add(-time.Hour), Forms: []string{"v3lmora"}}
	for i, m := range marketplaces {
		x.Markets = append(x.Markets, partner.MarketCount{Marketplace: m, Listings: 10 + i, Sellers: 3 + i, Expected: 0.5})
	}
	n, err := w.Share(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) alerts(a casework.Actor) []partner.Warning {
	list, _, err := w.Alerts(context.Background(), a, partner.AlertQuery{Limit: 50})
	if err != nil {
		panic(err)
	}
	return list
}

func TestAttackReachesThoseWhomItConcerns(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	mine := w.join(brand, partner.KindBrand, func(p *partner.Partner) {
		p.Holders = []string{w.right.HolderID}
		p.Agreement.Shares = []partner.Field{partner.AlertRight, partner.AlertCounts}
	})
	w.join(rival, partner.KindBrand, func(p *partner.Partner) {
		p.Agreement.Marketplaces, p.Agreement.Territories = []string{partner.All}, []string{"WW"}
		p.Agreement.Fields = []partner.Field{partner.AlertRight, partner.AlertHolder, partner.AlertMarketplaces, partner.AlertCounts, partner.AlertForms}
	})
	w.join(police, partner.KindLawEnforcement, func(p *partner.Partner) {
		p.Agreement.Marketplaces, p.Agreement.Territories = []string{"beta"}, []string{"US"}
	})
	w.join(casework.Actor{Account: "elsewhere"}, partner.KindCourt, func(p *partner.Partner) { p.Agreement.Territories = []string{"JP"} })
	w.join(casework.Actor{Account: "of the other"}, partner.KindCourt, func(p *partner.Partner) { p.Agreement.Holders = []string{w.other.HolderID} })

	if n := w.surge(t, "alpha", "beta"); n != 3 {
		t.Errorf("%d were told, want the brand, its rival and the police", n)
	}
	if n := w.surge(t, "alpha", "beta"); n != 0 {
		t.Errorf("%d were told again", n)
	}
	own := w.alerts(brand)
	if len(own) != 1 || *own[0].Listings != 10 || len(own[0].Markets) != 1 || own[0].Forms != nil || own[0].Holder != "Velmora Srl" {
		t.Errorf("the brand is told of alpha alone, and not how words are written elsewhere: %+v", own)
	}
	// The rival's agreement says more than Velmora shares.
	want := []partner.Warning{{Partner: must(w.List(ctx, rival, partner.Query{Limit: 1}))[0].ID, Kind: partner.AlertAttack, At: w.Now, Right: w.right.ID, RightName: "VELMORA",
		From: ptr(w.Now.Add(-time.Hour)), Listings: ptr(21), Sellers: ptr(7), Expected: ptr(1.0)}}
	got := w.alerts(rival)
	want[0].ID = got[0].ID
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the rival: %s", d)
	}
	// What Velmora shares does not bind the police.
	if seen := w.alerts(police); len(seen) != 1 || *seen[0].Listings != 11 || seen[0].Holder == "" || seen[0].Markets[0].Marketplace != "beta" {
		t.Errorf("the police: %+v", seen)
	}
	is(t, "another's alert", second(w.Alert(ctx, rival, own[0].ID)), casework.ErrNotFound)
	is(t, "acknowledged by another", second(w.Acknowledge(ctx, rival, own[0].ID, "")), casework.ErrNotFound)
	is(t, "acknowledged by the desk", second(w.Acknowledge(ctx, operator, own[0].ID, "")), casework.ErrForbidden)
	is(t, "a reviewer", third(w.Alerts(ctx, reviewer, partner.AlertQuery{Partner: mine.ID, Limit: 1})), casework.ErrForbidden)

	n := must(w.Acknowledge(ctx, brand, own[0].ID, "We look into it."))
	w.Now = w.Now.Add(time.Hour)
	if again := must(w.Acknowledge(ctx, brand, own[0].ID, "Again.")); !again.SeenAt.Equal(*n.SeenAt) || again.Note != "We look into it." {
		t.Errorf("acknowledged again: %+v", again)
	}
	unseen, _, err := w.Alerts(ctx, operator, partner.AlertQuery{Partner: mine.ID, Unseen: true, Limit: 9})
	if err != nil || len(unseen) != 0 {
		t.Errorf("unseen: %+v, %v", unseen, err)
	}
	feed := must(w.Cases.Events(ctx, must(w.Acting(ctx, brand)), docket.EventQuery{Limit: 100}))
	if len(feed) != 1 || feed[0].Kind != partner.EventAlert || string(feed[0].Data) != `{"alert_id":"`+own[0].ID+`"}` {
		t.Errorf("the brand's feed: %+v", feed)
	}
	w.Now = w.Now.Add(24 * time.Hour)
	if n := w.surge(t, "alpha"); n != 2 {
		t.Errorf("a day later %d were told, want 2", n)
	}
	// The agreement is cut: what was told before is told no more.
	e := partner.Edit{Name: mine.Name, Holders: mine.Holders, Agreement: mine.Agreement}
	e.Agreement.Fields = []partner.Field{}
	must(w.Agree(ctx, operator, mine.ID, e))
	for _, n := range w.alerts(brand) {
		if n.Right != "" || n.Listings != nil || n.Markets != nil || n.Forms != nil || n.Holder != "" {
			t.Errorf("after the agreement was cut: %+v", n)
		}
	}
	e.Agreement.Marketplaces = []string{"beta"}
	must(w.Agree(ctx, operator, mine.ID, e))
	if left := w.alerts(brand); len(left) != 0 {
		t.Errorf("of a marketplace that is no more in the agreement: %+v", left)
	}
}

func ptr[T any](v T) *T { return &v }

func TestRaise(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	mine := w.join(brand, partner.KindBrand, func(p *partner.Partner) {
		p.Holders, p.Agreement.Shares = []string{w.right.HolderID}, partner.Catalogue()
	})
	w.join(rival, partner.KindBrand, nil)
	w.join(police, partner.KindLawEnforcement, nil)
	in := partner.Raise{Right: w.right.ID, Marketplaces: []string{"alpha"}, Title: "<b>A new copy</b>", Text: "It comes by sea and is sold in boxes.", Allow: []partner.Field{partner.AlertText}, Request: "key"}
	if n := must(w.Raise(ctx, brand, in)); n != 3 {
		t.Errorf("%d were told", n)
	}
	if n := must(w.Raise(ctx, brand, in)); n != 3 || len(w.alerts(rival)) != 1 {
		t.Errorf("the same request again told %d", n)
	}
	got := w.alerts(rival)[0]
	if got.Right != "" || got.Holder != "" || got.Title != in.Title || got.By != mine.ID {
		t.Errorf("the rival is told more, or less, than was allowed: %+v", got)
	}
	if own := w.alerts(brand)[0]; own.Right != w.right.ID {
		t.Errorf("who raised it sees %+v", own)
	}
	in.Request = ""
	is(t, "of a right outside of the agreement", second(w.Raise(ctx, brand, partner.Raise{Right: w.other.ID, Title: in.Title, Text: in.Text})), casework.ErrNotFound)
	invalid(t, "on a marketplace outside of it", second(w.Raise(ctx, brand, partner.Raise{Right: w.right.ID, Marketplaces: []string{"beta"}, Title: in.Title, Text: in.Text})), "marketplaces[0]")
	invalid(t, "fields of cases", second(w.Raise(ctx, brand, partner.Raise{Right: w.right.ID, Title: in.Title, Text: in.Text, Allow: []partner.Field{partner.CaseSeller}})), "allow[0]")
	is(t, "a reviewer", second(w.Raise(ctx, reviewer, in)), casework.ErrForbidden)
	if n := must(w.Raise(ctx, operator, partner.Raise{Right: w.right.ID, Title: "From the desk", Text: "Look at boxes from overseas."})); n != 3 {
		t.Errorf("the desk told %d", n)
	}
	if got := w.alerts(rival)[0]; got.By != "desk" || got.RightName != "VELMORA" {
		t.Errorf("from the desk: %+v", got)
	}
}

// TestAnAttackOfBeforeIsToldOnce: what counts is when it was told, not when it began, so that a call that comes late and again tells it once a day.
func TestAnAttackOfBeforeIsToldOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.join(brand, partner.KindBrand, func(p *partner.Partner) { p.Holders = []string{w.right.HolderID} })
	x := partner.Attack{Right: w.right.ID, At: w.Now.Add(-30 * time.Hour), From: w.Now.Add(-31 * time.Hour), Markets: []partner.MarketCount{{Marketplace: "alpha", Listings: 10, Sellers: 3}}}
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {0, 0}, {23 * time.Hour, 0}, {time.Hour + time.Second, 1}, {time.Minute, 0}} {
		w.Now = w.Now.Add(step.pass)
		if n := must(w.Share(ctx, x)); n != step.want {
			t.Errorf("%s on, %d were told, want %d", step.pass, n, step.want)
		}
	}
}
